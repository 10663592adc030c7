// other_years.h: what both wrote on a day of the year, in other years.
//
// An entry belongs to the day it is about, on its writer's calendar: what was imported is found at once. 29 February is
// remembered on that day, and in years that have none on the 28th.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/reading.h"

namespace duolog::journal {

inline constexpr std::uint32_t kMostDaysAround = 31;

struct DayOfYear {
  std::string date;        // as moment.h reads it, or "MM-DD"; empty: today
  std::uint32_t days = 0;  // also so many before and after it
  std::string journal;     // name or id prefix; empty: all
  std::string from;        // "me" or a person's name
};
struct Memory {
  Item item;
  std::uint32_t years_ago = 0;  // 0: this year, on a day before today
};
struct Memories {
  std::vector<Memory> memories;  // the latest year first; within one, in order
  std::size_t more = 0;          // that are too many for one reply
};
// Entries, answers and letters that may be read. Throws Refusal: kBadDate, kNoSuchJournal, kBadRequest ("days").
Memories other_years(const Shelf& shelf, const DayOfYear& wanted);

// Of today, in short.
struct YearsBack {
  std::size_t count = 0;
  std::uint32_t longest = 0;  // years ago
};
YearsBack years_back(const Shelf& shelf);

}  // namespace duolog::journal
