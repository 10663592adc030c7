// calendar.cc: from an instant to the couple's day, and from a day to its ISO week.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/calendar.h"

#include <date/date.h>

#include <cstdio>

namespace duolog::journal {
namespace {

// How many days lie between a week's Thursday, which gives it its number, and the Thursday of the ISO week of any of
// its days: a week from Sunday on is numbered as the ISO week that begins the day after.
int shift_to_iso(std::uint32_t first_weekday) {
  const int first = static_cast<int>(first_weekday);
  return first <= 4 ? 1 - first : 8 - first;
}

}  // namespace

// On the wall, not on the time line: 04:00 is 04:00 in summer and in winter.
Day day_at(const Calendar& calendar, std::int64_t at_ms) {
  const Zone zone(calendar.zone, calendar.fallback_offset_minutes);
  const std::chrono::milliseconds shifted{zone.local_ms(at_ms) - calendar.turn_hour * kHourMs};
  return static_cast<Day>(date::floor<date::days>(shifted).count());
}

std::int64_t beginning_of(const Calendar& calendar, Day day) {
  const Zone zone(calendar.zone, calendar.fallback_offset_minutes);
  return zone.instant_ms(std::int64_t{day} * kDayMs + calendar.turn_hour * kHourMs);
}

std::string week_text(const Calendar& calendar, Day of) {
  const date::sys_days day{date::days{of + shift_to_iso(calendar.first_weekday)}};
  const unsigned weekday = date::weekday{day}.iso_encoding();
  const date::sys_days thursday = day + date::days{4 - static_cast<int>(weekday)};
  const date::year year = date::year_month_day{thursday}.year();
  const auto week = (thursday - date::sys_days{year / date::January / 1}).count() / 7 + 1;
  char text[32];
  static_cast<void>(std::snprintf(text, sizeof text, "%04d-W%02d", static_cast<int>(year), static_cast<int>(week)));
  return text;
}

std::string day_of(const Calendar& calendar, std::int64_t at_ms) { return practice::day_text(day_at(calendar, at_ms)); }

std::string week_of(const Calendar& calendar, std::int64_t at_ms) {
  return week_text(calendar, day_at(calendar, at_ms));
}

}  // namespace duolog::journal
