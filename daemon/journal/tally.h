// tally.h: how much was written, by whom and when. Counted, never compared with what should have been.
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

// The same, a slice at a time.
class Tallying {
 public:
  Tallying(const Shelf& shelf, const TallySpan& span);
  ~Tallying();
  bool go_on(std::size_t lines = Slices::kLines);  // true: there is more to count
  std::vector<Tally> take();                       // REQUIRES: there is none

 private:
  struct People;
  Slices slices_;
  std::unique_ptr<People> people_;
};

}  // namespace duolog::journal
