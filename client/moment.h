// moment.h: times as people read them: the civil time of whoever wrote, straight from what stands in an RFC 3339 text,
// so that the same entry shows the same hour on both machines.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
std::string today();                                    // this device's date
// A round's period: "2026-W47" is "week 47 of 2026".
std::string period_text(std::string_view period);

}  // namespace duolog::client
