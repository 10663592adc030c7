// rounds.cc: who has answered, who is waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/rounds.h"

#include <ranges>

#include "daemon/practice/care.h"

namespace duolog::journal {

using practice::Rhythm;
using practice::Sharing;

namespace {

constexpr int kLongestPeriod = 92;  // days of a quarter

Wanted of_round(const RoundKey& key, Kinds kinds) {
  Wanted wanted;
  wanted.kinds = kinds;
  wanted.practice = key.practice;
  wanted.period = key.period;
  return wanted;
}

std::string quarter_of(const std::string& day) {
  const int month = (day[5] - '0') * 10 + (day[6] - '0');
  return day.substr(0, 5) + "Q" + std::to_string((month + 2) / 3);
}

// The first day of the next period, or the last of the one before.
Day day_beyond(Rhythm rhythm, const Calendar& calendar, Day day, Day step) {
  const std::string period = period_of(rhythm, calendar, day);
  for (int days = 0; days <= kLongestPeriod && period_of(rhythm, calendar, day) == period; ++days) day += step;
  return day;
}

// Nobody's place in this order changes: who waits for whom is the same on both sides.
std::pair<bool, std::uint64_t> strictness(const crypto::SealRule& rule) {
  return {rule.both, rule.after.value_or(UINT64_MAX)};
}

}  // namespace

std::string period_of(Rhythm rhythm, const Calendar& calendar, Day day) {
  switch (rhythm) {
    case Rhythm::kWeekly:
      return week_text(calendar, day);
    case Rhythm::kMonthly:
      return practice::day_text(day).substr(0, 7);
    case Rhythm::kQuarterly:
      return quarter_of(practice::day_text(day));
    case Rhythm::kDaily:
    case Rhythm::kWhenNeeded:
      break;
  }
  return practice::day_text(day);
}

std::string period_of(const Journal& journal, const practice::Practice& practice, const Calendar& calendar, Day day) {
  std::string period = period_of(practice.rhythm, calendar, day);
  if (practice.id != kQuestion) return period;
  if (const practice::Question* question = question_of_day(journal, day)) period += "." + question->id;
  return period;
}

std::int64_t period_end(Rhythm rhythm, const Calendar& calendar, Day day) {
  return beginning_of(calendar, day_beyond(rhythm, calendar, day, 1));
}

const practice::Question* question_of_day(const Journal& journal, Day day) {
  const JournalSecrets& secrets = journal.secrets();
  return practice::question_of(practice::deck(), crypto::question_seed(secrets.epochs.front()), secrets.relationship,
                               journal.agreements().depths, day);
}

std::string_view asked_in(const practice::FormField& field, std::string_view practice, std::string_view period) {
  const std::size_t dot = period.find('.');
  if (practice != kQuestion || field.question != "{question}" || dot == std::string_view::npos) return field.question;
  const practice::Question* asked = practice::deck().find(period.substr(dot + 1));
  return asked != nullptr ? std::string_view(asked->text) : std::string_view();
}

Rounds::Rounds(const Journal& journal, Calendar calendar, std::int64_t now_ms, Zone here)
    : journal_(journal), calendar_(std::move(calendar)), today_(day_at(calendar_, now_ms)), here_(std::move(here)) {}

bool Rounds::is_answered(const RoundKey& key) const { return journal_.records().any(of_round(key, kAnswered)); }

const RoundKey& Rounds::current(const practice::Practice& practice) const {
  const auto found = current_.find(practice.id);
  if (found != current_.end()) return found->second;
  return current_.emplace(practice.id, RoundKey{practice.id, period_of(journal_, practice, calendar_, today_)})
      .first->second;
}

Round Rounds::make(const RoundKey& key) const {
  Round round = with_answers(key);
  add_passes(round, key);
  add_practice(round, key);
  return round;
}

void Rounds::add_passes(Round& round, const RoundKey& key) const {
  journal_.records().each_line(of_round(key, only(Kind::kPass)), [&](const Line& line) {
    (line.mine ? round.mine_passed : round.theirs_passed) = true;
    return true;
  });
}

Round Rounds::with_answers(const RoundKey& key) const {
  Round round;
  round.practice = key.practice;
  round.period = key.period;
  round.journal = journal_.secrets().name;
  round.journal_id = journal_.id();
  round.other = journal_.secrets().other;
  const std::vector<Noted> answers = journal_.records().all(of_round(key, kAnswered));
  if (!answers.empty()) {
    add_answers(round, answers);
    const Given mine = given(answers, true);
    const Given theirs = given(answers, false);
    round.unmet = round.mine_in && round.theirs_in && !mine.meets(theirs);
    round.state = state_of(round, mine, theirs);
  } else {
    round.state = journal_.shared() ? RoundState::kOpenToAnswer : RoundState::kAlone;
  }
  return round;
}

// The newest of each person, as many as one reply takes: nobody gives the same answer sixteen times.
void Rounds::add_answers(Round& round, const std::vector<Noted>& answers) const {
  constexpr std::size_t kOfEach = 16;
  constexpr std::size_t kBytes = 256 << 10;
  std::map<bool, Page> pages{{true, {kOfEach, kBytes}}, {false, {kOfEach, kBytes}}};
  std::set<bool> full;
  for (const Noted& noted : std::views::reverse(answers)) {
    const bool mine = journal_.is_mine(noted.device);
    (mine ? round.mine_in : round.theirs_in) = true;
    const auto* sealed = std::get_if<SealedNote>(&noted.what);
    if (sealed != nullptr && sealed->rule.after && round.opens_at.empty())
      round.opens_at = opening_text(*sealed->rule.after, here_);
    if (full.contains(mine)) continue;
    Item item = make_item(journal_, noted, here_);
    if (pages.at(mine).takes(item)) {
      round.answers.push_back(std::move(item));
    } else {
      full.insert(mine);
    }
  }
  std::reverse(round.answers.begin(), round.answers.end());
}

// ---- where a round stands ----

Rounds::Given Rounds::given(const std::vector<Noted>& answers, bool mine) const {
  Given given;
  for (const Noted& noted : answers) {
    if (journal_.is_mine(noted.device) != mine) continue;
    const auto* sealed = std::get_if<SealedNote>(&noted.what);
    given.open = given.open || sealed == nullptr || journal_.answers().look(noted.id).open;
    if (sealed == nullptr) continue;
    given.rules.insert(crypto::encode_rule(sealed->rule));
    given.latest = sealed->rule;
  }
  return given;
}

// Answers that were sealed by one rule open together. Else each has to be open already: what one of the two alone can
// read is not met for the other, and both are to be told the same.
bool Rounds::Given::meets(const Given& other) const {
  const auto by_it_too = [&](const Bytes& rule) { return other.rules.contains(rule); };
  return (open && other.open) || std::any_of(rules.begin(), rules.end(), by_it_too);
}

// Of two that do not meet the looser is given once more, by the other's rule: nothing opens sooner than its author
// wished. Where nothing is sealed any more (the two had practices of the same name), whatever is sealed still.
bool Rounds::mine_is_asked_again(const Round& round, const Given& mine, const Given& theirs) const {
  const practice::Practice* practice = journal_.library().practice(round.practice);
  const bool seals = practice == nullptr || practice->sharing == Sharing::kSealedUntilBoth;
  return seals ? strictness(mine.latest) < strictness(theirs.latest) : !mine.open;
}

RoundState Rounds::state_of(const Round& round, const Given& mine, const Given& theirs) const {
  if (!journal_.shared()) return RoundState::kAlone;
  if (round.unmet)
    return mine_is_asked_again(round, mine, theirs) ? RoundState::kWaitingForYou : RoundState::kWaitingForOther;
  if (round.mine_in && round.theirs_in) return RoundState::kBothIn;
  return round.mine_in ? RoundState::kWaitingForOther : RoundState::kWaitingForYou;
}

void Rounds::add_practice(Round& round, const RoundKey& key) const {
  const practice::Practice* practice = journal_.library().practice(key.practice);
  if (practice == nullptr) return;
  round.current = current(*practice) == key;
  round.over = is_over(*practice, round);
  const bool has_turn = round.current || practice->rhythm == Rhythm::kWhenNeeded;
  if (practice->sharing == Sharing::kInTurns && journal_.shared() && has_turn)
    if (const auto& turn = turn_of(*practice)) round.turn = turn->mine ? "yours" : "theirs";
  if (practice->id == "prompt" && round.current) round.offered = prompt_of(round.period);
  round.about = *practice;
  for (practice::FormField& field : round.about->fields) field.question = asked_in(field, key.practice, key.period);
}

// It may still be answered in the period after its own; then it fades.
bool Rounds::is_over(const practice::Practice& practice, const Round& round) const {
  const bool met = round.mine_in && round.theirs_in && !round.unmet;
  if (round.current || practice.rhythm == Rhythm::kWhenNeeded || met) return false;
  return std::string_view(round.period).substr(0, round.period.find('.')) < period_before(practice.rhythm);
}

const std::string& Rounds::period_before(Rhythm rhythm) const {
  const auto found = before_.find(rhythm);
  if (found != before_.end()) return found->second;
  return before_.emplace(rhythm, period_of(rhythm, calendar_, day_beyond(rhythm, calendar_, today_, -1))).first->second;
}

const std::optional<Turn>& Rounds::turn_of(const practice::Practice& practice) const {
  const auto found = turns_.find(practice.id);
  if (found != turns_.end()) return found->second;
  std::optional<Turn> turn;
  if (practice.rhythm == Rhythm::kWhenNeeded) {
    turn = turn_after(all_moves(practice));
  } else {
    const std::string period = current(practice).period;
    std::vector<Move> moves = moves_in(practice.id, period);
    if (const auto before = journal_.records().period_before(practice.id, period))
      for (Move& move : moves_in(practice.id, *before)) moves.push_back(std::move(move));
    const bool first = journal_.secrets().genesis.roots().front().id() == journal_.identity().root().id();
    turn = turn_in(period, moves, first);
  }
  return turns_.emplace(practice.id, turn).first->second;
}

std::vector<Move> Rounds::moves_in(const std::string& practice, const std::string& period) const {
  std::vector<Move> moves;
  for (const Line& line : journal_.records().lines(of_round({practice, period}, kAnswered | only(Kind::kPass))))
    moves.push_back({line.period, line.mine});
  return moves;
}

// Whoever answers with a word that settles it has had their turn as well.
std::vector<Move> Rounds::all_moves(const practice::Practice& practice) const {
  const Records& records = journal_.records();
  Wanted wanted;
  wanted.kinds = kAnswered | only(Kind::kPass);
  wanted.practice = practice.id;
  std::vector<std::pair<std::int64_t, Move>> moves;
  for (const Line& line : records.lines(wanted)) {
    moves.emplace_back(line.at, Move{line.period, line.mine});
    if (line.kind != Kind::kAnswer) continue;
    Wanted said;
    said.kinds = only(Kind::kRemark);
    said.target = line.id;
    said.mine = !line.mine;
    for (const Line& reply : records.lines(said)) {
      const Noted noted = records.read(reply);
      const auto* remark = std::get_if<Remark>(&noted.what);
      if (remark != nullptr && settles(remark->manner)) moves.emplace_back(reply.at, Move{line.period, reply.mine});
    }
  }
  std::sort(moves.begin(), moves.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Move> in_order;
  for (auto& [at, move] : moves) in_order.push_back(std::move(move));
  return in_order;
}

// The first prompt that this couple's week draws, as the question of the day is drawn.
std::string Rounds::prompt_of(std::string_view week) const {
  const auto prompts = practice::prompts(journal_.secrets().relationship);
  const crypto::QuestionSeed seed = crypto::question_seed(journal_.secrets().epochs.front());
  const practice::Prompt* first = nullptr;
  Hash least;
  for (const practice::Prompt& prompt : prompts) {
    const Hash rank = crypto::question_rank(seed, 0, 0, std::string(week) + prompt.id);
    if (first == nullptr || rank.bytes < least.bytes) first = &prompt, least = rank;
  }
  return first != nullptr ? first->text : std::string();
}

}  // namespace duolog::journal
