// devices.h: what the notebook and the journals still have to be told of a person's devices, by comparing what each of
// them knows. Pure: recomputed after every fold, so that a stop at any point only delays it.
//
//   a journal ──removals──► the notebook ──who is a member, who was removed──► every journal
//
// Spec: proto/README.md section 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/membership.h"
#include "daemon/journal/roster.h"

namespace duolog::journal {

struct Untold {
  std::vector<DeviceId> removed;  // to be told before anybody is added, and before a secret is written
  std::vector<DeviceId> added;
};

// What one journal, or the notebook, knows of members.
struct Known {
  const Membership& members;
  const Roster& roster;
  const std::map<DeviceId, std::uint64_t>& folded;  // up to where each log was read
};

// The writer of an epoch knew that all of `surely` are gone, and of these also some; or it cannot be told. Of more than
// kGoneTried that perhaps were, only the first ones are tried.
bool says_gone(const crypto::EpochMeta& meta, const std::vector<DeviceId>& surely,
               const std::vector<DeviceId>& perhaps);

// The writer of an epoch knew of every device of this person that is removed.
bool knew_of_removals(const RootId& person, const Membership& members, const crypto::EpochMeta& meta);

// The notebook lacks removals that another journal knows, of devices that the notebook has ever known (else whoever has
// a lost device could fill it), by devices that it has ever known (else whoever came back into that journal with stolen
// words could part a person's own devices), and those that follow from one: of its devices for which only the removed
// one vouches.
// And it lacks devices that came by their chain alone, as whoever let them in is lost: over live members, and removed
// nowhere.
Untold untold_in_notebook(const RootId& person, const Known& notebook, const std::vector<Known>& journals);

// A journal lacks what the notebook knows; and removals of its own devices for which, as the notebook knows, only a
// removed one vouches.
Untold untold_in_journal(const RootId& person, const Known& notebook, const Membership& journal);

}  // namespace duolog::journal
