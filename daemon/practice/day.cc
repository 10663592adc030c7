// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/day.h"

#include <date/date.h>
#include <fmt/format.h>

#include <algorithm>

namespace duolog::practice {
namespace {

// `pattern`: d is a digit, anything else itself.
bool looks_like(std::string_view text, std::string_view pattern) {
  return std::equal(text.begin(), text.end(), pattern.begin(), pattern.end(),
                    [](char c, char wanted) { return wanted == 'd' ? c >= '0' && c <= '9' : c == wanted; });
}

int number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::optional<Day> parse_day(std::string_view text) {
  if (!looks_like(text, "dddd-dd-dd")) return std::nullopt;
  const date::year_month_day day{date::year{number(text.substr(0, 4))},
                                 date::month{static_cast<unsigned>(number(text.substr(5, 2)))},
                                 date::day{static_cast<unsigned>(number(text.substr(8, 2)))}};
  if (!day.ok()) return std::nullopt;
  return static_cast<Day>(date::sys_days{day}.time_since_epoch().count());
}

std::string day_text(Day day) {
  constexpr date::sys_days kFirst = date::year{0} / 1 / 1;
  constexpr date::sys_days kLast = date::year{9999} / 12 / 31;
  const date::year_month_day civil{std::clamp(date::sys_days{date::days{day}}, kFirst, kLast)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(civil.year()), static_cast<unsigned>(civil.month()),
                     static_cast<unsigned>(civil.day()));
}

bool is_time_text(std::string_view text) {
  constexpr std::size_t kDayLength = 10;
  if (!parse_day(text.substr(0, kDayLength))) return false;
  const std::string_view time = text.substr(kDayLength);
  return time.empty() ||
         (looks_like(time, " dd:dd") && number(time.substr(1, 2)) < 24 && number(time.substr(4, 2)) < 60);
}

}  // namespace duolog::practice
