// answers.cc: commitments first, then keys, then words.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/answers.h"

namespace duolog::journal {

void Answers::sealed(const RecordId& id, const DeviceId& author, bool mine, Sealed sealed) {
  const auto [place, is_new] = notes_.try_emplace(id);
  if (!is_new) return;
  Note& note = place->second;
  note.id = id;
  note.author = author;
  note.mine = mine;
  note.sealed = std::move(sealed);
  Question& question = questions_[{note.sealed.answer.question, note.sealed.answer.rule}];
  (mine ? question.mine : question.theirs).push_back(id);
  if (mine) read_own(note);

  const auto early = early_.extract(id);
  if (!early.empty())
    for (const Early& one : early.mapped()) opening(one.mine, one.opening, one.written_ms);
  if (mine)  // having answered, what they have opened may be read
    for (const RecordId& theirs : question.theirs) try_openings(notes_.at(theirs));
}

void Answers::opening(bool mine, const Opening& opening, std::int64_t written_ms) {
  const auto found = notes_.find(opening.sealed);
  if (found == notes_.end()) {
    early_[opening.sealed].push_back({mine, opening, written_ms});
    return;
  }
  Note& note = found->second;
  const bool known = std::any_of(note.openings.begin(), note.openings.end(),
                                 [&](const Opening& one) { return one.key == opening.key; });
  // Nobody opens the other's answer for them.
  if (note.mine != mine || known || note.openings.size() >= kOpeningsTried) return;
  const auto after = note.sealed.rule.after;
  if (note.openings.empty() && !note.sealed.rule.both && after)
    note.early = written_ms < 0 || static_cast<std::uint64_t>(written_ms) / 1000 < *after;
  note.openings.push_back(opening);
  try_openings(note);
}

void Answers::time_is(std::int64_t now_s, bool doubted) {
  now_s_ = now_s;
  doubted_ = doubted;
  for (auto shut = shut_.begin(); shut != shut_.end();) {
    Note& note = notes_.at(*shut);
    const bool open = may_open(note);
    if (open) try_openings(note);
    shut = open ? shut_.erase(shut) : std::next(shut);
  }
}

const Answers::Question& Answers::question_of(const Note& note) const {
  return questions_.at({note.sealed.answer.question, note.sealed.answer.rule});
}

bool Answers::moment_has_come(const Note& note) const {
  const auto after = note.sealed.rule.after;
  return after && !doubted_ && now_s_ >= 0 && static_cast<std::uint64_t>(now_s_) >= *after;
}

// What has a moment alone opens when its author opens it: whether that is early is for a reader to see.
bool Answers::may_open(const Note& note) const {
  const crypto::SealRule& rule = note.sealed.rule;
  return note.mine || !rule.both || !question_of(note).mine.empty() || moment_has_come(note);
}

// Of one's own, whose key is published: the other's program asks the same of it.
bool Answers::other_may_open(const Note& note) const {
  return !note.sealed.rule.both || !question_of(note).theirs.empty() || moment_has_come(note);
}

void Answers::read_own(Note& note) {
  note.key = crypto::answer_key(journal_, note.sealed.answer, own_);
  if (!note.key) return;
  const auto opened = crypto::open_answer(journal_, note.author, note.sealed.answer, note.key->view());
  if (opened.verdict == crypto::Opening::kOpened) show(note, opened.text);
  if (opened.verdict == crypto::Opening::kWrongKey) note.key.reset();  // publishing it would convince nobody
}

void Answers::try_openings(Note& note) {
  if (!may_open(note)) {
    if (note.sealed.rule.after && !note.openings.empty()) shut_.insert(note.id);
    return;
  }
  for (const Opening& opening : note.openings)
    if (!note.valid) try_opening(note, opening);
}

void Answers::try_opening(Note& note, const Opening& opening) {
  const auto opened = crypto::open_answer(journal_, note.author, note.sealed.answer, opening.key);
  if (opened.verdict == crypto::Opening::kWrongKey) {
    if (note.state == AnswerState::kSealed) note.state = AnswerState::kWrongKey;
    return;
  }
  note.valid = opening;
  note.counted = {opening.counted.begin(), opening.counted.end()};
  if (opened.verdict == crypto::Opening::kOpened) {
    show(note, opened.text);
  } else {
    note.state = AnswerState::kGarbage;
  }
  if (!note.mine) revealed_.push_back({note.sealed.practice, note.sealed.period});
}

void Answers::show(Note& note, ByteView text) {
  auto form = decode_form(text);
  note.state = form ? AnswerState::kReadable : AnswerState::kGarbage;
  if (form) note.form = std::move(*form);
}

std::vector<Opening> Answers::due() const {
  std::vector<Opening> due;
  for (const auto& [id, question] : questions_) {
    for (const RecordId& mine : question.mine) {
      const Note& note = notes_.at(mine);
      const bool met = note.sealed.rule.both && !question.theirs.empty();
      if (note.valid || !note.key || (!met && !moment_has_come(note))) continue;
      Opening opening{mine, {}, question.theirs};
      opening.counted.resize(std::min(opening.counted.size(), kCountedLimit));
      std::copy(note.key->view().begin(), note.key->view().end(), opening.key.begin());
      due.push_back(std::move(opening));
    }
  }
  return due;
}

std::optional<std::int64_t> Answers::next_moment() const {
  std::optional<std::int64_t> next;
  const auto wait_for = [&](const Note& note) {
    const auto at = static_cast<std::int64_t>(std::min<std::uint64_t>(*note.sealed.rule.after, INT64_MAX));
    next = std::min(next.value_or(at), at);
  };
  for (const RecordId& id : shut_) wait_for(notes_.at(id));
  for (const auto& [id, question] : questions_) {
    for (const RecordId& mine : question.mine) {
      const Note& note = notes_.at(mine);
      if (note.valid || !note.key || !note.sealed.rule.after || moment_has_come(note)) continue;
      wait_for(note);
    }
  }
  return next;
}

Answers::Look Answers::look(const RecordId& id) const {
  const auto found = notes_.find(id);
  if (found == notes_.end()) return {};
  const Note& note = found->second;
  Look look;
  look.state = note.state;
  look.form = note.state == AnswerState::kReadable ? &note.form : nullptr;
  look.published = note.valid.has_value();
  look.open = note.valid && (!note.mine || other_may_open(note));
  look.early = note.valid && note.early;
  if (!note.sealed.rule.both) return look;
  const Question& question = question_of(note);
  // Blind is what every opening of the other person has counted.
  for (const RecordId& id_of_other : note.mine ? question.theirs : question.mine) {
    const Note& other = notes_.at(id_of_other);
    look.after_reveal = look.after_reveal || (other.valid && !other.counted.contains(id));
  }
  return look;
}

std::vector<RoundKey> Answers::take_revealed() { return std::exchange(revealed_, {}); }

}  // namespace duolog::journal
