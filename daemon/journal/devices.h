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

// The notebook lacks removals that another journal knows, and those that follow from one: of devices that only the
// removed one vouches for. And it lacks devices that came by their chain alone, as whoever let them in is lost: over
// live members.
Untold untold_in_notebook(const RootId& person, const Known& notebook, const std::vector<Known>& journals);

// A journal lacks what the notebook knows.
Untold untold_in_journal(const RootId& person, const Membership& notebook, const Membership& journal);

}  // namespace duolog::journal
