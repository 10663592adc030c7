// sealed_log.h: what was written, by whom, in order; never what it says.
//
// For every journal and every device in it one chain of records. accept() stores a run only if it continues its
// author's chain AND its last signature verifies; anything else is refused whole. What append() and accept() have
// returned survives a power cut. Nothing here can open a record.
// Spec: proto/README.md sections 3.2 and 3.5.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>

#include "crypto/record.h"
#include "daemon/store/database.h"

namespace duolog::store {

struct FrontierEntry {
  DeviceId device;
  std::uint64_t seq = 0;  // held without a gap up to here; 0: nothing yet
  RecordId head;          // the record at seq; first_prev() when seq is 0
  bool operator==(const FrontierEntry&) const = default;
};
using Frontier = std::vector<FrontierEntry>;  // sorted by device

// A device's chain has two branches. Each run of heads begins at `start_seq`, the lowest seq where they differ, and
// ends in a valid signature.
struct ForkProof {
  DeviceId device;
  std::uint64_t start_seq = 0;
  std::vector<crypto::SignedHeader> ours;
  std::vector<crypto::SignedHeader> theirs;
};

struct Accepted {
  enum class Verdict {
    kStored,  // durable; first..last are new
    kBodies,  // nothing longer, but bodies that were missing are now here
    kNothingNew,
    kGap,            // begins after our head + 1: ignored without blame
    kUnknownDevice,  // never admitted
    kFrozen,         // above the device's freeze or cut: ignored
    kRefused,        // `why`: the sender is at fault, end the connection
    kFork,           // valid signatures on both branches: `fork` proves it; the caller freezes
  };
  Verdict verdict = Verdict::kNothingNew;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string why;
  std::optional<ForkProof> fork;
};

class SealedLog {
 public:
  explicit SealedLog(Database& database);

  // ---- who may have a log here; all idempotent and durable ----
  void add_journal(const JournalId& journal);
  void drop_journal(const JournalId& journal);  // a founding that was never acknowledged
  [[nodiscard]] std::vector<JournalId> journals() const;
  void admit(const JournalId& journal, const DeviceId& device, const SignPublic& key);
  [[nodiscard]] bool admitted(const JournalId& journal, const DeviceId& device) const;
  // Nothing above proof.start_seq - 1 is accepted or sent any more; what is above stays, readable here.
  // False when the proof does not hold.
  bool freeze(const JournalId& journal, const ForkProof& proof);
  [[nodiscard]] std::vector<ForkProof> forks(const JournalId& journal) const;
  [[nodiscard]] bool frozen(const JournalId& journal, const DeviceId& device) const;

  // ---- writing ----
  // Makes the record for the next place of `self`'s chain, stores it, returns its id. `make` gets the place.
  // `request`, where not empty, is remembered in the same transaction.
  // Throws NotDurable. REQUIRES: self admitted and not frozen.
  RecordId append(const JournalId& journal, const DeviceId& self,
                  const std::function<crypto::Record(const crypto::ChainPosition&)>& make, ByteView request = {});
  // The record an earlier request made. Requests are remembered for the last 10,000.
  [[nodiscard]] std::optional<std::pair<JournalId, RecordId>> answered(ByteView request) const;

  Accepted accept(const JournalId& journal, const DeviceId& device, std::uint64_t start_seq,
                  std::span<const crypto::Record> run);

  // ---- reading ----
  [[nodiscard]] Frontier frontier(const JournalId& journal) const;
  [[nodiscard]] std::optional<FrontierEntry> head(const JournalId& journal, const DeviceId& device) const;
  [[nodiscard]] std::optional<RecordId> id_at(const JournalId& journal, const DeviceId& device,
                                              std::uint64_t seq) const;
  // From `from_seq`, at most `max_records` and `max_bytes`, ending at a record whose signature was verified here.
  // Never above a freeze. Empty: nothing there.
  [[nodiscard]] std::vector<crypto::Record> read_run(const JournalId& journal, const DeviceId& device,
                                                     std::uint64_t from_seq,
                                                     std::size_t max_records = crypto::kRunLimit,
                                                     std::size_t max_bytes = crypto::kRunBytesLimit) const;
  [[nodiscard]] std::vector<crypto::SignedHeader> read_heads(const JournalId& journal, const DeviceId& device,
                                                             std::uint64_t from_seq, std::size_t count) const;
  // In order of seq, from `from_seq` on, until `visit` says false. For folding.
  void each(const JournalId& journal, const DeviceId& device, std::uint64_t from_seq,
            const std::function<bool(std::uint64_t seq, const RecordId&, const crypto::Record&)>& visit) const;

  // Seqs whose body is not here. They are asked for until they are.
  [[nodiscard]] std::map<DeviceId, std::vector<std::uint64_t>> missing_bodies(const JournalId& journal) const;
  // A body that no longer matches its hash (bit rot) is dropped and wanted again.
  void forget_body(const JournalId& journal, const DeviceId& device, std::uint64_t seq);

  [[nodiscard]] std::uint64_t record_count(const JournalId& journal) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::store
