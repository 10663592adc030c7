// doors.h: all that a person can be shown, through every door that the journal has for reading; and of it what two
// people must be shown alike.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/simulation/ledger.h"

namespace duolog::simulation {

// What was found behind the doors.
struct Shown {
  Marks marks;              // of all words …
  Marks past;               // … but for what entries were before
  std::set<RecordId> read;  // answers and letters of the other of which something can be read
  std::set<std::pair<std::string, std::string>> drawn;  // practice and period of numbers of the other in trends
};
// `whole`: also the doors that cost most: today, and each item by itself.
Shown look_through_doors(Household& house, bool whole);
// What a watcher was told.
void look_at(const journal::News& news, Shown& shown);

// Everything in the shared journal that is no person's own view of it, a line for each thing: where two households hold
// the same, they say the same. What is sealed is only said to be there, and so is what was `leaked`: a key that came
// too early shows something to whoever has answered.
std::vector<std::string> alike(Household& house, const JournalId& journal, const std::set<RecordId>& leaked);

}  // namespace duolog::simulation
