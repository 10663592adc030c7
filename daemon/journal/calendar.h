// calendar.h: the days and weeks two people share, wherever each of them is: one zone, the hour at which the day turns,
// the first day of the week. So travel and midnight break nothing. Spec: DESIGN section 5.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/moment.h"
#include "daemon/practice/day.h"

namespace duolog::journal {

using practice::Day;

struct Calendar {
  std::string zone;                 // IANA name
  std::uint32_t turn_hour = 4;      // 0 to 23: what happens at 03:59 belongs to the day before
  std::uint32_t first_weekday = 1;  // 1 Monday … 7 Sunday
  // Of whoever set the calendar, then: takes the zone's place on a machine whose zoneinfo does not know it.
  std::int32_t fallback_offset_minutes = 0;
  bool operator==(const Calendar&) const = default;
};

Day day_at(const Calendar& calendar, std::int64_t at_ms);  // the couple's day that this instant lies in
// Its first instant; where the clock skips the turn, the instant of the skip.
std::int64_t beginning_of(const Calendar& calendar, Day day);
// "2026-W47". A week that does not begin on Monday carries the number of the ISO week in which most of its days lie.
std::string week_text(const Calendar& calendar, Day day);

std::string day_of(const Calendar& calendar, std::int64_t at_ms);  // "2026-11-22"
std::string week_of(const Calendar& calendar, std::int64_t at_ms);

}  // namespace duolog::journal
