// calendar.cc: from an instant to the couple's day, and from a day to its ISO week.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/calendar.h"

#include <date/date.h>

#include <cstdio>
#include <sstream>

namespace duolog::journal {
namespace {

constexpr std::int64_t kHour = 3'600'000;

date::sys_days couples_day(const Calendar& calendar, std::int64_t at_ms) {
  const Zone zone(calendar.zone, calendar.fallback_offset_minutes);
  // On the wall, not on the time line: 04:00 is 04:00 in summer and in winter.
  const std::int64_t shifted = zone.local_ms(at_ms) - calendar.turn_hour * kHour;
  return date::floor<date::days>(date::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{shifted}});
}

// How many days lie between a week's Thursday, which gives it its number, and the Thursday of the ISO week of any of
// its days: a week from Sunday on is numbered as the ISO week that begins the day after.
int shift_to_iso(std::uint32_t first_weekday) {
  const int first = static_cast<int>(first_weekday);
  return first <= 4 ? 1 - first : 8 - first;
}

// Where the clock skips the turn, the instant of the skip.
std::int64_t beginning(const Calendar& calendar, date::sys_days day) {
  const Zone zone(calendar.zone, calendar.fallback_offset_minutes);
  const std::int64_t local = std::chrono::milliseconds(day.time_since_epoch()).count() + calendar.turn_hour * kHour;
  return zone.instant_ms(local);
}

}  // namespace

std::int64_t day_after(const Calendar& calendar, std::int64_t at_ms) {
  return beginning(calendar, couples_day(calendar, at_ms) + date::days{1});
}

std::int64_t week_after(const Calendar& calendar, std::int64_t at_ms) {
  const date::sys_days day = couples_day(calendar, at_ms);
  const unsigned weekday = date::weekday{day}.iso_encoding();
  const unsigned since_first = (weekday + 7 - calendar.first_weekday) % 7;
  return beginning(calendar, day + date::days{7 - since_first});
}

std::optional<std::int64_t> beginning_of(const Calendar& calendar, std::string_view day) {
  std::istringstream in{std::string(day)};
  date::sys_days parsed;
  in >> date::parse("%F", parsed);
  if (in.fail() || day.size() != 10) return std::nullopt;
  return beginning(calendar, parsed);
}

std::string day_of(const Calendar& calendar, std::int64_t at_ms) {
  const auto day = couples_day(calendar, at_ms);
  return civil_day(std::chrono::milliseconds(day.time_since_epoch()).count(), 0);
}

std::string week_of(const Calendar& calendar, std::int64_t at_ms) {
  const date::sys_days day = couples_day(calendar, at_ms) + date::days{shift_to_iso(calendar.first_weekday)};
  const unsigned weekday = date::weekday{day}.iso_encoding();
  const date::sys_days thursday = day + date::days{4 - static_cast<int>(weekday)};
  const date::year year = date::year_month_day{thursday}.year();
  const auto week = (thursday - date::sys_days{year / date::January / 1}).count() / 7 + 1;
  char text[32];
  static_cast<void>(std::snprintf(text, sizeof text, "%04d-W%02d", static_cast<int>(year), static_cast<int>(week)));
  return text;
}

}  // namespace duolog::journal
