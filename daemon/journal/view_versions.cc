// view_versions.cc: an entry is found by what of it is shown; and what was taken back.
//
// What finds a row by its tags goes in and out by two doors: index() and unindex(). A row is indexed when it is put;
// when it is put again (its words were taken back) and when its versions change it leaves the index first. Its words
// leave theirs with it, and come in again by words_come().
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/versions.h"
#include "daemon/journal/view.h"
#include "daemon/journal/view_rows.h"

namespace duolog::journal {

using store::Query;

// REQUIRES: the row is there, and was not indexed.
void View::index(std::int64_t place, const std::vector<std::string>& tags) {
  for (const std::string& tag : tags) {
    Query query(file_.database(),
                "INSERT OR REPLACE INTO tag (place, name, at) SELECT place, ?2, at FROM record WHERE place = ?1");
    query.bind(place).bind(std::string_view(tag)).run();
  }
}

// REQUIRES: the row, and its event, are as they were when it was indexed.
void View::unindex(std::int64_t place, bool for_good) {
  Query(file_.database(), "DELETE FROM tag WHERE place = ?").bind(place).run();
  words_leave(place, for_good);
}

// ---- what an entry has been ----

// Most journals have none, and then nothing is looked for.
void View::look_for_versions() {
  Query query(file_.database(),
              "SELECT 1 FROM record WHERE kind IN (15, 16) AND kind > 1 AND kind < 20 AND at BETWEEN ? AND ? LIMIT 1");
  query.bind(at(0)).bind(at(0) + next_ - 1);
  edited_ = !whole_ || query.step();
}

std::optional<Line> View::line_named(const RecordId& id, bool mine) const {
  Query query(file_.database(), DUOLOG_LINES "WHERE name = ? AND id = ? AND mine = ? AND place BETWEEN ? AND ?");
  query.bind(name_of(id)).bind(id.view()).bind(mine).bind(row_ << 48).bind(((row_ + 1) << 48) - 1);
  return query.step() ? std::optional(line_in(query)) : std::nullopt;
}

std::optional<std::pair<DeviceId, std::uint64_t>> View::locate(const RecordId& id, bool mine) const {
  const auto line = line_named(id, mine);
  return line ? std::optional(std::pair(line->device, line->seq)) : std::nullopt;
}

// Each device's on their own: so the first of each are found without a look at the rest.
std::vector<Version> View::edits_of(const RecordId& entry, bool mine) const {
  std::vector<Version> edits;
  for (const auto& [device, chain] : chains_) {
    Query query(file_.database(),
                "SELECT id, place, kind, written, offset, replaces, CASE kind WHEN 16 THEN event END "
                "FROM record INDEXED BY edits WHERE target = ? AND kind IN (15, 16) AND mine = ? "
                "AND place BETWEEN ? AND ? ORDER BY place LIMIT ?");
    query.bind(entry.view()).bind(mine).bind(place(chain, 1)).bind(place(chain, chain.last));
    query.bind(static_cast<std::int64_t>(kEditsCounted));
    while (query.step()) {
      edits.push_back(version_in(query, device, mine));
      edits.back().line.target = entry;
    }
  }
  return edits;
}

Version View::version_in(Query& query, const DeviceId& device, bool mine) const {
  Version version;
  version.line.id = RecordId::from(query.blob(0)).value_or(RecordId());
  version.line.device = device;
  version.line.seq = static_cast<std::uint64_t>(query.number(1) & ((std::int64_t{1} << 40) - 1)) + 1;
  version.line.kind = static_cast<Kind>(query.number(2));
  version.line.mine = mine;
  if (!query.is_null(3)) version.line.written_ms = query.number(3);
  version.line.offset_minutes = static_cast<std::int32_t>(query.number(4));
  for (ByteView ids = query.blob(5); ids.size() >= RecordId::kLength; ids = ids.subspan(RecordId::kLength))
    version.replaces.push_back(*RecordId::from(ids.first(RecordId::kLength)));
  if (query.is_null(6)) return version;
  const auto event = decode_event(query.blob(6));
  version.gone = event ? taken_back_by(*event) : std::nullopt;
  check(version.gone.has_value(), "the view keeps a tombstone that is none");
  return version;
}

void View::note_version(const Noted& noted, bool mine) {
  if ((only(noted.kind()) & kVersions) != 0) {
    edited_ = true;
    if (const auto target = line_of(noted, mine).target) to_settle_.emplace(*target, mine);
  } else if (edited_ && may_have_versions(noted)) {
    to_settle_.emplace(noted.id, mine);
  }
}

// Once for all that has come, however many edits of one entry there are among it.
void View::settle_versions() {
  for (const auto& [entry, mine] : std::exchange(to_settle_, {})) find_by_versions(entry, mine);
}

void View::find_by_versions(const RecordId& entry, bool mine) {
  const auto line = line_named(entry, mine);
  if (!line || (line->kind != Kind::kEntry && line->kind != Kind::kTakenBack)) return;
  const Noted record = read_record(*line);
  if (!may_have_versions(record)) return;
  Versions versions = put_together(record, mine);
  if (versions.all.size() == 1 && !line->edited) return;
  const bool some_gone = std::ranges::any_of(versions.all, [](const Version& one) { return one.gone.has_value(); });
  const Findable found = found_by(record, mine, std::move(versions));
  counts_.add(line->kind, -1U);
  counts_.add(found.line.kind);
  const std::int64_t where = place(chains_.at(line->device), line->seq);
  unindex(where, some_gone);
  Query query(file_.database(),
              "UPDATE record SET kind = ?2, civil = ?3, mood = ?4, files = ?5, tagged = ?6, edited = ?7 "
              "WHERE place = ?1");
  query.bind(where).bind(static_cast<int>(found.line.kind));
  found.line.civil_ms ? query.bind(*found.line.civil_ms) : query.bind_null();
  found.line.mood > 0 ? query.bind(found.line.mood) : query.bind_null();
  found.line.files > 0 ? query.bind(found.line.files) : query.bind_null();
  query.bind(!found.tags.empty()).bind(found.line.edited).run();
  widen(line->at, found.line.civil_ms);
  index(where, found.tags);
  words_come(where);
}

// ---- what was taken back ----

void View::erase(const Erased& erased) {
  const Bytes event = encode_taken_back(erased.taken);
  Query query(file_.database(), "INSERT OR REPLACE INTO erased (journal, mine, id, by, event) VALUES (?, ?, ?, ?, ?)");
  query.bind(row_).bind(erased.mine).bind(erased.id.view()).bind(erased.by.view()).bind(event).run();
}

std::vector<View::Erased> View::erased() const {
  std::vector<Erased> all;
  Query query(file_.database(), "SELECT mine, id, by, event FROM erased WHERE journal = ?");
  query.bind(row_);
  while (query.step()) {
    const auto id = RecordId::from(query.blob(1));
    const auto event = decode_event(query.blob(3));
    auto taken = event ? taken_back_by(*event) : std::nullopt;
    check(id && taken, "the view keeps a tombstone that is none");
    all.push_back({*id, query.number(0) != 0, RecordId::from(query.blob(2)).value_or(RecordId()), std::move(*taken)});
  }
  return all;
}

}  // namespace duolog::journal
