// practice.h: a guided exercise two people do, as data: what it asks, how often, and who may read what when.
//
// What is stored of an answer is its practice's id, its period and its fields by id, so a practice may change its
// words without a change of what was written before. Practices are read from TOML: practice_file.h.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace duolog::practice {

template <class List>
bool is_one_of(std::string_view word, const List& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// Kinds of relationship for which words may differ.
inline constexpr std::array<std::string_view, 3> kRelationships{"partner", "friend", "family"};

enum class FieldKind { kText, kScale, kList, kChoice, kDay, kTime };
std::string_view name(FieldKind kind);  // "text", "scale", "list", "choice", "day", "time"

struct Choice {
  std::string id;  // what is stored
  std::string label;
};

struct FormField {
  std::string id;
  std::string question;
  FieldKind kind = FieldKind::kText;
  bool optional = false;
  std::int32_t low = 0;  // of a scale
  std::int32_t high = 0;
  std::string low_means;
  std::string high_means;
  std::string trend;            // of a scale: drawn over time under this name; empty: not drawn
  std::vector<Choice> choices;  // of a choice; of a list: every item is one of these, none twice (a ranking)
  std::uint32_t at_least = 0;   // of a list
  std::uint32_t at_most = 0;    // of a list; 0: kFieldItemLimit
};

enum class Rhythm { kDaily, kWeekly, kMonthly, kQuarterly, kWhenNeeded };
std::string_view name(Rhythm rhythm);  // "daily", "weekly", "monthly", "quarterly", "when needed"
enum class Sharing { kOpen, kSealedUntilBoth, kInTurns, kPrivate };
std::string_view name(Sharing sharing);  // "open", "sealed until both", "in turns", "private"

// A way in which somebody may answer an item, or in which its author may follow it up.
struct Manner {
  std::string manner;  // "boundary"
  std::string label;   // "say where my limit is"
  std::string ask;     // what is asked for its text
  bool optional = false;
};

struct Practice {
  std::string id;
  std::string title;
  std::string why;         // one paragraph
  std::string before;      // said before the first question; may be empty, as the next two
  std::string afterwards;  // said after saving
  std::string gentle;      // said where a text holds "you always" or "you never"
  Rhythm rhythm = Rhythm::kWeekly;
  Sharing sharing = Sharing::kOpen;
  bool at_least_one = false;  // all fields are optional, and one must be filled all the same
  std::vector<FormField> fields;
  std::vector<Manner> replies;  // how the other may answer
  std::vector<Manner> steps;    // how its author may follow it up
};

// One field as it was filled: a text, a choice's id, a day or a time (as day.h writes them), a number of a scale, or
// the items of a list.
struct FieldValue {
  std::string id;
  std::variant<std::string, std::int32_t, std::vector<std::string>> value;
  bool operator==(const FieldValue&) const = default;
};
using Form = std::vector<FieldValue>;
// The text or choice that stands in this field; empty: none.
std::string_view text_in(const Form& form, std::string_view field);

inline constexpr std::size_t kFieldTextLimit = 64 << 10;  // bytes of one text
inline constexpr std::size_t kFieldItemLimit = 64;        // items of a list

// What does not fit a form.
struct Unfit : std::runtime_error {
  Unfit(std::string of, const char* reason, std::size_t at = 0)
      : std::runtime_error("unfit: " + of + ": " + reason), field(std::move(of)), why(reason), offset(at) {}

  std::string field;
  // "missing", "unknown", "twice", "range", "kind", "choice", "too few", "too many", "too long", "not UTF-8", "day",
  // "time", "empty"
  std::string why;
  std::size_t offset;  // of the first byte that is not UTF-8
};

// The form in the practice's order, without the optional fields that were left empty. Throws Unfit. "empty": at least
// one of the fields is wanted (`field` is the first).
Form fill(const Practice& practice, const std::vector<FieldValue>& values);

}  // namespace duolog::practice
