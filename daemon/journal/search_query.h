// search_query.h: what somebody looks for, as a tree; whether a text has it, and where; and the same tree as an index
// takes it.
//
//   lake cold            both words, anywhere                "the cold lake"    these words in this order
//   swim*                swim, swims, swimming               lake OR river      either
//   lake -swans          without; NOT swans is the same      (lake OR river) cold
//   tag:us from:bo kind:letter mood:4-5 since:2026-03 until:2026 in:notebook
//
// Operators are operators in capitals alone, and only where they have something to work on. Whatever cannot be read so
// is taken as plain words: an apostrophe, a quote that is never closed, a field with a value it cannot have. NOT binds
// closer than AND, which may be left out, and AND closer than OR.
// Pure: text in, values out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>

#include "daemon/journal/search_text.h"

namespace duolog::journal {

inline constexpr std::size_t kQueryLimit = 1024;  // bytes
inline constexpr int kQueryDepth = 8;  // parentheses and negations; deeper ones are overlooked (FTS5 takes 15)

enum class Field { kTag, kFrom, kKind, kMood, kSince, kUntil, kIn };

struct Node {
  enum class What { kAnd, kOr, kNot, kPhrase, kField };
  What what = What::kPhrase;
  std::vector<Node> children;  // kAnd, kOr: two or more; kNot: one

  // kPhrase: tokens side by side, in Folded::pairs or Folded::words. At least one.
  std::vector<std::string> tokens;
  bool in_pairs = false;
  bool prefix = false;          // the last token is the beginning of one
  std::uint32_t phrase_no = 0;  // counted from 0 in the order in which they were typed

  // kField
  Field field = Field::kTag;
  std::string value;  // not empty
};

// Whether a field can have this value, and whether a record's field has it.
using FieldTest = std::function<bool(Field, std::string_view)>;

// nullopt: there is nothing in it to look for. Throws Refusal: kTooLong.
std::optional<Node> parse_query(std::string_view text, const FieldTest& possible);

bool matches(const Node& query, const Folded& text, const FieldTest& holds);

// Where a phrase of the query stands in the original, those below a NOT left out: sorted, at most kMostHits.
inline constexpr std::size_t kMostHits = 4096;
struct Hit {
  ByteRange at;
  std::uint32_t phrase_no = 0;
};
std::vector<Hit> hits_in(const Node& query, const Folded& text);

// For MATCH on an FTS5 table whose columns `words` and `pairs` are fed the streams of that name, tokenizer "ascii".
struct MatchText {
  std::string text;   // empty: any row may match
  bool exact = true;  // false: rows are found that do not match, for the tree has fields or is broad; ask matches()
};
// `is_broad`: so much begins with this that an index should not be asked for it; absent: nothing does.
using IsBroad = std::function<bool(std::string_view prefix)>;
MatchText match_text(const Node& query, const IsBroad& is_broad = {});
// What surely finds whatever has this tag, and more. Empty: there is no word in it.
std::string match_tag(std::string_view tag);

}  // namespace duolog::journal
