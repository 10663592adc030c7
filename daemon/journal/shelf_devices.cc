// shelf_devices.cc: a person's devices: let in and removed by one record in the notebook. What follows from it in every
// journal is recomputed after each fold, and written by whichever of the live devices finds it missing.
// Spec: proto/README.md section 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/devices.h"
#include "daemon/journal/items.h"
#include "daemon/journal/let_back_in.h"
#include "daemon/journal/own_enrolment.h"
#include "daemon/journal/shelf_state.h"

namespace duolog::journal {
namespace {

Known known_in(const Journal& journal) { return {journal.membership(), journal.roster(), journal.folded()}; }

void require_device_name(std::string_view name) {
  if (const auto fault = utf8_fault(as_bytes(name))) throw Refusal::bad_utf8("device name", *fault);
  if (name.size() > crypto::kNameLimit) throw Refusal::too_long("device name", crypto::kNameLimit);
}

// Devices of this person that a shared journal knows and this notebook does not: lost with their notebook, or come back
// with the words and with a new one.
void add_of_other_notebooks(std::vector<DeviceRow>& rows, const Journal& journal, const Membership& notebook) {
  const Membership& members = journal.membership();
  for (const auto& [id, device] : members.ever()) {
    const bool is_there = std::ranges::find(rows, id, &DeviceRow::id) != rows.end();
    if (is_there || device.person != journal.identity().root().id()) continue;
    DeviceRow& row = rows.emplace_back();
    row.id = id;
    row.name = device.name;
    row.created = device.created;
    row.self = id == journal.identity().keys().id();
    row.frozen = members.frozen(id);
    row.removed = members.removed(device.person, id) || notebook.removed(device.person, id);
    row.live = members.live(id) && !row.removed;
    row.enrolled = members.enrolled_by(id);
    for (const RemovedFact& removed : journal.facts().removed)
      if (removed.removal.device == id && (row.removed_at_ms == 0 || removed.at_ms < row.removed_at_ms))
        row.removed_at_ms = removed.at_ms;
  }
}

}  // namespace

// ---- asked for ----

std::vector<DeviceRow> Shelf::devices() const {
  const Journal& notebook = state_->notebook();
  const Membership& members = notebook.membership();
  const RootId person = parts().identity.root().id();
  std::vector<DeviceRow> rows;
  for (const auto& [id, device] : members.ever()) {
    DeviceRow& row = rows.emplace_back();
    row.id = id;
    row.name = device.name;
    row.created = device.created;
    row.self = id == parts().identity.keys().id();
    row.live = members.live(id);
    row.frozen = members.frozen(id);
    row.removed = members.removed(person, id) || !members.enrolled().contains(id);
    row.enrolled = members.enrolled_by(id);
    for (const AddedFact& added : notebook.facts().added)
      if (added.device == id && row.paired_by.empty()) row.paired_by = added.paired_by;
    for (const RemovedFact& removed : notebook.facts().removed)
      if (removed.removal.device == id && (row.removed_at_ms == 0 || removed.at_ms < row.removed_at_ms))
        row.removed_at_ms = removed.at_ms;
  }
  for (const auto& journal : state_->journals) add_of_other_notebooks(rows, *journal, members);
  for (DeviceRow& row : rows)
    if (came_home(journals(), row.id)) row.paired_by = kPairedByWords;
  std::ranges::sort(rows, [](const DeviceRow& a, const DeviceRow& b) {
    return std::make_tuple(!a.self, !a.live, a.created, a.id) < std::make_tuple(!b.self, !b.live, b.created, b.id);
  });
  return rows;
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
  if (members.live().size() >= kLivePerPerson || notebook.roster().devices().size() >= kDevicesEver) {
    Refusal full(Reason::kDevicesFull);
    full.limit = kLivePerPerson;
    throw full;
  }
  crypto::Chain chain = parts().identity.chain();
  const auto own = crypto::decode(chain.back());
  const std::uint64_t at = std::max<std::uint64_t>(own ? own->created : 0,  // the clock may have been set back
                                                   static_cast<std::uint64_t>(std::max<std::int64_t>(0, now() / 1000)));
  chain.push_back(crypto::certify(parts().identity.keys(), device, at, name));
  state_->sound([&] { state_->notebook().add_device(chain, clipped(paired_by, kNameLimit), state_->stamp()); });
  state_->herald.grew(notebook);
  state_->fold_all();
  return chain;
}

void Shelf::remove_device(const DeviceId& id) {
  const Journal& notebook = state_->notebook();
  const Membership& members = notebook.membership();
  if (id == parts().identity.keys().id())
    throw Refusal(members.live().size() > 1 ? Reason::kThisDevice : Reason::kLastDevice, notebook.secrets().name);
  if (members.removed(parts().identity.root().id(), id)) return;
  const auto is_known = [&](const auto& one) { return one->is_mine(id) && one->membership().was_enrolled(id); };
  if (std::ranges::none_of(state_->journals, is_known)) throw Refusal(Reason::kNoSuchDevice, hex(id.bytes));
  state_->sound([&] { state_->notebook().remove_device(id, state_->stamp()); });
  state_->herald.grew(notebook);
  state_->fold_all();
}

// ---- what follows ----

// The order is what keeps a removed device out: the notebook knows of the removal and goes on under a new epoch before
// any other journal's new epoch is written into it. False: it does not, and nothing may be.
bool Shelf::State::keep_devices(bool& wrote) {
  if (!notebook().can_write()) return false;
  bool in_order = false;
  const bool written = as_far_as_possible([&] {
    const std::vector<Known> others = known_elsewhere();
    tell(notebook(), untold_in_notebook(parts.identity.root().id(), known_in(notebook()), others), wrote);
    in_order = true;
  });
  refused = refused || !written;
  if (!in_order) return false;
  for (const auto& journal : journals) {
    if (!journal->shared() || journal->secrets().unacknowledged || !journal->can_write()) continue;
    const bool told = as_far_as_possible([&] {
      const RootId person = parts.identity.root().id();
      tell(*journal, untold_in_journal(person, notebook().membership(), journal->membership()), wrote);
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
  const bool some_removed = !journal.membership().removed_of(parts.identity.root().id()).empty();
  const bool lacks_one = some_removed && !journal.membership().current();
  if ((untold.removed.empty() && !lacks_one) || !journal.renew_epoch()) return;
  wrote = true;
  herald.grew(journal);
}

// Journals and epochs that another of this person's devices has founded or learnt come into the vault: the notebook is
// how they travel. A few at once, as each secret wants locked memory.
bool Shelf::State::take_up_kept() {
  constexpr std::size_t kTakenAtOnce = 64;
  bool took = false;
  std::map<JournalId, std::vector<crypto::EpochSecret>> epochs;
  std::size_t count = 0;
  const auto take = [&](Event& event) {
    if (auto* kept = std::get_if<JournalKept>(&event.payload)) took = take_up(*kept) || took;
    auto* kept = std::get_if<EpochKept>(&event.payload);
    if (kept == nullptr || notebook().parted_from(kept->journal)) return true;
    if (by_id(kept->journal) == nullptr || count >= kTakenAtOnce) return false;  // its JournalKept is still to come
    if (parts.identity.journal(kept->journal).epoch(crypto::epoch_id(kept->journal, kept->secret)) != nullptr)
      return true;
    epochs[kept->journal].push_back(std::move(kept->secret));
    return ++count > 0;
  };
  const bool taken = as_far_as_possible([&] {
    notebook().take_up_kept(take, [&] {
      for (auto& [id, secrets] : epochs) by_id(id)->know(std::move(secrets));
    });
    took = took || count > 0;
  });
  refused = refused || !taken;
  for (const auto& journal : journals) {
    if (!journal->secrets().awaited || !journal->membership().enrolled().contains(parts.identity.keys().id())) continue;
    const bool noted = as_far_as_possible([&] { parts.identity.arrived(journal->id()); });
    refused = refused || !noted;
    herald.doors_changed(journal->id());
  }
  return took;
}

bool Shelf::State::take_up(const JournalKept& kept) {
  const JournalId id = kept.genesis.id();
  if (!kept.genesis.second || !kept.genesis.names(parts.identity.root().id())) return false;
  const auto& forgetting = parts.identity.forgetting();
  if (notebook().parted_from(id) || std::ranges::find(forgetting, id) != forgetting.end()) return false;
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
