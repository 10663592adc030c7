// standing.h: where a thing stands that waits for something: a promise until it is kept or owned, a plan until the
// other has accepted it, a need until it is answered. What settles it is a remark: by its author where it is a step of
// the practice, by the other where it is a way to answer.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/report.h"

namespace duolog::journal {

// kOpen, or the manner that has settled it; empty: it waits for nothing. May cost a merge of the view.
std::string standing_of(const Journal& journal, const Noted& noted);

// Every way in which this person can say something about it: a plain reply first.
std::vector<practice::Manner> manners_for(const Journal& journal, const Noted& noted);

// Whose turn it is in a practice that goes in turns: whoever wrote or passed last has given it to the other. nullopt:
// nobody has begun, and the practice is one for when it is needed.
struct Turn {
  bool mine = false;
};
std::optional<Turn> turn_of(const Journal& journal, const practice::Practice& practice);

}  // namespace duolog::journal
