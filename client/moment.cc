// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/moment.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>

#include "client/sanitise.h"

namespace duolog::client {
namespace {

constexpr std::array kMonths = {"january", "february", "march",     "april",   "may",      "june",
                                "july",    "august",   "september", "october", "november", "december"};
constexpr std::array kWeekdays = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
constexpr std::size_t kDayLength = 10;     // 2026-11-22
constexpr std::size_t kMinuteLength = 16;  // 2026-11-22T21:14

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, trouble] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (trouble != std::errc() || end != digits.data() + digits.size() || digits.empty() || digits[0] == '-') return {};
  return value;
}

struct Civil {
  std::chrono::year_month_day day;
  std::string clock;  // "21:14"; empty for a day alone
};

std::optional<Civil> parse(std::string_view text) {
  if (text.size() < kDayLength || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  Civil civil{std::chrono::year(*year) / *month / *day, {}};
  if (!civil.day.ok()) return std::nullopt;
  if (text.size() == kDayLength) return civil;
  if (text.size() < kMinuteLength || text[13] != ':') return std::nullopt;
  if (!number(text.substr(11, 2)) || !number(text.substr(14, 2))) return std::nullopt;
  civil.clock = std::string(text.substr(11, 5));
  return civil;
}

// Of "…T21:14:05+01:00"; "Z" is none.
std::optional<int> offset_minutes(std::string_view text) {
  constexpr std::size_t kOffset = 19;  // behind the seconds
  if (text.size() == kOffset + 1 && text[kOffset] == 'Z') return 0;
  if (text.size() != kOffset + 6 || (text[kOffset] != '+' && text[kOffset] != '-')) return std::nullopt;
  const auto hours = number(text.substr(kOffset + 1, 2));
  const auto minutes = number(text.substr(kOffset + 4, 2));
  if (!hours || !minutes) return std::nullopt;
  return (text[kOffset] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

bool has_an_hour(std::string_view rfc3339) {
  const auto clock = parse(rfc3339) ? clock_of(rfc3339) : std::string();
  return !clock.empty() && clock != "00:00";
}

const char* month_name(const Civil& civil) { return kMonths[static_cast<unsigned>(civil.day.month()) - 1]; }
unsigned day_number(const Civil& civil) { return static_cast<unsigned>(civil.day.day()); }

}  // namespace

std::string clock_of(std::string_view rfc3339) {
  const auto civil = parse(rfc3339);
  return civil ? civil->clock : sanitise_line(rfc3339);
}

std::string day_of(std::string_view rfc3339) {
  return parse(rfc3339) ? std::string(rfc3339.substr(0, kDayLength)) : sanitise_line(rfc3339);
}

std::string long_day(std::string_view rfc3339) {
  const auto civil = parse(rfc3339);
  if (!civil) return rfc3339.empty() ? "no date" : sanitise_line(rfc3339);
  const std::chrono::weekday weekday{std::chrono::sys_days(civil->day)};
  return fmt::format("{} {} {} {}", kWeekdays[weekday.c_encoding()], day_number(*civil), month_name(*civil),
                     static_cast<int>(civil->day.year()));
}

std::string near(std::string_view rfc3339, std::string_view reference_day) {
  const auto civil = parse(rfc3339);
  if (!civil) return sanitise_line(rfc3339);
  if (rfc3339.substr(0, kDayLength) == reference_day.substr(0, kDayLength)) return civil->clock;
  const std::string month = std::string(month_name(*civil)).substr(0, 3);
  const auto reference = parse(reference_day.substr(0, kDayLength));
  const bool other_year = reference && reference->day.year() != civil->day.year();
  const auto year = other_year ? fmt::format(" {}", static_cast<int>(civil->day.year())) : std::string();
  return fmt::format("{} {}{}{}{}", day_number(*civil), month, year, civil->clock.empty() ? "" : " ", civil->clock);
}

std::string about(std::string_view on, bool day_only) {
  const auto civil = parse(on);
  if (!civil) return sanitise_line(on);
  const auto clock = day_only || civil->clock.empty() ? std::string() : " " + civil->clock;
  return fmt::format("{} {} {}{}", day_number(*civil), month_name(*civil), static_cast<int>(civil->day.year()), clock);
}

std::optional<std::int64_t> days_of(std::string_view date) {
  const auto civil = parse(date.substr(0, kDayLength));
  if (!civil) return std::nullopt;
  return std::chrono::sys_days(civil->day).time_since_epoch().count();
}

std::string day_text(std::int64_t days) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(days))};
  return fmt::format("{} {} {}", static_cast<unsigned>(day.day()),
                     std::string_view(kMonths[static_cast<unsigned>(day.month()) - 1]).substr(0, 3),
                     static_cast<int>(day.year()));
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  if (::localtime_r(&now, &local) == nullptr) return "1970-01-01";
  return fmt::format("{:04}-{:02}-{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday);
}

std::string day_and_hour(std::string_view rfc3339) {
  return day_of(rfc3339) + (has_an_hour(rfc3339) ? " " + clock_of(rfc3339) : "");
}

std::string long_day_and_hour(std::string_view rfc3339) {
  return long_day(rfc3339) + (has_an_hour(rfc3339) ? ", " + clock_of(rfc3339) : "");
}

bool lies_ahead(std::string_view rfc3339) {
  const auto civil = parse(rfc3339);
  if (!civil) return false;
  const auto offset = offset_minutes(rfc3339);
  if (civil->clock.empty() || !offset) return day_of(rfc3339) > today();
  const auto hour = number(rfc3339.substr(11, 2));
  const auto minute = number(rfc3339.substr(14, 2));
  const auto moment =
      std::chrono::sys_days(civil->day) + std::chrono::hours(*hour) + std::chrono::minutes(*minute - *offset);
  return moment > std::chrono::sys_seconds(std::chrono::seconds(std::time(nullptr)));
}

std::string period_text(std::string_view period) {
  if (period.size() > kDayLength && period[kDayLength] == '.') period = period.substr(0, kDayLength);
  const auto year = number(period.substr(0, 4));
  if (!year || period.size() < 7 || period[4] != '-') return sanitise_line(period);
  const auto which = number(period.substr(period[5] == 'W' || period[5] == 'Q' ? 6 : 5));
  if (period[5] == 'W' && period.size() == 8 && which) return fmt::format("week {} of {}", *which, *year);
  if (period[5] == 'Q' && period.size() == 7 && which) return fmt::format("quarter {} of {}", *which, *year);
  if (period.size() == 7 && which && *which >= 1 && *which <= 12) {
    return fmt::format("{} {}", kMonths[static_cast<std::size_t>(*which) - 1], *year);
  }
  return period.size() == kDayLength ? about(period, true) : sanitise_line(period);
}

}  // namespace duolog::client
