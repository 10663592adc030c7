// view.h: what a journal's records add up to for a reader: who wrote what, in which order. Kept in the view's encrypted
// file, so that neither a start nor a look at it costs more after fifty years.
//
// What is newer than everything here, as nearly all is that comes, is put at the end. Anything else is placed by the
// merge (order.h) from the place on where it may have changed something: the cursor of a chain had run dry behind its
// last record, and nothing before that knew of what has come. So it goes back to there (rewind), and merges on
// (arrange), in slices where it is long.
//
//   put ──► comes last? ──yes──► placed at once
//                └────no──► rewind ──► unplaced ──► arrange() ──► placed
//
// The words of records go into an index behind that, in slices (view_index.h): by their places, which stay. What is not
// in it yet is looked at one by one by whoever searches.
//
// How much was written of each day is counted in the same stride, and taken back as words leave (view_written.cc).
//
// Readers ask only while whole(); until then scan.h answers. All writing is inside ViewFile::transaction(), and ends
// with keep(). Throws store::ViewLost from every function.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <map>
#include <set>

#include "daemon/journal/versions.h"
#include "daemon/journal/view_file.h"
#include "daemon/journal/view_index.h"

namespace duolog::store {
class Query;
}  // namespace duolog::store

namespace duolog::journal {

class View final : public Records {
 public:
  // What a record has for whoever searches, folded; no tokens: nothing. And what it counts as among what was written.
  enum class CountsAs : std::uint8_t { kEntry = 1, kAnswer = 2, kRemark = 3 };  // as the view's file knows them
  struct Counted {
    CountsAs as = CountsAs::kEntry;
    std::optional<std::int64_t> day;  // Records::OfADay
    std::uint32_t words = 0;
  };
  struct Said {
    Folded folded;
    std::optional<Counted> counted;  // none: there is nothing that could be read
  };
  using WordsOf = std::function<Said(const Noted&)>;  // absent: nothing is indexed
  // Takes up what the file has of this journal.
  View(ViewFile& file, const JournalId& journal, Scene scene, WordsOf words_of = {});

  // ---- is it to be believed? ----
  // All that was folded when it was last kept is here, and has its place.
  [[nodiscard]] bool whole() const { return whole_; }
  void set_whole(bool whole);
  [[nodiscard]] bool empty() const { return chains_.empty(); }
  // Up to where a device's records are here, and the id of the last of them.
  struct Held {
    std::uint64_t seq = 0;
    RecordId head;
  };
  [[nodiscard]] std::map<DeviceId, Held> held() const;
  [[nodiscard]] std::uint64_t held(const DeviceId& device) const;
  [[nodiscard]] const Bytes& facts() const { return facts_; }  // what the machine has learnt: as keep() was given it

  // ---- taking in ----
  // A record seen again (its epoch was learnt since, its body is gone) takes its own place. `event`: the bytes that it
  // was opened as. REQUIRES: each device's records in the order of its chain, without a gap.
  void put(const Noted& noted, bool mine, ByteView event);
  // Many chains are to come one after the other: nothing is placed before arrange().
  void expect_many() { many_ = true; }
  // Gives records their place, at most `budget`, which it takes them off; true while there are more.
  bool arrange(std::size_t& budget);
  [[nodiscard]] bool arranged() const { return unplaced_ == 0; }
  void keep();
  void keep(Bytes facts);
  void forget();  // everything of this journal

  // ---- the index of words: view_words.cc ----
  // Feeds it at most so many records, and fewer where they are long; true while there are more.
  bool index_words(std::size_t& budget);
  [[nodiscard]] std::uint64_t not_indexed() const;
  // What was sealed can be read now.
  void words_opened(const RecordId& id);

  // ---- records to be read again, and why: kept for the fold, which knows what the reasons mean ----
  struct Pending {
    DeviceId device;
    std::uint64_t seq = 0;
    int why = 0;
    EpochId epoch;
  };
  void pend(const Pending& pending);
  void done(const DeviceId& device, std::uint64_t seq);  // whatever the reason was
  [[nodiscard]] std::vector<Pending> pending() const;

  // ---- what was taken back: view_versions.cc ----
  struct Erased {
    RecordId id;
    bool mine = false;
    RecordId by;  // the event that did it
    TakenBack taken;
  };
  void erase(const Erased& erased);  // in the place of what was known of it
  [[nodiscard]] std::vector<Erased> erased() const;
  // Where a record of this person, or of the other, stands. nullopt: it is not here.
  [[nodiscard]] std::optional<std::pair<DeviceId, std::uint64_t>> locate(const RecordId& id, bool mine) const;

  // Up to where a device says that it holds this device's log.
  void claim(const DeviceId& by, std::uint64_t seq);
  [[nodiscard]] std::map<DeviceId, std::uint64_t> claims() const;

  // ---- asking ----
  void each_line(const Wanted& wanted, const SeeLine& see) const override;
  [[nodiscard]] std::int64_t first_since(std::int64_t time) const override;
  [[nodiscard]] Noted read_record(const Line& line) const override;
  [[nodiscard]] std::vector<Version> edits_of(const RecordId& entry, bool mine) const override;
  [[nodiscard]] std::vector<RoundKey> rounds(const std::string& practice, const std::string& from) const override;
  [[nodiscard]] std::optional<std::string> period_before(const std::string& practice,
                                                         const std::string& period) const override;
  void each_written(std::int64_t from_ms, std::int64_t to_ms, const SeeWritten& see) const override;
  void each_mood(const SeeMood& see) const override;
  [[nodiscard]] bool each_day(const SeeDay& see) const override;
  [[nodiscard]] std::optional<std::int64_t> earliest_civil() const override;
  // Changes whenever one of kSettings may have come, or changed its place.
  [[nodiscard]] std::uint64_t settings_version() const { return settings_version_; }
  [[nodiscard]] Counts counts() const override { return counts_; }
  [[nodiscard]] std::vector<Ranked> ranked(const std::string& match) const override;
  [[nodiscard]] Line line_at(std::int64_t place) const override;
  [[nodiscard]] std::int64_t row() const { return row_; }

 private:
  struct Chain {
    std::int64_t number = 0;
    std::uint64_t last = 0;       // up to here its records are here …
    std::uint64_t placed = 0;     // … and up to here they have their place
    std::uint64_t dated = 0;      // the last record that has a time …
    std::int64_t time = kNoTime;  // … which is this: the undated that follow stay beside it
    std::uint64_t claimed = 0;    // somebody says to have seen this log up to here
    std::uint64_t holds = 0;      // its owner says to hold our log up to here
    std::uint64_t indexed = 0;    // up to here its words are in the index
    RecordId head;                // of `last`
    bool changed = false;
  };
  struct Row;      // what put() writes
  struct Reading;  // how far the merge has read a chain

  // ---- view.cc ----
  void take_up();
  Chain& chain_of(const DeviceId& device);
  [[nodiscard]] std::int64_t place(const Chain& chain, std::uint64_t seq) const;
  [[nodiscard]] std::int64_t at(std::int64_t position) const { return row_ << 40 | position; }
  void insert(const Noted& noted, const Row& row);
  void put_again(Chain& chain, const Noted& noted, const Row& row);
  void write(store::Query& query, const Noted& noted, const Row& row);
  void note_time(Chain& chain, const Noted& noted);
  void note_claims(const DeviceId& by, const std::vector<Seen>& seen);

  // ---- view_versions.cc ----
  void index(std::int64_t place, const std::vector<std::string>& tags);
  void unindex(std::int64_t place, bool for_good);
  void look_for_versions();
  void note_version(const Noted& noted, bool mine);
  void settle_versions();
  void find_by_versions(const RecordId& entry, bool mine);
  [[nodiscard]] Version version_in(store::Query& query, const DeviceId& device, bool mine) const;
  [[nodiscard]] std::optional<Line> line_named(const RecordId& id, bool mine) const;

  // ---- view_order.cc ----
  [[nodiscard]] bool comes_last(const DeviceId& device, const Chain& chain, const Noted& noted) const;
  void rewind(std::int64_t position);
  [[nodiscard]] bool rest_stands(const std::deque<Reading>& readings, std::int64_t reached_then) const;
  void take_rest_as_it_stands();
  [[nodiscard]] std::int64_t position_of(const Chain& chain, std::uint64_t seq) const;
  [[nodiscard]] std::uint64_t placed_before(const Chain& chain, std::int64_t position) const;
  [[nodiscard]] std::pair<std::uint64_t, std::int64_t> last_dated(const Chain& chain, std::uint64_t up_to) const;
  [[nodiscard]] std::int64_t reached_by(const Chain& chain, std::uint64_t seq) const;
  void place_anew(std::int64_t place, std::int64_t where, bool tagged);

  // ---- view_bands.cc ----
  struct Places {  // Line::at, both ends included
    std::int64_t from = 0;
    std::int64_t to = 0;
  };
  struct Band {
    std::int64_t at = 0;
    std::int64_t since = 0;
    std::int64_t upto = 0;
  };
  void widen(std::int64_t at, std::optional<std::int64_t> civil_ms);  // something of this day stands there now
  void forget_bands(std::int64_t after);                              // after the one that this place is in
  void forget_band(std::int64_t at);                                  // that it is in
  [[nodiscard]] static bool begins_band(std::int64_t at);
  // Of these the first, in the order that is asked for, that may hold what is wanted by its day.
  [[nodiscard]] std::optional<Places> next_band(const Wanted& wanted, Places among) const;

  // ---- view_words.cc ----
  // The words of a row that was indexed come into the index, or leave it before they change; `for_good`: of what they
  // have ever been nothing stays in its pages.
  void words_come(std::int64_t place);
  void words_leave(std::int64_t place, bool for_good);
  [[nodiscard]] bool is_indexed(std::int64_t place) const;
  void index_next(Chain& chain, std::size_t& budget);
  std::size_t index_line(const Line& line);
  [[nodiscard]] std::vector<Line> page_by_words(const Wanted& wanted, std::int64_t bound, std::size_t count) const;
  void take_indexed(const Wanted& wanted, const Chain& chain, std::uint64_t from, std::uint64_t to, std::size_t most,
                    std::vector<Line>& lines) const;
  void take_unindexed(const Wanted& wanted, const Chain& chain, std::uint64_t from, std::uint64_t to, std::size_t most,
                      std::vector<Line>& lines) const;
  void keep_matching(const Wanted& wanted, std::vector<Line>& lines) const;

  // ---- view_written.cc ----
  using Day = std::pair<bool, std::int64_t>;  // mine; the day, or kNoTime
  void count_in(std::int64_t place, bool mine, const Counted& counted);
  void count_out(std::int64_t place);
  void add_to_day(const Day& day, CountsAs as, std::uint32_t words, std::int64_t times);
  void keep_written();
  void forget_written();
  void each_uncounted(const SeeDay& see) const;

  // ---- view_find.cc ----
  void walk(const Wanted& wanted, const SeeLine& see) const;
  [[nodiscard]] std::vector<Line> page(const Wanted& wanted, Places among, std::size_t count) const;
  [[nodiscard]] bool is_found_directly(const Wanted& wanted) const;
  [[nodiscard]] std::vector<Line> find(const Wanted& wanted) const;
  void take_lines(store::Query& query, const Wanted& wanted, std::vector<Line>& lines) const;
  [[nodiscard]] Line line_in(store::Query& query) const;
  [[nodiscard]] bool few_days(const Wanted& wanted) const;

  ViewFile& file_;
  JournalId journal_;
  Scene scene_;
  WordsOf words_of_;
  WordIndex words_;
  std::int64_t row_ = 0;
  std::map<DeviceId, Chain> chains_;
  std::vector<DeviceId> devices_;  // by their numbers, from 1
  Counts counts_;
  Bytes facts_;
  bool whole_ = false;
  bool many_ = false;
  bool edited_ = false;                            // some entry in it was
  std::set<std::pair<RecordId, bool>> to_settle_;  // entries, mine or not, whose rows may not fit their versions
  struct Added {
    std::int64_t entries = 0;
    std::int64_t answers = 0;
    std::int64_t remarks = 0;
    std::int64_t words = 0;
  };
  std::map<Day, Added> added_;  // since keep()
  std::uint64_t unplaced_ = 0;
  std::int64_t next_ = 0;           // the position that is given next
  std::int64_t reached_ = kNoTime;  // the latest time of what has its place
  bool liars_ = false;              // the merge met records of which none was free to come
  // Of what has no place since it was all arranged: nothing of it has come since, so the rest may stand as it did
  // before; the last record of each chain, by its number, that was changed; whether any has been given a place.
  bool may_stand_ = false;
  std::map<std::int64_t, std::uint64_t> changed_;
  bool has_begun_ = false;
  bool lied_before_ = false;
  std::optional<Band> widened_;      // as widen() left the last
  std::optional<DeviceId> last_by_;  // whose record has the last place
  std::uint64_t settings_version_ = 1;
  using Kept = std::tuple<bool, std::uint32_t, std::uint32_t, std::uint32_t, std::int64_t, bool, std::int64_t>;
  std::optional<Kept> kept_;  // what keep() wrote last
};

}  // namespace duolog::journal
