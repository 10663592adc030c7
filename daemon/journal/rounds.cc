// rounds.cc: who has answered, who is waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/rounds.h"

#include "daemon/journal/standing.h"
#include "daemon/practice/care.h"

namespace duolog::journal {

using practice::Rhythm;
using practice::Sharing;

namespace {

std::optional<RoundKey> round_of(const Noted& noted) {
  if (const auto* answer = std::get_if<Answer>(&noted.what)) return RoundKey{answer->practice, answer->period};
  if (const auto* sealed = std::get_if<SealedNote>(&noted.what); sealed != nullptr && !noted.is_letter())
    return RoundKey{sealed->practice, sealed->period};
  return std::nullopt;
}

std::string quarter_of(const std::string& day) {
  const int month = (day[5] - '0') * 10 + (day[6] - '0');
  return day.substr(0, 5) + "Q" + std::to_string((month + 2) / 3);
}

RoundState state_of(const Journal& journal, const Round& round) {
  if (!journal.shared()) return RoundState::kAlone;
  if (round.mine_in && round.theirs_in) return RoundState::kBothIn;
  if (round.mine_in) return RoundState::kWaitingForOther;
  return round.theirs_in ? RoundState::kWaitingForYou : RoundState::kOpenToAnswer;
}

// The day before the first one of the period that `at_ms` lies in, or any earlier one of the period before: a moment of
// it.
std::int64_t moment_of_period_before(Rhythm rhythm, const Calendar& calendar, std::int64_t at_ms) {
  constexpr std::int64_t kDayMs = 86'400'000;
  const std::string current = period_of(rhythm, calendar, at_ms);
  std::int64_t at = at_ms;
  for (int days = 0; days < 100 && period_of(rhythm, calendar, at) == current; ++days) at -= kDayMs;
  return at;
}

// It may still be answered in the period after its own; then it fades.
bool is_over(const practice::Practice& practice, const Round& round, const Look& look) {
  if (round.current || practice.rhythm == Rhythm::kWhenNeeded || (round.mine_in && round.theirs_in)) return false;
  const std::int64_t before = moment_of_period_before(practice.rhythm, look.calendar, look.now_ms);
  return !round.period.starts_with(period_of(practice.rhythm, look.calendar, before));
}

void add_passes(const Journal& journal, Round& round) {
  for (const Noted* noted : journal.view().settings()) {
    const auto* pass = std::get_if<Pass>(&noted->what);
    if (pass == nullptr || pass->practice != round.practice || pass->period != round.period) continue;
    (journal.is_mine(noted->device) ? round.mine_passed : round.theirs_passed) = true;
  }
}

// The first prompt that this couple's week draws, as the question of the day is drawn.
std::string prompt_of(const Journal& journal, std::string_view week) {
  const auto prompts = practice::prompts(journal.secrets().relationship);
  const crypto::QuestionSeed seed = crypto::question_seed(journal.secrets().epochs.front());
  const practice::Prompt* first = nullptr;
  Hash least;
  for (const practice::Prompt& prompt : prompts) {
    const Hash rank = crypto::question_rank(seed, 0, 0, std::string(week) + prompt.id);
    if (first == nullptr || rank.bytes < least.bytes) first = &prompt, least = rank;
  }
  return first != nullptr ? first->text : std::string();
}

void add_practice(const Journal& journal, Round& round, const Look& look) {
  auto practice = practice_in(journal, round.practice, round.period);
  if (!practice) return;
  round.current = period_of(journal, *practice, look.calendar, look.now_ms) == round.period;
  round.over = is_over(*practice, round, look);
  if (practice->sharing == Sharing::kInTurns && journal.shared())
    if (const auto turn = turn_of(journal, *practice)) round.turn = turn->mine ? "yours" : "theirs";
  if (practice->id == "prompt" && round.current) round.offered = prompt_of(journal, round.period);
  round.about = std::move(practice);
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

std::int64_t period_end(Rhythm rhythm, const Calendar& calendar, std::int64_t at_ms) {
  if (rhythm == Rhythm::kWeekly) return week_after(calendar, at_ms);
  std::int64_t end = day_after(calendar, at_ms);
  if (rhythm != Rhythm::kMonthly && rhythm != Rhythm::kQuarterly) return end;
  const std::string current = period_of(rhythm, calendar, at_ms);
  for (int days = 0; days < 100 && period_of(rhythm, calendar, end) == current; ++days) end = day_after(calendar, end);
  return end;
}

const practice::Question* question_of_day(const Journal& journal, const Calendar& calendar, std::int64_t at_ms) {
  const auto day = practice::parse_day(day_of(calendar, at_ms));
  if (!day) return nullptr;
  const JournalSecrets& secrets = journal.secrets();
  return practice::question_of(practice::deck(), crypto::question_seed(secrets.epochs.front()), secrets.relationship,
                               journal.agreements().depths, *day);
}

std::string period_of(const Journal& journal, const practice::Practice& practice, const Calendar& calendar,
                      std::int64_t at_ms) {
  std::string period = period_of(practice.rhythm, calendar, at_ms);
  if (practice.id != kQuestion) return period;
  if (const practice::Question* question = question_of_day(journal, calendar, at_ms)) period += "." + question->id;
  return period;
}

std::optional<practice::Practice> practice_in(const Journal& journal, std::string_view id, std::string_view period) {
  const practice::Practice* found = journal.library().practice(id);
  if (found == nullptr) return std::nullopt;
  practice::Practice practice = *found;
  const std::size_t dot = period.find('.');
  if (id != kQuestion || dot == std::string_view::npos) return practice;
  const practice::Question* asked = practice::deck().find(period.substr(dot + 1));
  for (practice::FormField& field : practice.fields)
    if (field.question == "{question}") field.question = asked != nullptr ? asked->text : std::string();
  return practice;
}

std::map<RoundKey, std::vector<const Noted*>> answered_rounds(const Journal& journal) {
  std::map<RoundKey, std::vector<const Noted*>> rounds;
  for (const Noted* noted : journal.view().ordered())
    if (const auto key = round_of(*noted)) rounds[*key].push_back(noted);
  return rounds;
}

Round make_round(const Journal& journal, const RoundKey& key, const std::vector<const Noted*>& answers,
                 const Look& look) {
  Round round;
  round.practice = key.practice;
  round.period = key.period;
  round.journal = journal.secrets().name;
  round.journal_id = journal.id();
  round.other = journal.secrets().other;
  for (const Noted* noted : answers) {
    round.answers.push_back(make_item(journal, *noted, look.here));
    (round.answers.back().mine ? round.mine_in : round.theirs_in) = true;
    if (const auto* sealed = std::get_if<SealedNote>(&noted->what); sealed != nullptr && sealed->rule.after)
      round.opens_at =
          rfc3339(static_cast<std::int64_t>(std::min<std::uint64_t>(*sealed->rule.after, INT32_MAX)) * 1000,
                  noted->offset_minutes);
  }
  round.state = state_of(journal, round);
  add_passes(journal, round);
  add_practice(journal, round, look);
  return round;
}

Round make_round(const Journal& journal, const RoundKey& key, const Look& look) {
  std::vector<const Noted*> answers;
  for (const Noted* noted : journal.view().ordered())
    if (round_of(*noted) == key) answers.push_back(noted);
  return make_round(journal, key, answers, look);
}

}  // namespace duolog::journal
