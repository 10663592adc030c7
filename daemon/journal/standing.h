// standing.h: where a thing stands that waits for something: a promise until it is kept or owned, a plan until the
// other has accepted it, a need until it is answered. What settles it is a remark: by its author where it is a step of
// the practice, by the other where it is a way to answer. Whoever is alone closes what they have a step for; the rest
// waits for nothing there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/report.h"

namespace duolog::journal {

// kOpen, or the manner that has settled it; kSuggested: it waits for its author; empty: it waits for nothing.
std::string standing_of(const Journal& journal, const Noted& noted);

// Every way in which this person can say something about it: a plain reply first.
std::vector<practice::Manner> manners_for(const Journal& journal, const Noted& noted);

bool settles(std::string_view manner);  // of a way to answer: nothing waits any more then

// Saying it closes what waits: a way to answer or a step. Thanks settle a gesture, and nothing waits for them.
bool closes(std::string_view manner);

// In a practice that goes in turns a move is an answer, or passing; without periods also a reply that settles it.
struct Move {
  std::string period;
  bool mine = false;
};
struct Turn {
  bool mine = false;
};
// `moves`: of one practice, in order. In a period each has one turn; who begins changes from one to the next, `first`
// says whether this person begins the first of all. nullopt: both have had theirs.
std::optional<Turn> turn_in(const std::string& period, const std::vector<Move>& moves, bool first);
// Without periods: one begins, the other answers, and nobody waits until one begins again.
std::optional<Turn> turn_after(const std::vector<Move>& moves);

}  // namespace duolog::journal
