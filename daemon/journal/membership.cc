// membership.cc: the fold. Everything is computed when asked for: there are a few devices and a few epochs.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/membership.h"

#include <limits>
#include <tuple>

namespace duolog::journal {
namespace {

// Which of a person's devices count, should there be too many: those nearest to the root, the oldest first.
bool before(const crypto::ProvenDevice& a, const crypto::ProvenDevice& b) {
  return std::make_tuple(a.path.size(), a.created, a.device.id()) <
         std::make_tuple(b.path.size(), b.created, b.device.id());
}

}  // namespace

void Membership::enrol(const crypto::ProvenDevice& device) { enrolled_.emplace(device.device.id(), device); }

void Membership::freeze(const DeviceId& device) { frozen_.insert(device); }

void Membership::epoch(const EpochFact& fact) {
  for (const EpochFact& known : epochs_)
    if (known.id == fact.id && known.author == fact.author && known.depth == fact.depth) return;
  epochs_.push_back(fact);
}

std::vector<DeviceId> Membership::live() const {
  std::map<RootId, std::vector<const crypto::ProvenDevice*>> by_person;
  for (const auto& [id, device] : enrolled_)
    if (!frozen(id)) by_person[device.person].push_back(&device);
  std::vector<DeviceId> live;
  for (auto& [person, devices] : by_person) {
    std::sort(devices.begin(), devices.end(), [](const auto* a, const auto* b) { return before(*a, *b); });
    devices.resize(std::min(devices.size(), kLivePerPerson));
    for (const auto* device : devices) live.push_back(device->device.id());
  }
  std::sort(live.begin(), live.end());
  return live;
}

std::vector<DeviceId> Membership::gone() const {
  const std::vector<DeviceId> alive = live();
  std::vector<DeviceId> gone;
  for (const auto& [id, device] : enrolled_)
    if (!std::binary_search(alive.begin(), alive.end(), id)) gone.push_back(id);
  return gone;
}

crypto::EpochMeta Membership::meta() const {
  crypto::EpochMeta meta;
  for (const DeviceId& device : live()) meta.members.push_back(Hash{device.bytes});
  for (const crypto::RootPublic& root : genesis_.roots()) meta.members.push_back(Hash{root.id().bytes});
  std::sort(meta.members.begin(), meta.members.end());
  meta.gone = crypto::gone_digest(gone());
  return meta;
}

std::optional<EpochId> Membership::current() const {
  const std::vector<DeviceId> alive = live();
  const crypto::EpochMeta today = meta();
  const EpochFact* best = nullptr;
  for (const EpochFact& fact : epochs_) {
    if (!std::binary_search(alive.begin(), alive.end(), fact.author) || !(fact.meta == today)) continue;
    if (best == nullptr || std::tie(best->depth, best->id) < std::tie(fact.depth, fact.id)) best = &fact;
  }
  return best != nullptr ? std::optional(best->id) : std::nullopt;
}

std::uint32_t Membership::next_depth() const {
  const std::vector<DeviceId> alive = live();
  std::uint32_t deepest = 0;
  for (const EpochFact& fact : epochs_)
    if (std::binary_search(alive.begin(), alive.end(), fact.author)) deepest = std::max(deepest, fact.depth);
  return deepest == std::numeric_limits<std::uint32_t>::max() ? deepest : deepest + 1;
}

}  // namespace duolog::journal
