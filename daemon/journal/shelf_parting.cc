// shelf_parting.cc: a journal that its person leaves: kept to be read, or forgotten.
//
// Each begins with one write of the vault, and from then on it is so, whatever stops:
//
//   part     vault: parted ─► the doors close ─► the notebook tells one's other devices
//   forget   vault: its secrets go, "forgetting" stays ─► view ─► addresses, chunks ─► log and local marks
//                                                     ─► the notebook tells ─► vault: nothing stays
//
// What a stop leaves of the second line goes at the next start; what the disk refuses, a minute later. A journal object
// goes in forget() alone, which nobody calls while something is under way with one.
// Spec: proto/README.md section 3.4b.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/held_there.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {

// ---- asked for ----

void Shelf::part(const JournalId& id) {
  if (by_id(id) == nullptr || parts().identity.journal(id).parted) return;
  state_->ask_who_follows(id);
  state_->with_room([&] { parts().identity.part(id); });
  state_->herald.doors_changed(id);
  state_->fold_all();
}

bool Shelf::forget(const JournalId& id) {
  const bool cleared = by_id(id) == nullptr ? state_->clear_away_all() : state_->forget(id);
  state_->fold_all();
  return cleared;
}

std::shared_ptr<void> Shelf::part_and_tell(const JournalId& id) {
  state_->ask_who_follows(id);
  state_->with_room([&] { state_->sound([&] { by_id(id)->append(Parted{}, state_->stamp()); }); });
  state_->telling.insert(id);
  const std::shared_ptr<void> token(state_.get(), [id](State* state) {
    state->telling.erase(state->telling.find(id));
    state->herald.doors_changed(id);
  });
  // It is said, and so it is: where the vault cannot be written now, the fold tries again.
  const bool written = state_->as_far_as_possible([&] { parts().identity.part(id); });
  state_->refused = state_->refused || !written;
  state_->herald.grew(*by_id(id));
  state_->fold_all();
  return token;
}

bool Shelf::is_telling(const JournalId& id) const { return state_->telling.contains(id); }

// ---- what it takes ----

// What went there must not go to somebody else instead: what is for two is asked about until a person has chosen. Noted
// before it is left, so that a stop in between makes nobody read what was not meant for them; where nothing comes of it
// somebody is asked once too often.
void Shelf::State::ask_who_follows(const JournalId& id) {
  if (picked_to_write().id() != id && answering_journal({}).id() != id) return;
  as_far_as_possible([&] { parts.state.put(kToBeChosen, notebook().id().bytes); });
}

// The same of what is written, where the journal goes from the list: of one that is kept, writing_journal() knows.
void Shelf::State::write_into_notebook_after(const JournalId& id) {
  ask_who_follows(id);
  if (picked_to_write().id() != id) return;
  as_far_as_possible([&] { parts.state.put(kWriteTo, notebook().id().bytes); });
}

bool Shelf::State::forget(const JournalId& id) {
  write_into_notebook_after(id);
  const std::vector<ChunkId> chunks = by_id(id)->attached().all();
  with_room([&] { parts.identity.forget(id); });
  std::erase_if(journals, [&](const auto& journal) { return journal->id() == id; });
  herald.doors_changed(id);
  return clear_away(id, chunks);
}

// The log goes last: as long as it is there, the next start knows that something of the journal is.
bool Shelf::State::clear_away(const JournalId& id, const std::vector<ChunkId>& chunks) {
  as_far_as_possible([&] {
    // The file that there was opens for nobody any more: its salt has gone with its mark.
    renew_view([](ViewFile& view) { return view.renew("a journal was forgotten"), true; });
    herald.forgotten(id, known_here_alone(id), chunks);
    parts.held.erase(id);
    parts.log.together([&] {
      forget_local_marks(id);
      parts.log.drop_journal(id);
    });
  });
  return !has_log(id);
}

bool Shelf::State::has_log(const JournalId& id) const {
  const auto all = parts.log.journals();
  return std::ranges::find(all, id) != all.end();
}

bool Shelf::State::something_is_to_go() const {
  return std::ranges::any_of(parts.identity.forgetting(), [this](const JournalId& id) { return has_log(id); });
}

bool Shelf::State::clear_away_all() {
  bool cleared = true;
  for (const JournalId& id : parts.identity.forgetting())
    if (has_log(id)) cleared = clear_away(id, {}) && cleared;
  return cleared;
}

void Shelf::State::forget_local_marks(const JournalId& id) {
  const std::string journal = hex(id.bytes);
  for (const std::string& prefix :
       {"receipts/" + journal, "seen/" + journal, "chain/" + journal, "homecoming/" + journal, "told/" + journal,
        kMetPrefix + journal, held_there_prefix(id)})
    for (const std::string& name : parts.state.names(prefix)) parts.state.remove(name);
}

std::vector<DeviceId> Shelf::State::known_here_alone(const JournalId& id) const {
  std::set<DeviceId> elsewhere;
  for (const JournalId& journal : parts.log.journals())
    if (journal != id)
      for (const store::FrontierEntry& entry : parts.log.frontier(journal)) elsewhere.insert(entry.device);
  std::vector<DeviceId> strangers;
  for (const store::FrontierEntry& entry : parts.log.frontier(id))
    if (!elsewhere.contains(entry.device)) strangers.push_back(entry.device);
  return strangers;
}

// ---- among this person's devices ----

// The notebook's word may come to count no more, with a removal of whoever said it; what this device has done stays.
bool Shelf::State::is_left(const JournalId& id) const {
  return parts.identity.has_left(id) || notebook().parted_from(id).has_value();
}

// As parted_from() says; the journal itself tells where a stop came between telling the other and the vault.
bool Shelf::State::told_of_parting(const JournalId& id) const {
  const Journal* journal = by_id(id);
  return notebook().parted_from(id) || (journal != nullptr && journal->parted_from(id));
}

// Nothing of it has come to this device yet, and nothing will: there is nothing to keep.
void Shelf::State::give_up(const JournalId& id) {
  parts.identity.leave(id);
  std::erase_if(journals, [&](const auto& journal) { return journal->id() == id; });
  herald.doors_changed(id);
  parts.log.drop_journal(id);
}

// True where something has changed. What another device has forgotten is left, and kept: nothing is deleted here that
// nobody has asked for here, with what never reached anybody. Whoever has one device of somebody's cannot empty the
// rest.
bool Shelf::State::follow_partings() {
  std::vector<JournalId> told;
  for (const JournalSecrets& journal : parts.identity.journals())
    if (journal.shared() && !journal.parted && by_id(journal.id) != nullptr && told_of_parting(journal.id))
      told.push_back(journal.id);
  bool followed = false;
  for (const JournalId& id : told) {
    const bool written = as_far_as_possible([&] {
      if (parts.log.record_count(id) == 0) {
        write_into_notebook_after(id);
        give_up(id);
      } else {
        ask_who_follows(id);
        parts.identity.part(id);
        herald.doors_changed(id);
      }
      followed = true;
    });
    refused = refused || !written;
  }
  return followed;
}

bool Shelf::State::keep_partings() {
  bool wrote = false;
  const auto tell = [&](const JournalId& id, bool forgotten) {
    const auto told = notebook().parted_from(id);
    if ((told && (*told || !forgotten)) || partings_told.contains({id, forgotten})) return;
    notebook().append(Parted{id, forgotten}, stamp());
    partings_told.emplace(id, forgotten);
    wrote = true;
    herald.grew(notebook());
  };
  for (const JournalSecrets& journal : parts.identity.journals())
    if (journal.parted) tell(journal.id, false);
  const std::vector<JournalId> forgetting = parts.identity.forgetting();
  for (const JournalId& id : forgetting) {
    tell(id, true);
    if (!has_log(id) && notebook().parted_from(id).value_or(false)) parts.identity.forgotten(id);
  }
  return wrote;
}

}  // namespace duolog::journal
