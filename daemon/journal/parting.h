// parting.h: journals that their person has left, as others of this room and control see them. Leaving itself is
// Shelf::part() and Shelf::forget().
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/shelf.h"

namespace duolog::journal {

// Visible journals that somebody still writes in, the notebook first. Nothing of the others is asked, counted or
// remembered unasked.
std::vector<const Journal*> living(const Shelf& shelf);

// Which one is meant to be left: by its name; without one, the only one that is shared. Throws Refusal: kNoSuchJournal,
// kNoJournalYet, kAmbiguous (`candidates`: names), kNotItsKind (the notebook).
const Journal& to_be_left(const Shelf& shelf, const std::string& name);

// How a journal stands that may be left.
struct Leaving {
  std::string journal;
  std::string other;
  bool parted = false;
  std::uint64_t entries = 0;
  std::uint64_t entries_of_mine = 0;
  std::uint64_t attachments_lacking = 0;
  std::uint64_t not_delivered = 0;
  std::uint64_t other_devices = 0;  // of this person
};
Leaving look_at_leaving(const Shelf& shelf, const Journal& journal);

// A device of the other holds all of this device's log there.
bool holds_all_of_ours(const Shelf& shelf, const JournalId& journal);

}  // namespace duolog::journal
