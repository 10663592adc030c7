// held_there.h: what one device is known to hold of a journal: by the last session that it compared its logs in, and by
// what the last event that it wrote says to have seen. For whoever carries it the rest by hand.
//
// Kept in LocalState; losing it costs that more is carried than is needed.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "daemon/journal/journal.h"

namespace duolog::journal {

struct HeldThere {
  std::map<DeviceId, std::uint64_t> logs;  // up to which seq, with every body
  std::optional<EpochId> epoch;            // the deepest whose secret it surely has
};

// `by` has compared its logs with ours and holds them up to here.
void remember_held_there(store::LocalState& state, const store::SealedLog& log, const Journal& journal,
                         const DeviceId& by, const store::Frontier& frontier);
HeldThere held_there(const store::LocalState& state, const store::SealedLog& log, const Journal& journal,
                     const DeviceId& by);

// "held/<journal>/": what remember_held_there() keeps.
std::string held_there_prefix(const JournalId& journal);

}  // namespace duolog::journal
