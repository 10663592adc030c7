// practice.h: a guided exercise two people do, as data: what it asks, how often, and who may read what when.
//
// What is stored of an answer is its practice's id, its period and its fields by id, so a practice may change its
// words or come from a file one day without a change of what was written before.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace duolog::journal {

enum class FieldKind { kText, kScale, kList, kChoice };
std::string_view name(FieldKind kind);  // "text", "scale", "list", "choice"

struct FormField {
  std::string id;
  std::string question;
  FieldKind kind = FieldKind::kText;
  std::int32_t low = 0;  // of a scale
  std::int32_t high = 0;
  bool optional = false;
  std::vector<std::string> choices;
  std::uint32_t at_least = 0;  // of a list
};

enum class Rhythm { kDaily, kWeekly, kMonthly, kQuarterly, kWhenNeeded };
enum class Sharing { kOpen, kSealedUntilBoth, kInTurns, kPrivate };

struct Practice {
  std::string id;
  std::string title;
  std::string why;  // one paragraph
  Rhythm rhythm = Rhythm::kWeekly;
  Sharing sharing = Sharing::kOpen;
  std::vector<FormField> fields;
};

const std::vector<Practice>& built_in_practices();
const Practice* find_practice(std::string_view id);  // null: none of that name

// One field as it was filled: a text or choice, a number of a scale, or the items of a list.
struct FieldValue {
  std::string id;
  std::variant<std::string, std::int32_t, std::vector<std::string>> value;
  bool operator==(const FieldValue&) const = default;
};
using Form = std::vector<FieldValue>;

inline constexpr std::size_t kFieldTextLimit = 64 << 10;  // bytes of one text
inline constexpr std::size_t kFieldItemLimit = 64;        // items of a list

// The form in the practice's order, without the optional fields that were left empty.
// Throws Refusal(kBadField): `detail` is the field's id and candidates[0] one of "missing", "unknown", "twice",
// "range", "kind", "choice", "too few", "too many"; Refusal(kTooLong) and Refusal(kBadUtf8) name the field likewise.
Form fill(const Practice& practice, const std::vector<FieldValue>& values);

}  // namespace duolog::journal
