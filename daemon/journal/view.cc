// view.cc: what is kept of a record, and of how far each chain has come.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view.h"

#include "daemon/journal/view_rows.h"
#include "daemon/store/query.h"

namespace duolog::journal {

using store::Query;

namespace {
// What somebody claims may be any number.
std::int64_t clipped(std::uint64_t seq) { return static_cast<std::int64_t>(std::min<std::uint64_t>(seq, INT64_MAX)); }
}  // namespace

View::View(ViewFile& file, const JournalId& journal, Scene scene, WordsOf words_of)
    : file_(file), journal_(journal), scene_(std::move(scene)), words_of_(std::move(words_of)), words_(file) {
  take_up();
}

// ---- what the file has ----

void View::take_up() {
  {
    Query query(file_.database(),
                "SELECT row, whole, facts, entries, unreadable, newer, next, reached, liars FROM journal WHERE id = ?");
    query.bind(journal_.view());
    if (query.step()) {
      row_ = query.number(0);
      whole_ = query.number(1) != 0;
      facts_ = to_bytes(query.blob(2));
      const auto small = [&](int column) { return static_cast<std::uint32_t>(query.number(column)); };
      counts_ = {small(3), small(4), small(5)};
      next_ = query.number(6);
      reached_ = query.is_null(7) ? kNoTime : query.number(7);
      liars_ = query.number(8) != 0;
    }
  }
  if (row_ == 0) {
    file_.transaction(
        [&] { Query(file_.database(), "INSERT INTO journal (id) VALUES (?)").bind(journal_.view()).run(); });
    Query query(file_.database(), "SELECT row FROM journal WHERE id = ?");
    query.bind(journal_.view());
    check(query.step(), "the view does not hold what was just put there");
    row_ = query.number(0);
    return;
  }
  Query query(
      file_.database(),
      "SELECT row, id, folded, head, dated, time, claimed, holds, indexed FROM device WHERE row BETWEEN ? AND ? "
      "ORDER BY row");
  query.bind(row_ << 8).bind((row_ << 8) + 255);
  while (query.step()) {
    const auto id = DeviceId::from(query.blob(1));
    check(id.has_value(), "the view names a device that is none");
    Chain& chain = chains_[*id];
    chain.number = query.number(0) & 255;
    chain.last = chain.placed = static_cast<std::uint64_t>(query.number(2));
    chain.head = RecordId::from(query.blob(3)).value_or(RecordId());
    chain.dated = static_cast<std::uint64_t>(query.number(4));
    chain.time = query.is_null(5) ? kNoTime : query.number(5);
    chain.claimed = static_cast<std::uint64_t>(query.number(6));
    chain.holds = static_cast<std::uint64_t>(query.number(7));
    chain.indexed = static_cast<std::uint64_t>(query.number(8));
    devices_.push_back(*id);
  }
  look_for_versions();
}

void View::set_whole(bool whole) { whole_ = whole; }

std::map<DeviceId, View::Held> View::held() const {
  std::map<DeviceId, Held> held;
  for (const auto& [device, chain] : chains_) held[device] = {chain.last, chain.head};
  return held;
}

std::uint64_t View::held(const DeviceId& device) const {
  const auto found = chains_.find(device);
  return found != chains_.end() ? found->second.last : 0;
}

void View::keep(Bytes facts) {
  facts_ = std::move(facts);
  Query(file_.database(), "UPDATE journal SET facts = ?2 WHERE row = ?1").bind(row_).bind(facts_).run();
  keep();
}

void View::keep() {
  settle_versions();
  keep_written();
  for (auto& [device, chain] : chains_) {
    if (!std::exchange(chain.changed, false)) continue;
    Query query(
        file_.database(),
        "UPDATE device SET folded = ?2, head = ?3, dated = ?4, time = ?5, claimed = ?6, holds = ?7, indexed = ?8 "
        "WHERE row = ?1");
    query.bind(row_ << 8 | chain.number).bind(static_cast<std::int64_t>(chain.last)).bind(chain.head.view());
    query.bind(static_cast<std::int64_t>(chain.dated));
    bind_time(query, chain.time).bind(clipped(chain.claimed)).bind(clipped(chain.holds)).bind(clipped(chain.indexed));
    query.run();
  }
  const Kept now{whole_, counts_.entries, counts_.unreadable, counts_.newer, next_, liars_, reached_};
  if (kept_ == now) return;
  kept_ = now;
  Query query(file_.database(),
              "UPDATE journal SET whole = ?2, entries = ?3, unreadable = ?4, newer = ?5, next = ?6, liars = ?7, "
              "reached = ?8 WHERE row = ?1");
  query.bind(row_).bind(whole_ ? 1 : 0).bind(counts_.entries).bind(counts_.unreadable).bind(counts_.newer);
  bind_time(query.bind(next_).bind(liars_ ? 1 : 0), reached_).run();
}

void View::forget() {
  for (const auto& [device, chain] : chains_)
    for (std::uint64_t seq = 1; seq <= chain.indexed; ++seq) words_leave(place(chain, seq), true);
  const std::int64_t from = row_ << 48;
  const std::int64_t to = ((row_ + 1) << 48) - 1;
  for (const char* sql :
       {"DELETE FROM record WHERE place BETWEEN ? AND ?", "DELETE FROM tag WHERE place BETWEEN ? AND ?",
        "DELETE FROM pending WHERE place BETWEEN ? AND ?"})
    Query(file_.database(), sql).bind(from).bind(to).run();
  forget_bands(at(0) - 1);
  forget_written();
  Query(file_.database(), "DELETE FROM device WHERE row BETWEEN ? AND ?").bind(row_ << 8).bind((row_ << 8) + 255).run();
  for (const char* sql : {"DELETE FROM answer WHERE journal = ?", "DELETE FROM early WHERE journal = ?",
                          "DELETE FROM erased WHERE journal = ?", "DELETE FROM journal WHERE row = ?"})
    Query(file_.database(), sql).bind(row_).run();
}

// ---- chains ----

View::Chain& View::chain_of(const DeviceId& device) {
  const auto [found, is_new] = chains_.try_emplace(device);
  if (!is_new) return found->second;
  devices_.push_back(device);
  check(devices_.size() < 256, "a journal has more devices than its log lets in");
  found->second.number = static_cast<std::int64_t>(devices_.size());
  Query(file_.database(), "INSERT INTO device (row, id) VALUES (?, ?)")
      .bind(row_ << 8 | found->second.number)
      .bind(device.view())
      .run();
  return found->second;
}

std::int64_t View::place(const Chain& chain, std::uint64_t seq) const {
  return row_ << 48 | chain.number << 40 | static_cast<std::int64_t>(seq - 1);
}

// ---- taking in ----

struct View::Row {
  std::int64_t place = 0;
  std::optional<std::int64_t> at;
  std::int64_t reached = kNoTime;
  bool mine = false;
  ByteView event;
};

void View::put(const Noted& noted, bool mine, ByteView event) {
  Chain& chain = chain_of(noted.device);
  note_claims(noted.device, noted.seen);
  Row row{place(chain, noted.seq), std::nullopt, kNoTime, mine, has_words(noted.kind()) ? event : ByteView()};
  counts_.add(noted.kind());
  if (noted.is_setting()) ++settings_version_;
  if (noted.seq <= chain.last) return put_again(chain, noted, row);
  check(noted.seq == chain.last + 1, "the view was given a chain with a gap");
  const bool is_last = comes_last(noted.device, chain, noted);
  if (!is_last && chain.placed == chain.last) rewind(chain.placed > 0 ? position_of(chain, chain.placed) + 1 : 0);
  note_time(chain, noted);
  chain.last = noted.seq;
  chain.head = noted.id;
  chain.changed = true;
  if (is_last) {
    chain.placed = noted.seq;
    reached_ = std::max(reached_, chain.time);
    row.at = at(next_++);
    row.reached = reached_;
    last_by_ = noted.device;
  } else {
    ++unplaced_;
  }
  insert(noted, row);
  note_version(noted, mine);
}

void View::write(Query& query, const Noted& noted, const Row& row) {
  const Line line = line_of(noted, row.mine);
  const auto* sealed = std::get_if<SealedNote>(&noted.what);
  const Bytes rule = sealed != nullptr ? crypto::encode_rule(sealed->rule) : Bytes();
  const Bytes seen = encode_seen(noted.seen);
  Bytes replaces;
  if (const auto* edit = std::get_if<Edit>(&noted.what))
    for (const RecordId& one : edit->replaces) append(replaces, one.bytes);
  const auto* tags = tags_of(noted);
  query.bind(row.place).bind(line.id.view()).bind(name_of(line.id)).bind(static_cast<int>(line.kind)).bind(row.mine);
  line.written_ms ? query.bind(*line.written_ms) : query.bind_null();
  query.bind(line.offset_minutes);
  line.civil_ms ? query.bind(*line.civil_ms) : query.bind_null();
  bind_text(query, line.practice);
  bind_text(query, line.period);
  line.target ? query.bind(line.target->view()) : query.bind_null();
  line.mood > 0 ? query.bind(line.mood) : query.bind_null();
  line.files > 0 ? query.bind(line.files) : query.bind_null();
  line.source.empty() ? query.bind_null() : query.bind(ByteView(line.source));
  query.bind(tags != nullptr && !tags->empty());
  rule.empty() ? query.bind_null() : query.bind(ByteView(rule));
  seen.empty() ? query.bind_null() : query.bind(ByteView(seen));
  replaces.empty() ? query.bind_null() : query.bind(ByteView(replaces));
  row.event.empty() ? query.bind_null() : query.bind(row.event);
  if (row.at) bind_time(query.bind(*row.at), row.reached);
  query.run();
  if (row.at) widen(*row.at, line.civil_ms);
}

void View::insert(const Noted& noted, const Row& row) {
  if (row.at) {
    Query query(file_.database(),
                "INSERT INTO record (place, id, name, kind, mine, written, offset, civil, practice, period, target, "
                "mood, files, source, tagged, rule, seen, replaces, event, at, reached) VALUES "
                "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    write(query, noted, row);
  } else {
    Query query(
        file_.database(),
        "INSERT INTO record (place, id, name, kind, mine, written, offset, civil, practice, period, target, "
        "mood, files, source, tagged, rule, seen, replaces, event) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    write(query, noted, row);
  }
  if (const auto* tags = tags_of(noted)) index(row.place, *tags);
}

// Where nothing changed that gives it its place, that stays.
void View::put_again(Chain& chain, const Noted& noted, const Row& given) {
  Row row = given;
  bool stays = false;
  std::optional<RecordId> about;
  {
    Query query(file_.database(), "SELECT kind, written, seen, at, reached, target FROM record WHERE place = ?");
    query.bind(row.place);
    check(query.step(), "the view has lost a record");
    const auto was = static_cast<Kind>(query.number(0));
    counts_.add(was, -1U);
    if (is_setting(was)) ++settings_version_;
    if ((only(was) & kVersions) != 0) about = RecordId::from(query.blob(5));
    const bool same_time = query.is_null(1) ? !noted.written_ms : noted.written_ms == query.number(1);
    stays = same_time && decode_seen(query.blob(2)) == noted.seen;
    if (!query.is_null(3)) row.at = query.number(3);
    if (!query.is_null(4)) row.reached = query.number(4);
  }
  unindex(row.place, true);  // its words may have been taken back
  Query(file_.database(), "DELETE FROM record WHERE place = ?").bind(row.place).run();
  insert(noted, row);
  words_come(row.place);
  if (about) to_settle_.emplace(*about, row.mine);
  note_version(noted, row.mine);
  if (noted.seq == chain.last) chain.head = noted.id;
  chain.changed = true;
  if (stays) return;
  note_time(chain, noted);
  if (noted.seq <= chain.placed) rewind(noted.seq > 1 ? position_of(chain, noted.seq - 1) + 1 : 0);
  std::uint64_t& changed = changed_[chain.number];
  changed = std::max(changed, noted.seq);
}

void View::note_time(Chain& chain, const Noted& noted) {
  if (noted.written_ms) {
    if (noted.seq >= chain.dated) chain.dated = noted.seq, chain.time = *noted.written_ms;
    return;
  }
  if (noted.seq == chain.dated) std::tie(chain.dated, chain.time) = last_dated(chain, chain.last);  // it had a time
}

// Of devices whose records are here: anybody could name others without end.
void View::note_claims(const DeviceId& by, const std::vector<Seen>& seen) {
  for (const Seen& one : seen) {
    const auto chain = chains_.find(one.device);
    if (chain == chains_.end() || one.device == by || chain->second.claimed >= one.seq) continue;
    chain->second.claimed = one.seq;
    chain->second.changed = true;
  }
}

void View::claim(const DeviceId& by, std::uint64_t seq) {
  Chain& chain = chain_of(by);
  if (seq <= chain.holds) return;
  chain.holds = seq;
  chain.changed = true;
}

std::map<DeviceId, std::uint64_t> View::claims() const {
  std::map<DeviceId, std::uint64_t> claims;
  for (const auto& [device, chain] : chains_)
    if (chain.holds > 0) claims[device] = chain.holds;
  return claims;
}

// ---- to be read again ----

void View::pend(const Pending& pending) {
  const Chain& chain = chain_of(pending.device);
  Query query(file_.database(), "INSERT OR REPLACE INTO pending (place, why, epoch) VALUES (?, ?, ?)");
  query.bind(place(chain, pending.seq)).bind(pending.why).bind(pending.epoch.view()).run();
}

void View::done(const DeviceId& device, std::uint64_t seq) {
  const auto chain = chains_.find(device);
  if (chain == chains_.end()) return;
  Query(file_.database(), "DELETE FROM pending WHERE place = ?").bind(place(chain->second, seq)).run();
}

std::vector<View::Pending> View::pending() const {
  std::vector<Pending> all;
  Query query(file_.database(), "SELECT place, why, epoch FROM pending WHERE place BETWEEN ? AND ?");
  query.bind(row_ << 48).bind(((row_ + 1) << 48) - 1);
  while (query.step()) {
    const std::int64_t at = query.number(0);
    const auto number = static_cast<std::size_t>(at >> 40 & 255);
    check(number > 0 && number <= devices_.size(), "the view names a device that is none");
    const auto seq = static_cast<std::uint64_t>(at & ((std::int64_t{1} << 40) - 1)) + 1;
    all.push_back({devices_[number - 1], seq, static_cast<int>(query.number(1)),
                   EpochId::from(query.blob(2)).value_or(EpochId())});
  }
  return all;
}

}  // namespace duolog::journal
