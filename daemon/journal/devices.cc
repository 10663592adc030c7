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

bool comes_over_live_ones(const Membership& members, const crypto::ProvenDevice& device) {
  return std::all_of(device.path.begin(), device.path.end() - 1,
                     [&](const DeviceId& on_the_way) { return members.live(on_the_way); });
}

void add_hanging(const RootId& person, const Known& notebook, const Membership& members, std::set<DeviceId>& removed) {
  for (const auto& [id, device] : members.enrolled()) {
    if (device.person != person || notebook.members.removed(person, id)) continue;
    if (notebook.members.hangs_on_removed(device) && is_read_up_to_the_cuts(person, notebook, device))
      removed.insert(id);
  }
}

}  // namespace

Untold untold_in_notebook(const RootId& person, const Known& notebook, const std::vector<Known>& journals) {
  std::set<DeviceId> removed;
  add_hanging(person, notebook, notebook.members, removed);
  for (const Known& journal : journals) {
    add_hanging(person, notebook, journal.members, removed);
    for (const auto& [device, cut] : journal.members.removed_of(person))
      if (!notebook.members.removed(person, device)) removed.insert(device);
  }
  Untold untold;
  untold.removed.assign(removed.begin(), removed.end());
  for (const crypto::ProvenDevice* device : notebook.roster.devices()) {
    if (device->person != person || device->path.size() < 2) continue;
    const DeviceId id = device->device.id();
    if (notebook.members.was_enrolled(id) || notebook.members.removed(person, id) || removed.contains(id)) continue;
    if (comes_over_live_ones(notebook.members, *device)) untold.added.push_back(id);
  }
  return untold;
}

Untold untold_in_journal(const RootId& person, const Membership& notebook, const Membership& journal) {
  Untold untold;
  for (const auto& [device, cut] : notebook.removed_of(person))
    if (!journal.removed(person, device)) untold.removed.push_back(device);
  for (const DeviceId& device : notebook.live())
    if (!journal.enrolled().contains(device) && !journal.removed(person, device)) untold.added.push_back(device);
  return untold;
}

}  // namespace duolog::journal
