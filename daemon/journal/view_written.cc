// view_written.cc: how much was written of each day, counted as words come into the index and taken back as they leave
// it: so that whoever asks for a lifetime reads a row a day.
//
// What each record has added is kept beside it (`counted`): what was opened, edited or taken back since could not tell
// any more. What the index does not know yet is counted when somebody asks, as long as it is little.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/journal/view.h"
#include "daemon/journal/view_rows.h"
#include "daemon/store/query.h"

namespace duolog::journal {

using store::Query;

namespace {

constexpr std::uint64_t kFewUncounted = 128;

std::uint32_t clipped(std::int64_t number) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(number, 0, UINT32_MAX));
}

}  // namespace

// ---- in and out ----

void View::count_in(std::int64_t place, bool mine, const Counted& counted) {
  count_out(place);
  const Day day{mine, counted.day.value_or(kNoTime)};
  Query(file_.database(), "INSERT INTO counted (place, mine, day, \"as\", words) VALUES (?, ?, ?, ?, ?)")
      .bind(place)
      .bind(mine)
      .bind(day.second)
      .bind(static_cast<int>(counted.as))
      .bind(counted.words)
      .run();
  add_to_day(day, counted.as, counted.words, 1);
}

void View::count_out(std::int64_t place) {
  {
    Query query(file_.database(), "SELECT mine, day, \"as\", words FROM counted WHERE place = ?");
    if (!query.bind(place).step()) return;
    add_to_day({query.number(0) != 0, query.number(1)}, static_cast<CountsAs>(query.number(2)),
               static_cast<std::uint32_t>(query.number(3)), -1);
  }
  Query(file_.database(), "DELETE FROM counted WHERE place = ?").bind(place).run();
}

void View::add_to_day(const Day& day, CountsAs as, std::uint32_t words, std::int64_t times) {
  Added& added = added_[day];
  (as == CountsAs::kEntry ? added.entries : as == CountsAs::kAnswer ? added.answers : added.remarks) += times;
  added.words += times * words;
}

// Once for all that has come: most of it is of few days.
void View::keep_written() {
  for (const auto& [day, added] : std::exchange(added_, {})) {
    Query(file_.database(),
          "INSERT INTO written (journal, mine, day, entries, answers, remarks, words) VALUES (?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (journal, mine, day) DO UPDATE SET entries = entries + excluded.entries, "
          "answers = answers + excluded.answers, remarks = remarks + excluded.remarks, words = words + excluded.words")
        .bind(row_)
        .bind(day.first)
        .bind(day.second)
        .bind(added.entries)
        .bind(added.answers)
        .bind(added.remarks)
        .bind(added.words)
        .run();
    Query(file_.database(),
          "DELETE FROM written WHERE journal = ? AND mine = ? AND day = ? AND entries + answers + remarks = 0")
        .bind(row_)
        .bind(day.first)
        .bind(day.second)
        .run();
  }
}

void View::forget_written() {
  added_.clear();
  Query(file_.database(), "DELETE FROM written WHERE journal = ?").bind(row_).run();
  Query(file_.database(), "DELETE FROM counted WHERE place BETWEEN ? AND ?")
      .bind(row_ << 48)
      .bind(((row_ + 1) << 48) - 1)
      .run();
}

// ---- asked ----

bool View::each_day(const SeeDay& see) const {
  if (!words_of_ || not_indexed() > kFewUncounted) return false;
  each_uncounted(see);
  Query query(file_.database(), "SELECT mine, day, entries, answers, remarks, words FROM written WHERE journal = ?");
  query.bind(row_);
  while (query.step()) {
    const std::int64_t day = query.number(1);
    see({query.number(0) != 0, day == kNoTime ? std::nullopt : std::optional(day), clipped(query.number(2)),
         clipped(query.number(3)), clipped(query.number(4)), clipped(query.number(5))});
  }
  return true;
}

void View::each_uncounted(const SeeDay& see) const {
  for (const auto& [device, chain] : chains_) {
    for (std::uint64_t seq = chain.indexed + 1; seq <= chain.last; ++seq) {
      const Line line = line_at(place(chain, seq));
      if (!is_shown(line.kind)) continue;
      const auto counted = words_of_(read(line)).counted;
      if (!counted) continue;
      const auto one = [&](CountsAs as) { return counted->as == as ? 1U : 0U; };
      see({line.mine, counted->day, one(CountsAs::kEntry), one(CountsAs::kAnswer), one(CountsAs::kRemark),
           counted->words});
    }
  }
}

}  // namespace duolog::journal
