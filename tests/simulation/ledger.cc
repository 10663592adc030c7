// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/ledger.h"

#include <algorithm>

#include "crypto/epoch.h"

namespace duolog::simulation {
namespace {

constexpr std::string_view kMark = "zqmark";
constexpr std::ptrdiff_t kPartOfBody = 24;

}  // namespace

std::string mark(std::uint64_t number) { return std::string(kMark) + std::to_string(number) + "."; }

void find_marks(std::string_view text, Marks& found) {
  for (std::size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at)) {
    at += kMark.size();
    std::uint64_t number = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      number = number * 10 + static_cast<std::uint64_t>(text[at] - '0');
    found.insert(number);
  }
}

void find_marks(const journal::Form& form, Marks& found) {
  for (const auto& field : form) {
    if (const auto* text = std::get_if<std::string>(&field.value)) find_marks(*text, found);
    if (const auto* list = std::get_if<std::vector<std::string>>(&field.value))
      for (const std::string& item : *list) find_marks(item, found);
  }
}

// ---- reading ----

void Ledger::forget() {
  sides_ = {};
  written_.clear();
  written_twice_.clear();
}

void Ledger::read(Household& house, const JournalId& journal) {
  sides_[0].device = house.identity().keys().id();
  for (const auto& entry : house.log().frontier(journal))
    if (entry.device != sides_[0].device) sides_[1].device = entry.device;
  read(house, journal, true);
  read(house, journal, false);
}

void Ledger::read(Household& house, const JournalId& journal, bool mine) {
  Side& side = sides_[mine ? 0 : 1];
  const auto& epochs = house.identity().journal(journal).epochs;
  house.log().each(journal, side.device, side.lines.size() + 1,
                   [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
                     Line line{seq, id, {}};
                     const auto header = crypto::decode_header(record.head);
                     if (record.body && record.body->size() > static_cast<std::size_t>(kPartOfBody))
                       bodies_.try_emplace(id, record.body->end() - kPartOfBody, record.body->end());
                     for (const auto& epoch : epochs) {
                       if (!header || !record.body || header->kind == crypto::RecordKind::kEpoch) break;
                       if (crypto::epoch_id(journal, epoch) != header->epoch) continue;
                       const auto bytes = crypto::open_record(journal, crypto::record_key(epoch, side.device),
                                                              record.head, *record.body);
                       if (auto event = bytes ? journal::decode_event(*bytes) : std::nullopt)
                         line.event = std::move(*event);
                     }
                     take(side, std::move(line), journal);
                     return true;
                   });
}

void Ledger::take(Side& side, Line line, const JournalId& journal) {
  side.lines.push_back(std::move(line));
  const Line& kept = side.lines.back();
  const auto& payload = kept.event.payload;
  if (const auto* sealed = std::get_if<journal::Sealed>(&payload))
    side.seals[kept.id] = Seal{kept.seq, kept.id, *sealed, {}, {}, kept.event.seen};
  if (std::holds_alternative<journal::Opening>(payload)) take_opening(side, kept, journal);
  take_change(side, kept);
  Marks& said = side.words[kept.id];
  if (const auto* entry = std::get_if<journal::Entry>(&payload)) {
    find_marks(entry->text, said);
    for (const std::string& tag : entry->tags) find_marks(tag, said);
  }
  Marks here;  // an entry alone may stand twice: it is shared as often as somebody says so
  if (const auto* edit = std::get_if<journal::Edit>(&payload)) find_marks(edit->content.text, here);
  if (const auto* answer = std::get_if<journal::Answer>(&payload)) {
    find_marks(answer->form, here);
    side.open_rounds.emplace(answer->practice, answer->period);
  }
  if (const auto* remark = std::get_if<journal::Remark>(&payload)) find_marks(remark->text, here);
  write_once(here);
  said.merge(here);
  if (const auto* own = std::get_if<journal::OwnPractice>(&payload)) find_marks(own->toml, said);
  side.ever_open.insert(said.begin(), said.end());
}

void Ledger::take_change(Side& side, const Line& line) {
  if (const auto* edit = std::get_if<journal::Edit>(&line.event.payload)) side.replaces[line.id] = edit->replaces;
  if (const auto* erase = std::get_if<journal::Erase>(&line.event.payload))
    for (const auto& one : erase->records) side.erased.insert(one.record);
}

// `shown`: without what an edit has replaced.
Marks Ledger::words_of(const Side& side, bool shown) {
  std::set<RecordId> gone = side.erased;
  for (const auto& [edit, replaced] : side.replaces)
    if (shown && !side.erased.contains(edit)) gone.insert(replaced.begin(), replaced.end());
  Marks words;
  for (const auto& [record, said] : side.words)
    if (!gone.contains(record)) words.insert(said.begin(), said.end());
  return words;
}

Marks Ledger::open_words(bool mine) const { return words_of(sides_[mine ? 0 : 1], true); }

Marks Ledger::erased_words(bool mine) const {
  const Side& side = sides_[mine ? 0 : 1];
  const Marks left = words_of(side, false);
  Marks erased;
  for (const std::uint64_t number : side.ever_open)
    if (!left.contains(number)) erased.insert(number);
  return erased;
}

std::vector<Bytes> Ledger::erased_bodies() const {
  std::vector<Bytes> bodies;
  for (const Side& side : sides_)
    for (const RecordId& record : side.erased)
      if (const auto body = bodies_.find(record); body != bodies_.end()) bodies.push_back(body->second);
  return bodies;
}

void Ledger::take_opening(Side& side, const Line& line, const JournalId& journal) {
  const auto& opening = std::get<journal::Opening>(line.event.payload);
  const auto found = side.seals.find(opening.sealed);
  if (found == side.seals.end()) return;
  Seal& seal = found->second;
  seal.openings.push_back(&line);
  const auto opened = crypto::open_answer(journal, side.device, seal.sealed.answer, opening.key);
  const auto form = opened.verdict == crypto::Opening::kOpened ? journal::decode_form(opened.text) : std::nullopt;
  if (!form) return;
  if (!seal.marks) {
    find_marks(*form, seal.marks.emplace());
    write_once(*seal.marks);
  }
}

void Ledger::write_once(const Marks& marks) {
  for (const std::uint64_t number : marks)
    if (!written_.insert(number).second) written_twice_.insert(number);
}

// ---- what PROTOCOL 3.9 says of it ----

std::set<RecordId> Ledger::met_by(const Seal& seal, bool mine, std::uint64_t up_to) const {
  std::set<RecordId> met;
  if (!seal.sealed.rule.both) return met;
  for (const auto& [id, other] : seals(!mine)) {
    const bool same = other.sealed.answer.question == seal.sealed.answer.question &&
                      other.sealed.answer.rule == seal.sealed.answer.rule;
    if (same && other.seq <= up_to) met.insert(id);
  }
  return met;
}

namespace {
bool has_come(const journal::Sealed& sealed, std::int64_t at_ms) {
  return sealed.rule.after && at_ms >= 0 && static_cast<std::uint64_t>(at_ms) / 1000 >= *sealed.rule.after;
}
}  // namespace

bool Ledger::may_read(const Seal& theirs, WallTime latest) const {
  if (!theirs.marks) return false;
  return !theirs.sealed.rule.both || !met_by(theirs, false).empty() ||
         has_come(theirs.sealed, latest.time_since_epoch().count());
}

bool Ledger::is_due(const Seal& mine, WallTime now) const {
  return !met_by(mine, true).empty() || has_come(mine.sealed, now.time_since_epoch().count());
}

bool Ledger::had_seen(const Seal& seal, const DeviceId& device, std::uint64_t seq) {
  return std::any_of(seal.seen.begin(), seal.seen.end(),
                     [&](const journal::Seen& seen) { return seen.device == device && seen.seq >= seq; });
}

std::uint64_t Ledger::seen_of_other(const std::vector<journal::Seen>& seen) const {
  for (const journal::Seen& one : seen)
    if (one.device == sides_[1].device) return one.seq;
  return 0;
}

std::string Ledger::fault_of(const Seal& seal, const Line& opening) const {
  const auto& what = std::get<journal::Opening>(opening.event.payload);
  if (!seal.marks) return "is opened with a key that is not its own";
  if (opening.seq <= seal.seq) return "is opened before it is sealed";
  const auto met = met_by(seal, true, seen_of_other(opening.event.seen));
  if (met.empty() && !has_come(seal.sealed, opening.event.written_ms)) return "is opened too early";
  if (seal.sealed.rule.both && std::set<RecordId>(what.counted.begin(), what.counted.end()) != met)
    return "has an opening that does not count what was held";
  return seal.openings.size() > 1 ? "is opened twice" : "";
}

std::vector<std::string> Ledger::wrong_openings(const std::set<RecordId>& leaked) const {
  std::vector<std::string> wrong;
  for (const auto& [id, seal] : seals(true)) {
    if (leaked.contains(id)) continue;
    for (const Line* opening : seal.openings) {
      const std::string fault = fault_of(seal, *opening);
      const std::string what = seal.sealed.practice + " of " + seal.sealed.period;
      if (!fault.empty()) wrong.push_back(node_.name() + "'s " + what + " " + fault);
    }
  }
  return wrong;
}

std::vector<std::string> Ledger::met_and_shut() const {
  std::vector<std::string> shut;
  for (const auto& [id, seal] : seals(true))
    if (seal.openings.empty() && !met_by(seal, true).empty())
      shut.push_back(node_.name() + "'s " + seal.sealed.practice + " of " + seal.sealed.period + " is met and shut");
  return shut;
}

std::vector<std::string> Ledger::wrong_rules() const {
  std::vector<std::string> wrong;
  for (const auto& [id, seal] : seals(true)) {
    bool to_be_met = false;
    for (const auto& [other, theirs] : seals(false))
      to_be_met = to_be_met || (theirs.sealed.answer.question == seal.sealed.answer.question &&
                                theirs.sealed.rule == crypto::SealRule{true, std::nullopt} &&
                                theirs.seq <= seen_of_other(seal.seen));
    if (to_be_met && met_by(seal, true).empty())
      wrong.push_back(node_.name() + "'s " + seal.sealed.practice + " of " + seal.sealed.period +
                      " was given late, by a rule that meets nothing");
  }
  return wrong;
}

std::size_t Ledger::opened_by_moment() const {
  std::size_t count = 0;
  for (const auto& [id, seal] : seals(true))
    for (const Line* opening : seal.openings)
      count += met_by(seal, true, seen_of_other(opening->event.seen)).empty() ? 1U : 0U;
  return count;
}

}  // namespace duolog::simulation
