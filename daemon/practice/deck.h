// deck.h: the question of the day: the same on both devices, with no message.
//
// What both hold decides: the deck, a seed made at the journal's birth, the couple's date, and how deep they have gone
// since its founding day. Each depth is a deck of its own, in an order drawn anew for every passing; a day takes the
// next question of the depth that is due. So no question comes back before its depth is through, and whatever depth the
// two agree on tomorrow chooses between depths, never between the questions of one. A deck that has grown since changes
// nothing of a passing that had begun: `since` says from when on a question may be drawn.
// Pure. Spec: proto/README.md section 3.10.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "crypto/epoch.h"
#include "daemon/practice/day.h"
#include "daemon/practice/practice.h"

namespace duolog::practice {

inline constexpr std::uint32_t kDeepest = 3;

struct Question {
  std::string id;           // never changes, is never used again
  std::uint32_t depth = 1;  // 1 light, 2 closer, 3 deep
  std::string text;
  std::vector<std::string> meant_for;  // kinds of relationship; empty: all
  Day since = 0;                       // drawn in passings that begin on this day or later
};

class Deck {
 public:
  explicit Deck(std::string_view toml);  // throws BadPractice
  [[nodiscard]] const Question* find(std::string_view id) const;
  [[nodiscard]] const std::vector<Question>& all() const { return all_; }
  // What a passing that begins on `day` goes through.
  [[nodiscard]] std::vector<const Question*> pool(std::uint32_t depth, std::string_view relationship, Day day) const;

 private:
  std::vector<Question> all_;
};
const Deck& deck();  // that comes with the house

// From this day on they go as deep as this.
struct Depth {
  Day from = 0;
  std::uint32_t depth = 1;
};

// With depth 1 every day has a light question, with 2 light and closer ones take turns, and so with 3.
struct Depths {
  Day founded = 0;             // the day from which on questions are counted
  std::vector<Depth> changes;  // in the order of their days; before the first, light
};

// A day before the founding day, which was set by a clock that was ahead then, is counted from 1970 on. nullptr: before
// that, or centuries later.
const Question* question_of(const Deck& deck, const crypto::QuestionSeed& seed, std::string_view relationship,
                            const Depths& depths, Day day);

}  // namespace duolog::practice
