// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "client/export/html_text.h"
#include "client/moment.h"
#include "client/show_item.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using Voices = std::vector<const control::Series*>;

// Of the picture, in its own units.
constexpr double kWidth = 420, kHeight = 150, kLeft = 28, kRight = 12, kTop = 10, kBottom = 26;
constexpr std::size_t kMarksUpTo = 80;   // signs on a line; of more, none would be told from the next
constexpr std::size_t kWordsUpTo = 400;  // numbers written out

struct Span {
  std::int64_t first = 0, last = 0;
  std::int32_t low = 0, high = 1;

  // The `index`th of so many points; where all are of one day, only their order tells them apart.
  [[nodiscard]] double x(std::int64_t day, int index, int count) const {
    double part = 0.5;
    if (last > first) part = static_cast<double>(day - first) / static_cast<double>(last - first);
    if (last == first && count > 1) part = static_cast<double>(index) / (count - 1);
    return kLeft + part * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y(std::int32_t value) const {
    const double part = static_cast<double>(value - low) / static_cast<double>(std::max(high - low, 1));
    return kHeight - kBottom - std::clamp(part, 0.0, 1.0) * (kHeight - kTop - kBottom);
  }
};

bool same_scale(const control::Series& a, const control::Series& b) {
  return a.journal() == b.journal() && a.practice() == b.practice() && a.field() == b.field();
}

std::vector<Voices> by_scale(std::span<const control::Series> series) {
  std::vector<Voices> scales;
  for (const auto& one : series) {
    const auto same =
        std::ranges::find_if(scales, [&](const Voices& voices) { return same_scale(*voices.front(), one); });
    if (same == scales.end()) {
      scales.push_back({&one});
    } else {
      same->push_back(&one);
    }
  }
  for (auto& voices : scales) std::ranges::stable_sort(voices, {}, [](const auto* voice) { return !voice->mine(); });
  return scales;
}

std::string frame(const Span& span) {
  std::string out;
  const std::int32_t step = std::max(1, (span.high - span.low + 4) / 5);
  for (std::int32_t value = span.low; value <= span.high; value += step) {
    out += fmt::format(R"(<line class="rule" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)", kLeft, kWidth - kRight,
                       span.y(value), span.y(value));
    out += fmt::format(R"(<text x="{}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 6, span.y(value) + 4, value);
  }
  out += fmt::format(R"(<text x="{}" y="{}">{}</text>)", kLeft, kHeight - 6, html_escape(day_text(span.first)));
  if (span.last > span.first)
    out += fmt::format(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", kWidth - kRight, kHeight - 6,
                       html_escape(day_text(span.last)));
  return out + "\n";
}

std::string sign(bool mine, double x, double y) {
  if (mine) return fmt::format(R"(<circle class="mine" cx="{:.1f}" cy="{:.1f}" r="3"/>)", x, y);
  return fmt::format(R"(<rect class="theirs" x="{:.1f}" y="{:.1f}" width="6" height="6"/>)", x - 3, y - 3);
}

std::string line(const control::Series& voice, const Span& span) {
  std::string points, signs;
  const bool with_signs = static_cast<std::size_t>(voice.points_size()) <= kMarksUpTo;
  for (int i = 0; i < voice.points_size(); ++i) {
    const auto day = days_of(voice.points(i).day());
    if (!day) continue;
    const double x = span.x(*day, i, voice.points_size());
    const double y = span.y(voice.points(i).value());
    points += fmt::format("{:.1f},{:.1f} ", x, y);
    if (with_signs) signs += sign(voice.mine(), x, y);
  }
  return fmt::format(R"(<polyline class="{}" points="{}"/>)", voice.mine() ? "mine" : "theirs", points) + signs + "\n";
}

std::string in_words(const control::Series& voice) {
  std::string out = "<p class=\"numbers\"><span class=\"sign\">" + std::string(voice.mine() ? "●" : "□") + "</span> " +
                    html_escape(voice.person()) + ":";
  const auto count = static_cast<std::size_t>(voice.points_size());
  for (std::size_t i = count > kWordsUpTo ? count - kWordsUpTo : 0; i < count; ++i)
    out += " " + std::to_string(voice.points(static_cast<int>(i)).value());
  return out + "</p>\n";
}

Span span_of(const Voices& voices) {
  Span span{INT64_MAX, INT64_MIN, voices.front()->low(), voices.front()->high()};
  for (const auto* voice : voices)
    for (const auto& point : voice->points())
      if (const auto day = days_of(point.day())) {
        span.first = std::min(span.first, *day);
        span.last = std::max(span.last, *day);
      }
  return span;
}

std::string title_of(const control::Series& series) {
  const std::string practice = series.practice().empty() ? "" : practice_text(series.practice());
  const std::string label = series.label().empty() ? series.field() : series.label();
  if (practice.empty()) return label.empty() ? "mood" : label;
  return practice + (label.empty() ? "" : ": " + label);
}

}  // namespace

std::string drawings(std::span<const control::Series> series) {
  std::string out;
  for (const auto& voices : by_scale(series)) {
    if (std::ranges::none_of(voices, [](const auto* voice) { return voice->points_size() > 1; })) continue;
    const auto span = span_of(voices);
    if (span.first > span.last) continue;
    out += "<figure>\n<figcaption>" + html_escape(title_of(*voices.front())) + "</figcaption>\n";
    out += fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", kWidth, kHeight,
                       html_escape(title_of(*voices.front()))) +
           "\n" + frame(span);
    for (const auto* voice : voices) out += line(*voice, span);
    out += "</svg>\n";
    for (const auto* voice : voices) out += in_words(*voice);
    out += "</figure>\n";
  }
  return out;
}

}  // namespace duolog::client
