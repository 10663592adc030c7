// moment.h: civil time: what people type for a date, and how a time is written down with its writer's offset.
//
// An entry keeps the civil date of whoever wrote it. Comparisons with typed dates are made on civil time for that
// reason, and no clock of the other side is believed or refused.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone;  // NOLINT(readability-identifier-naming): the library's own name
}

namespace duolog::journal {

inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

// Offsets of the world lie between -12:00 and +14:00; a day is generous and keeps the arithmetic safe.
inline constexpr std::int32_t kOffsetLimit = 24 * 60;

struct Moment {
  std::int64_t at_ms = 0;           // since 1970 UTC
  std::int32_t offset_minutes = 0;  // the writer's: 120 is +02:00
  bool day_only = false;            // the time of day means nothing
  bool operator==(const Moment&) const = default;
};

// A zone of the system's zoneinfo. Where it has none of that name, a fixed offset takes its place and known() is false.
class Zone {
 public:
  explicit Zone(std::string_view name, std::int32_t fallback_offset_minutes = 0);
  [[nodiscard]] bool known() const { return zone_ != nullptr; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::int32_t offset_minutes(std::int64_t at_ms) const;
  [[nodiscard]] std::int64_t local_ms(std::int64_t at_ms) const;  // civil time, counted as if it were UTC
  // The first instant with this civil time; where the clock skips it, the instant of the skip.
  [[nodiscard]] std::int64_t instant_ms(std::int64_t local_ms) const;

 private:
  std::string name_;
  std::int32_t fallback_;
  const date::time_zone* zone_ = nullptr;
};

// "2026-11-22T21:14:05+01:00". Times before year 0 or after 9999 are shown as the nearest that can be written.
std::string rfc3339(std::int64_t at_ms, std::int32_t offset_minutes);
std::string civil_day(std::int64_t at_ms, std::int32_t offset_minutes);  // "2026-11-22"
// Civil time as milliseconds, for comparing across writers.
std::int64_t civil_ms(const Moment& moment);

// YYYY-MM-DD, YYYY-MM-DDTHH:MM, "YYYY-MM-DD HH:MM", today, yesterday, tomorrow, in the writer's zone. nullopt: none of
// these, or no such date.
std::optional<Moment> parse_moment(std::string_view text, std::int64_t now_ms, const Zone& zone);
// What lies ahead: these, and "friday" or "fri" for the next one, each also with an hour behind it ("tomorrow 18:00");
// an hour alone ("21:00") is on the day that `or_on` lies in.
std::optional<Moment> parse_ahead(std::string_view text, std::int64_t now_ms, std::int64_t or_on_ms, const Zone& zone);

}  // namespace duolog::journal
