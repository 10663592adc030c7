// sealed_log.cc: the log's doors: who may write here, what is written, what is read.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/sealed_log.h"

#include <fmt/format.h>

#include <limits>

#include "crypto/check.h"
#include "daemon/store/chains.h"
#include "daemon/store/ingest.h"
#include "daemon/store/recent_runs.h"

namespace duolog::store {
namespace {

constexpr std::size_t kRequestLimit = 64;
// each() reads this much at a time, so that the visitor may write in between.
constexpr std::size_t kVisitRecords = 256;
constexpr std::size_t kVisitBytes = 1 << 20;

Bytes joined(std::span<const crypto::SignedHeader> heads) {
  Bytes bytes;
  bytes.reserve(heads.size() * crypto::kSignedHeaderLength);
  for (const auto& head : heads) append(bytes, head);
  return bytes;
}

std::vector<crypto::SignedHeader> parted(ByteView bytes) {
  std::vector<crypto::SignedHeader> heads(bytes.size() / crypto::kSignedHeaderLength);
  for (auto& head : heads) {
    std::copy_n(bytes.begin(), head.size(), head.begin());
    bytes = bytes.subspan(head.size());
  }
  return heads;
}

std::vector<crypto::SignedHeader> heads_of(std::span<const Row> rows) {
  std::vector<crypto::SignedHeader> heads;
  for (const Row& row : rows) heads.push_back(row.record.head);
  return heads;
}

bool lacks_what_it_must_have(const Row& row) {
  return row.header.kind != crypto::RecordKind::kEvent && !row.record.body;
}

// How many of the rows can be sent: they end where a body that must be there is not, and at a verified signature.
std::size_t sendable(Chains& chains, const Chain& chain, std::span<const Row> rows) {
  const auto broken = std::find_if(rows.begin(), rows.end(), lacks_what_it_must_have);
  const auto count = static_cast<std::size_t>(broken - rows.begin());
  for (std::size_t end = count; end > 0; --end) {
    if (rows[end - 1].verified) return end;
  }
  for (std::size_t end = count; end > 0; --end) {
    if (chains.verified(chain, rows[end - 1])) return end;
  }
  return 0;
}

}  // namespace

struct SealedLog::State {
  State(Database& of, Quota limits) : database(of), chains(of), quota(limits) {}

  // Memory that could not be read anew after a rollback is empty. That says nothing about who was admitted, and the
  // database refuses every write since: whoever wants to write and finds nothing hears of that first.
  void refuse_where_nothing_is_known() const {
    if (!database.refusal().empty()) throw NotDurable(database.refusal());
  }
  Chain* find_to_write(const JournalId& journal, const DeviceId& device) {
    Chain* found = chains.find(journal, device);
    if (found == nullptr) refuse_where_nothing_is_known();
    return found;
  }
  Chain& chain(const JournalId& journal, const DeviceId& device) {
    Chain* found = find_to_write(journal, device);
    check(found != nullptr, "a record was to be written for a device that was never admitted");
    return *found;
  }

  std::uint64_t bytes_at_most();
  std::string why_nothing_is_received(const JournalId& journal);
  bool visit_stored(const JournalId& journal, const DeviceId& device, std::uint64_t& next, Chains::Bodies bodies,
                    const Visit& visit);
  bool visit_recent(const std::shared_ptr<const RecentRuns::Run>& run, std::uint64_t& next, const Visit& visit);

  Database& database;
  Chains chains;
  RecentRuns recent;
  Quota quota;
};

// All journals together: no row is longer than the pages it lies in, those of the write-ahead log included. SQLite has
// the number at hand, while weighing reads every page.
std::uint64_t SealedLog::State::bytes_at_most() {
  Query pages(database, "PRAGMA page_count");
  Query length(database, "PRAGMA page_size");
  if (!pages.step() || !length.step()) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(pages.number(0)) * static_cast<std::uint64_t>(length.number(0));
}

std::string SealedLog::State::why_nothing_is_received(const JournalId& journal) {
  if (!database.refusal().empty()) return database.refusal();
  const auto free = database.free_bytes();
  if (free && *free < quota.free_bytes) {
    return fmt::format("less than {} MiB are free on the disk of {}: nothing more is received; make room there",
                       quota.free_bytes >> 20, database.file().parent_path().string());
  }
  if (bytes_at_most() < quota.journal_bytes) return {};
  const auto in = chains.journals().find(journal);
  if (in == chains.journals().end() || chains.bytes(in->second) < quota.journal_bytes) return {};
  return fmt::format(
      "journal {}… has reached its {} MiB: nothing more is received; raise journal_limit_mib in config.toml",
      hex(journal.view()).substr(0, kIdPrefix), quota.journal_bytes >> 20);
}

SealedLog::SealedLog(Database& database, Quota quota) : state_(std::make_shared<State>(database, quota)) {
  database.on_rollback([weak = std::weak_ptr<State>(state_)] {
    const auto state = weak.lock();
    if (!state) return;
    state->recent.clear();
    state->chains.reload();
  });
}

void SealedLog::expect_records() { state_->database.expect_writes(); }

// ---- who may have a log here ----

void SealedLog::add_journal(const JournalId& journal) {
  Database& database = state_->database;
  if (state_->chains.journals().contains(journal)) return;
  database.transaction([&] {
    Query(database, "INSERT INTO journal (id) VALUES (?)").bind(journal.view()).run();
    Query row(database, "SELECT row FROM journal WHERE id = ?");
    check(row.bind(journal.view()).step(), "a journal just added is not there");
    state_->chains.journals()[journal].row = row.number(0);
  });
}

void SealedLog::drop_journal(const JournalId& journal) {
  if (!state_->chains.journals().contains(journal)) return;
  state_->recent.clear();
  state_->database.transaction([&] {
    state_->chains.drop(journal);
    state_->database.wipe_after_commit();
  });
}

std::vector<JournalId> SealedLog::journals() const {
  std::vector<JournalId> ids;
  for (const auto& [id, journal] : state_->chains.journals()) ids.push_back(id);
  return ids;
}

bool SealedLog::admit(const JournalId& journal, const DeviceId& device, const SignPublic& key) {
  if (const Chain* known = state_->chains.find(journal, device)) return known->key == key;
  state_->refuse_where_nothing_is_known();
  const auto in = state_->chains.journals().find(journal);
  if (in == state_->chains.journals().end() || in->second.chains.size() >= kDeviceLimit) return false;
  Database& database = state_->database;
  database.transaction([&] {
    Query(database, "INSERT INTO device (journal, id, key) VALUES (?, ?, ?)")
        .bind(in->second.row)
        .bind(device.view())
        .bind(key.view())
        .run();
    Query row(database, "SELECT row FROM device WHERE journal = ? AND id = ?");
    check(row.bind(in->second.row).bind(device.view()).step(), "a device just admitted is not there");
    Chain chain{journal, device, key, row.number(0)};
    chain.head = crypto::first_prev(journal, device);
    in->second.chains.emplace(device, chain);
  });
  return true;
}

bool SealedLog::admitted(const JournalId& journal, const DeviceId& device) const {
  return state_->chains.find(journal, device) != nullptr;
}

bool SealedLog::freeze(const JournalId& journal, const ForkProof& proof) {
  Chain* chain = state_->find_to_write(journal, proof.device);
  if (chain == nullptr || !proof_holds(state_->chains, *chain, proof)) return false;
  if (chain->frozen() && chain->forked_at <= proof.start_seq) return true;
  Database& database = state_->database;
  const Bytes ours = joined(proof.ours);
  const Bytes theirs = joined(proof.theirs);
  database.transaction([&] {
    Query(database, "INSERT OR REPLACE INTO fork (device, start_seq, ours, theirs) VALUES (?, ?, ?, ?)")
        .bind(chain->row)
        .bind(static_cast<std::int64_t>(proof.start_seq))
        .bind(ByteView(ours))
        .bind(ByteView(theirs))
        .run();
    chain->forked_at = proof.start_seq;
  });
  return true;
}

std::vector<ForkProof> SealedLog::forks(const JournalId& journal) const {
  std::vector<ForkProof> proofs;
  const auto in = state_->chains.journals().find(journal);
  if (in == state_->chains.journals().end()) return proofs;
  for (const auto& [device, chain] : in->second.chains) {
    if (!chain.frozen()) continue;
    Query query(state_->database, "SELECT start_seq, ours, theirs FROM fork WHERE device = ?");
    if (!query.bind(chain.row).step()) continue;
    proofs.push_back(
        {device, static_cast<std::uint64_t>(query.number(0)), parted(query.blob(1)), parted(query.blob(2))});
  }
  return proofs;
}

bool SealedLog::frozen(const JournalId& journal, const DeviceId& device) const {
  const Chain* chain = state_->chains.find(journal, device);
  return chain != nullptr && chain->frozen();
}

// ---- writing ----

RecordId SealedLog::append(const JournalId& journal, const DeviceId& self,
                           const std::function<crypto::Record(const crypto::ChainPosition&)>& make, ByteView request) {
  check(request.size() <= kRequestLimit, "a request's id is too long");
  if (const auto before = answered(request)) return before->second;
  Chain& chain = state_->chain(journal, self);
  check(!chain.frozen(), "a record was to be written to a frozen chain");
  check(chain.seq < crypto::kSeqLimit, "a chain is full");
  if (chain.damaged_to != 0) throw BadDatabase("the end of this device's own log is damaged; nothing more is written");

  const crypto::ChainPosition at{chain.seq + 1, chain.head};
  const crypto::Record record = make(at);
  const auto header = crypto::decode_header(record.head);
  check(header && header->device == self && header->seq == at.seq && header->prev == at.prev,
        "a record was made for another place");
  check(record.body && crypto::body_matches(record.head, *record.body), "a record was made without its body");
  const RecordId id = crypto::record_id(journal, record.head);
  Database& database = state_->database;
  database.transaction([&] {
    state_->chains.append(chain, record, id, true);
    if (request.empty()) return;
    Query(database, "INSERT INTO request (id, journal, record) VALUES (?, ?, ?)")
        .bind(request)
        .bind(journal.view())
        .bind(id.view())
        .run();
    Query(database, "DELETE FROM request WHERE row <= (SELECT max(row) FROM request) - ?")
        .bind(static_cast<std::int64_t>(kRememberedRequests))
        .run();
  });
  state_->recent.keep({journal, self, at.seq, {id}, std::make_shared<const std::vector<crypto::Record>>(1, record)});
  return id;
}

void SealedLog::together(const std::function<void()>& work) { state_->database.transaction(work); }

std::optional<std::pair<JournalId, RecordId>> SealedLog::answered(ByteView request) const {
  if (request.empty()) return std::nullopt;
  Query query(state_->database, "SELECT journal, record FROM request WHERE id = ?");
  if (!query.bind(request).step()) return std::nullopt;
  const auto journal = JournalId::from(query.blob(0));
  const auto record = RecordId::from(query.blob(1));
  if (!journal || !record) return std::nullopt;
  return std::pair(*journal, *record);
}

Accepted SealedLog::accept(const JournalId& journal, const DeviceId& device, std::uint64_t start_seq,
                           std::span<const crypto::Record> run) {
  return accept(journal, device, start_seq,
                std::make_shared<const std::vector<crypto::Record>>(run.begin(), run.end()));
}

Accepted SealedLog::accept(const JournalId& journal, const DeviceId& device, std::uint64_t start_seq,
                           std::shared_ptr<const std::vector<crypto::Record>> run) {
  Chain* chain = state_->find_to_write(journal, device);
  if (chain == nullptr) {
    Accepted unknown;
    unknown.verdict = Accepted::Verdict::kUnknownDevice;
    return unknown;
  }
  Judgement judgement = judge(state_->chains, *chain, start_seq, *run);
  if (judgement.fresh.empty() && judgement.bodies.empty() && judgement.mended == nullptr)
    return std::move(judgement.accepted);
  if (const std::string why = state_->why_nothing_is_received(journal); !why.empty()) throw NotDurable(why);
  state_->database.transaction([&] {
    if (judgement.mended != nullptr) state_->chains.mend(*chain, start_seq, *judgement.mended);
    for (const auto& [seq, record] : judgement.bodies) state_->chains.put_body(*chain, seq, *record->body);
    for (std::size_t i = 0; i < judgement.fresh.size(); ++i) {
      // Of a run only the last signature was checked.
      const bool verified = i + 1 == judgement.fresh.size();
      state_->chains.append(*chain, judgement.fresh[i], judgement.ids[i], verified);
    }
  });
  state_->chains.forget_mended(*chain, judgement.accepted.bodies);
  if (!judgement.bodies.empty() || judgement.mended != nullptr) state_->recent.clear();
  if (!judgement.fresh.empty()) {
    if (judgement.fresh.size() < run->size())  // the rest was ours already
      run = std::make_shared<const std::vector<crypto::Record>>(judgement.fresh.begin(), judgement.fresh.end());
    state_->recent.keep({journal, device, judgement.accepted.first, std::move(judgement.ids), std::move(run)});
  }
  return std::move(judgement.accepted);
}

bool SealedLog::try_again() { return state_->database.try_again(); }

std::string SealedLog::why_nothing_is_received(const JournalId& journal) const {
  return state_->why_nothing_is_received(journal);
}

// ---- reading ----

Frontier SealedLog::frontier(const JournalId& journal) const {
  Frontier frontier;
  const auto in = state_->chains.journals().find(journal);
  if (in == state_->chains.journals().end()) return frontier;
  for (const auto& [device, chain] : in->second.chains) {
    if (auto entry = head(journal, device)) frontier.push_back(*entry);
  }
  return frontier;
}

std::optional<FrontierEntry> SealedLog::head(const JournalId& journal, const DeviceId& device) const {
  const Chain* chain = state_->chains.find(journal, device);
  if (chain == nullptr) return std::nullopt;
  const auto id = state_->chains.id_at(*chain, chain->held());
  if (!id) return std::nullopt;
  return FrontierEntry{device, chain->held(), *id};
}

std::optional<RecordId> SealedLog::id_at(const JournalId& journal, const DeviceId& device, std::uint64_t seq) const {
  const Chain* chain = state_->chains.find(journal, device);
  if (chain == nullptr) return std::nullopt;
  return state_->chains.id_at(*chain, seq);
}

std::vector<crypto::Record> SealedLog::read_run(const JournalId& journal, const DeviceId& device,
                                                std::uint64_t from_seq, std::size_t max_records,
                                                std::size_t max_bytes) const {
  const Chain* found = state_->chains.find(journal, device);
  if (found == nullptr || max_records == 0) return {};
  const Chain chain = *found;  // reading may forget a rotten body, and that may read the memory anew
  const Chains::Span span{from_seq, chain.held(), std::min(max_records, crypto::kRunLimit),
                          std::min(max_bytes, crypto::kRunBytesLimit)};
  std::vector<Row> rows = state_->chains.read(chain, span, Chains::Bodies::kChecked);
  rows.resize(sendable(state_->chains, chain, rows));
  std::vector<crypto::Record> run;
  run.reserve(rows.size());
  for (Row& row : rows) run.push_back(std::move(row.record));
  return run;
}

std::vector<crypto::SignedHeader> SealedLog::read_heads(const JournalId& journal, const DeviceId& device,
                                                        std::uint64_t from_seq, std::size_t count) const {
  const Chain* chain = state_->chains.find(journal, device);
  if (chain == nullptr || count == 0) return {};
  const Chains::Span span{from_seq, chain->seq, std::min(count, crypto::kRunLimit)};
  return heads_of(state_->chains.read(*chain, span, Chains::Bodies::kNone));
}

std::vector<crypto::SignedHeader> SealedLog::read_evidence(const JournalId& journal, const DeviceId& device,
                                                           std::uint64_t from_seq) const {
  const Chain* chain = state_->chains.find(journal, device);
  if (chain == nullptr) return {};
  return evidence(state_->chains, *chain, from_seq);
}

void SealedLog::each(const JournalId& journal, const DeviceId& device, std::uint64_t from_seq,
                     const Visit& visit) const {
  std::uint64_t next = std::max<std::uint64_t>(from_seq, 1);
  while (state_->visit_stored(journal, device, next, Chains::Bodies::kChecked, visit)) {
  }
}

void SealedLog::each_to_open(const JournalId& journal, const DeviceId& device, std::uint64_t from_seq,
                             const Visit& visit) const {
  std::uint64_t next = std::max<std::uint64_t>(from_seq, 1);
  for (bool more = true; more;) {
    const auto run = state_->recent.find(journal, device, next);
    more = run ? state_->visit_recent(run, next, visit)
               : state_->visit_stored(journal, device, next, Chains::Bodies::kChecked, visit);
  }
}

void SealedLog::one_to_open(const JournalId& journal, const DeviceId& device, std::uint64_t seq,
                            const Visit& visit) const {
  if (const auto run = state_->recent.find(journal, device, seq)) {
    const std::size_t at = seq - run->first;
    visit(seq, run->ids[at], (*run->records)[at]);
  } else if (const Chain* chain = state_->chains.find(journal, device)) {
    for (const Row& row : state_->chains.read(*chain, {seq, seq, 1}, Chains::Bodies::kChecked))
      visit(seq, row.id, row.record);
  }
}

// A handful of records from `next` on, which is moved behind them. False: no more are wanted, or there are none.
bool SealedLog::State::visit_stored(const JournalId& journal, const DeviceId& device, std::uint64_t& next,
                                    Chains::Bodies bodies, const Visit& visit) {
  const Chain* chain = chains.find(journal, device);
  if (chain == nullptr) return false;
  const auto rows = chains.read(*chain, {next, chain->seq, kVisitRecords, kVisitBytes}, bodies);
  for (const Row& row : rows) {
    if (!visit(row.header.seq, row.id, row.record)) return false;
    next = row.header.seq + 1;
  }
  return !rows.empty();
}

bool SealedLog::State::visit_recent(const std::shared_ptr<const RecentRuns::Run>& run, std::uint64_t& next,
                                    const Visit& visit) {
  for (; next - run->first < run->records->size(); ++next) {
    const std::size_t at = next - run->first;
    if (!visit(next, run->ids[at], (*run->records)[at])) return false;
  }
  recent.drop(run);
  return true;
}

std::map<DeviceId, std::vector<std::uint64_t>> SealedLog::missing_bodies(const JournalId& journal) const {
  std::map<DeviceId, std::vector<std::uint64_t>> missing;
  const auto in = state_->chains.journals().find(journal);
  if (in == state_->chains.journals().end()) return missing;
  for (const auto& [device, chain] : in->second.chains) {
    if (auto seqs = state_->chains.missing(chain); !seqs.empty()) missing.emplace(device, std::move(seqs));
  }
  return missing;
}

bool SealedLog::body_is_sound(const JournalId& journal, const DeviceId& device, std::uint64_t seq) {
  const Chain* chain = state_->chains.find(journal, device);
  if (chain == nullptr) return false;
  const auto rows = state_->chains.read(*chain, {seq, seq, 1}, Chains::Bodies::kChecked);
  return rows.size() == 1 && rows.front().record.body.has_value();
}

SealedLog::Erased SealedLog::erase(const JournalId& journal, const DeviceId& device,
                                   const std::vector<std::uint64_t>& seqs) {
  Erased erased;
  const Chain* found = state_->chains.find(journal, device);
  if (found == nullptr) return erased;
  const Chain chain = *found;
  std::vector<std::uint64_t> due;
  for (const std::uint64_t seq : seqs) {
    if (seq == 0 || seq > chain.seq || state_->chains.is_erased(chain, seq)) continue;
    const auto head = state_->chains.head_at(chain, seq);
    const auto header = head ? crypto::decode_header(*head) : std::nullopt;
    if (!header) {
      erased.unknown.push_back(seq);
    } else if (header->kind == crypto::RecordKind::kEvent) {
      due.push_back(seq);
    }
  }
  erased.any = !due.empty();
  if (erased.any) {
    state_->recent.clear();
    state_->database.transaction([&] {
      for (const std::uint64_t seq : due) state_->chains.erase_body(chain, seq);
      state_->database.wipe_after_commit();
    });
    state_->chains.forget_mended(chain, due);
  } else {
    state_->database.expect_writes();  // it may have been killed when they were erased: their bytes go with its log
  }
  if (!state_->database.refusal().empty()) erased.unknown = seqs;  // their bytes may still lie in its log
  return erased;
}

void SealedLog::forget_body(const JournalId& journal, const DeviceId& device, std::uint64_t seq) {
  const Chain* chain = state_->chains.find(journal, device);
  state_->recent.clear();
  if (chain != nullptr && seq >= 1 && seq <= chain->seq) state_->chains.forget_body(*chain, seq);
}

std::uint64_t SealedLog::record_count(const JournalId& journal) const {
  std::uint64_t count = 0;
  const auto in = state_->chains.journals().find(journal);
  if (in == state_->chains.journals().end()) return count;
  for (const auto& [device, chain] : in->second.chains) count += chain.seq;
  return count;
}

std::vector<Damage> SealedLog::damage() const { return state_->chains.damage(); }

}  // namespace duolog::store
