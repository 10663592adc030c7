// rounds.h: the occasions of a practice in one journal, and where each stands.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/items.h"
#include "daemon/journal/standing.h"
#include "daemon/practice/deck.h"

namespace duolog::journal {

// The occasion that a day belongs to: "2026-11-22", "2026-W47", "2026-11" or "2026-Q4"; a practice for when it is
// needed goes by days.
std::string period_of(practice::Rhythm rhythm, const Calendar& calendar, Day day);
// The same of a practice in a journal: the question of the day has its question's id behind the day, so that nobody
// answers another question than the other, whatever deck each has.
std::string period_of(const Journal& journal, const practice::Practice& practice, const Calendar& calendar, Day day);
// The first instant after the period that a day belongs to.
std::int64_t period_end(practice::Rhythm rhythm, const Calendar& calendar, Day day);

inline constexpr std::string_view kQuestion = "question";  // the practice that asks what the deck says
// Of the couple's day; null: before 1970.
const practice::Question* question_of_day(const Journal& journal, Day day);
// What a field asks in this period: where it is the question of the day, that.
std::string_view asked_in(const practice::FormField& field, std::string_view practice, std::string_view period);

// The rounds of a journal at one moment. Valid until something is written or folded. Each is looked up when it is asked
// for.
class Rounds {
 public:
  // `here`: this machine's zone, for the times of receipts.
  Rounds(const Journal& journal, Calendar calendar, std::int64_t now_ms, Zone here);

  [[nodiscard]] bool is_answered(const RoundKey& key) const;
  [[nodiscard]] RoundKey current(const practice::Practice& practice) const;
  // The first period that is not over: what was asked then may still be answered.
  [[nodiscard]] const std::string& period_before(practice::Rhythm rhythm) const;
  [[nodiscard]] Round make(const RoundKey& key) const;

 private:
  [[nodiscard]] Round with_answers(const RoundKey& key) const;
  void add_answers(Round& round, const std::vector<Noted>& answers) const;
  void add_passes(Round& round, const RoundKey& key) const;
  [[nodiscard]] RoundState state_of(const Round& round, const std::vector<Noted>& answers) const;
  [[nodiscard]] bool meet(const std::vector<Noted>& answers) const;
  [[nodiscard]] bool mine_is_looser(const std::vector<Noted>& answers) const;
  void add_practice(Round& round, const RoundKey& key) const;
  [[nodiscard]] bool is_over(const practice::Practice& practice, const Round& round) const;
  [[nodiscard]] const std::optional<Turn>& turn_of(const practice::Practice& practice) const;
  [[nodiscard]] std::vector<Move> moves_in(const std::string& practice, const std::string& period) const;
  [[nodiscard]] std::vector<Move> all_moves(const practice::Practice& practice) const;
  [[nodiscard]] std::string prompt_of(std::string_view week) const;

  const Journal& journal_;
  Calendar calendar_;
  Day today_;
  Zone here_;
  mutable std::map<std::string, std::optional<Turn>, std::less<>> turns_;
  mutable std::map<practice::Rhythm, std::string> before_;
};

}  // namespace duolog::journal
