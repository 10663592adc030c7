// answers.cc: commitments first, then keys, then words.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/answers.h"

namespace duolog::journal {
namespace {

// Questions that stay in memory for whoever asks again, and how much of them.
constexpr std::size_t kAskedFor = 32;
constexpr std::size_t kAskedBytes = 8 << 20;

bool names(const Opening& opening, const RecordId& id) {
  return std::find(opening.counted.begin(), opening.counted.end(), id) != opening.counted.end();
}

// Nobody can have counted more: there are no more to be had.
Opening cut(Opening opening) {
  if (opening.counted.size() > kVersionsKept) opening.counted.resize(kVersionsKept);
  return opening;
}

std::size_t weight(const Opening& opening) { return sizeof(Opening) + opening.counted.size() * sizeof(RecordId); }

// Its words are there twice, sealed and, once it is read, in its form.
std::size_t weight(const AnswerNote& note) {
  std::size_t bytes = sizeof(AnswerNote) + 2 * note.sealed.answer.ciphertext.size();
  for (const Opening& opening : note.openings) bytes += weight(opening);
  return bytes;
}

}  // namespace

Answers::Answers(const JournalId& journal, crypto::WrapSecret own, AnswerTable table)
    : journal_(journal), own_(std::move(own)), table_(table) {
  for (const Bytes& key : table_.live()) await(key, question(key));
}

void Answers::Question::add(Note note) {
  bytes += weight(note);
  notes.push_back(std::move(note));
}

void Answers::Question::drop(const RecordId& id) {
  std::erase_if(notes, [&](const Note& note) {
    if (note.id != id) return false;
    bytes -= weight(note);
    return true;
  });
}

std::size_t Answers::Question::versions(bool mine) const {
  const auto same = [&](const Note& note) { return note.mine == mine; };
  return static_cast<std::size_t>(std::count_if(notes.begin(), notes.end(), same));
}

// One's own are never too many: they would be lost to their author.
bool Answers::Question::is_full(bool mine) const { return !mine && versions(mine) >= kVersionsKept; }

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
    use(key);
    return found->second;
  }
  Question loaded;
  loaded.live = table_.is_live(key);
  for (AnswerNote& note : table_.load(key)) {
    Note one{std::move(note)};
    if (one.mine && !one.valid && !one.gone) read_own(one);
    loaded.add(std::move(one));
  }
  // Their moment may have come while they lay there: as long as the question is live they have not been tried.
  for (Note& note : loaded.notes) {
    const crypto::SealRule& rule = note.sealed.rule;
    note.shut = !note.gone && !note.mine && !note.valid && !note.openings.empty() && rule.both && rule.after &&
                !loaded.answered_by(true) && (loaded.live || !moment_has_come(rule));
  }
  Question& kept = questions_.emplace(key, std::move(loaded)).first->second;
  use(key);
  return kept;
}

// The others give way.
void Answers::use(const Bytes& key) const {
  asked_for_.remove(key);
  asked_for_.push_front(key);
  std::size_t bytes = 0;
  for (const auto& [other, question] : questions_) bytes += question.bytes;
  while (asked_for_.size() > 1 && (asked_for_.size() > kAskedFor || bytes > kAskedBytes)) {
    const auto last = questions_.find(asked_for_.back());
    if (last != questions_.end()) {
      bytes -= last->second.bytes;
      questions_.erase(last);
    }
    asked_for_.pop_back();
  }
}

// What has become of it is written down.
void Answers::settle(const Bytes& key, Question& question, const RecordId* changed) {
  if (const Note* note = changed != nullptr ? question.find(*changed) : nullptr) table_.change(*note);
  await(key, question);
  const bool live = waiting_.contains(key);
  if (question.live != live) table_.set_live(key, live);  // of all its rows
  question.live = live;
}

void Answers::await(const Bytes& key, const Question& question) {
  Waiting waiting;
  for (const Note& note : question.notes) {
    waiting.rule = note.sealed.rule;
    waiting.own = waiting.own || (note.key && !note.valid);
    waiting.shut = waiting.shut || note.shut;
  }
  waiting.met = waiting.own && waiting.rule.both && question.answered_by(false);
  if (waiting.own || waiting.shut) {
    waiting_[key] = waiting;
  } else {
    waiting_.erase(key);
  }
}

// ---- facts ----

void Answers::sealed(const RecordId& id, const DeviceId& author, bool mine, Sealed sealed) {
  const Bytes key = question_key(sealed);
  Question& of = question(key);
  if (of.find(id) != nullptr || of.is_full(mine)) return;
  Note note;
  note.id = id;
  note.author = author;
  note.mine = mine;
  note.sealed = std::move(sealed);
  if (mine) read_own(note);
  table_.add(key, note, of.live);
  of.add(std::move(note));
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

void Answers::opening(bool mine, const Opening& given, std::int64_t written_ms) {
  const Opening opening = cut(given);
  const auto key = table_.question_of(opening.sealed);
  if (!key) return add_early({mine, opening, written_ms});
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
  of.bytes += weight(opening);
  try_openings(of, note);
  settle(*key, of, &opening.sealed);
}

// As many as would be tried, and the same: none twice.
void Answers::add_early(const EarlyOpening& early) {
  std::size_t held = 0;
  for (const EarlyOpening& one : table_.early(early.opening.sealed)) {
    if (one.mine != early.mine) continue;
    if (++held == kOpeningsTried || one.opening.key == early.opening.key) return;
  }
  table_.add_early(early);
}

// What is left says the same whether its words were ever here or not.
void Answers::taken_back(const DeviceId& author, bool mine, const Erase::One& one) {
  std::vector<Opening> openings;
  if (const auto key = table_.question_of(one.record)) {
    Question& of = question(*key);
    const Note* was = of.find(one.record);
    if (was->gone) return;
    openings = was->openings;
    of.drop(one.record);
    table_.remove(one.record);
    settle(*key, of, nullptr);
  } else {
    for (EarlyOpening& early : table_.take_early(one.record))
      if (early.mine == mine) openings.push_back(std::move(early.opening));
  }
  const auto rule = crypto::decode_rule(one.rule);
  if (one.practice.empty() || !rule || !rule->both) return;
  Note note;
  note.id = one.record;
  note.author = author;
  note.mine = mine;
  note.sealed = what_was_sealed(one);
  note.gone = one;
  note.openings = std::move(openings);
  const Bytes key = question_key(note.sealed);
  Question& of = question(key);
  if (of.is_full(mine)) return;
  table_.add(key, note, of.live);
  of.add(std::move(note));
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
  std::vector<Bytes> come;
  for (const auto& [key, waiting] : waiting_)
    if (waiting.shut && moment_has_come(waiting.rule)) come.push_back(key);
  for (const Bytes& key : come) {
    Question& of = question(key);
    std::vector<RecordId> open;
    for (const Note& note : of.notes)
      if (note.shut && may_open(of, note)) open.push_back(note.id);
    for (const RecordId& id : open) {
      try_openings(of, *of.find(id));
      settle(key, of, &id);
    }
    if (open.empty()) settle(key, of, nullptr);
  }
}

bool Answers::moment_has_come(const crypto::SealRule& rule) const {
  return rule.after && !doubted_ && now_s_ >= 0 && static_cast<std::uint64_t>(now_s_) >= *rule.after;
}

// What has a moment alone opens when its author opens it: whether that is early is for a reader to see.
bool Answers::may_open(const Question& question, const Note& note) const {
  const crypto::SealRule& rule = note.sealed.rule;
  return note.mine || !rule.both || question.answered_by(true) || moment_has_come(rule);
}

// Of one's own, whose key is published: the other's program asks the same of it.
bool Answers::other_may_open(const Question& question, const Note& note) const {
  return !note.sealed.rule.both || question.answered_by(false) || moment_has_come(note.sealed.rule);
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
  return (note.sealed.rule.both && question.still_answered_by(false)) || moment_has_come(note.sealed.rule);
}

std::vector<Opening> Answers::due() const {
  std::vector<Opening> due;
  for (const auto& [key, waiting] : waiting_) {
    if (!waiting.own || !(waiting.met || moment_has_come(waiting.rule))) continue;
    const Question& of = question(key);
    for (const Note& note : of.notes) {
      if (!is_due(of, note)) continue;
      Opening opening{note.id, {}, {}};
      for (const Note& other : of.notes)
        if (!other.mine && opening.counted.size() < kVersionsKept) opening.counted.push_back(other.id);
      std::copy(note.key->view().begin(), note.key->view().end(), opening.key.begin());
      due.push_back(std::move(opening));
    }
  }
  return due;
}

std::optional<std::int64_t> Answers::next_moment() const {
  std::optional<std::int64_t> next;
  for (const auto& [key, waiting] : waiting_) {
    const bool own = waiting.own && !moment_has_come(waiting.rule);
    if (!waiting.rule.after || (!own && !waiting.shut)) continue;
    const auto at = static_cast<std::int64_t>(std::min<std::uint64_t>(*waiting.rule.after, INT64_MAX));
    next = std::min(next.value_or(at), at);
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

std::size_t Answers::own_versions(const Sealed& like) const { return question(question_key(like)).versions(true); }

std::vector<RoundKey> Answers::take_revealed() { return std::exchange(revealed_, {}); }

}  // namespace duolog::journal
