// tally.h: how much was written, by whom and when. Counted, never compared with what should have been.
//
// The view keeps count of each day (view_written.cc), and where that is all there is to know it is only added up. What
// the view does not know, and days that somebody cuts through, are counted from the words themselves, in turns.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/journal/looking.h"

namespace duolog::journal {

struct Tally {
  struct Month {
    std::string month;          // "2026-11"
    std::uint32_t written = 0;  // entries, letters and answers
    std::uint32_t words = 0;
    std::uint32_t days = 0;
  };
  std::string person;
  bool mine = false;
  std::uint32_t entries = 0;  // entries, and letters that may be read
  std::uint32_t answers = 0;  // that may be read
  std::uint32_t remarks = 0;
  std::uint32_t words = 0;  // in all of these
  std::uint32_t days = 0;   // on which something was written, or that it is about
  std::string oldest;       // days
  std::string newest;
  std::vector<Month> months;  // in order, those with something in them
};
struct TallySpan {
  std::string journal;  // name or id prefix; empty: all
  std::string since;    // dates as sieve.h reads them; both ends included
  std::string until;
};
// Of everybody who has written something, oneself first. Throws Refusal: kBadDate, kNoSuchJournal.
std::vector<Tally> tally(const Shelf& shelf, const TallySpan& span);
// The same from the words themselves: what the view's counts are held against, in tests and figures.
std::vector<Tally> tally_anew(const Shelf& shelf, const TallySpan& span);

// What an index is fed of a record, and what it counts as.
View::Said said_in(const Journal& journal, const Noted& noted);

// The same, a slice at a time.
class Tallying {
 public:
  Tallying(const Shelf& shelf, const TallySpan& span, bool by_the_view = true);
  ~Tallying();
  bool go_on(std::size_t lines = Slices::kLines);  // true: there is more to count
  std::vector<Tally> take();                       // REQUIRES: there is none

 private:
  struct People;
  bool add_up();  // false: not all of it is kept

  const Shelf& shelf_;
  TallySpan span_;
  bool by_the_view_;
  Slices slices_;
  std::unique_ptr<People> people_;
};

}  // namespace duolog::journal
