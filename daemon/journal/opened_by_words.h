// opened_by_words.h: what the 24 words open of a journal whose records are here: its epochs, by the slots that every
// one of them has for the roots. Spec: proto/README.md sections 3.3 and 3.8.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/readmission.h"
#include "daemon/journal/roster.h"

namespace duolog::journal {

// An epoch's record, as it lies in a log or was sent.
struct SealedEpoch {
  EpochId id;
  std::uint32_t depth = 0;
  Bytes body;
};

// Places of a log at which an epoch of `wanted` stands, in their order, at most so many. A damaged place ends the
// reading.
std::vector<std::uint64_t> epochs_in(const store::SealedLog& log, const JournalId& journal,
                                     const store::FrontierEntry& chain, std::size_t limit,
                                     const std::function<bool(const EpochId&)>& wanted);
// nullopt: none stands there, or its body is not here.
std::optional<SealedEpoch> epoch_at(const store::SealedLog& log, const JournalId& journal, const DeviceId& author,
                                    std::uint64_t seq);

// Those that the words open, as deep as they go, behind epoch zero.
std::vector<crypto::EpochSecret> open_epochs(std::span<const SealedEpoch> sealed, crypto::EpochSecret zero,
                                             const JournalId& journal, const crypto::RootKeys& root);

// A notebook that came back, awaited, and how far its logs go. nullopt: there is no first epoch that the words open.
// REQUIRES: `genesis` names this root alone; those who wrote the logs stand in `roster`.
std::optional<Returned::Journal> notebook_by_words(const store::SealedLog& log, const Roster& roster,
                                                   const crypto::Genesis& genesis, const crypto::RootKeys& root);

}  // namespace duolog::journal
