// shelf_fold.cc: what came from outside is folded, and what follows from it is written: openings, the notebook's notes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

// Nobody asked for this, so nobody is told where it cannot be: the disk is full, a log is frozen or damaged. It is
// tried again after the next fold. False: the disk refused it, and may have room a moment later.
template <class Work>
bool as_far_as_possible(Work&& work) {
  try {
    work();
  } catch (const store::NotDurable&) {
    return false;
  } catch (const store::BadDatabase&) {  // NOLINT(bugprone-empty-catch)
  } catch (const Refusal&) {             // NOLINT(bugprone-empty-catch)
  }
  return true;
}

}  // namespace

void Shelf::stored(const JournalId& id, const DeviceId& author, std::uint64_t first, std::uint64_t last) {
  (void)first;  // the fold knows how far it has come
  if (Journal* journal = by_id(id)) journal->bodies_came(author, last);
}

void Shelf::time_passed() {
  const auto next = next_moment();
  if (next && *next <= state_->now()) state_->fold_all();
}

std::optional<std::int64_t> Shelf::next_moment() const {
  std::optional<std::int64_t> next;
  if (state_->refused) next = state_->now();
  for (const auto& journal : state_->journals) {
    const auto own = journal->answers().next_moment();
    if (own) next = std::min(next.value_or(INT64_MAX), std::min<std::int64_t>(*own, INT64_MAX / 1000) * 1000);
  }
  return next;
}

void Shelf::doubt_clock(bool doubted) { state_->clock_doubted = doubted; }

bool Shelf::fold_some(std::size_t records) { return state_->fold_some(records); }
void Shelf::tell_of(Journal& journal) { state_->tell_of(journal); }

bool Shelf::State::fold_some(std::size_t records) {
  for (const auto& journal : journals) {
    const bool more = journal->fold(records);
    journal->settle(now());
    tell_of(*journal);
    if (more) return true;
  }
  return finish_fold();
}

void Shelf::State::fold_all() {
  while (fold_some(std::numeric_limits<std::size_t>::max())) {
  }
}

// Only when everything is folded: an opening must count every answer that was held.
bool Shelf::State::finish_fold() {
  bool wrote = false;
  refused = false;
  for (const auto& journal : journals) {
    journal->time_is(now() / 1000, clock_doubted);
    tell_of(*journal);
  }
  for (const auto& journal : journals) wrote = publish_openings(*journal) || wrote;
  return keep_in_notebook() || wrote;
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
    }
  });
  refused = refused || !written;
  if (wrote) herald.grew(journal);
  return wrote;
}

// The notebook knows every journal and its epochs, for this person's other devices and for the way back.
bool Shelf::State::keep_in_notebook() {
  if (!notebook().can_write()) return false;
  bool wrote = false;
  const bool written = as_far_as_possible([&] {
    for (const JournalSecrets& journal : parts.identity.journals())
      if (journal.shared() && !journal.unacknowledged) keep_in_notebook(journal, wrote);
  });
  refused = refused || !written;
  if (wrote) herald.grew(notebook());
  return wrote;
}

void Shelf::State::keep_in_notebook(const JournalSecrets& journal, bool& wrote) {
  if (!notebook().journals_kept().contains(journal.id) && !journals_kept.contains(journal.id)) {
    notebook().append(JournalKept{journal.genesis, journal.epochs.front().clone(), clipped(journal.name, kNameLimit),
                                  clipped(journal.other, kNameLimit), journal.relationship, journal.paired_by},
                      stamp());
    journals_kept.insert(journal.id);
    wrote = true;
  }
  for (std::size_t i = 1; i < journal.epochs.size(); ++i) {
    const EpochId epoch = crypto::epoch_id(journal.id, journal.epochs[i]);
    if (notebook().epochs_kept().contains(epoch) || epochs_kept.contains(epoch)) continue;
    notebook().append(EpochKept{journal.id, journal.epochs[i].clone()}, stamp());
    epochs_kept.insert(epoch);
    wrote = true;
  }
}

void Shelf::State::tell_of(Journal& journal) {
  const Journal::Brought brought = journal.take_brought();
  if (!brought.empty()) herald.tell(journal, brought);
}

void Shelf::mark_seen(const std::vector<Item>& items) {
  std::map<std::pair<JournalId, DeviceId>, std::vector<std::uint64_t>> seen;
  for (const Item& item : items) {
    const bool sealed = item.state == AnswerState::kSealed;  // its words are still to come
    const Journal* journal = item.mine || sealed ? nullptr : by_id(item.journal_id);
    const Noted* noted = journal != nullptr ? journal->view().by_id(item.id) : nullptr;
    if (noted != nullptr && !noted->lacks_body()) seen[{item.journal_id, noted->device}].push_back(noted->seq);
  }
  for (const auto& [where, seqs] : seen) {
    Journal& journal = *by_id(where.first);
    journal.unread().mark(journal.view(), where.second, seqs);
  }
}

}  // namespace duolog::journal
