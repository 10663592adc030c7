// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/sieve.h"

#include <algorithm>
#include <array>
#include <limits>

#include "daemon/journal/items.h"
#include "daemon/journal/versions.h"

namespace duolog::journal {
namespace {

template <class Value>
const Value* field_of(const std::optional<Form>& form, std::string_view id) {
  if (!form) return nullptr;
  for (const FieldValue& field : *form)
    if (field.id == id) return std::get_if<Value>(&field.value);
  return nullptr;
}

// What follows a year or a month, as a day; empty: nothing that can be written does.
std::string day_after(std::string_view span) {
  constexpr std::size_t kYear = 4;
  int year = 0;
  for (const char c : span.substr(0, kYear)) year = year * 10 + (c - '0');
  int month = 1;
  if (span.size() > kYear) month = (span[5] - '0') * 10 + (span[6] - '0') + 1;
  if (span.size() == kYear || month > 12) {
    ++year;
    month = 1;
  }
  if (year > 9999) return {};
  std::string day = std::to_string(year);
  day.insert(0, kYear - day.size(), '0');
  return day + (month < 10 ? "-0" : "-") + std::to_string(month) + "-01";
}

bool is_long_span(std::string_view text) {
  constexpr std::string_view kForm = "0000-00";
  if (text.size() != 4 && text.size() != kForm.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (kForm[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  return true;
}

}  // namespace

std::optional<CivilSpan> civil_span(std::string_view text, std::int64_t now_ms, const Zone& zone) {
  const bool spans = is_long_span(text);
  const std::string day(text);
  const auto first = parse_moment(!spans ? day : day.size() == 4 ? day + "-01-01" : day + "-01", now_ms, zone);
  if (!first) return std::nullopt;
  const std::int64_t from = civil_ms(*first);
  if (!spans) return CivilSpan{from, from + (first->day_only ? kDayMs - 1 : 0)};
  const auto next = parse_moment(day_after(text), now_ms, zone);
  return CivilSpan{from, next ? civil_ms(*next) - 1 : std::numeric_limits<std::int64_t>::max()};
}

bool is_kind(std::string_view kind) {
  constexpr std::array kKinds{ItemKind::kEntry,  ItemKind::kAnswer,     ItemKind::kLetter,
                              ItemKind::kRemark, ItemKind::kUnreadable, ItemKind::kNewer};
  return std::any_of(kKinds.begin(), kKinds.end(), [&](ItemKind one) { return kind == name(one); });
}

bool is_of_kind(const Noted& noted, std::string_view kind) {
  if (kind.empty()) return true;
  if (kind == name(ItemKind::kEntry)) return noted.is_entry();
  if (kind == name(ItemKind::kAnswer)) return noted.is_answer();
  if (kind == name(ItemKind::kLetter)) return noted.is_letter();
  if (kind == name(ItemKind::kRemark)) return noted.is_remark();
  if (kind == name(ItemKind::kNewer)) return std::holds_alternative<Newer>(noted.what);
  return std::holds_alternative<Unreadable>(noted.what);
}

std::optional<Form> open_letter(const Journal& journal, const Noted& noted) {
  if (!noted.is_letter()) return std::nullopt;
  Answers::Look look = journal.answers().look(noted.id);
  return look.published ? std::move(look.form) : std::nullopt;
}

bool has_tag(const Journal& journal, const Noted& noted, std::string_view tag) {
  const std::string_view wanted = tag.substr(tag.starts_with('#') ? 1 : 0);
  const auto in = [&](const std::vector<std::string>& tags) {
    return std::find(tags.begin(), tags.end(), wanted) != tags.end();
  };
  for (const Entry* one : shown_of(noted))
    if (in(one->tags)) return true;
  const auto letter = open_letter(journal, noted);
  const auto* tags = field_of<std::vector<std::string>>(letter, "tags");
  return tags != nullptr && in(*tags);
}

std::uint32_t mood_of(const Journal& journal, const Noted& noted) {
  if (const auto* entry = std::get_if<Entry>(&noted.what)) return entry->mood;
  const auto letter = open_letter(journal, noted);
  const auto* mood = field_of<std::int32_t>(letter, "mood");
  return mood != nullptr && *mood > 0 ? std::min(static_cast<std::uint32_t>(*mood), kBestMood) : 0;
}

bool needs_words(const Filter& filter) { return !filter.tag.empty() || !filter.tags.empty() || filter.mood != 0; }

bool words_pass(const Journal& journal, const Noted& noted, const Filter& filter) {
  const auto has = [&](const std::string& tag) { return has_tag(journal, noted, tag); };
  if (!filter.tag.empty() && !has(filter.tag)) return false;
  if (filter.mood != 0 && mood_of(journal, noted) != filter.mood) return false;
  return std::all_of(filter.tags.begin(), filter.tags.end(), has);
}

bool may_pass(const Line& line, const Filter& filter) {
  return filter.mood == 0 || line.kind == Kind::kLetter || line.mood == filter.mood;
}

std::optional<Moment> moment_of(const Noted& noted) {
  if (!noted.written_ms) return std::nullopt;
  if (const auto* entry = std::get_if<Entry>(&noted.what); entry != nullptr && entry->about) return entry->about;
  return Moment{*noted.written_ms, noted.offset_minutes};
}

}  // namespace duolog::journal
