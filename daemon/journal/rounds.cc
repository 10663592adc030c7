// rounds.cc: who has answered, who is waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/rounds.h"

namespace duolog::journal {
namespace {

std::optional<RoundKey> round_of(const Noted& noted) {
  if (const auto* answer = std::get_if<Answer>(&noted.what)) return RoundKey{answer->practice, answer->period};
  if (const auto* sealed = std::get_if<SealedNote>(&noted.what)) return RoundKey{sealed->practice, sealed->period};
  return std::nullopt;
}

std::string quarter_of(const std::string& day) {
  const int month = (day[5] - '0') * 10 + (day[6] - '0');
  return day.substr(0, 5) + "Q" + std::to_string((month + 2) / 3);
}

RoundState state_of(bool shared, bool mine_in, bool theirs_in) {
  if (!shared) return RoundState::kAlone;
  if (mine_in && theirs_in) return RoundState::kBothIn;
  if (mine_in) return RoundState::kWaitingForOther;
  return theirs_in ? RoundState::kWaitingForYou : RoundState::kOpenToAnswer;
}

}  // namespace

std::string period_of(Rhythm rhythm, const Calendar& calendar, std::int64_t at_ms) {
  switch (rhythm) {
    case Rhythm::kWeekly:
      return week_of(calendar, at_ms);
    case Rhythm::kMonthly:
      return day_of(calendar, at_ms).substr(0, 7);
    case Rhythm::kQuarterly:
      return quarter_of(day_of(calendar, at_ms));
    case Rhythm::kDaily:
    case Rhythm::kWhenNeeded:
      break;
  }
  return day_of(calendar, at_ms);
}

std::map<RoundKey, std::vector<const Noted*>> answered_rounds(const Journal& journal) {
  std::map<RoundKey, std::vector<const Noted*>> rounds;
  for (const Noted* noted : journal.view().ordered())
    if (const auto key = round_of(*noted)) rounds[*key].push_back(noted);
  return rounds;
}

Round make_round(const Journal& journal, const RoundKey& key, const std::vector<const Noted*>& answers, bool current,
                 const Zone& here) {
  Round round;
  round.practice = key.practice;
  round.period = key.period;
  round.journal = journal.secrets().name;
  round.journal_id = journal.id();
  round.other = journal.secrets().other;
  round.current = current;
  for (const Noted* noted : answers) {
    round.answers.push_back(make_item(journal, *noted, here));
    (round.answers.back().mine ? round.mine_in : round.theirs_in) = true;
  }
  round.state = state_of(journal.shared(), round.mine_in, round.theirs_in);
  if (const Practice* practice = find_practice(key.practice)) {
    round.title = practice->title;
    round.why = practice->why;
    round.form = practice->fields;
  }
  return round;
}

Round make_round(const Journal& journal, const RoundKey& key, bool current, const Zone& here) {
  std::vector<const Noted*> answers;
  for (const Noted* noted : journal.view().ordered())
    if (round_of(*noted) == key) answers.push_back(noted);
  return make_round(journal, key, answers, current, here);
}

}  // namespace duolog::journal
