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
#include <memory>

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

// A place in the log that can no longer be read. Everything else still can.
struct Damage {
  enum class Kind {
    kBody,  // forgotten and wanted again: another device may still have it
    kHead,  // reading ends before it: asked for again, as a body is
    kEnd,   // of the chain: fetched again, for the frontier ends below it
  };
  JournalId journal;
  DeviceId device;
  std::uint64_t seq = 0;
  Kind kind = Kind::kBody;
  std::string what;  // for people: which record of whom, and what is wrong with it
};

// Two persons with 64 devices ever, each.
inline constexpr std::size_t kDeviceLimit = 192;  // two persons' 64, and 32 strays each
inline constexpr std::size_t kRememberedRequests = 10'000;

// A device's chain has two branches. Each run of heads begins at `start_seq`, the lowest seq where they differ, and
// ends in a valid signature.
struct ForkProof {
  DeviceId device;
  std::uint64_t start_seq = 0;
  std::vector<crypto::SignedHeader> ours;
  std::vector<crypto::SignedHeader> theirs;
};

// From where on nothing more is taken in from others; what is written here goes on while the disk has room.
struct Quota {
  std::uint64_t journal_bytes = std::uint64_t{4096} << 20;  // heads and bodies of one journal
  std::uint64_t free_bytes = std::uint64_t{500} << 20;      // on the disk of the database
};

struct Accepted {
  enum class Verdict {
    kStored,  // durable; first..last are new
    kBodies,  // nothing longer, but bodies or heads that were missing are now here
    kNothingNew,
    kGap,            // begins after our head + 1: ignored without blame
    kUnknownDevice,  // never admitted
    kFrozen,         // above the device's freeze: ignored
    kRefused,        // `why`: the sender is at fault, end the connection
    kFork,           // valid signatures on both branches: `fork` proves it; the caller freezes
  };
  Verdict verdict = Verdict::kNothingNew;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::vector<std::uint64_t> bodies;  // seqs held before whose missing part is now here; also with kStored
  std::string why;
  std::optional<ForkProof> fork;
};

class SealedLog {
 public:
  explicit SealedLog(Database& database, Quota quota = {});

  // Somebody comes who may bring records: what the first of them would wait for is done now (Database::expect_writes).
  void expect_records();

  // ---- who may have a log here; all idempotent and durable ----
  void add_journal(const JournalId& journal);
  // A founding that was never acknowledged, or a journal that is forgotten: in no byte of the database any more.
  void drop_journal(const JournalId& journal);
  [[nodiscard]] std::vector<JournalId> journals() const;
  // False: the journal is not here, has kDeviceLimit devices, or knows the device with another key.
  bool admit(const JournalId& journal, const DeviceId& device, const SignPublic& key);
  [[nodiscard]] bool admitted(const JournalId& journal, const DeviceId& device) const;
  // Nothing above proof.start_seq - 1 is accepted or sent any more, and the frontier ends there; what is above stays,
  // readable here by each(), id_at() and read_heads(). Of several proofs the lowest counts.
  // False when the proof does not hold.
  bool freeze(const JournalId& journal, const ForkProof& proof);
  [[nodiscard]] std::vector<ForkProof> forks(const JournalId& journal) const;
  [[nodiscard]] bool frozen(const JournalId& journal, const DeviceId& device) const;

  // ---- writing ----
  // Makes the record for the next place of `self`'s chain, stores it, returns its id. `make` gets the place.
  // `request`, where not empty, is remembered in the same transaction; one that was answered before makes no second
  // record: the first one's id is returned.
  // Throws NotDurable, and BadDatabase where the end of the own chain is damaged (going on would fork it).
  // REQUIRES: self admitted and not frozen; a request of at most 64 bytes; `make` writes nothing here.
  RecordId append(const JournalId& journal, const DeviceId& self,
                  const std::function<crypto::Record(const crypto::ChainPosition&)>& make, ByteView request = {});
  // The disk may have room again: true where it takes writes (Database::try_again).
  bool try_again();
  // What `work` appends is durable together when this returns, or none of it is in the log. What it throws is thrown
  // on.
  void together(const std::function<void()>& work);
  // The record an earlier request made, for the last kRememberedRequests.
  [[nodiscard]] std::optional<std::pair<JournalId, RecordId>> answered(ByteView request) const;

  // Throws NotDurable (also beyond the quota) or BadDatabase; nothing else, whatever the bytes are. The run is kept for
  // a moment, for whoever opens it.
  Accepted accept(const JournalId& journal, const DeviceId& device, std::uint64_t start_seq,
                  std::shared_ptr<const std::vector<crypto::Record>> run);
  Accepted accept(const JournalId& journal, const DeviceId& device, std::uint64_t start_seq,
                  std::span<const crypto::Record> run);  // the same; copies it
  // Empty while accept() stores what is new; else what is in the way and what to do about it. Throws as accept() does.
  [[nodiscard]] std::string why_nothing_is_received(const JournalId& journal) const;

  // ---- reading ----
  // What is read is checked against its own hashes and links. A body that does not match is forgotten and wanted again;
  // where a head is damaged the read ends, and damage() tells.
  [[nodiscard]] Frontier frontier(const JournalId& journal) const;
  [[nodiscard]] std::optional<FrontierEntry> head(const JournalId& journal, const DeviceId& device) const;
  // first_prev() for seq 0; nullopt: not held.
  [[nodiscard]] std::optional<RecordId> id_at(const JournalId& journal, const DeviceId& device,
                                              std::uint64_t seq) const;
  // From `from_seq`, at most `max_records` and `max_bytes`, ending at a record whose signature was verified here.
  // Never above a freeze. Empty: nothing there, or no signature
  // within the limits that holds (an author who signs garbage is read only together with what follows). One record is
  // read even if it alone is longer than `max_bytes`.
  [[nodiscard]] std::vector<crypto::Record> read_run(const JournalId& journal, const DeviceId& device,
                                                     std::uint64_t from_seq,
                                                     std::size_t max_records = crypto::kRunLimit,
                                                     std::size_t max_bytes = crypto::kRunBytesLimit) const;
  [[nodiscard]] std::vector<crypto::SignedHeader> read_heads(const JournalId& journal, const DeviceId& device,
                                                             std::uint64_t from_seq, std::size_t count) const;
  // Our branch for a fork's proof: the heads from `from_seq` to the first whose signature holds. Empty: not held.
  [[nodiscard]] std::vector<crypto::SignedHeader> read_evidence(const JournalId& journal, const DeviceId& device,
                                                                std::uint64_t from_seq) const;
  // In order of seq, from `from_seq` on, until `visit` says false; it may write to the log.
  using Visit = std::function<bool(std::uint64_t seq, const RecordId&, const crypto::Record&)>;
  void each(const JournalId& journal, const DeviceId& device, std::uint64_t from_seq, const Visit& visit) const;
  // The same, and quicker for what was stored a moment ago: that comes from memory, hashed when it was taken in.
  void each_to_open(const JournalId& journal, const DeviceId& device, std::uint64_t from_seq, const Visit& visit) const;
  // This one alone, if it is here.
  void one_to_open(const JournalId& journal, const DeviceId& device, std::uint64_t seq, const Visit& visit) const;

  // Seqs whose body is not here, or whose head is lost. They are asked for until they are.
  [[nodiscard]] std::map<DeviceId, std::vector<std::uint64_t>> missing_bodies(const JournalId& journal) const;
  // False: no body is here, or it was rotten and is dropped and wanted from now on.
  bool body_is_sound(const JournalId& journal, const DeviceId& device, std::uint64_t seq);
  // Their author has taken these back: their bodies are gone from every byte of the database, and wanted no more. What
  // is not held, or is no event, is passed over. Throws NotDurable.
  struct Erased {
    bool any = false;                    // there was something to erase
    std::vector<std::uint64_t> unknown;  // to be erased again: their heads are lost here, or the disk refuses
    explicit operator bool() const { return any; }
  };
  Erased erase(const JournalId& journal, const DeviceId& device, const std::vector<std::uint64_t>& seqs);
  // A body that no longer matches its hash (bit rot) is dropped and wanted again.
  void forget_body(const JournalId& journal, const DeviceId& device, std::uint64_t seq);

  [[nodiscard]] std::uint64_t record_count(const JournalId& journal) const;
  // Found since the log was opened, each place once; what has come again since is not among it.
  [[nodiscard]] std::vector<Damage> damage() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::store
