// shelf_fold.cc: what came from outside is folded, and what follows from it is written: openings, the notebook's notes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kInBulk = 64;  // records at once
// From the first time on that rows of a journal wait, until the next start: what is announced, and how quickly it
// comes, the other alone decides.
constexpr std::chrono::minutes kRowsMayWait{1};

}  // namespace

// Of the facts of each journal nothing is missing when this returns; what readers see follows in slices. Lost once more
// on the way: begun anew once more, at last in memory.
void Shelf::State::begin_anew(const store::ViewLost& lost) {
  std::string why = lost.what();
  for (;;) {
    try {
      parts.view.begin_anew(why);
      return fold_anew();
    } catch (const store::ViewLost& again) {
      why = again.what();
    }
  }
}

void Shelf::State::fold_anew() {
  for (const auto& journal : journals) journal->begin_anew(now() / 1000, clock_doubted);
}

bool Shelf::State::renew_view(const std::function<bool(ViewFile&)>& renew) {
  try {
    if (!renew(parts.view)) return false;
    fold_anew();
  } catch (const store::ViewLost& lost) {
    begin_anew(lost);
  }
  return true;
}

// What cannot be folded then is folded, or told, by whoever asks next: nothing is appended to what was not read.
bool Shelf::State::make_room(std::uint64_t room) {
  bool made = false;
  const auto half_read = [&] { return parts.view.give_up(), false; };
  try {
    renew_view([&](ViewFile& view) { return made = view.give_way(room); });
  } catch (const store::NotDurable&) {
    return half_read();
  } catch (const store::BadDatabase&) {
    return half_read();
  } catch (const std::bad_alloc&) {
    return half_read();
  }
  return made && parts.log.try_again();
}

void Shelf::stored(const JournalId& id, const DeviceId& author, std::uint64_t first, std::uint64_t last) {
  if (Journal* journal = by_id(id)) journal->bodies_came(author, first, last);
}

void Shelf::expect(const JournalId& journal, std::uint64_t to_come) {
  if (to_come > 0) {
    state_->to_come[journal] = to_come;
  } else {
    state_->to_come.erase(journal);
  }
}

void Shelf::time_passed() {
  take_back_overdue();
  const auto next = next_moment();
  if (!next || *next > state_->now()) return;
  state_->fold_all();
  if (state_->something_is_to_go() && state_->clear_away_all()) state_->fold_all();
}

std::optional<std::int64_t> Shelf::next_moment() const {
  std::optional<std::int64_t> next;
  if (state_->refused || state_->something_is_to_go()) next = state_->now();
  for (const auto& [device, until] : state_->expected) next = std::min(next.value_or(until), until);
  for (const auto& journal : state_->journals) {
    const auto own = journal->answers().next_moment();
    if (own) next = std::min(next.value_or(INT64_MAX), std::min<std::int64_t>(*own, INT64_MAX / 1000) * 1000);
  }
  return next;
}

void Shelf::doubt_clock(bool doubted) { state_->clock_doubted = doubted; }

// Here alone a journal may go, and at the start: nobody else is in the middle of something with it.
bool Shelf::fold_some(std::size_t records) {
  const bool more = state_->fold_some(records);
  return state_->follow_partings() || more;
}

std::uint64_t Shelf::to_fold() const {
  std::uint64_t missing = 0;
  for (const auto& journal : state_->journals) missing += journal->ready() ? 0 : journal->not_in_view();
  return missing;
}

std::uint64_t Shelf::to_index() const {
  std::uint64_t missing = 0;
  for (const auto& journal : state_->journals) missing += journal->ready() ? journal->not_indexed() : 0;
  return missing > 0 ? missing : state_->sound([&] { return WordIndex(state_->parts.view).wiping(); }) ? 1 : 0;
}

bool Shelf::is_at_rest() const {
  const ViewFile& view = state_->parts.view;
  return (view.is_clean() || view.is_in_memory()) && !view.may_return();
}

void Shelf::rest() {
  if (state_->renew_view([](ViewFile& view) { return view.return_to_disk(); })) return;
  state_->sound([&] { state_->parts.view.rest(); });
}

bool Shelf::make_room(std::uint64_t room) { return state_->make_room(room); }

// Asked from outside of a fold, where nobody else begins a view anew that is lost over it.
void Shelf::tell_of(Journal& journal) {
  const Journal::Brought brought = journal.take_brought();
  if (!brought.empty()) state_->sound([&] { state_->herald.tell(journal, brought); });
}

// Facts first, of all journals: what is written by itself waits for them, and not for what readers see. Rows that may
// not wait have half of it all the same, however much comes.
bool Shelf::State::fold_some(std::size_t records) {
  const std::size_t budget = records;
  std::size_t for_rows = rows_are_due() ? budget / 2 : 0;
  records -= for_rows;
  if (sound([&] { return fold_facts(records); })) {
    if (for_rows > 0) sound([&] { return catch_up(for_rows, true); });
    return true;
  }
  records += for_rows;
  const bool wrote = sound([&] { return finish_fold(); });
  const bool in_bulk = budget - records >= kInBulk;
  if (sound([&] { return catch_up(records, in_bulk); }) || wrote) return true;
  return sound([&] { return index_some(records); });
}

bool Shelf::State::fold_facts(std::size_t& records) {
  for (const auto& journal : journals) {
    if (comes_for_the_first_time(*journal)) {
      rows_wait_until.try_emplace(journal->id(), parts.clock.steady() + kRowsMayWait);
      journal->let_rows_wait();
    }
    const bool more = journal->fold(records);
    journal->settle(now());
    tell_of(*journal);
    if (more) return true;
  }
  return false;
}

// A row costs more than opening does, and the other may be gone in a minute.
bool Shelf::State::comes_for_the_first_time(const Journal& journal) const {
  constexpr std::uint64_t kMany = 4096;
  const auto coming = to_come.find(journal.id());
  if (coming == to_come.end() || coming->second < kMany || !journal.ready()) return false;
  const auto until = rows_wait_until.find(journal.id());
  if (until != rows_wait_until.end() && parts.clock.steady() >= until->second) return false;
  std::uint64_t folded = 0;
  for (const auto& [device, seq] : journal.folded()) folded += seq;
  return coming->second > folded;
}

bool Shelf::State::rows_may_wait(const Journal& journal) const {
  const auto until = rows_wait_until.find(journal.id());
  return to_come.contains(journal.id()) && until != rows_wait_until.end() && parts.clock.steady() < until->second;
}

bool Shelf::State::rows_are_due() const {
  return std::ranges::any_of(journals, [this](const auto& one) { return !one->ready() && !rows_may_wait(*one); });
}

// `in_bulk`: what is still to come comes quickly, and is not kept waiting.
bool Shelf::State::catch_up(std::size_t& records, bool in_bulk) {
  bool more = false;
  for (const auto& journal : journals) {
    if (!journal->ready() && !(in_bulk && rows_may_wait(*journal))) {
      more = journal->catch_up(records) || more;
      journal->settle(now());  // what was taken back may have been met on the way
    }
    tell_of(*journal);
    more = more || journal->has_more_to_tell();
  }
  return more;
}

// After many the index lies in many pieces.
bool Shelf::State::index_some(std::size_t records) {
  constexpr std::size_t kIndexedAtOnce = 256;
  constexpr std::size_t kMany = 4096;
  constexpr std::size_t kPagesAtOnce = 64;
  std::size_t left = std::min(records, kIndexedAtOnce);
  const std::size_t budget = left;
  bool more = false;
  for (const auto& journal : journals) more = (journal->ready() && journal->index_words(left)) || more;
  indexed += budget - left;
  if (more) return true;
  WordIndex words(parts.view);
  if (std::exchange(indexed, 0) >= kMany) {
    parts.view.transaction([&] { words.wipe(); });
    ::malloc_trim(0);  // what a lifetime took while it came lies in pieces, and would stay for good
  }
  return words.wipe_some(kPagesAtOnce);
}

// What many records add up to for a reader follows in slices: nobody waits for it here.
void Shelf::State::fold_all() {
  constexpr std::size_t kPutAtOnce = 4096;
  const auto more = [&] {
    std::size_t all = std::numeric_limits<std::size_t>::max();
    return sound([&] { return fold_facts(all); }) || sound([&] { return finish_fold(); });
  };
  while (more()) {
  }
  std::size_t some = kPutAtOnce;
  sound([&] { return catch_up(some, false); });
}

// Only when everything is folded: an opening must count every answer that was held.
bool Shelf::State::finish_fold() {
  bool wrote = false;
  refused = false;
  for (const auto& journal : journals) {
    journal->time_is(now() / 1000, clock_doubted);
    tell_of(*journal);
  }
  wrote = come_home();
  const TakenUp taken = take_up_kept();
  wrote = wrote || taken.anything;
  if (!keep_devices(wrote)) return wrote;  // nothing is sealed that somebody removed should not read
  for (const auto& journal : journals) wrote = publish_openings(*journal) || wrote;
  return (taken.all && keep_in_notebook()) || wrote;
}

bool Shelf::State::publish_openings(Journal& journal) {
  if (!journal.can_write() || journal.secrets().unacknowledged) return false;
  bool wrote = false;
  const bool written = as_far_as_possible([&] {
    for (const Opening& opening : journal.answers().due()) {
      if (opened.contains(opening.sealed)) continue;
      journal.append(opening, stamp());
      opened.insert(opening.sealed);
      wrote = true;
      herald.grew(journal);
    }
  });
  refused = refused || !written;
  return wrote;
}

// The notebook knows every journal and its epochs, for this person's other devices and for the way back.
bool Shelf::State::keep_in_notebook() {
  if (!notebook().can_write()) return false;
  bool wrote = false;
  const bool written = as_far_as_possible([&] {
    for (const JournalSecrets& journal : parts.identity.journals())
      if (journal.shared() && !journal.unacknowledged && !journal.parted) keep_in_notebook(journal, wrote);
    wrote = keep_partings() || wrote;
    for (const EpochId& epoch : epochs_that_somebody_lacks()) keep_in_notebook(notebook().secrets(), epoch, wrote);
  });
  refused = refused || !written;
  return wrote;
}

void Shelf::State::keep_in_notebook(const JournalSecrets& journal, bool& wrote) {
  if (!notebook().keeps(journal.id) && !journals_kept.contains(journal.id)) {
    notebook().append(JournalKept{journal.genesis, journal.epochs.front().clone(), clipped(journal.name, kNameLimit),
                                  clipped(journal.other, kNameLimit), journal.relationship, journal.paired_by},
                      stamp());
    journals_kept.insert(journal.id);
    wrote = true;
    herald.grew(notebook());
  }
  const Journal* of = by_id(journal.id);
  if (of == nullptr || is_read_by_removed(*of)) return;
  for (std::size_t i = 1; i < journal.epochs.size(); ++i)
    keep_in_notebook(journal, crypto::epoch_id(journal.id, journal.epochs[i]), wrote);
}

void Shelf::State::keep_in_notebook(const JournalSecrets& journal, const EpochId& epoch, bool& wrote) {
  const Journal* of = by_id(journal.id);
  if (notebook().keeps(epoch) || epochs_kept.contains(epoch) || of == nullptr || !of->is_explained(epoch)) return;
  const crypto::EpochSecret* secret = journal.epoch(epoch);
  if (secret == nullptr) return;
  notebook().append(EpochKept{journal.id, secret->clone()}, stamp());
  epochs_kept.insert(epoch);
  wrote = true;
  herald.grew(notebook());
}

// The notebook has a live member that is removed there by somebody whose word is none in the notebook: what is kept
// would be read by it. (devices.h: untold_in_notebook)
bool Shelf::State::is_read_by_removed(const Journal& journal) const {
  const RootId person = parts.identity.root().id();
  return std::ranges::any_of(notebook().membership().live(),
                             [&](const DeviceId& device) { return journal.membership().removed(person, device); });
}

// Of the notebook itself: two devices have gone on under epochs of their own, and each has let in one of which the
// other knew nothing. A new device is handed those that there were.
std::vector<EpochId> Shelf::State::epochs_that_somebody_lacks() const {
  std::vector<EpochId> lacking;
  const std::vector<DeviceId> live = notebook().membership().live();
  if (live.size() < 2) return lacking;
  for (const EpochFact& fact : notebook().facts().epochs) {
    const auto has_slot = [&](const DeviceId& device) {
      return std::ranges::find(fact.meta.members, Hash{device.bytes}) != fact.meta.members.end();
    };
    if (fact.depth > 1 && !std::ranges::all_of(live, has_slot)) lacking.push_back(fact.id);
  }
  return lacking;
}

void Shelf::State::tell_of(Journal& journal) {
  const Journal::Brought brought = journal.take_brought();
  if (!brought.empty()) herald.tell(journal, brought);
}

void Shelf::mark_seen(const std::vector<Item>& items) {
  state_->sound([&] { state_->mark_seen(items); });
}

void Shelf::State::mark_seen(const std::vector<Item>& items) {
  std::map<std::pair<JournalId, DeviceId>, std::vector<std::uint64_t>> seen;
  for (const Item& item : items) {
    const bool sealed = item.state == AnswerState::kSealed;  // its words are still to come
    const Journal* journal = item.mine || sealed ? nullptr : by_id(item.journal_id);
    const auto line = journal != nullptr ? journal->records().line(item.id) : std::nullopt;
    if (line && line->kind != Kind::kLacking) seen[{item.journal_id, line->device}].push_back(line->seq);
  }
  for (const auto& [where, seqs] : seen) {
    Journal& journal = *by_id(where.first);
    journal.unread().mark(journal.records(), where.second, seqs);
  }
}

}  // namespace duolog::journal
