// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/dates.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <span>
#include <string>

#include "client/unicode.h"

namespace duolog::client {
namespace {

constexpr std::array kMonths = {"january", "february", "march",     "april",   "may",      "june",
                                "july",    "august",   "september", "october", "november", "december"};
constexpr std::array kWeekdays = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::int64_t kMinuteMs = 60'000;
constexpr int kMostWords = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> number(std::string_view digits) {
  int value = 0;
  if (digits.empty() || digits.size() > 4 || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

// The place of a name, or of its first three letters or more, from 1; 0: none of them.
template <class Names>
int named(const Names& names, std::string_view word) {
  const auto wanted = lowered(word);
  if (wanted.size() < 3) return 0;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (std::string_view(names[i]).starts_with(wanted)) return static_cast<int>(i) + 1;
  return 0;
}

std::vector<std::string_view> parted(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool is_day(const Civil& civil) {
  const auto day = std::chrono::year(civil.year) / civil.month / civil.day;
  return civil.year >= 1 && civil.year <= 9999 && day.ok();
}

// ---- the pieces ----

bool read_numbers(std::string_view word, char between, DateOrder order, Civil& civil) {
  const auto parts = parted(word, between);
  if (parts.size() < 2 || parts.size() > 3) return false;
  std::array<int, 3> value{0, 0, 1};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = number(parts[i]);
    if (!part) return false;
    value[i] = *part;
  }
  const bool year_first = parts[0].size() == 4;
  if (year_first) {
    civil.year = value[0], civil.month = value[1], civil.day = value[2];
    return parts[1].size() <= 2 && (parts.size() == 3 ? parts[2].size() <= 2 : between == '-');
  }
  if (parts.size() != 3 || parts[2].size() != 4 || parts[0].size() > 2 || parts[1].size() > 2) return false;
  if (between == '.') order = DateOrder::kDayFirst;  // nobody writes it otherwise
  if (order == DateOrder::kUnknown && value[0] > 12) order = DateOrder::kDayFirst;
  if (order == DateOrder::kUnknown && value[1] > 12) order = DateOrder::kMonthFirst;
  if (order == DateOrder::kUnknown && value[0] != value[1]) return false;
  civil.year = value[2];
  civil.month = order == DateOrder::kMonthFirst ? value[0] : value[1];
  civil.day = order == DateOrder::kMonthFirst ? value[1] : value[0];
  return true;
}

bool read_day(std::string_view word, DateOrder order, Civil& civil) {
  if (word.ends_with('.') || word.ends_with(',')) word.remove_suffix(1);
  if (word.size() == 8 && std::ranges::all_of(word, is_digit)) {
    civil.year = *number(word.substr(0, 4));
    civil.month = *number(word.substr(4, 2));
    civil.day = *number(word.substr(6, 2));
    return true;
  }
  return read_numbers(word, '-', order, civil) || read_numbers(word, '.', order, civil) ||
         read_numbers(word, '/', order, civil);
}

bool read_offset(std::string_view word, Civil& civil) {
  if (word == "Z" || word == "z" || word == "GMT" || word == "UTC") {
    civil.offset_minutes = 0;
    return true;
  }
  if (word.starts_with("GMT") || word.starts_with("UTC")) word.remove_prefix(3);
  if (word.size() < 3 || (word[0] != '+' && word[0] != '-')) return false;
  std::string digits(word.substr(1));
  std::erase(digits, ':');
  const auto value = number(digits);
  if (!value || (digits.size() != 2 && digits.size() != 4)) return false;
  const int minutes = digits.size() == 2 ? *value * 60 : *value / 100 * 60 + *value % 100;
  if (minutes > 24 * 60) return false;
  civil.offset_minutes = word[0] == '-' ? -minutes : minutes;
  return true;
}

// "14:23", "14:23:05", "14:23:05.123Z", "2:23PM"
bool read_time(std::string_view word, Civil& civil) {
  if (word.ends_with(',')) word.remove_suffix(1);
  auto end = std::ranges::find_if(word, [](char c) { return !is_digit(c) && c != ':' && c != '.'; });
  auto clock = word.substr(0, static_cast<std::size_t>(end - word.begin()));
  const auto rest = word.substr(clock.size());
  clock = clock.substr(0, clock.find('.'));
  const auto parts = parted(clock, ':');
  if (parts.size() < 2 || parts.size() > 3) return false;
  const auto hour = number(parts[0]);
  const auto minute = number(parts[1]);
  const auto second = parts.size() == 3 ? number(parts[2]) : std::optional(0);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return false;
  civil.hour = *hour, civil.minute = *minute, civil.second = std::min(*second, 59);
  civil.has_time = true;
  if (rest.empty()) return true;
  const auto half = lowered(rest);
  if (half == "am" || half == "pm") {
    if (civil.hour < 1 || civil.hour > 12) return false;
    civil.hour = civil.hour % 12 + (half == "pm" ? 12 : 0);
    return true;
  }
  return read_offset(rest, civil);
}

bool read_half(std::string_view word, Civil& civil) {
  const auto half = lowered(word);
  if (!civil.has_time || (half != "am" && half != "pm" && half != "a.m." && half != "p.m.")) return false;
  if (civil.hour < 1 || civil.hour > 12) return false;
  civil.hour = civil.hour % 12 + (half[0] == 'p' ? 12 : 0);
  return true;
}

// "1", "1st", "31,"
std::optional<int> day_number(std::string_view word) {
  while (word.ends_with(',') || word.ends_with('.')) word.remove_suffix(1);
  for (const auto* ending : {"st", "nd", "rd", "th"})
    if (word.size() > 2 && word.ends_with(ending)) word.remove_suffix(2);
  const auto value = word.size() <= 2 ? number(word) : std::nullopt;
  return value && *value >= 1 && *value <= 31 ? value : std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::string_view without_comma(std::string_view word) {
  if (word.ends_with(',') || word.ends_with('.')) word.remove_suffix(1);
  return word;
}

// What a date in words is made of, as far as it has been read.
struct Reader {
  Civil civil;
  DateOrder order;
  bool has_day = false, has_month = false, has_year = false, has_weekday = false, has_half = false;

  bool whole() const { return has_day && has_month && has_year; }

  bool take(std::string_view word) {
    if (!has_weekday && !whole() && named(kWeekdays, without_comma(word)) != 0) return has_weekday = true;
    if (const int month = named(kMonths, without_comma(word)); !has_month && month != 0) {
      civil.month = month;
      return has_month = true;
    }
    if (!whole() && !has_day && !has_month && read_day(word, order, civil))
      return has_day = has_month = has_year = true;
    if (const auto day = day_number(word); !has_day && day) {
      civil.day = *day;
      return has_day = true;
    }
    if (const auto year = number(without_comma(word));
        !has_year && has_month && year && without_comma(word).size() == 4) {
      civil.year = *year;
      return has_year = true;
    }
    if (!whole()) return false;
    if (!civil.has_time && (lowered(word) == "at" || word == "-" || word == "|")) return true;
    if (!civil.has_time) return read_time(word, civil);
    if (!has_half && read_half(word, civil)) return has_half = true;
    return !civil.offset_minutes && read_offset(word, civil);
  }
};

std::optional<Civil> read_words(std::span<const std::string_view> words, DateOrder order) {
  Reader reader{{}, order};
  for (const auto word : words)
    if (!reader.take(word)) return std::nullopt;
  if (!reader.whole() || !is_day(reader.civil)) return std::nullopt;
  return reader.civil;
}

// 2019-01-31T14:23 in two words.
std::string without_t(std::string_view text) {
  std::string out(text);
  const auto begin = out.find_first_not_of(" \t");
  const std::size_t at = begin == std::string::npos ? out.size() : begin + 10;
  if (at + 1 < out.size() && (out[at] == 'T' || out[at] == 't') && is_digit(out[at + 1]) && is_digit(out[at - 1]))
    out[at] = ' ';
  return out;
}

// ---- what time it was there ----

std::optional<std::int32_t> offset_in(std::string_view zone, std::int64_t at_ms) {
  Civil fixed;
  if (read_offset(zone, fixed)) return fixed.offset_minutes;
  try {
    const auto* found = date::locate_zone(std::string(zone));
    const date::sys_seconds at{std::chrono::seconds(at_ms / 1000)};
    return static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::minutes>(found->get_info(at).offset).count());
  } catch (const std::exception&) {  // no zone of that name, or no zones at all on this computer
    return std::nullopt;
  }
}

std::int32_t offset_here(std::int64_t at_ms) {
  const auto seconds = static_cast<std::time_t>(at_ms / 1000);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr) return 0;
  return static_cast<std::int32_t>(local.tm_gmtoff / 60);
}

// The moment with this civil time: the offset of a first guess is right but for the hours around a change.
template <class OffsetAt>
When settled(const Civil& civil, OffsetAt&& offset_at) {
  const auto local = civil_ms(civil);
  auto offset = offset_at(local);
  offset = offset_at(local - offset * kMinuteMs);
  return {local - offset * kMinuteMs, offset, !civil.has_time};
}

}  // namespace

std::int64_t civil_ms(const Civil& civil) {
  const std::chrono::sys_days day{std::chrono::year(civil.year) / civil.month / civil.day};
  const auto seconds =
      std::int64_t{day.time_since_epoch().count()} * 86'400 + civil.hour * 3600 + civil.minute * 60 + civil.second;
  return seconds * 1000;
}

std::optional<Civil> parse_date(std::string_view text, DateOrder order) {
  const auto spaced = without_t(text);
  const auto words = words_of(spaced);
  if (words.empty() || words.size() > kMostWords) return std::nullopt;
  return read_words(words, order);
}

std::optional<std::pair<Civil, std::size_t>> date_at_front(std::string_view text, DateOrder order) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  std::optional<std::pair<Civil, std::size_t>> longest;
  std::size_t end = 0;
  for (int word = 0; word < 3 && end < text.size(); ++word) {  // a day, a time, AM or PM
    end = std::min(text.find_first_of(" \t", text.find_first_not_of(" \t", end)), text.size());
    auto taken = text.substr(0, end);
    if (taken.ends_with(':')) taken.remove_suffix(1);
    const auto date = parse_date(taken, order);
    if (date) longest = std::pair(*date, end);
    if (text.find_first_not_of(" \t", end) == std::string_view::npos) break;
  }
  return longest;
}

std::optional<When> when_in(const Civil& civil, std::string_view zone) {
  if (civil.offset_minutes && zone.empty())
    return When{civil_ms(civil) - *civil.offset_minutes * kMinuteMs, *civil.offset_minutes, !civil.has_time};
  if (civil.offset_minutes) return when_at(civil_ms(civil) - *civil.offset_minutes * kMinuteMs, zone);
  if (zone.empty()) return when_here(civil);
  if (!offset_in(zone, civil_ms(civil))) return std::nullopt;
  return settled(civil, [&](std::int64_t at) { return offset_in(zone, at).value_or(0); });
}

std::optional<When> when_at(std::int64_t at_ms, std::string_view zone) {
  const auto offset = offset_in(zone, at_ms);
  if (!offset) return std::nullopt;
  return When{at_ms, *offset, false};
}

When when_here(const Civil& civil) { return settled(civil, offset_here); }
When when_here(std::int64_t at_ms) { return {at_ms, offset_here(at_ms), false}; }

}  // namespace duolog::client
