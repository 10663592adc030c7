// dates.h: the ways in which other programs and people write a date down, and what time it was there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string_view>

#include "client/import/found.h"

namespace duolog::client {

// Which of two numbers is the day, where only their order can say (03/04/2019).
enum class DateOrder { kUnknown, kDayFirst, kMonthFirst };

// A date, and perhaps a time, as it was written; without a zone unless it names one.
struct Civil {
  int year = 0, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0;
  bool has_time = false;
  std::optional<std::int32_t> offset_minutes;  // "Z", "+02:00", "GMT"
  bool operator==(const Civil&) const = default;
};

// The whole of `text` is a date: 2019-01-31, 2019-01 (its first day), 31.1.2019, 2019/01/31, 20190131, "31 January
// 2019", "Thursday, January 31, 2019", "1st Jan 2019", each also with a time (14:23, 2:23:00 PM, "at 14:23:00 GMT",
// T14:23Z). nullopt: it is none, or there is no such day, or it would be another one in the other order.
std::optional<Civil> parse_date(std::string_view text, DateOrder order = DateOrder::kUnknown);
// As much of the beginning of `text` as is one, and how many bytes it took. It ends at a space, a colon, or the end.
std::optional<std::pair<Civil, std::size_t>> date_at_front(std::string_view text, DateOrder order);

// As its writer meant it; where neither it nor `zone` says, by the clock of this computer. An unknown zone is nullopt.
std::optional<When> when_in(const Civil& civil, std::string_view zone);
// The same for a moment in UTC: "2024-04-16T23:00:00Z" in Europe/Dublin is on 17 April.
std::optional<When> when_at(std::int64_t at_ms, std::string_view zone);
When when_here(const Civil& civil);
When when_here(std::int64_t at_ms);

// Civil time counted as if it were UTC.
std::int64_t civil_ms(const Civil& civil);

}  // namespace duolog::client
