// rounds.h: the occasions of a practice in one journal, and where each stands.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/items.h"
#include "daemon/practice/deck.h"

namespace duolog::journal {

// The occasion that a moment belongs to: "2026-11-22", "2026-W47", "2026-11" or "2026-Q4"; a practice for when it is
// needed goes by days.
std::string period_of(practice::Rhythm rhythm, const Calendar& calendar, std::int64_t at_ms);
// The same of a practice in a journal: the question of the day has its question's id behind the day, so that nobody
// answers another question than the other, whatever deck each has.
std::string period_of(const Journal& journal, const practice::Practice& practice, const Calendar& calendar,
                      std::int64_t at_ms);
// The first instant after the period that a moment belongs to.
std::int64_t period_end(practice::Rhythm rhythm, const Calendar& calendar, std::int64_t at_ms);

inline constexpr std::string_view kQuestion = "question";  // the practice that asks what the deck says
// Of the couple's day at `at_ms`; null: before 1970.
const practice::Question* question_of_day(const Journal& journal, const Calendar& calendar, std::int64_t at_ms);
// The practice as it asks in this period: with the question of that day in it. Null: there is none of that name.
std::optional<practice::Practice> practice_in(const Journal& journal, std::string_view id, std::string_view period);

// Every round that somebody has answered, by practice and period.
std::map<RoundKey, std::vector<const Noted*>> answered_rounds(const Journal& journal);

// When a round is looked at, and from where.
struct Look {
  Calendar calendar;
  std::int64_t now_ms = 0;
  Zone here;
};
// `answers`: of this round, in order.
Round make_round(const Journal& journal, const RoundKey& key, const std::vector<const Noted*>& answers,
                 const Look& look);
// The same where the answers have to be looked for.
Round make_round(const Journal& journal, const RoundKey& key, const Look& look);

}  // namespace duolog::journal
