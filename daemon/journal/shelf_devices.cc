// shelf_devices.cc: a person's devices: let in and removed by one record in the notebook. What follows from it in every
// journal is recomputed after each fold, and written by whichever of the live devices finds it missing.
// Spec: proto/README.md section 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/devices.h"
#include "daemon/journal/handover.h"
#include "daemon/journal/items.h"
#include "daemon/journal/let_back_in.h"
#include "daemon/journal/own_enrolment.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kSecretsTaken = 4096;  // of all journals: what comes by the notebook stops there

Known known_in(const Journal& journal) { return {journal.membership(), journal.roster(), journal.folded()}; }

void require_device_name(std::string_view name) {
  if (const auto fault = utf8_fault(as_bytes(name))) throw Refusal::bad_utf8("device name", *fault);
  if (name.size() > crypto::kNameLimit) throw Refusal::too_long("device name", crypto::kNameLimit);
}

// ---- asked for ----

// As one place knows it. What is only known there, devices() says.
DeviceRow row_of(const Journal& journal, const crypto::ProvenDevice& device) {
  const Membership& members = journal.membership();
  const DeviceId id = device.device.id();
  DeviceRow row;
  row.id = id;
  row.name = device.name;
  row.created = device.created;
  row.live = members.live(id);
  row.frozen = members.frozen(id);
  row.removed = members.removed(device.person, id) || !members.enrolled().contains(id);
  row.enrolled = members.enrolled_by(id);
  for (const AddedFact& added : journal.facts().added)
    if (added.device == id && row.paired_by.empty()) row.paired_by = added.paired_by;
  for (const RemovedFact& removed : journal.facts().removed)
    if (removed.removal.device == id && (row.removed_at_ms == 0 || removed.at_ms < row.removed_at_ms))
      row.removed_at_ms = removed.at_ms;
  return row;
}

}  // namespace

std::vector<DeviceRow> Shelf::devices() const {
  const Journal& notebook = state_->notebook();
  std::map<DeviceId, DeviceRow> rows;
  for (const auto& [id, device] : notebook.membership().ever()) rows.emplace(id, row_of(notebook, device));
  for (const auto& journal : state_->journals) {
    if (!journal->shared() || notebook.secrets().awaited) continue;  // the notebook is still to come
    for (const auto& [id, device] : journal->membership().ever()) {
      if (device.person != parts().identity.root().id() || notebook.membership().was_enrolled(id)) continue;
      DeviceRow row = row_of(*journal, device);
      const auto [known, is_first] = rows.emplace(id, row);
      known->second.live = known->second.live || row.live;
      known->second.removed = known->second.removed && row.removed;
      known->second.only_in.push_back(journal->secrets().name);
    }
  }
  std::vector<DeviceRow> sorted;
  for (auto& [id, row] : rows) {
    row.self = id == parts().identity.keys().id();
    row.removed = row.removed || notebook.membership().removed(parts().identity.root().id(), id);
    if (came_home(journals(), id)) {  // with the words, and a notebook of its own
      row.paired_by = kPairedByWords;
      row.only_in.clear();
    }
    sorted.push_back(std::move(row));
  }
  std::ranges::sort(sorted, [](const DeviceRow& a, const DeviceRow& b) {
    return std::make_tuple(!a.self, !a.live, a.created, a.id) < std::make_tuple(!b.self, !b.live, b.created, b.id);
  });
  return sorted;
}

crypto::Chain Shelf::enrol_device(const crypto::DevicePublic& device, std::string_view name,
                                  std::string_view paired_by) {
  require_device_name(name);
  const DeviceId id = device.id();
  const Journal& notebook = state_->notebook();
  const Membership& members = notebook.membership();
  const RootId person = parts().identity.root().id();
  if (members.removed(person, id)) throw Refusal(Reason::kRemoved, std::string(name));
  if (members.enrolled().contains(id)) return *notebook.roster().chain_of(id);
  if (members.live().size() >= kLivePerPerson || !notebook.has_room_for_device()) {
    Refusal full(Reason::kDevicesFull);
    full.limit = kLivePerPerson;
    throw full;
  }
  crypto::Chain chain = parts().identity.chain();
  const auto own = crypto::decode(chain.back());
  const std::uint64_t at = std::max<std::uint64_t>(own ? own->created : 0,  // the clock may have been set back
                                                   static_cast<std::uint64_t>(std::max<std::int64_t>(0, now() / 1000)));
  chain.push_back(crypto::certify(parts().identity.keys(), device, at, name));
  state_->with_room([&] {
    state_->sound([&] { state_->notebook().add_device(chain, clipped(paired_by, kNameLimit), state_->stamp()); });
  });
  state_->herald.grew(notebook);
  state_->fold_all();
  return chain;
}

void Shelf::remove_device(const DeviceId& id) {
  const Journal& notebook = state_->notebook();
  const Membership& members = notebook.membership();
  const RootId person = parts().identity.root().id();
  if (id == parts().identity.keys().id())
    throw Refusal(members.live().size() > 1 ? Reason::kThisDevice : Reason::kLastDevice, notebook.secrets().name);
  if (state_->is_out(id)) return;
  if (!members.was_enrolled(id) && state_->where_alone(id).empty()) throw Refusal(Reason::kNoSuchDevice, hex(id.bytes));
  const auto remove = [&] {
    if (!members.removed(person, id)) state_->notebook().remove_device(id, state_->stamp());
    state_->herald.grew(notebook);
    for (Journal* journal : state_->where_alone(id)) {
      if (journal->membership().removed(person, id) || !journal->can_write()) continue;
      journal->remove_device(id, state_->stamp());
      state_->herald.grew(*journal);
    }
  };
  state_->with_room([&] { state_->sound(remove); });
  state_->fold_all();
  if (!state_->is_out(id)) throw Refusal(Reason::kNotRemoved, hex(id.bytes));
}

// Where this device can write it must be so; a journal that is held or on its way follows.
bool Shelf::State::is_out(const DeviceId& device) const {
  const RootId person = parts.identity.root().id();
  bool anywhere = notebook().membership().removed(person, device);
  for (const auto& journal : journals) {
    if (!journal->membership().was_enrolled(device)) continue;
    const bool removed = journal->membership().removed(person, device);
    if (!removed && (journal->can_write() || journal.get() == &notebook())) return false;
    anywhere = anywhere || removed;
  }
  return anywhere;
}

// Shared journals whose member it was, where the notebook has never known it: let in there by a device of this
// person's, and by nobody at this one.
std::vector<Journal*> Shelf::State::where_alone(const DeviceId& device) const {
  std::vector<Journal*> alone;
  if (notebook().membership().was_enrolled(device)) return alone;
  for (const auto& journal : journals) {
    const auto known = journal->membership().ever().find(device);
    const bool own = known != journal->membership().ever().end() && known->second.person == parts.identity.root().id();
    if (own && journal->shared()) alone.push_back(journal.get());
  }
  return alone;
}

// ---- what follows ----

// The order is what keeps a removed device out: the notebook knows of the removal and goes on under a new epoch before
// any other journal's new epoch is written into it. False: it does not, and nothing may be. A notebook that nothing can
// be written into gives nothing away.
bool Shelf::State::keep_devices(bool& wrote) {
  bool in_order = !notebook().can_write();
  if (!in_order) {
    const bool written = as_far_as_possible([&] {
      const std::vector<Known> others = known_elsewhere();
      tell(notebook(), untold_in_notebook(parts.identity.root().id(), known_in(notebook()), others), wrote);
      in_order = true;
    });
    refused = refused || !written;
  }
  if (!in_order) return false;
  for (const auto& journal : journals) {
    if (!journal->shared() || journal->secrets().unacknowledged || !journal->can_write()) continue;
    const bool told = as_far_as_possible([&] {
      const RootId person = parts.identity.root().id();
      tell(*journal, untold_in_journal(person, known_in(notebook()), journal->membership()), wrote);
    });
    refused = refused || !told;
  }
  return true;
}

std::vector<Known> Shelf::State::known_elsewhere() const {
  std::vector<Known> known;
  for (const auto& journal : journals)
    if (journal->shared()) known.push_back(known_in(*journal));
  return known;
}

// Once a start at most: what cannot be read back would be written for ever.
void Shelf::State::tell(Journal& journal, const Untold& untold, bool& wrote) {
  for (const DeviceId& device : untold.removed) {
    if (devices_told.contains({journal.id(), device, false})) continue;
    journal.remove_device(device, stamp());
    devices_told.emplace(journal.id(), device, false);
    wrote = true;
    herald.grew(journal);
  }
  for (const DeviceId& device : untold.added) {
    const crypto::Chain* chain = notebook().roster().chain_of(device);
    if (chain == nullptr || devices_told.contains({journal.id(), device, true})) continue;
    const auto added = std::ranges::find(notebook().facts().added, device, &AddedFact::device);
    const bool is_known = added != notebook().facts().added.end();
    journal.add_device(*chain, is_known ? added->paired_by : std::string(), stamp());
    devices_told.emplace(journal.id(), device, true);
    wrote = true;
    herald.grew(journal);
  }
  if (!renew_where_removed_read(journal, untold)) return;
  wrote = true;
  herald.grew(journal);
}

// At once, and not with the next word, only where the newest key is from before a removal: others' comings and goings
// cost nothing here until somebody writes.
bool Shelf::State::renew_where_removed_read(Journal& journal, const Untold& untold) const {
  if (!untold.removed.empty()) return journal.renew_epoch();
  const Membership& members = journal.membership();
  if (const auto current = members.current()) {
    if (!journal.shared() || !notebook().has_told_removed(*current)) return false;
    journal.replace_epoch();
    return true;
  }
  const RootId person = parts.identity.root().id();
  if (members.removed_of(person).empty()) return false;
  const EpochFact* newest = members.newest();
  const bool is_old = newest == nullptr || !knew_of_removals(person, members, newest->meta);
  return is_old && journal.renew_epoch();
}

// Journals and epochs that another of this person's devices has founded or learnt come into the vault: the notebook is
// how they travel. A few at once, as each secret wants locked memory; and not more in all than there is.
Shelf::State::TakenUp Shelf::State::take_up_kept() {
  constexpr std::size_t kTakenAtOnce = 64;
  TakenUp result;
  std::map<JournalId, std::vector<crypto::EpochSecret>> epochs;
  std::size_t count = 0;
  const std::size_t room = kSecretsTaken - std::min(kSecretsTaken, secrets_held());
  const auto take = [&](Event& event) {
    if (auto* kept = std::get_if<JournalKept>(&event.payload)) {
      const bool is_here = by_id(kept->genesis.id()) != nullptr;
      if (!is_here && !may_be_taken(*kept)) return Journal::Taken::kOfAJournalNotHere;  // by a newer version, perhaps
      result.anything = take_up(*kept) || result.anything;
    }
    auto* kept = std::get_if<EpochKept>(&event.payload);
    if (kept == nullptr || is_left(kept->journal)) return Journal::Taken::kYes;
    if (by_id(kept->journal) == nullptr) return Journal::Taken::kOfAJournalNotHere;  // its JournalKept is still to come
    const EpochId id = crypto::epoch_id(kept->journal, kept->secret);
    if (parts.identity.journal(kept->journal).epoch(id) != nullptr || count >= room) return Journal::Taken::kYes;
    if (count >= kTakenAtOnce) return Journal::Taken::kEnough;
    epochs[kept->journal].push_back(std::move(kept->secret));
    ++count;
    return Journal::Taken::kYes;
  };
  const auto keep = [&] {
    for (auto& [id, secrets] : epochs) by_id(id)->know(std::move(secrets));
  };
  const bool taken = as_far_as_possible([&] {
    epochs.clear();
    count = 0;
    const auto is_here = [this](const JournalId& id) { return by_id(id) != nullptr; };
    result.all = notebook().take_up_kept({is_here, take, keep});
    result.anything = result.anything || count > 0;
  });
  result.all = result.all && taken;
  refused = refused || !taken;
  note_arrived();
  return result;
}

void Shelf::State::note_arrived() {
  for (const auto& journal : journals) {
    if (!journal->secrets().awaited || !journal->membership().enrolled().contains(parts.identity.keys().id())) continue;
    if (journal->waits_to_be_read()) continue;
    const bool noted = as_far_as_possible([&] { parts.identity.arrived(journal->id()); });
    refused = refused || !noted;
    herald.doors_changed(journal->id());
  }
}

std::size_t Shelf::State::secrets_held() const {
  std::size_t held = 0;
  for (const JournalSecrets& journal : parts.identity.journals()) held += journal.epochs.size();
  return held;
}

// As an arriving device checks what it is handed.
bool Shelf::State::may_be_taken(const JournalKept& kept) const {
  const bool is_ours = kept.genesis.second && kept.genesis.names(parts.identity.root().id());
  if (!is_ours || !is_handed_on(kept.relationship, kept.paired_by)) return false;
  return parts.identity.has(kept.genesis.id()) || parts.identity.journals().size() < kJournalsHanded;
}

// REQUIRES: it is here, or may_be_taken().
bool Shelf::State::take_up(const JournalKept& kept) {
  const JournalId id = kept.genesis.id();
  if (is_left(id)) return false;
  if (!parts.identity.has(id)) {
    JournalSecrets secrets;
    secrets.genesis = kept.genesis;
    secrets.id = id;
    secrets.epochs.push_back(kept.epoch_zero.clone());
    secrets.name = parts.identity.free_name(kept.name);
    secrets.other = kept.other;
    secrets.relationship = kept.relationship;
    secrets.paired_by = kept.paired_by;
    secrets.awaited = true;
    parts.identity.add_journal(std::move(secrets));
  }
  if (by_id(id) != nullptr) return false;
  open(id);
  herald.doors_changed(id);
  return true;
}

}  // namespace duolog::journal
