// chains.cc: chains in memory, rows on disk.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/chains.h"

#include <fmt/format.h>

namespace duolog::store {
namespace {

constexpr std::size_t kVerifiedInMemory = 4096;

template <class Id>
Id id_in(ByteView blob) {
  const auto id = Id::from(blob);
  if (!id) throw BadDatabase("the database is damaged (an id of a wrong length)");
  return *id;
}

std::optional<crypto::SignedHeader> head_in(ByteView blob) {
  if (blob.size() != crypto::kSignedHeaderLength) return std::nullopt;
  crypto::SignedHeader head;
  std::copy(blob.begin(), blob.end(), head.begin());
  return head;
}

// The header of a record that belongs at this place.
std::optional<crypto::Header> header_at(const Chain& chain, std::uint64_t seq, const crypto::SignedHeader& head) {
  auto header = crypto::decode_header(head);
  if (!header || header->device != chain.device || header->seq != seq) return std::nullopt;
  return header;
}

// The present row of "SELECT place, head, verified, body", without its body. nullopt: not the record of this place.
constexpr int kBodyColumn = 3;
std::optional<Row> row_at(const Chain& chain, std::uint64_t seq, const Query& query) {
  if (query.number(0) != chain.place(seq)) return std::nullopt;
  const auto head = head_in(query.blob(1));
  const auto header = head ? header_at(chain, seq, *head) : std::nullopt;
  if (!header) return std::nullopt;
  return Row{*header, crypto::record_id(chain.journal, *head), query.number(2) != 0, false, {*head, std::nullopt}};
}

void take_body(Row& row, ByteView body) {
  row.rotten = !crypto::body_matches(row.record.head, body);
  if (!row.rotten) row.record.body = to_bytes(body);
}

std::string_view describe(Damage::Kind kind) {
  switch (kind) {
    case Damage::Kind::kBody:
      return "its body is damaged, and asked for again";
    case Damage::Kind::kHead:
      return "its head, or the one before it, is damaged, and asked for again";
    case Damage::Kind::kEnd:
      break;
  }
  return "the end of the log no longer holds";
}

std::string describe(const Chain& chain, std::uint64_t seq, Damage::Kind kind) {
  return fmt::format("record {} of device {}… in journal {}…: {}", seq, hex(chain.device.view()).substr(0, kIdPrefix),
                     hex(chain.journal.view()).substr(0, kIdPrefix), describe(kind));
}

std::uint64_t seq_of(const Chain& chain, std::int64_t place) {
  return static_cast<std::uint64_t>(place - chain.place(1)) + 1;
}

}  // namespace

Chains::Chains(Database& database) : database_(database) { reload(); }

void Chains::reload() {
  journals_.clear();
  verified_.clear();
  std::map<JournalId, Journal> found;
  {
    Query query(database_, "SELECT row, id FROM journal");
    while (query.step()) found[id_in<JournalId>(query.blob(1))].row = query.number(0);
  }
  for (auto& [id, journal] : found) {
    load_chains(id, journal);
    for (auto& [device, chain] : journal.chains) find_end(chain);
  }
  journals_ = std::move(found);
  for (const Damage& damage : damage_) mark_lost(damage);
}

void Chains::load_chains(const JournalId& id, Journal& journal) {
  Query query(
      database_,
      "SELECT device.row, id, key, coalesce(start_seq, 0) FROM device LEFT JOIN fork ON fork.device = device.row "
      "WHERE journal = ?");
  query.bind(journal.row);
  while (query.step()) {
    Chain chain;
    chain.journal = id;
    chain.row = query.number(0);
    chain.device = id_in<DeviceId>(query.blob(1));
    chain.key = id_in<SignPublic>(query.blob(2));
    chain.forked_at = static_cast<std::uint64_t>(query.number(3));
    journal.chains.emplace(chain.device, chain);
  }
}

// The last record is not covered by a next one: only its own signature tells whether it is what was written. Where it
// does not hold, the chain is known up to the last record below that does.
void Chains::find_end(Chain& chain) {
  Query query(database_, "SELECT place, head FROM record WHERE place BETWEEN ? AND ? ORDER BY place DESC");
  query.bind(chain.place(1)).bind(chain.place(crypto::kSeqLimit));
  chain.head = crypto::first_prev(chain.journal, chain.device);
  while (query.step()) {
    const std::uint64_t seq = seq_of(chain, query.number(0));
    const auto head = head_in(query.blob(1));
    if (head && header_at(chain, seq, *head) && crypto::signature_holds(chain.journal, chain.key, *head)) {
      chain.seq = seq;
      chain.head = crypto::record_id(chain.journal, *head);
      return;
    }
    chain.damaged_to = std::max(chain.damaged_to, seq);
    report(chain, seq, Damage::Kind::kEnd);
  }
}

Chain* Chains::find(const JournalId& journal, const DeviceId& device) {
  const auto in = journals_.find(journal);
  if (in == journals_.end()) return nullptr;
  const auto found = in->second.chains.find(device);
  return found == in->second.chains.end() ? nullptr : &found->second;
}

// Reads every page that holds a record: 10 ms for 10,000 of them, and more from a disk that has to turn.
std::uint64_t Chains::bytes(Journal& journal) {
  if (journal.bytes) return *journal.bytes;
  std::uint64_t bytes = 0;
  for (const auto& [device, chain] : journal.chains) {
    Query query(database_,
                "SELECT coalesce(sum(length(head) + coalesce(length(body), 0)), 0) FROM record "
                "WHERE place BETWEEN ? AND ?");
    if (query.bind(chain.place(1)).bind(chain.place(crypto::kSeqLimit)).step()) {
      bytes += static_cast<std::uint64_t>(query.number(0));
    }
  }
  journal.bytes = bytes;
  return bytes;
}

void Chains::grew(const Chain& chain, std::size_t bytes) {
  auto& counted = journals_.at(chain.journal).bytes;
  if (counted) *counted += bytes;
}

void Chains::drop(const JournalId& journal) {
  const auto found = journals_.find(journal);
  if (found == journals_.end()) return;
  for (const auto& [device, chain] : found->second.chains) {
    Query(database_, "DELETE FROM record WHERE place BETWEEN ? AND ?")
        .bind(chain.place(1))
        .bind(chain.place(crypto::kSeqLimit))
        .run();
  }
  Query(database_, "DELETE FROM request WHERE journal = ?").bind(journal.view()).run();
  Query(database_, "DELETE FROM journal WHERE row = ?").bind(found->second.row).run();
  std::erase_if(damage_, [&](const Damage& one) { return one.journal == journal; });
  journals_.erase(found);
  verified_.clear();  // the next device may get the same row
}

void Chains::append(Chain& chain, const crypto::Record& record, const RecordId& id, bool verified) {
  const std::uint64_t seq = chain.seq + 1;
  // A damaged row above the end gives way to the record that belongs there.
  Query query(database_, seq <= chain.damaged_to
                             ? "INSERT OR REPLACE INTO record (place, head, verified, body) VALUES (?, ?, ?, ?)"
                             : "INSERT INTO record (place, head, verified, body) VALUES (?, ?, ?, ?)");
  query.bind(chain.place(seq)).bind(ByteView(record.head)).bind(verified ? 1 : 0);
  if (record.body) {
    query.bind(ByteView(*record.body));
  } else {
    query.bind_null();
  }
  query.run();
  grew(chain, record.head.size() + (record.body ? record.body->size() : 0));
  if (seq <= chain.damaged_to) journals_.at(chain.journal).bytes.reset();  // what gave way had a length too
  chain.seq = seq;
  chain.head = id;
  if (chain.seq >= chain.damaged_to) chain.damaged_to = 0;
}

std::optional<crypto::SignedHeader> Chains::head_at(const Chain& chain, std::uint64_t seq) {
  if (seq == 0 || seq > chain.seq) return std::nullopt;
  Query query(database_, "SELECT head FROM record WHERE place = ?");
  auto head = query.bind(chain.place(seq)).step() ? head_in(query.blob(0)) : std::nullopt;
  if (!head || !header_at(chain, seq, *head)) {
    report(chain, seq, Damage::Kind::kHead);
    return std::nullopt;
  }
  return head;
}

std::optional<RecordId> Chains::id_at(const Chain& chain, std::uint64_t seq) {
  if (seq == 0) return crypto::first_prev(chain.journal, chain.device);
  if (seq == chain.seq) return chain.head;
  const auto head = head_at(chain, seq);
  if (!head) return std::nullopt;
  return crypto::record_id(chain.journal, *head);
}

std::vector<Row> Chains::read(Chain chain, const Span& span, Bodies bodies) {
  if (span.from == 0 || span.from > std::min(span.to, chain.seq)) return {};
  std::vector<Row> rows = collect(chain, span, bodies);
  forget_rotten(chain, rows);
  return rows;
}

void Chains::forget_rotten(const Chain& chain, std::span<const Row> rows) {
  for (const Row& row : rows) {
    if (!row.rotten) continue;
    report(chain, row.header.seq, Damage::Kind::kBody);
    try {
      forget_body(chain, row.header.seq);
    } catch (const NotDurable&) {  // NOLINT(bugprone-empty-catch)
      // A disk that cannot be written keeps the rotten body; it is passed over by every read.
    }
  }
}

// Reads one row further than it gives: only the next record's `prev` (or the chain's end) proves that a head is what it
// was.
std::vector<Row> Chains::collect(const Chain& chain, const Span& span, Bodies bodies) {
  const std::uint64_t to = std::min(span.to, chain.seq);
  const std::uint64_t proof = std::min(to + 1, chain.seq);
  Query query(database_, "SELECT place, head, verified, body FROM record WHERE place BETWEEN ? AND ? ORDER BY place");
  query.bind(chain.place(span.from)).bind(chain.place(proof));
  std::vector<Row> rows;
  rows.reserve(std::min<std::uint64_t>(span.max_records, to - span.from + 1));
  std::size_t bytes = 0;
  for (std::uint64_t seq = span.from; seq <= proof; ++seq) {
    auto row = query.step() ? row_at(chain, seq, query) : std::nullopt;
    if (!row || (!rows.empty() && row->header.prev != rows.back().id)) {
      report(chain, seq, Damage::Kind::kHead);
      if (!rows.empty()) rows.pop_back();
      return rows;
    }
    const bool has_body = bodies != Bodies::kNone && !query.is_null(kBodyColumn) && !query.blob(kBodyColumn).empty();
    bytes += crypto::kSignedHeaderLength + (has_body ? row->header.body_length : 0);
    if (seq > to || rows.size() == span.max_records || (!rows.empty() && bytes > span.max_bytes)) return rows;
    if (has_body) take_body(*row, query.blob(kBodyColumn));
    rows.push_back(std::move(*row));
  }
  if (!rows.empty() && rows.back().id != chain.head) {
    report(chain, rows.back().header.seq, Damage::Kind::kHead);
    rows.pop_back();
  }
  return rows;
}

bool Chains::verified(const Chain& chain, const Row& row) {
  const std::int64_t place = chain.place(row.header.seq);
  if (row.verified || verified_.contains(place)) return true;
  if (!crypto::signature_holds(chain.journal, chain.key, row.record.head)) return false;
  if (verified_.size() >= kVerifiedInMemory) verified_.clear();
  verified_.insert(place);
  return true;
}

bool Chains::lacks_body(const Chain& chain, std::uint64_t seq) {
  Query query(database_, "SELECT body IS NULL FROM record WHERE place = ?");
  return query.bind(chain.place(seq)).step() && query.number(0) != 0;
}

void Chains::put_body(const Chain& chain, std::uint64_t seq, ByteView body) {
  Query(database_, "UPDATE record SET body = ? WHERE place = ?").bind(body).bind(chain.place(seq)).run();
  grew(chain, body.size());
}

void Chains::forget_body(const Chain& chain, std::uint64_t seq) {
  database_.transaction(
      [&] { Query(database_, "UPDATE record SET body = NULL WHERE place = ?").bind(chain.place(seq)).run(); });
  journals_.at(chain.journal).bytes.reset();
}

bool Chains::is_erased(const Chain& chain, std::uint64_t seq) {
  Query query(database_, "SELECT body IS x'' FROM record WHERE place = ?");
  return query.bind(chain.place(seq)).step() && query.number(0) != 0;
}

void Chains::erase_body(const Chain& chain, std::uint64_t seq) {
  Query(database_, "UPDATE record SET body = x'' WHERE place = ?").bind(chain.place(seq)).run();
  journals_.at(chain.journal).bytes.reset();
}

std::vector<std::uint64_t> Chains::missing(const Chain& chain) {
  std::vector<std::uint64_t> seqs;
  if (chain.held() == 0) return seqs;
  Query query(database_, "SELECT place FROM record WHERE body IS NULL AND place BETWEEN ? AND ? ORDER BY place");
  query.bind(chain.place(1)).bind(chain.place(chain.held()));
  while (query.step()) seqs.push_back(seq_of(chain, query.number(0)));
  if (chain.lost_heads.empty()) return seqs;
  std::set<std::uint64_t> all(seqs.begin(), seqs.end());
  all.insert(chain.lost_heads.begin(), chain.lost_heads.upper_bound(chain.held()));
  return {all.begin(), all.end()};
}

void Chains::mend(Chain& chain, std::uint64_t seq, const crypto::Record& record) {
  std::optional<Bytes> body = record.body;
  {
    Query query(database_, "SELECT body FROM record WHERE place = ?");
    const bool has_one = query.bind(chain.place(seq)).step() && !query.is_null(0);
    const bool erased = has_one && query.blob(0).empty();
    const bool fits = has_one && !body && crypto::body_matches(record.head, query.blob(0));
    if (erased || fits) body = to_bytes(query.blob(0));
  }
  Query query(database_, "INSERT OR REPLACE INTO record (place, head, verified, body) VALUES (?, ?, 1, ?)");
  query.bind(chain.place(seq)).bind(ByteView(record.head));
  if (body) {
    query.bind(ByteView(*body));
  } else {
    query.bind_null();
  }
  query.run();
  journals_.at(chain.journal).bytes.reset();
  chain.lost_heads.erase(seq);
}

void Chains::forget_mended(const Chain& chain, std::span<const std::uint64_t> bodies) {
  std::erase_if(damage_, [&](const Damage& damage) {
    if (damage.journal != chain.journal || damage.device != chain.device) return false;
    switch (damage.kind) {
      case Damage::Kind::kHead:
        return !chain.lost_heads.contains(damage.seq) && !chain.lost_heads.contains(damage.seq - 1);
      case Damage::Kind::kEnd:
        return damage.seq <= chain.seq;
      case Damage::Kind::kBody:
        break;
    }
    return std::find(bodies.begin(), bodies.end(), damage.seq) != bodies.end() && !lacks_body(chain, damage.seq);
  });
}

void Chains::report(const Chain& chain, std::uint64_t seq, Damage::Kind kind) {
  const bool known = std::any_of(damage_.begin(), damage_.end(), [&](const Damage& damage) {
    return damage.journal == chain.journal && damage.device == chain.device && damage.seq == seq;
  });
  if (known) return;
  damage_.push_back({chain.journal, chain.device, seq, kind, describe(chain, seq, kind)});
  mark_lost(damage_.back());
}

// Its head, or the one before it: a link that does not hold does not say which of its ends has changed.
void Chains::mark_lost(const Damage& damage) {
  Chain* chain = damage.kind == Damage::Kind::kHead ? find(damage.journal, damage.device) : nullptr;
  if (chain == nullptr) return;
  for (const std::uint64_t seq : {damage.seq - 1, damage.seq})
    if (seq >= 1 && seq <= chain->seq) chain->lost_heads.insert(seq);
}

}  // namespace duolog::store
