// membership.cc: the fold. Who is enrolled and who is live is computed anew with each fact, the rest when asked for:
// there are a few devices and a few epochs.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/membership.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "daemon/journal/devices.h"

namespace duolog::journal {
namespace {

// Which of a person's devices count, should there be too many: those nearest to the root, the oldest first.
bool before(const crypto::ProvenDevice& a, const crypto::ProvenDevice& b) {
  return std::make_tuple(a.path.size(), a.created, a.device.id()) <
         std::make_tuple(b.path.size(), b.created, b.device.id());
}

// Its members are sorted.
bool is_listed(const crypto::EpochMeta& meta, const DeviceId& device) {
  return std::ranges::binary_search(meta.members, Hash{device.bytes});
}

}  // namespace

void Membership::enrol(const crypto::ProvenDevice& founder) {
  founders_.emplace(founder.device.id(), founder);
  follow();
}

bool Membership::enrol(const Enrolment& enrolment) {
  const std::pair key{enrolment.by, enrolment.device.device.id()};
  const auto [known, is_new] = enrolments_.emplace(key, enrolment);
  if (!is_new && known->second.seq <= enrolment.seq) return false;
  known->second = enrolment;
  follow();
  return true;
}

bool Membership::remove(const Removal& removal) {
  const std::pair key{Word{removal.by, removal.by ? RootId{} : removal.root}, removal.device};
  const auto cut_in = [](const Removal& one) { return Cut{one.cut_seq, one.cut_record}; };
  const auto known = removals_.find(key);
  if (known != removals_.end() && cut_in(known->second) <= cut_in(removal)) return false;
  // Those of devices that were enrolled are few, and always count: or a lost device would fill the room for its own.
  const auto of_nobody = [&](const auto& one) {
    return one.first.first == key.first && !ever_.contains(one.first.second);
  };
  if (known == removals_.end() && !ever_.contains(removal.device) &&
      std::ranges::count_if(removals_, of_nobody) >= std::ptrdiff_t{kRemovalsBy})
    return false;
  removals_.insert_or_assign(key, removal);
  follow();
  return true;
}

bool Membership::knows(const DeviceId& by, const DeviceId& device, std::uint64_t seq) const {
  const auto known = enrolments_.find({by, device});
  return known != enrolments_.end() && known->second.seq <= seq;
}

void Membership::freeze(const DeviceId& device) {
  if (frozen_.insert(device).second) follow_living();
}

void Membership::epoch(const EpochFact& fact) {
  for (const EpochFact& known : epochs_)
    if (known.id == fact.id && known.author == fact.author && known.depth == fact.depth) return;
  epochs_.push_back(fact);
}

// ---- who is enrolled ----

void Membership::follow() {
  ever_ = closure(false);
  ++goings_;  // what explains an epoch looks at more of a device than that it is gone
  cuts_.clear();
  for (const auto& [key, removal] : removals_) {
    const crypto::ProvenDevice* author = removal.by ? known(*removal.by) : nullptr;
    if (removal.by && author == nullptr) continue;
    const RootId& whose = author != nullptr ? author->person : removal.root;
    const Cut cut{removal.cut_seq, removal.cut_record};
    const auto [before, is_first] = cuts_.emplace(std::pair{whose, removal.device}, cut);
    if (!is_first) before->second = std::min(before->second, cut);
  }
  enrolled_ = closure(true);
  follow_living();
}

// From the founders and those that the root has signed to those whom they enrolled, and on.
Membership::Devices Membership::closure(bool below_cuts) const {
  Devices in = founders_;
  for (const auto& [key, one] : enrolments_)
    if (key.first == key.second && one.device.path.size() == 1) in.emplace(key.second, one.device);
  std::vector<DeviceId> to_ask;
  for (const auto& [id, device] : in) to_ask.push_back(id);
  while (!to_ask.empty()) {
    const DeviceId author = to_ask.back();
    to_ask.pop_back();
    const RootId person = in.at(author).person;
    const auto cut = below_cuts ? this->cut(person, author) : std::nullopt;
    for (auto at = enrolments_.lower_bound({author, {}}); at != enrolments_.end() && at->first.first == author; ++at) {
      const Enrolment& one = at->second;
      if (one.device.person != person || (cut && one.seq > cut->seq)) continue;
      if (in.emplace(at->first.second, one.device).second) to_ask.push_back(at->first.second);
    }
  }
  return in;
}

const crypto::ProvenDevice* Membership::known(const DeviceId& device) const {
  const auto found = ever_.find(device);
  return found != ever_.end() ? &found->second : nullptr;
}

std::optional<Cut> Membership::cut(const RootId& person, const DeviceId& device) const {
  const auto found = cuts_.find({person, device});
  return found != cuts_.end() ? std::optional(found->second) : std::nullopt;
}

bool Membership::removed(const RootId& person, const DeviceId& device) const {
  return cuts_.contains({person, device});
}

bool Membership::removed(const DeviceId& device) const {
  const crypto::ProvenDevice* one = known(device);
  return one != nullptr && removed(one->person, device);
}

std::map<DeviceId, Cut> Membership::removed_of(const RootId& person) const {
  std::map<DeviceId, Cut> removed;
  for (const auto& [key, cut] : cuts_) {
    const crypto::ProvenDevice* device = known(key.second);
    if (key.first == person && (device == nullptr || device->person == person)) removed.emplace(key.second, cut);
  }
  return removed;
}

bool Membership::removed_by_one_of(const Membership& others, const RootId& person, const DeviceId& device) const {
  return std::ranges::any_of(removals_, [&](const auto& one) {
    const auto& [key, removal] = one;
    const crypto::ProvenDevice* author = key.second == device && removal.by ? known(*removal.by) : nullptr;
    return author != nullptr && author->person == person && others.was_enrolled(*removal.by);
  });
}

bool Membership::hangs_on_removed(const crypto::ProvenDevice& device) const {
  for (std::size_t i = 0; i + 1 < device.path.size(); ++i) {
    const auto cut = this->cut(device.person, device.path[i]);
    if (!cut) continue;
    const auto by_it = enrolments_.find({device.path[i], device.path[i + 1]});
    if (by_it == enrolments_.end() || by_it->second.seq > cut->seq) return true;
  }
  return false;
}

bool Membership::shuts_out(const crypto::ProvenDevice& device) const {
  const DeviceId id = device.device.id();
  if (removed(device.person, id)) return true;
  return !enrolled_.contains(id) && hangs_on_removed(device);
}

bool Membership::is_stray(const crypto::ProvenDevice& device) const {
  return !was_enrolled(device.device.id()) && shuts_out(device);
}

std::vector<DeviceId> Membership::enrolled_by(const DeviceId& device) const {
  std::vector<DeviceId> by_it;
  for (const auto& [id, one] : enrolled_) {
    const bool over_it = std::find(one.path.begin(), one.path.end(), device) != one.path.end();
    if (id != device && over_it && !removed(one.person, id)) by_it.push_back(id);
  }
  return by_it;
}

// ---- who is live ----

// Gone are also those whose enrolment came to nothing: an epoch that lists them was never one of today's members alone.
void Membership::follow_living() {
  std::map<RootId, std::vector<const crypto::ProvenDevice*>> by_person;
  for (const auto& [id, device] : enrolled_)
    if (!frozen(id) && !removed(device.person, id)) by_person[device.person].push_back(&device);
  live_.clear();
  for (auto& [person, devices] : by_person) {
    std::sort(devices.begin(), devices.end(), [](const auto* a, const auto* b) { return before(*a, *b); });
    devices.resize(std::min(devices.size(), kLivePerPerson));
    for (const auto* device : devices) live_.push_back(device->device.id());
  }
  std::sort(live_.begin(), live_.end());
  std::vector<DeviceId> gone;
  for (const auto& [id, device] : ever_)
    if (!live(id)) gone.push_back(id);
  if (gone != gone_) ++goings_;
  gone_ = std::move(gone);
}

bool Membership::live(const DeviceId& device) const { return std::ranges::binary_search(live_, device); }

crypto::EpochMeta Membership::meta() const {
  crypto::EpochMeta meta;
  for (const DeviceId& device : live()) meta.members.push_back(Hash{device.bytes});
  for (const crypto::RootPublic& root : genesis_.roots()) meta.members.push_back(Hash{root.id().bytes});
  std::sort(meta.members.begin(), meta.members.end());
  meta.gone = crypto::gone_digest(gone());
  return meta;
}

bool Membership::explains(const crypto::EpochMeta& meta) const {
  std::vector<DeviceId> absent;  // gone here and not listed there: were they gone then, or not there yet?
  for (const DeviceId& device : gone())
    if (!is_listed(meta, device)) absent.push_back(device);
  std::ranges::sort(absent, {}, [this](const DeviceId& device) { return std::pair(ever_.at(device).created, device); });
  return says_gone(meta, {}, absent);
}

const EpochFact* Membership::newest_of(const crypto::EpochMeta* meta) const {
  const EpochFact* best = nullptr;
  for (const EpochFact& fact : epochs_) {
    if (!live(fact.author)) continue;
    if (meta != nullptr && !(fact.meta == *meta)) continue;
    if (best == nullptr || std::tie(best->depth, best->id) < std::tie(fact.depth, fact.id)) best = &fact;
  }
  return best;
}

const EpochFact* Membership::newest() const { return newest_of(nullptr); }

std::optional<EpochId> Membership::current() const {
  const crypto::EpochMeta today = meta();
  const EpochFact* best = newest_of(&today);
  return best != nullptr ? std::optional(best->id) : std::nullopt;
}

std::uint32_t Membership::next_depth() const {
  std::uint32_t deepest = 0;
  for (const EpochFact& fact : epochs_)
    if (live(fact.author)) deepest = std::max(deepest, fact.depth);
  return deepest == std::numeric_limits<std::uint32_t>::max() ? deepest : deepest + 1;
}

}  // namespace duolog::journal
