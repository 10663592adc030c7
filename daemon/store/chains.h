// chains.h: where every chain ends, kept in memory, and the rows beneath it, read with their links checked.
//
// The memory follows the transaction: it is written together with the rows and read anew after a rollback.
// Inside this room only.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>

#include "daemon/store/database.h"
#include "daemon/store/query.h"
#include "daemon/store/sealed_log.h"

namespace duolog::store {

inline constexpr std::size_t kIdPrefix = 8;  // digits of an id in what a person reads

struct Chain {
  JournalId journal;
  DeviceId device;
  SignPublic key;
  std::int64_t row = 0;          // of the table `device`
  std::uint64_t seq = 0;         // the last record whose place in the chain is sound
  RecordId head;                 // and its id
  std::uint64_t forked_at = 0;   // the lowest seq with two branches; 0: none
  std::uint64_t damaged_to = 0;  // rows above `seq`, up to here, no longer hold; 0: none
  // Below `seq`: heads that no longer hold, or of which that is not known. Whoever has the records is asked for them.
  std::set<std::uint64_t> lost_heads;

  // Up to where the chain is told and sent.
  [[nodiscard]] std::uint64_t held() const { return forked_at == 0 ? seq : std::min(seq, forked_at - 1); }
  [[nodiscard]] bool frozen() const { return forked_at != 0; }
  // The key of seq's row in the table `record`.
  [[nodiscard]] std::int64_t place(std::uint64_t at) const { return row << 32 | static_cast<std::int64_t>(at - 1); }
};

// A record as it lies, its link to the next one proven.
struct Row {
  crypto::Header header;
  RecordId id;
  bool verified = false;  // its own signature was checked here
  bool rotten = false;    // its body no longer matches and was left out
  crypto::Record record;
};

class Chains {
 public:
  explicit Chains(Database& database);
  void reload();  // whole, or nothing is known any more when this throws

  struct Journal {
    std::int64_t row = 0;
    std::map<DeviceId, Chain> chains;
    std::optional<std::uint64_t> bytes;  // heads and bodies; counted when first asked for, then kept up with
  };
  std::map<JournalId, Journal>& journals() { return journals_; }
  Chain* find(const JournalId& journal, const DeviceId& device);
  std::uint64_t bytes(Journal& journal);
  void drop(const JournalId& journal);  // REQUIRES: inside a transaction

  // REQUIRES: inside a transaction; `record` is the next of the chain, `id` its id.
  void append(Chain& chain, const crypto::Record& record, const RecordId& id, bool verified);

  // The id of a record held (also above a freeze), first_prev() for 0. nullopt: not held, or damaged.
  std::optional<RecordId> id_at(const Chain& chain, std::uint64_t seq);
  std::optional<crypto::SignedHeader> head_at(const Chain& chain, std::uint64_t seq);

  enum class Bodies { kNone, kChecked };
  struct Span {
    std::uint64_t from = 1;
    std::uint64_t to = 0;  // at most chain.seq is read
    std::size_t max_records = crypto::kRunLimit;
    std::size_t max_bytes = crypto::kRunBytesLimit;  // one record is read even if it is longer
  };
  // Ends early where something is damaged. Bodies that do not match are forgotten, and where the disk refuses that the
  // memory is read anew: a Chain& into it is gone then, which is why the chain comes by value.
  std::vector<Row> read(Chain chain, const Span& span, Bodies bodies);

  // True when the record's own signature holds; asked once for each.
  bool verified(const Chain& chain, const Row& row);

  bool lacks_body(const Chain& chain, std::uint64_t seq);
  void put_body(const Chain& chain, std::uint64_t seq, ByteView body);  // REQUIRES: inside a transaction
  void forget_body(const Chain& chain, std::uint64_t seq);
  bool is_erased(const Chain& chain, std::uint64_t seq);
  void erase_body(const Chain& chain, std::uint64_t seq);  // REQUIRES: inside a transaction
  // Without a body, or without the head that would tell which one belongs there.
  std::vector<std::uint64_t> missing(const Chain& chain);
  // The record takes the place of a lost head; a body that belongs to it and is there already stays, and what was
  // erased stays erased, whatever comes. REQUIRES: inside a transaction; it is the one that belongs there.
  void mend(Chain& chain, std::uint64_t seq, const crypto::Record& record);

  void report(const Chain& chain, std::uint64_t seq, Damage::Kind kind);
  // What has come again, or was erased, is damaged no more. `bodies`: of these the body was put or erased. Called once
  // that is durable: a rollback reads anew what is lost from what is known to be damaged.
  void forget_mended(const Chain& chain, std::span<const std::uint64_t> bodies);
  [[nodiscard]] const std::vector<Damage>& damage() const { return damage_; }

 private:
  void load_chains(const JournalId& id, Journal& journal);
  void grew(const Chain& chain, std::size_t bytes);
  void forget_rotten(const Chain& chain, std::span<const Row> rows);
  void find_end(Chain& chain);
  void mark_lost(const Damage& damage);
  std::vector<Row> collect(const Chain& chain, const Span& span, Bodies bodies);

  Database& database_;
  std::map<JournalId, Journal> journals_;
  std::set<std::int64_t> verified_;  // places checked since the start, beyond those the table marks
  std::vector<Damage> damage_;
};

}  // namespace duolog::store
