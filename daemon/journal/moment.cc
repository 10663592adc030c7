// moment.cc: civil time over Howard Hinnant's date library and the system's zoneinfo.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/moment.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace duolog::journal {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::int64_t kMinute = 60'000;

constexpr std::int64_t ms_of(date::sys_days day) { return milliseconds(day.time_since_epoch()).count(); }
constexpr std::int64_t kFirstMs = ms_of(date::sys_days{date::year{0} / 1 / 1}) + kDayMs;
constexpr std::int64_t kLastMs = ms_of(date::sys_days{date::year{9999} / 12 / 31}) - kDayMs;

// What can be written in four digits of a year, whatever the offset.
std::int64_t writable(std::int64_t at_ms) { return std::clamp(at_ms, kFirstMs, kLastMs); }

date::sys_time<milliseconds> instant(std::int64_t at_ms) {
  return date::sys_time<milliseconds>{milliseconds{writable(at_ms)}};
}

// Files beside the zones that mean something else on each machine: two people who share such a name share no calendar.
bool differs_by_machine(const std::string& name) { return name == "localtime" || name == "posixrules"; }

// A zone is listed by its file's name and read when it is first asked for anything; that is here, where it may fail.
const date::time_zone* find_zone(const std::string& name) {
  try {
    if (name.empty() || differs_by_machine(name)) return nullptr;
    const date::time_zone* zone = date::locate_zone(name);
    static_cast<void>(zone->get_info(date::sys_seconds{}));
    return zone;
  } catch (const std::exception&) {  // no such zone, not a zone at all, or no zoneinfo on this machine
    return nullptr;
  }
}

std::int64_t start_of_day(std::int64_t ms) { return ms - ((ms % kDayMs) + kDayMs) % kDayMs; }

// Reads exactly `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_day(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || *year == 0 || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const date::year_month_day civil =
      date::year{*year} / date::month{static_cast<unsigned>(*month)} / date::day{static_cast<unsigned>(*day)};
  if (!civil.ok()) return std::nullopt;
  return ms_of(date::sys_days{civil});
}

std::optional<std::int64_t> take_clock(std::string_view& text) {
  const auto hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return (*hour * 60 + *minute) * kMinute;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// The beginning of a day that has a date or a name.
std::optional<std::int64_t> take_named_day(std::string_view& text, std::int64_t today) {
  if (take_word(text, "today")) return today;
  if (take_word(text, "yesterday")) return today - kDayMs;
  if (take_word(text, "tomorrow")) return today + kDayMs;
  return take_day(text);
}

// The next day of this name; never today, of which nobody would say it so.
std::optional<std::int64_t> take_weekday(std::string_view& text, std::int64_t today) {
  constexpr std::array<std::string_view, 7> kNames{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
  constexpr std::size_t kShort = 3;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (!take_word(text, kNames[i]) && !take_word(text, kNames[i].substr(0, kShort))) continue;
    const date::weekday now{date::floor<date::days>(instant(today))};
    const unsigned ahead = (static_cast<unsigned>(i) + 7 - (now.iso_encoding() - 1)) % 7;
    return today + (ahead == 0 ? 7 : ahead) * kDayMs;
  }
  return std::nullopt;
}

Moment moment_of(std::int64_t local_ms, bool day_only, const Zone& zone) {
  const std::int64_t at = zone.instant_ms(local_ms);
  return {at, zone.offset_minutes(at), day_only};
}

// A day, and what may stand behind it.
std::optional<Moment> with_time(std::int64_t day, std::string_view text, const Zone& zone) {
  if (text.empty()) return moment_of(day, true, zone);
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto time = take_clock(text);
  if (!time || !text.empty()) return std::nullopt;
  return moment_of(day + *time, false, zone);
}

}  // namespace

Zone::Zone(std::string_view name, std::int32_t fallback_offset_minutes)
    : name_(name),
      fallback_(std::clamp(fallback_offset_minutes, -kOffsetLimit, kOffsetLimit)),
      zone_(find_zone(name_)) {}

std::int32_t Zone::offset_minutes(std::int64_t at_ms) const {
  if (zone_ == nullptr) return fallback_;
  const auto at = date::floor<std::chrono::seconds>(instant(at_ms));
  return static_cast<std::int32_t>(std::chrono::duration_cast<minutes>(zone_->get_info(at).offset).count());
}

std::int64_t Zone::local_ms(std::int64_t at_ms) const { return writable(at_ms) + offset_minutes(at_ms) * kMinute; }

std::int64_t Zone::instant_ms(std::int64_t local_ms) const {
  if (zone_ == nullptr) return writable(local_ms) - fallback_ * kMinute;
  const date::local_time<milliseconds> local{milliseconds{writable(local_ms)}};
  return zone_->to_sys(local, date::choose::earliest).time_since_epoch().count();
}

std::string rfc3339(std::int64_t at_ms, std::int32_t offset_minutes) {
  const std::int32_t offset = std::clamp(offset_minutes, -kOffsetLimit, kOffsetLimit);
  const std::int64_t local = writable(at_ms) + offset * kMinute;
  const std::int64_t seconds = (local - start_of_day(local)) / 1000;
  const int size = std::abs(offset);
  char text[32];
  static_cast<void>(std::snprintf(text, sizeof text, "T%02d:%02d:%02d%c%02d:%02d", static_cast<int>(seconds / 3600),
                                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                                  offset < 0 ? '-' : '+', size / 60, size % 60));
  return civil_day(at_ms, offset) + text;
}

std::string civil_day(std::int64_t at_ms, std::int32_t offset_minutes) {
  const std::int64_t local = writable(at_ms) + std::clamp(offset_minutes, -kOffsetLimit, kOffsetLimit) * kMinute;
  const date::year_month_day day{date::floor<date::days>(date::sys_time<milliseconds>{milliseconds{local}})};
  char text[32];
  static_cast<void>(std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())));
  return text;
}

std::int64_t civil_ms(const Moment& moment) {
  return writable(moment.at_ms) + std::clamp(moment.offset_minutes, -kOffsetLimit, kOffsetLimit) * kMinute;
}

std::optional<Moment> parse_moment(std::string_view text, std::int64_t now_ms, const Zone& zone) {
  const auto day = take_named_day(text, start_of_day(zone.local_ms(now_ms)));
  return day ? with_time(*day, text, zone) : std::nullopt;
}

std::optional<Moment> parse_ahead(std::string_view text, std::int64_t now_ms, std::int64_t or_on_ms, const Zone& zone) {
  if (const auto moment = parse_moment(text, now_ms, zone)) return moment;
  if (const auto day = take_weekday(text, start_of_day(zone.local_ms(now_ms)))) return with_time(*day, text, zone);
  const auto time = take_clock(text);
  if (!time || !text.empty()) return std::nullopt;
  return moment_of(start_of_day(zone.local_ms(or_on_ms)) + *time, false, zone);
}

}  // namespace duolog::journal
