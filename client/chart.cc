// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::array kSigns = {'o', 'x', '+', '%'};
constexpr char kSeveral = '#';
constexpr int kMostRows = 10;
constexpr std::size_t kLeastColumns = 8;
constexpr int kColumnsOfADay = 2;  // few days are not pulled apart over the whole width

struct Span {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

std::optional<Span> span_of(std::span<const control::Series* const> voices) {
  std::optional<Span> span;
  for (const auto* voice : voices) {
    for (const auto& point : voice->points()) {
      const auto day = days_of(point.day());
      if (!day) continue;
      if (!span) span = Span{*day, *day};
      span->first = std::min(span->first, *day);
      span->last = std::max(span->last, *day);
    }
  }
  return span;
}

class Drawing {
 public:
  Drawing(const control::Series& scale, Span span, std::size_t columns)
      : low_(scale.low()), high_(std::max(scale.high(), scale.low() + 1)), span_(span) {
    rows_ = std::min<int>(high_ - low_ + 1, kMostRows);
    const auto wanted = (span.last - span.first) * kColumnsOfADay + 1;
    columns_ = static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 1, static_cast<std::int64_t>(columns)));
    cells_.assign(static_cast<std::size_t>(rows_), std::string(columns_, ' '));
  }

  // Several answers that fall into one column are shown by their mean.
  void draw(const control::Series& voice, char sign) {
    std::map<std::size_t, std::vector<int>> of_column;
    for (const auto& point : voice.points()) {
      if (const auto day = days_of(point.day())) of_column[column_of(*day)].push_back(point.value());
    }
    for (const auto& [column, values] : of_column) {
      double sum = 0;
      for (const int value : values) sum += value;
      char& cell = cells_[row_of(sum / static_cast<double>(values.size()))][column];
      cell = cell == ' ' ? sign : kSeveral;
    }
  }

  [[nodiscard]] std::string text() const {
    const auto label_width = std::max(std::to_string(high_).size(), std::to_string(low_).size());
    std::string text;
    for (int row = 0; row < rows_; ++row) {
      auto line = cells_[static_cast<std::size_t>(row)];
      line.erase(line.find_last_not_of(' ') + 1);
      text += fmt::format("{:>{}} |{}{}\n", value_of(row), label_width, line.empty() ? "" : " ", line);
    }
    return text + std::string(label_width, ' ') + " +" + std::string(columns_ + 1, '-') + "\n";
  }

  [[nodiscard]] std::size_t columns() const { return columns_; }

 private:
  [[nodiscard]] std::size_t column_of(std::int64_t day) const {
    const auto days = span_.last - span_.first;
    return days == 0 ? 0
                     : static_cast<std::size_t>((day - span_.first) * static_cast<std::int64_t>(columns_ - 1) / days);
  }
  [[nodiscard]] std::size_t row_of(double value) const {
    const auto part = (std::clamp<double>(value, low_, high_) - low_) / (high_ - low_);
    return static_cast<std::size_t>(rows_ - 1 - std::lround(part * (rows_ - 1)));
  }
  [[nodiscard]] int value_of(int row) const {
    return low_ + static_cast<int>(std::lround(static_cast<double>(rows_ - 1 - row) * (high_ - low_) / (rows_ - 1)));
  }

  int low_;
  int high_;
  Span span_;
  int rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::string> cells_;
};

std::string who(const control::Series& voice) { return voice.mine() ? "you" : sanitise_line(voice.person()); }

// "o you: 8 9 8": what the drawing shows, to be read aloud.
std::string numbers_line(const control::Series& voice, char sign, std::size_t width) {
  auto line = fmt::format("{} {}:", sign, who(voice));
  for (const auto& point : voice.points()) line += " " + std::to_string(point.value());
  return paragraph(line, 0, width);
}

}  // namespace

std::string chart_text(std::span<const control::Series* const> voices, std::size_t width, const Style& style) {
  if (voices.empty()) return {};
  const auto& scale = *voices.front();
  auto text = paragraph(sanitise_line(scale.label().empty() ? scale.field() : scale.label()), 0, width);
  text = style.strong(text.substr(0, text.size() - 1)) + "\n";
  const auto span = span_of(voices);
  if (!span) return text + "no answers yet\n";
  const auto margin = std::to_string(scale.high()).size() + std::string_view(" | ").size();
  Drawing drawing(scale, *span, std::max(width > margin ? width - margin : 0, kLeastColumns));
  for (std::size_t i = 0; i < voices.size(); ++i) drawing.draw(*voices[i], kSigns[i % kSigns.size()]);
  text += drawing.text();
  const auto first = day_text(span->first);
  const auto last = day_text(span->last);
  text +=
      first == last ? first + "\n" : paragraph(first + " to " + last + (voices.size() > 1 ? "; # both" : ""), 0, width);
  for (std::size_t i = 0; i < voices.size(); ++i) text += numbers_line(*voices[i], kSigns[i % kSigns.size()], width);
  return text;
}

}  // namespace duolog::client
