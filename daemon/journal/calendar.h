// calendar.h: the days and weeks two people share, wherever each of them is: one zone, the hour at which the day turns,
// the first day of the week. So travel and midnight break nothing. Spec: DESIGN section 5.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/moment.h"

namespace duolog::journal {

struct Calendar {
  std::string zone;                 // IANA name
  std::uint32_t turn_hour = 4;      // 0 to 23: what happens at 03:59 belongs to the day before
  std::uint32_t first_weekday = 1;  // 1 Monday … 7 Sunday
  // Of whoever set the calendar, then: takes the zone's place on a machine whose zoneinfo does not know it.
  std::int32_t fallback_offset_minutes = 0;
  bool operator==(const Calendar&) const = default;
};

// The first instant of the couple's day after the one that `at_ms` lies in, and of the week after its week.
std::int64_t day_after(const Calendar& calendar, std::int64_t at_ms);
std::int64_t week_after(const Calendar& calendar, std::int64_t at_ms);
// The first instant of the couple's day that is called "2026-11-22"; nullopt: no such day.
std::optional<std::int64_t> beginning_of(const Calendar& calendar, std::string_view day);

std::string day_of(const Calendar& calendar, std::int64_t at_ms);  // "2026-11-22"
// "2026-W47". A week that does not begin on Monday carries the number of the ISO week in which most of its days lie.
std::string week_of(const Calendar& calendar, std::int64_t at_ms);

}  // namespace duolog::journal
