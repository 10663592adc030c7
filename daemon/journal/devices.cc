// devices.cc: two comparisons.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/devices.h"

namespace duolog::journal {
namespace {

// Before that nobody can tell whom the removed ones have enrolled below their cuts.
bool is_read_up_to_the_cuts(const RootId& person, const Known& notebook, const crypto::ProvenDevice& device) {
  return std::ranges::all_of(device.path, [&](const DeviceId& on_the_way) {
    const auto cut = notebook.members.cut(person, on_the_way);
    const auto folded = notebook.folded.find(on_the_way);
    return !cut || cut->seq == 0 || (folded != notebook.folded.end() && folded->second >= cut->seq);
  });
}

bool comes_over(const std::vector<DeviceId>& live, const crypto::ProvenDevice& device) {
  return std::all_of(device.path.begin(), device.path.end() - 1,
                     [&](const DeviceId& on_the_way) { return std::ranges::binary_search(live, on_the_way); });
}

void add_hanging(const RootId& person, const Known& notebook, const Membership& members, std::set<DeviceId>& removed) {
  for (const auto& [id, device] : members.enrolled()) {
    if (device.person != person || members.removed(person, id)) continue;
    if (notebook.members.hangs_on_removed(device) && is_read_up_to_the_cuts(person, notebook, device))
      removed.insert(id);
  }
}

bool is_removed_in_any(const RootId& person, const std::vector<Known>& journals, const DeviceId& device) {
  return std::ranges::any_of(journals, [&](const Known& one) { return one.members.removed(person, device); });
}

}  // namespace

bool says_gone(const crypto::EpochMeta& meta, const std::vector<DeviceId>& surely,
               const std::vector<DeviceId>& perhaps) {
  const auto with = [&](const auto& chosen) {
    std::vector<DeviceId> gone = surely;
    for (std::size_t i = 0; i < perhaps.size(); ++i)
      if (chosen(i)) gone.push_back(perhaps[i]);
    return crypto::gone_digest(gone) == meta.gone;
  };
  for (std::size_t first = 0; first <= perhaps.size(); ++first)
    if (with([first](std::size_t i) { return i < first; })) return true;
  if (perhaps.size() > kGoneTried) return false;
  for (std::uint32_t choice = 0; choice < std::uint32_t{1} << perhaps.size(); ++choice)
    if (with([choice](std::size_t i) { return (choice >> i & 1U) != 0; })) return true;
  return false;
}

bool knew_of_removals(const RootId& person, const Membership& members, const crypto::EpochMeta& meta) {
  std::vector<DeviceId> removed;
  std::vector<DeviceId> others;
  for (const DeviceId& device : members.gone()) {
    const bool own = members.ever().at(device).person == person && members.removed(person, device);
    const bool is_listed = std::ranges::binary_search(meta.members, Hash{device.bytes});
    if (is_listed && own) return false;
    if (!is_listed) (own ? removed : others).push_back(device);
  }
  return says_gone(meta, removed, others);
}

Untold untold_in_notebook(const RootId& person, const Known& notebook, const std::vector<Known>& journals) {
  std::set<DeviceId> removed;
  add_hanging(person, notebook, notebook.members, removed);
  for (const Known& journal : journals) {
    for (const auto& [device, cut] : journal.members.removed_of(person)) {
      if (!notebook.members.was_enrolled(device) || notebook.members.removed(person, device)) continue;
      if (journal.members.removed_by_one_of(notebook.members, person, device)) removed.insert(device);
    }
  }
  Untold untold;
  untold.removed.assign(removed.begin(), removed.end());
  const std::vector<DeviceId> live = notebook.members.live();
  for (const crypto::ProvenDevice* device : notebook.roster.devices()) {
    if (device->person != person || device->path.size() < 2 || !comes_over(live, *device)) continue;
    const DeviceId id = device->device.id();
    if (notebook.members.was_enrolled(id) || notebook.members.removed(person, id)) continue;
    if (!is_removed_in_any(person, journals, id)) untold.added.push_back(id);
  }
  return untold;
}

Untold untold_in_journal(const RootId& person, const Known& notebook, const Membership& journal) {
  std::set<DeviceId> removed;
  add_hanging(person, notebook, journal, removed);
  for (const auto& [device, cut] : notebook.members.removed_of(person)) {
    const bool is_known = notebook.members.was_enrolled(device) || journal.was_enrolled(device);
    if (is_known && !journal.removed(person, device)) removed.insert(device);
  }
  Untold untold;
  untold.removed.assign(removed.begin(), removed.end());
  for (const DeviceId& device : notebook.members.live())
    if (!journal.enrolled().contains(device) && !journal.removed(person, device)) untold.added.push_back(device);
  return untold;
}

}  // namespace duolog::journal
