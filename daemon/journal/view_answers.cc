// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view_answers.h"

#include "daemon/store/query.h"

namespace duolog::journal {

using store::Query;

namespace {

// ---- a note as bytes: u32 length || event with the sealed answer, then the rest; event's own encoding throughout ----

void append_part(Bytes& out, ByteView part) {
  append_u32(out, static_cast<std::uint32_t>(part.size()));
  append(out, part);
}

ByteView take(ByteView& from, std::size_t length) {
  check(from.size() >= length, "a sealed answer in the view is cut short");
  const ByteView part = from.first(length);
  from = from.subspan(length);
  return part;
}

ByteView take_part(ByteView& from) { return take(from, read_u32(take(from, 4))); }

template <class Payload>
Bytes event_of(Payload payload) {
  return to_bytes(encode_event({0, 0, {}, std::move(payload)}).view());
}

template <class Payload>
Payload payload_of(ByteView bytes) {
  auto event = decode_event(bytes);
  auto* payload = event ? std::get_if<Payload>(&event->payload) : nullptr;
  check(payload != nullptr, "the view keeps an event that is none");
  return std::move(*payload);
}

Bytes encode(const AnswerNote& note) {
  Bytes out;
  out.push_back(note.gone ? 1 : 0);
  append_part(out, note.gone ? event_of(Erase{{*note.gone}}) : event_of(note.sealed));
  append(out, note.author.bytes);
  append_u32(out, static_cast<std::uint32_t>(note.openings.size()));
  for (const Opening& opening : note.openings) append_part(out, event_of(opening));
  out.push_back(note.mine ? 1 : 0);
  out.push_back(note.early ? 1 : 0);
  append_u32(out, note.valid ? static_cast<std::uint32_t>(*note.valid) : UINT32_MAX);
  append_u32(out, static_cast<std::uint32_t>(note.state));
  append_part(out, encode_form(note.form));
  return out;
}

AnswerNote decode(const RecordId& id, ByteView bytes) {
  AnswerNote note;
  note.id = id;
  const bool gone = take(bytes, 1)[0] != 0;
  const ByteView what = take_part(bytes);
  if (gone) {
    note.gone = payload_of<Erase>(what).records.at(0);
    note.sealed = what_was_sealed(*note.gone);
  } else {
    note.sealed = payload_of<Sealed>(what);
  }
  note.author = *DeviceId::from(take(bytes, DeviceId::kLength));
  for (std::uint32_t left = read_u32(take(bytes, 4)); left > 0; --left)
    note.openings.push_back(payload_of<Opening>(take_part(bytes)));
  note.mine = take(bytes, 1)[0] != 0;
  note.early = take(bytes, 1)[0] != 0;
  const std::uint32_t valid = read_u32(take(bytes, 4));
  if (valid != UINT32_MAX) note.valid = valid;
  note.state = static_cast<AnswerState>(read_u32(take(bytes, 4)));
  note.form = decode_form(take_part(bytes)).value_or(Form());
  return note;
}

void bind_opens(Query& query, const AnswerNote& note) {
  const bool shut =
      !note.gone && !note.mine && !note.valid && note.sealed.practice == kLetterPractice && note.sealed.rule.after;
  shut ? query.bind(static_cast<std::int64_t>(std::min<std::uint64_t>(*note.sealed.rule.after, INT64_MAX)))
       : query.bind_null();
}

}  // namespace

Sealed what_was_sealed(const Erase::One& gone) {
  Sealed sealed{gone.practice, gone.period, {}, crypto::decode_rule(gone.rule).value_or(crypto::SealRule())};
  sealed.answer.question = crypto::round_question(gone.practice, gone.period);
  sealed.answer.rule = gone.rule;
  return sealed;
}

Bytes question_key(const Sealed& sealed) {
  Bytes key = to_bytes(sealed.answer.question.view());
  append(key, sealed.answer.rule);
  return key;
}

std::optional<Bytes> AnswerTable::question_of(const RecordId& id) const {
  Query query(file_.database(), "SELECT question FROM answer WHERE id = ? AND journal = ?");
  query.bind(id.view()).bind(journal_);
  return query.step() ? std::optional(to_bytes(query.blob(0))) : std::nullopt;
}

std::vector<AnswerNote> AnswerTable::load(ByteView question) const {
  std::vector<AnswerNote> notes;
  Query query(file_.database(), "SELECT id, note FROM answer WHERE question = ? AND journal = ? ORDER BY row");
  query.bind(question).bind(journal_);
  while (query.step()) {
    const auto id = RecordId::from(query.blob(0));
    check(id.has_value(), "the view keeps an answer of no record");
    notes.push_back(decode(*id, query.blob(1)));
  }
  return notes;
}

std::vector<Bytes> AnswerTable::live() const {
  std::vector<Bytes> live;
  Query query(file_.database(), "SELECT DISTINCT question FROM answer WHERE journal = ? AND live = 1");
  query.bind(journal_);
  while (query.step()) live.push_back(to_bytes(query.blob(0)));
  return live;
}

bool AnswerTable::is_live(ByteView question) const {
  Query query(file_.database(), "SELECT 1 FROM answer WHERE journal = ? AND question = ? AND live = 1 LIMIT 1");
  query.bind(journal_).bind(question);
  return query.step();
}

void AnswerTable::add(ByteView question, const AnswerNote& note, bool live) {
  const Bytes bytes = encode(note);
  Query query(file_.database(),
              "INSERT INTO answer (journal, id, question, live, opens, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  bind_opens(query.bind(journal_).bind(note.id.view()).bind(question).bind(live), note);
  query.bind(bytes).run();
}

void AnswerTable::change(const AnswerNote& note) {
  const Bytes bytes = encode(note);
  Query query(file_.database(), "UPDATE answer SET opens = ?3, note = ?4 WHERE id = ?2 AND journal = ?1");
  bind_opens(query.bind(journal_).bind(note.id.view()), note);
  query.bind(bytes).run();
}

void AnswerTable::set_live(ByteView question, bool live) {
  Query(file_.database(), "UPDATE answer SET live = ?3 WHERE question = ?2 AND journal = ?1")
      .bind(journal_)
      .bind(question)
      .bind(live)
      .run();
}

void AnswerTable::remove(const RecordId& id) {
  Query(file_.database(), "DELETE FROM answer WHERE id = ? AND journal = ?").bind(id.view()).bind(journal_).run();
}

void AnswerTable::add_early(const EarlyOpening& early) {
  const Bytes bytes = event_of(early.opening);
  Query(file_.database(), "INSERT INTO early (journal, id, mine, written, opening) VALUES (?, ?, ?, ?, ?)")
      .bind(journal_)
      .bind(early.opening.sealed.view())
      .bind(early.mine)
      .bind(early.written_ms)
      .bind(bytes)
      .run();
}

std::vector<EarlyOpening> AnswerTable::early(const RecordId& id) const {
  std::vector<EarlyOpening> early;
  Query query(file_.database(), "SELECT mine, written, opening FROM early WHERE id = ? AND journal = ? ORDER BY rowid");
  query.bind(id.view()).bind(journal_);
  while (query.step()) early.push_back({query.number(0) != 0, payload_of<Opening>(query.blob(2)), query.number(1)});
  return early;
}

std::vector<EarlyOpening> AnswerTable::take_early(const RecordId& id) {
  std::vector<EarlyOpening> taken = early(id);
  if (!taken.empty())
    Query(file_.database(), "DELETE FROM early WHERE id = ? AND journal = ?").bind(id.view()).bind(journal_).run();
  return taken;
}

std::vector<std::int64_t> AnswerTable::letters_from(std::int64_t second, std::size_t limit) const {
  std::vector<std::int64_t> opens;
  Query query(file_.database(),
              "SELECT opens FROM answer WHERE journal = ? AND opens >= ? AND opens IS NOT NULL ORDER BY opens LIMIT ?");
  query.bind(journal_).bind(second).bind(static_cast<std::int64_t>(limit));
  while (query.step()) opens.push_back(query.number(0));
  return opens;
}

}  // namespace duolog::journal
