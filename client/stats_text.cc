// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/stats_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::array kSigns = {'o', 'x', '+', '%'};
constexpr std::size_t kMostMonths = 24;
constexpr std::size_t kLongestBar = 40;
constexpr std::size_t kYear = 4;

std::string who(const control::StatsReport::Voice& voice) {
  return voice.mine() ? "you" : sanitise_line(voice.person());
}

std::string sentence(const control::StatsReport::Voice& voice) {
  std::vector<std::string> parts;
  if (voice.entries() > 0) parts.push_back(counted(voice.entries(), "entry", "entries"));
  if (voice.answers() > 0) parts.push_back(counted(voice.answers(), "answer", "answers"));
  if (voice.remarks() > 0) parts.push_back(counted(voice.remarks(), "reply", "replies"));
  parts.push_back(counted(voice.words(), "word", "words"));
  std::string text = who(voice) + ": ";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  }
  return text + " on " + counted(voice.days(), "day", "days");
}

std::string nice_day(const std::string& day) {
  const auto days = days_of(day);
  return days ? day_text(*days) : sanitise_line(day);
}

std::string span_text(const control::StatsReport& report) {
  std::string oldest;
  std::string newest;
  for (const auto& voice : report.voices()) {
    if (voice.oldest().empty()) continue;
    if (oldest.empty() || voice.oldest() < oldest) oldest = voice.oldest();
    newest = std::max(newest, voice.newest());
  }
  if (oldest.empty()) return {};
  return oldest == newest ? "on " + nice_day(oldest) : "from " + nice_day(oldest) + " to " + nice_day(newest);
}

// Of each span how much each voice has written.
using Spans = std::map<std::string, std::vector<std::uint32_t>>;

Spans spans_of(const control::StatsReport& report, bool by_year) {
  Spans spans;
  for (int i = 0; i < report.voices_size(); ++i) {
    for (const auto& month : report.voices(i).months()) {
      auto& of_span = spans[by_year ? month.month().substr(0, kYear) : month.month()];
      of_span.resize(static_cast<std::size_t>(report.voices_size()));
      of_span[static_cast<std::size_t>(i)] += month.written();
    }
  }
  return spans;
}

std::string bars_text(const Spans& spans, std::size_t width) {
  std::uint32_t most = 1;
  for (const auto& [span, counts] : spans) most = std::max(most, *std::ranges::max_element(counts));
  std::string text;
  for (const auto& [span, counts] : spans) {
    const auto label = sanitise_line(span);
    const auto beside = display_width(label) + 2 + std::to_string(most).size() + 1;
    const auto room = std::clamp<std::size_t>(width > beside ? width - beside : 1, 1, kLongestBar);
    bool first = true;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      const auto length = std::max<std::size_t>(1, std::size_t{counts[i]} * room / most);
      text += padded(std::exchange(first, false) ? label : "", display_width(label)) + "  " +
              std::string(length, kSigns[i % kSigns.size()]) + " " + std::to_string(counts[i]) + "\n";
    }
  }
  return text;
}

}  // namespace

std::string stats_text(const control::StatsReport& report, std::string_view by, std::size_t width, const Style& style) {
  if (report.voices().empty()) return "nothing here yet\n";
  std::string text;
  for (int i = 0; i < report.voices_size(); ++i) {
    const auto sign = std::string(1, kSigns[static_cast<std::size_t>(i) % kSigns.size()]) + " ";
    text += paragraph(sign + sentence(report.voices(i)), 0, width);
  }
  const auto span = span_text(report);
  if (!span.empty()) text += paragraph(span, 0, width);
  auto spans = spans_of(report, by == "year");
  if (by.empty() && spans.size() > kMostMonths) spans = spans_of(report, true);
  const auto bars = bars_text(spans, width);
  return bars.empty() ? text : text + "\n" + style.strong("written") + "\n" + bars;
}

}  // namespace duolog::client
