// answers.cc: commitments first, then keys, then words.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/answers.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kAskedFor = 32;  // questions that are settled and stay in memory for whoever asks again

bool names(const Opening& opening, const RecordId& id) {
  return std::find(opening.counted.begin(), opening.counted.end(), id) != opening.counted.end();
}

}  // namespace

Answers::Answers(const JournalId& journal, crypto::WrapSecret own, AnswerTable table)
    : journal_(journal), own_(std::move(own)), table_(table) {
  for (const Bytes& key : table_.live()) question(key);
}

bool Answers::Question::answered_by(bool mine) const {
  return std::any_of(notes.begin(), notes.end(), [&](const Note& note) { return note.mine == mine; });
}

bool Answers::Question::still_answered_by(bool mine) const {
  return std::any_of(notes.begin(), notes.end(), [&](const Note& note) { return note.mine == mine && !note.gone; });
}

Answers::Note* Answers::Question::find(const RecordId& id) {
  const auto found = std::find_if(notes.begin(), notes.end(), [&](const Note& note) { return note.id == id; });
  return found != notes.end() ? &*found : nullptr;
}

// ---- from the view, and back ----

Answers::Question& Answers::question(const Bytes& key) const {
  if (const auto found = questions_.find(key); found != questions_.end()) {
    if (!found->second.live) use(key);
    return found->second;
  }
  Question loaded;
  for (AnswerNote& note : table_.load(key)) {
    Note& one = loaded.notes.emplace_back(Note{std::move(note)});
    if (one.mine && !one.valid && !one.gone) read_own(one);
  }
  for (Note& note : loaded.notes) {
    note.shut = !note.gone && !note.mine && !note.valid && !note.openings.empty() && note.sealed.rule.after &&
                !may_open(loaded, note);
    loaded.live = loaded.live || note.shut || (note.key && !note.valid);
  }
  Question& kept = questions_.emplace(key, std::move(loaded)).first->second;
  if (!kept.live) use(key);
  return kept;
}

// What is not live gives way when others are asked for.
void Answers::use(const Bytes& key) const {
  asked_for_.remove(key);
  asked_for_.push_front(key);
  if (asked_for_.size() <= kAskedFor) return;
  const auto found = questions_.find(asked_for_.back());
  if (found != questions_.end() && !found->second.live) questions_.erase(found);
  asked_for_.pop_back();
}

// What has become of it is written down; it stays in memory while something of it may open by itself.
void Answers::settle(const Bytes& key, Question& question, const RecordId* changed) {
  if (const Note* note = changed != nullptr ? question.find(*changed) : nullptr) table_.change(*note);
  const bool was = question.live;
  question.live = std::any_of(question.notes.begin(), question.notes.end(),
                              [](const Note& note) { return note.shut || (note.key && !note.valid); });
  if (was != question.live || question.live) table_.set_live(key, question.live);
  if (question.live) {
    asked_for_.remove(key);
  } else {
    use(key);
  }
}

// ---- facts ----

void Answers::sealed(const RecordId& id, const DeviceId& author, bool mine, Sealed sealed) {
  const Bytes key = question_key(sealed);
  Question& of = question(key);
  if (of.find(id) != nullptr) return;
  Note& note = of.notes.emplace_back();
  note.id = id;
  note.author = author;
  note.mine = mine;
  note.sealed = std::move(sealed);
  if (mine) read_own(note);
  table_.add(key, note);
  settle(key, of, nullptr);
  for (const EarlyOpening& early : table_.take_early(id)) opening(early.mine, early.opening, early.written_ms);
  if (mine) try_theirs(key);
}

// Having answered, what they have opened may be read.
void Answers::try_theirs(const Bytes& key) {
  Question& again = question(key);
  std::vector<RecordId> theirs;
  for (const Note& other : again.notes)
    if (!other.mine && !other.valid && !other.openings.empty()) theirs.push_back(other.id);
  for (const RecordId& other : theirs) {
    try_openings(again, *again.find(other));
    settle(key, again, &other);
  }
}

void Answers::opening(bool mine, const Opening& opening, std::int64_t written_ms) {
  const auto key = table_.question_of(opening.sealed);
  if (!key) return table_.add_early({mine, opening, written_ms});
  Question& of = question(*key);
  Note& note = *of.find(opening.sealed);
  const bool known = std::any_of(note.openings.begin(), note.openings.end(),
                                 [&](const Opening& one) { return one.key == opening.key; });
  // Nobody opens the other's answer for them.
  if (note.mine != mine || known || note.openings.size() >= kOpeningsTried) return;
  const auto after = note.sealed.rule.after;
  if (note.openings.empty() && !note.sealed.rule.both && after)
    note.early = written_ms < 0 || static_cast<std::uint64_t>(written_ms) / 1000 < *after;
  note.openings.push_back(opening);
  try_openings(of, note);
  settle(*key, of, &opening.sealed);
}

// What is left says the same whether its words were ever here or not.
void Answers::taken_back(const DeviceId& author, bool mine, const Erase::One& one) {
  std::vector<Opening> openings;
  if (const auto key = table_.question_of(one.record)) {
    Question& of = question(*key);
    const Note* was = of.find(one.record);
    if (was->gone) return;
    openings = was->openings;
    std::erase_if(of.notes, [&](const Note& note) { return note.id == one.record; });
    table_.remove(one.record);
    settle(*key, of, nullptr);
  } else {
    for (EarlyOpening& early : table_.take_early(one.record))
      if (early.mine == mine) openings.push_back(std::move(early.opening));
  }
  const auto rule = crypto::decode_rule(one.rule);
  if (one.practice.empty() || !rule || !rule->both) return;
  if (openings.size() > kOpeningsTried) openings.resize(kOpeningsTried);
  Note note;
  note.id = one.record;
  note.author = author;
  note.mine = mine;
  note.sealed = what_was_sealed(one);
  note.gone = one;
  note.openings = std::move(openings);
  const Bytes key = question_key(note.sealed);
  Question& of = question(key);
  table_.add(key, note);
  of.notes.push_back(std::move(note));
  settle(key, of, nullptr);
  if (mine) try_theirs(key);
}

void Answers::forget_words(bool mine, const Erase::One& one) {
  const auto key = table_.question_of(one.record);
  const Note* note = key ? question(*key).find(one.record) : nullptr;
  if (note != nullptr && note->mine == mine) taken_back(DeviceId(note->author), mine, one);
}

void Answers::time_is(std::int64_t now_s, bool doubted) {
  now_s_ = now_s;
  doubted_ = doubted;
  std::vector<std::pair<Bytes, RecordId>> open;
  for (const auto& [key, of] : questions_)
    for (const Note& note : of.notes)
      if (note.shut && may_open(of, note)) open.emplace_back(key, note.id);
  for (const auto& [key, id] : open) {
    Question& of = question(key);
    try_openings(of, *of.find(id));
    settle(key, of, &id);
  }
}

bool Answers::moment_has_come(const AnswerNote& note) const {
  const auto after = note.sealed.rule.after;
  return after && !doubted_ && now_s_ >= 0 && static_cast<std::uint64_t>(now_s_) >= *after;
}

// What has a moment alone opens when its author opens it: whether that is early is for a reader to see.
bool Answers::may_open(const Question& question, const Note& note) const {
  const crypto::SealRule& rule = note.sealed.rule;
  return note.mine || !rule.both || question.answered_by(true) || moment_has_come(note);
}

// Of one's own, whose key is published: the other's program asks the same of it.
bool Answers::other_may_open(const Question& question, const Note& note) const {
  return !note.sealed.rule.both || question.answered_by(false) || moment_has_come(note);
}

void Answers::read_own(Note& note) const {
  note.key = crypto::answer_key(journal_, note.sealed.answer, own_);
  if (!note.key) return;
  const auto opened = crypto::open_answer(journal_, note.author, note.sealed.answer, note.key->view());
  if (opened.verdict == crypto::Opening::kOpened) show(note, opened.text);
  if (opened.verdict == crypto::Opening::kWrongKey) note.key.reset();  // publishing it would convince nobody
}

void Answers::try_openings(const Question& question, Note& note) {
  note.shut = false;
  if (note.gone) return;
  if (!may_open(question, note)) {
    note.shut = note.sealed.rule.after && !note.openings.empty();
    return;
  }
  for (std::size_t i = 0; i < note.openings.size(); ++i)
    if (!note.valid) try_opening(note, i);
}

void Answers::try_opening(Note& note, std::size_t which) {
  const auto opened = crypto::open_answer(journal_, note.author, note.sealed.answer, note.openings[which].key);
  if (opened.verdict == crypto::Opening::kWrongKey) {
    if (note.state == AnswerState::kSealed) note.state = AnswerState::kWrongKey;
    return;
  }
  note.valid = which;
  note.key.reset();
  if (opened.verdict == crypto::Opening::kOpened) {
    show(note, opened.text);
  } else {
    note.state = AnswerState::kGarbage;
  }
  opened_.push_back(note.id);
  if (!note.mine) revealed_.push_back({note.sealed.practice, note.sealed.period});
}

void Answers::show(Note& note, ByteView text) {
  auto form = decode_form(text);
  note.state = form ? AnswerState::kReadable : AnswerState::kGarbage;
  if (form) note.form = std::move(*form);
}

// ---- what follows ----

bool Answers::is_due(const Question& question, const Note& note) const {
  if (!note.mine || note.valid || !note.key) return false;
  return (note.sealed.rule.both && question.still_answered_by(false)) || moment_has_come(note);
}

std::vector<Opening> Answers::due() const {
  std::vector<Opening> due;
  for (const auto& [key, question] : questions_) {
    for (const Note& note : question.notes) {
      if (!is_due(question, note)) continue;
      Opening opening{note.id, {}, {}};
      for (const Note& other : question.notes)
        if (!other.mine && opening.counted.size() < kCountedLimit) opening.counted.push_back(other.id);
      std::copy(note.key->view().begin(), note.key->view().end(), opening.key.begin());
      due.push_back(std::move(opening));
    }
  }
  return due;
}

std::optional<std::int64_t> Answers::next_moment() const {
  std::optional<std::int64_t> next;
  for (const auto& [key, question] : questions_) {
    for (const Note& note : question.notes) {
      const bool own = note.mine && !note.valid && note.key && note.sealed.rule.after && !moment_has_come(note);
      if (!own && !note.shut) continue;
      const auto at = static_cast<std::int64_t>(std::min<std::uint64_t>(*note.sealed.rule.after, INT64_MAX));
      next = std::min(next.value_or(at), at);
    }
  }
  return next;
}

Answers::Look Answers::look(const RecordId& id) const {
  const auto key = table_.question_of(id);
  if (!key) return {};
  Question& of = question(*key);
  const Note& note = *of.find(id);
  Look look;
  look.state = note.state;
  if (note.state == AnswerState::kReadable) look.form = note.form;
  look.published = note.valid.has_value();
  look.open = note.valid && (!note.mine || other_may_open(of, note));
  look.early = note.valid && note.early;
  if (!note.sealed.rule.both) return look;
  // Blind is what every opening of the other person has counted.
  for (const Note& other : of.notes) {
    if (other.mine == note.mine) continue;
    if (other.valid) look.after_reveal = look.after_reveal || !names(other.openings[*other.valid], id);
    for (const Opening& opening : other.openings)  // which of them held is not known any more
      if (other.gone) look.after_reveal = look.after_reveal || !names(opening, id);
  }
  return look;
}

std::vector<RoundKey> Answers::take_revealed() { return std::exchange(revealed_, {}); }

}  // namespace duolog::journal
