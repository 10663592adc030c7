// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view_index.h"

#include <algorithm>
#include <optional>

#include "daemon/store/query.h"

namespace duolog::journal {

using store::Query;

namespace {

constexpr std::int64_t kBroad = 128;  // pages of one segment's list: some 90,000 places
constexpr std::int64_t kAsked = 0;    // no segment has this number: the segments to go are not known yet

void add_row(store::Connection& database, std::int64_t place, std::string_view words, std::string_view pairs) {
  Query(database, "INSERT INTO word (rowid, words, pairs) VALUES (?, ?, ?)").bind(place).bind(words).bind(pairs).run();
}

void remove_row(store::Connection& database, std::int64_t place, std::string_view words, std::string_view pairs) {
  Query query(database, "INSERT INTO word (word, rowid, words, pairs) VALUES ('delete', ?, ?, ?)");
  query.bind(place).bind(words).bind(pairs).run();
}

std::int64_t changes(store::Connection& database) {
  Query query(database, "SELECT total_changes()");
  query.step();
  return query.number(0);
}

}  // namespace

void WordIndex::add(std::int64_t place, const Folded& words, bool keep) {
  add_row(file_.database(), place, words.words.text, words.pairs.text);
  if (!keep) return;
  Query query(file_.database(), "INSERT OR REPLACE INTO fed (place, words, pairs) VALUES (?, ?, ?)");
  query.bind(place).bind(std::string_view(words.words.text)).bind(std::string_view(words.pairs.text)).run();
}

bool WordIndex::keeps(std::int64_t place) const {
  Query query(file_.database(), "SELECT 1 FROM fed WHERE place = ?");
  return query.bind(place).step();
}

void WordIndex::remove(std::int64_t place, const Folded& own) {
  std::optional<std::pair<std::string, std::string>> kept;
  {
    Query query(file_.database(), "SELECT words, pairs FROM fed WHERE place = ?");
    if (query.bind(place).step()) kept.emplace(query.text(0), query.text(1));
  }
  if (kept) {
    remove_row(file_.database(), place, kept->first, kept->second);
    Query(file_.database(), "DELETE FROM fed WHERE place = ?").bind(place).run();
  } else if (!own.words.tokens.empty()) {
    remove_row(file_.database(), place, own.words.text, own.pairs.text);
  }
}

std::vector<std::int64_t> WordIndex::find(const std::string& match, std::int64_t from, std::int64_t to,
                                          bool newest_first, std::size_t most) const {
  std::vector<std::int64_t> places;
  Query query(file_.database(),
              newest_first ? "SELECT rowid FROM word WHERE word MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC"
                           : "SELECT rowid FROM word WHERE word MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid");
  query.bind(std::string_view(match)).bind(from).bind(to);
  while (places.size() < most && query.step()) places.push_back(query.number(0));
  return places;
}

std::vector<Records::Ranked> WordIndex::ranked(const std::string& match, std::int64_t from, std::int64_t to) const {
  constexpr const char* kBestFirst =  // a rank is the better the less it is, and between two places of one record
      "SELECT rowid, CAST(rank * -1000000 AS INTEGER) AS score FROM word WHERE word MATCH ? AND rowid BETWEEN ? AND ? "
      "ORDER BY score DESC, rowid DESC";
  std::vector<Records::Ranked> all;
  Query query(file_.database(), kBestFirst);
  query.bind(std::string_view(match)).bind(from).bind(to);
  while (query.step()) all.push_back({query.number(1), query.number(0)});
  return all;
}

std::vector<std::int64_t> WordIndex::segments() const {
  std::vector<std::int64_t> all;
  for (std::int64_t last = 0;;) {
    Query query(file_.database(), "SELECT min(segid) FROM word_idx WHERE segid > ?");
    if (!query.bind(last).step() || query.is_null(0)) return all;
    all.push_back(last = query.number(0));
  }
}

// Of each segment `word_idx` has the first term of each of its pages: two look-ups say how many pages lie between two
// terms. A term of the main list begins with '0' there; the lowest bit of `pgno` means something else.
bool WordIndex::is_broad(std::string_view prefix) const {
  Bytes first{'0'};
  append(first, as_bytes(prefix));
  Bytes behind = first;
  ++behind.back();  // no byte of UTF-8 is the last one there is
  const auto page_of = [&](std::int64_t segment, const Bytes& term) -> std::int64_t {
    Query query(file_.database(), "SELECT pgno FROM word_idx WHERE segid = ? AND term < ? ORDER BY term DESC LIMIT 1");
    return query.bind(segment).bind(term).step() ? query.number(0) >> 1 : 0;
  };
  for (const std::int64_t segment : segments())
    if (page_of(segment, behind) - page_of(segment, first) > kBroad) return true;
  return false;
}

// ---- what was let out ----

void WordIndex::wipe() {
  Query(file_.database(), "INSERT OR IGNORE INTO stale (segment) VALUES (?)").bind(kAsked).run();
}

bool WordIndex::wiping() const {
  Query query(file_.database(), "SELECT 1 FROM stale LIMIT 1");
  return query.step();
}

// What was let out or added stands in a segment once it is committed. What is let out or added while others are merged
// stands in new ones, and does not make them old. They are all gone when there is nothing left to merge, at the latest.
bool WordIndex::wipe_some(std::size_t pages) {
  if (!wiping()) return false;
  file_.commit();
  file_.transaction([&] {
    note_stale();
    merge(pages);
  });
  if (wiping()) return true;
  file_.commit();
  return false;
}

// Where it was asked for: all that there are now.
void WordIndex::note_stale() {
  store::Connection& database = file_.database();
  {
    Query asked(database, "SELECT 1 FROM stale WHERE segment = ?");
    if (!asked.bind(kAsked).step()) return;
  }
  Query(database, "DELETE FROM stale WHERE segment = ?").bind(kAsked).run();
  for (const std::int64_t segment : segments())
    Query(database, "INSERT OR IGNORE INTO stale (segment) VALUES (?)").bind(segment).run();
}

void WordIndex::merge(std::size_t pages) {
  store::Connection& database = file_.database();
  const std::int64_t before = changes(database);
  const auto work = static_cast<std::int64_t>(std::min<std::size_t>(pages, 1 << 20));
  Query(database, "INSERT INTO word (word, rank) VALUES ('merge', ?)").bind(-work).run();
  if (changes(database) - before < 2) {  // as FTS5 says that it had nothing to do
    Query(database, "DELETE FROM stale").run();
  } else {
    Query(database, "DELETE FROM stale WHERE NOT EXISTS (SELECT 1 FROM word_idx WHERE segid = segment)").run();
  }
}

}  // namespace duolog::journal
