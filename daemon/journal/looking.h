// looking.h: through the records of several journals, as far as they pass a filter: in their order, in one go or in
// turns, or those first that an index says fit best.
//
// Journals know nothing of each other, and what is written or merged between two turns may move a record: so a look
// remembers in each journal the record that it has come to, and goes on behind it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>

#include "daemon/journal/lines.h"
#include "daemon/journal/reading.h"

namespace duolog::journal {

// Those that a filter means. Throws Refusal kNoSuchJournal.
std::vector<const Journal*> chosen(const Shelf& shelf, std::string_view journal);

// What passes a filter, its limit aside: lines, in the order of the journals, until `see` says false. Throws Refusal:
// kBadDate, kNoSuchJournal, kBadRequest (a kind there is not), and as find_one() does; store::ViewLost.
using SeeFound = std::function<bool(const Journal&, const Line&)>;
void walk(const Shelf& shelf, const Filter& filter, bool newest_first, const SeeFound& see);

// How far somebody has come in one journal.
struct Reached {
  std::optional<RecordId> record;     // up to this one; where there is none, or it is not here any more,
  std::optional<std::int64_t> time;   // the oldest first all before this time, the newest first all from it on;
  std::vector<RecordId> beside = {};  // and these behind it: without a time, and perhaps elsewhere once they have one

  using InEach = std::map<JournalId, Reached>;
};

// So many lines at a time, whether they pass or not: whoever goes through a lifetime lets others in between, and no
// turn is longer than another. What is written or merged meanwhile is seen where it stands beyond the place that was
// reached. REQUIRES: `filter` says no place at which to end.
class Slices {
 public:
  static constexpr std::size_t kLines = 2048;  // their words are read and looked through in some 50 ms
  Slices(const Shelf& shelf, Filter filter, bool newest_first)
      : shelf_(shelf), filter_(std::move(filter)), newest_first_(newest_first) {}
  // True: there may be more. Throws as walk() does, but for store::ViewLost.
  bool go_on(std::size_t lines, const SeeFound& see);

 private:
  const Shelf& shelf_;
  Filter filter_;
  bool newest_first_;
  std::optional<Reached::InEach> places_;  // none: not begun
};

// What the index finds by `match`, that which suits it best first; of a filter all but what asks for words and places.
// The index is asked in the first turn, and what it has found is read in all of them. REQUIRES: there is a `match`.
class Best {
 public:
  Best(const Shelf& shelf, Filter filter);
  // Each index that was there when it was made, or since, is there still. To be asked before each turn, and by whoever
  // relies on it meanwhile: where one is not, what it would have found is not found here.
  [[nodiscard]] bool still_there();
  // Reads so many lines at most; true: there are more. Throws store::ViewLost. REQUIRES: still_there().
  bool go_on(std::size_t lines, const SeeFound& see);

 private:
  struct Source {
    JournalId journal;
    Wanted wanted;
    std::vector<Records::Ranked> ranked = {};
    std::size_t at = 0;

    [[nodiscard]] std::int64_t score() const { return ranked[at].score; }
  };
  void ask();
  Source* first();
  [[nodiscard]] const Journal* named(const JournalId& id) const;  // null: it is gone

  const Shelf& shelf_;
  Filter filter_;
  std::uint64_t begun_;
  std::set<JournalId> ready_;
  std::optional<std::vector<Source>> sources_;  // none: not asked yet
};

}  // namespace duolog::journal
