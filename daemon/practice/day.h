// day.h: a day of a calendar as a number, and as it is written.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duolog::practice {

using Day = std::int32_t;                             // since 1970-01-01
std::optional<Day> parse_day(std::string_view text);  // "2026-11-22"; nullopt: no such day
std::string day_text(Day day);                        // years 0 to 9999; what lies beyond is shown as the nearest
// "2026-11-22" or "2026-11-22 18:00": as what is asked for by a field of the kind "day" or "time" is stored.
bool is_time_text(std::string_view text);

}  // namespace duolog::practice
