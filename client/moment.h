// moment.h: times as people read them: the civil time of whoever wrote, straight from what stands in an RFC 3339 text,
// so that the same entry shows the same hour on both machines.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duolog::client {

// "2026-11-22T21:14:05+01:00" or "2026-11-22". What is neither comes back sanitised, as it is.
std::string clock_of(std::string_view rfc3339);  // "21:14"; empty for a day alone
std::string day_of(std::string_view rfc3339);    // "2026-11-22"
std::string long_day(std::string_view rfc3339);  // "sunday 22 november 2026"
std::string near(std::string_view rfc3339,
                 std::string_view reference_day);       // "21:14", or "20 nov 21:14" on another day
std::string about(std::string_view on, bool day_only);  // "20 november 2026 21:14"
// Days since 1970-01-01 of what begins with a date; nullopt for anything else. And back: "22 nov 2026".
std::optional<std::int64_t> days_of(std::string_view date);
std::string day_text(std::int64_t days);
std::string today();  // this device's date
// When something opens: its day, and its hour where that is not midnight: "2026-11-22 21:14", "sunday 22 november 2026,
// 21:14".
std::string day_and_hour(std::string_view rfc3339);
std::string long_day_and_hour(std::string_view rfc3339);
// Whether this moment, or day, is still to come on this device's clock. False for what is neither.
bool lies_ahead(std::string_view rfc3339);
// A round's period: "2026-W47" is "week 47 of 2026", "2026-11-22" its day, "2026-11" its month, "2026-Q4" its quarter.
// What follows a day after a point names a card of the deck and is nothing to read.
std::string period_text(std::string_view period);

}  // namespace duolog::client
