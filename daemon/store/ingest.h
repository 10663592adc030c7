// ingest.h: what may enter the log from outside: runs of records, and proofs that a chain has forked.
//
// Judging writes nothing and throws nothing over the bytes it is given. Inside this room only.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/store/chains.h"

namespace duolog::store {

// What a run would do to the chain. `verdict` is complete; with kStored and kBodies the rest says what to write.
struct Judgement {
  Accepted accepted;
  std::span<const crypto::Record> fresh;                                // continues the chain
  std::vector<RecordId> ids;                                            // of `fresh`
  std::vector<std::pair<std::uint64_t, const crypto::Record*>> bodies;  // held until now without theirs
  const crypto::Record* mended = nullptr;  // the run's only record, at accepted.first: its head was lost here
};
Judgement judge(Chains& chains, const Chain& chain, std::uint64_t start_seq, std::span<const crypto::Record> run);

// Two runs of heads of this device, chained from one place, that differ at once and end in valid signatures.
bool proof_holds(Chains& chains, const Chain& chain, const ForkProof& proof);

// Our heads from `from_seq` to the first whose signature holds; empty when there is none.
std::vector<crypto::SignedHeader> evidence(Chains& chains, const Chain& chain, std::uint64_t from_seq);

}  // namespace duolog::store
