// journal_devices.cc: members that come and go, and the epochs that follow them: what records of kinds 2 and 3 mean,
// and what is written of either. Spec: proto/README.md sections 3.3 and 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <new>

#include "daemon/journal/journal.h"
#include "daemon/journal/let_back_in.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kAskedFor = 1024;  // epochs at once: a session asks for no more

}  // namespace

// ---- kind 2 ----

void Journal::take_epoch(const Place& place, ByteView body) {
  note(place, {});
  const EpochId& id = place.header.epoch;
  if (id == zero_ && place.seq == 1) facts_.zero_authors.insert(place.device);
  facts_changed_ = true;
  if (!may_write_epochs(place)) {  // perhaps it will be enrolled
    unenrolled_[place.device].insert(place.seq);
    return pend(place, kNotEnrolled);
  }
  const auto depth = crypto::epoch_depth(body);
  const bool is_counted = counted_epochs_.erase({place.device, place.seq}) != 0;
  const bool too_many = !is_counted && ++facts_.epochs_written[place.device] > kEpochLimit;
  if (!depth || (too_many && place.device != self())) return;
  if (secret(id) == nullptr && !learn_epoch(place, body)) {  // it may come another way
    wait_for_epoch(place.device, place.seq, id, true);
    return pend(place, kEpochLacking, id);
  }
  const auto meta = crypto::open_epoch_meta(id_, id, *secret(id), body);
  if (meta) {
    membership_.epoch({id, place.device, *depth, *meta});
    facts_.epochs.push_back({id, place.device, *depth, *meta});
    explained_.erase(id);
  }
  brought_.doors_changed = true;
}

// A chain admits a device's log and no more: every secret that is learnt costs locked memory here for ever. The epochs
// at the beginning stand before the record that enrols their author. Of one that was removed since all are learnt that
// list this device: words are sealed under them.
bool Journal::may_write_epochs(const Place& place) const {
  const bool birth = place.seq <= kBirthEpochs && facts_.zero_authors.contains(place.device);
  return birth || membership_.was_enrolled(place.device);
}

// A founder is listed in every epoch while it is live; whoever came later finds no slot in those from before.
bool Journal::learn_epoch(const Place& place, ByteView body) {
  const EpochId& id = place.header.epoch;
  const crypto::SlotPsk psk = crypto::epoch_psk(secrets().epochs.front());
  try {
    if (secrets_.size() < kEpochsInAll) {
      auto opened = crypto::open_epoch(id_, id, body, identity_.keys().wrap(), psk);
      if (!opened && membership_.founded_by(self()) && membership_.live(self()))
        alarm("epoch-without-slot:" + hex(place.device.bytes));
      if (opened) learn(id, std::move(*opened));
      return opened.has_value();
    }
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): locked memory ended before the count did
  }
  alarm("too-many-epochs:" + hex(place.device.bytes));
  return false;
}

std::vector<EpochId> Journal::epochs_lacking() const {
  if (secrets_.size() >= kEpochsInAll) return {};
  return lacking_.to_ask(
      kAskedFor, [this](const DeviceId& author) { return membership_.was_enrolled(author); },
      [this](const DeviceId& author) { return is_mine(author); });
}

void Journal::wait_for_epoch(const DeviceId& author, std::uint64_t seq, const EpochId& epoch, bool is_its_record) {
  if (lacking_.add({author, seq}, epoch, is_its_record)) brought_.doors_changed = true;  // to be asked for
}

void Journal::know_of(const EpochId& epoch) {
  const Lacking::Waited waited = lacking_.take(epoch);
  again_.insert(waited.places.begin(), waited.places.end());
  counted_epochs_.insert(waited.records.begin(), waited.records.end());
}

// Whoever wrote it may have heard of a removal that nobody has told here: given away now, a removed device could have
// it, or read it where it is kept. It waits for the record that says so, as its own record does.
bool Journal::is_explained(const EpochId& epoch) const {
  const auto before = explained_.find(epoch);
  if (before != explained_.end() && before->second.goings == membership_.goings()) return before->second.is;
  bool is_folded = false;
  bool is = true;
  for (const EpochFact& fact : facts_.epochs) {
    if (fact.id != epoch) continue;
    is_folded = true;
    is = is && membership_.explains(fact.meta);
  }
  if (is_folded) explained_.insert_or_assign(epoch, Explained{membership_.goings(), is});
  return is_folded && is;
}

const crypto::EpochSecret* Journal::epoch_to_give(const EpochId& epoch) const {
  const crypto::EpochSecret* known = secret(epoch);
  return known != nullptr && epoch != zero_ && is_explained(epoch) ? known : nullptr;
}

void Journal::know(std::vector<crypto::EpochSecret> secrets) {
  std::vector<crypto::EpochSecret> kept;
  for (crypto::EpochSecret& one : secrets)
    if (secret(crypto::epoch_id(id_, one)) == nullptr && secrets_.size() + kept.size() < kEpochsInAll)
      kept.push_back(one.clone());
  if (kept.empty()) return;
  identity_.add_epochs(id_, std::move(kept));
  for (crypto::EpochSecret& one : secrets) {
    const EpochId id = crypto::epoch_id(id_, one);
    if (secret(id) != nullptr || secrets_.size() >= kEpochsInAll) continue;
    secrets_.emplace(id, std::move(one));
    know_of(id);
  }
  brought_.doors_changed = true;
}

bool Journal::renew_epoch() {
  get_ready_to_write();
  if (membership_.current()) return false;
  static_cast<void>(writing_epoch());
  return true;
}

void Journal::replace_epoch() {
  get_ready_to_write();
  write_epoch();
}

// ---- kind 3 ----

// The founding record counts where the protocol puts it: third in the log that begins with epoch zero, by a device of
// the genesis's first root, with one chain for every root.
void Journal::mean(const Place& place, const Found& found) {
  if (place.header.kind != crypto::RecordKind::kMembership || place.seq != kFoundSeq) return;
  if (!facts_.zero_authors.contains(place.device)) return;
  std::vector<crypto::ProvenDevice> founders;
  for (const crypto::Chain& chain : found.chains) {
    auto proven = roster_.prove(chain);
    if (!proven) return;
    founders.push_back(std::move(*proven));
  }
  const auto roots = secrets().genesis.roots();
  bool complete = founders.size() == roots.size() && founders.front().device.id() == place.device;
  for (std::size_t i = 0; complete && i < roots.size(); ++i) complete = founders[i].person == roots[i].id();
  if (!complete) return;
  for (std::size_t i = 0; i < founders.size(); ++i) {
    membership_.enrol(founders[i]);
    roster_.add(found.chains[i], founders[i], false);
  }
  members_.insert(members_.end(), found.chains.begin(), found.chains.end());
  facts_.founders.insert(facts_.founders.end(), found.chains.begin(), found.chains.end());
  members_changed();
}

// Whether its author is enrolled counts when all is known: perhaps that is still to be read. A chain is long and dear
// to prove: what says nothing new, or could never count, is not proven.
void Journal::mean(const Place& place, const DeviceAdd& add) {
  if (place.header.kind != crypto::RecordKind::kMembership || add.chain.empty()) return;
  const crypto::ProvenDevice* author = roster_.find(place.device);
  const auto last = crypto::decode(add.chain.back());
  if (author == nullptr || !last || membership_.knows(place.device, last->device.id(), place.seq)) return;
  if (!roster_.knows(add.chain)) effort_ += add.chain.size();
  const auto proven = roster_.prove(add.chain);
  if (!proven || proven->person != author->person || !has_room_for(*proven)) return;
  if (!membership_.enrol({*proven, place.device, place.seq})) return;
  roster_.add(add.chain, *proven, false);
  AddedFact added{proven->device.id(), place.device, place.seq, facts_.number_of(add.chain), add.paired_by};
  const auto same = [&](const AddedFact& one) { return one.device == added.device && one.by == added.by; };
  std::erase_if(facts_.added, same);
  const bool by_words = is_homecoming(added) && proven->path.size() == 1 && !membership_.founded_by(added.device);
  if (by_words && added.device != self()) alarm(let_back_in(added.device));
  facts_.added.push_back(std::move(added));
  if (!log_.admitted(id_, proven->device.id())) members_.push_back(add.chain);
  members_changed();
}

// Founders have theirs, and so has whoever came back and reads here.
bool Journal::has_room_for(const crypto::ProvenDevice& device) const {
  const DeviceId id = device.device.id();
  if (id == self() || roster_.find(id) != nullptr) return true;
  const bool stray = membership_.is_stray(device);
  return devices_ever(device.person, stray) < (stray ? kStrays : kDevicesEver);
}

bool Journal::has_room_for_device() const { return devices_ever(person_, false) + kHomecomings < kDevicesEver; }

std::size_t Journal::devices_ever(const RootId& person, bool strays) const {
  return roster_.count(person, [&](const auto& one) { return membership_.is_stray(one) == strays; });
}

void Journal::mean(const Place& place, const DeviceRemove& remove) {
  if (place.header.kind != crypto::RecordKind::kMembership) return;
  Removal removal{remove.device, remove.cut_seq, remove.cut_record, place.device, {}};
  if (remove.root_signature) {
    const auto roots = secrets().genesis.roots();
    const auto root = std::ranges::find_if(roots, [&](const crypto::RootPublic& one) {
      return crypto::revocation_holds(one, *remove.root_signature, id_, remove.device, remove.cut_seq,
                                      remove.cut_record);
    });
    if (root == roots.end()) return;
    removal.by.reset();
    removal.root = root->id();
  }
  if (!membership_.remove(removal)) return;
  RemovedFact removed{removal, place.written_ms};
  std::erase_if(facts_.removed, [&](const RemovedFact& one) {
    return one.removal.device == removal.device && one.removal.by == removal.by && one.removal.root == removal.root;
  });
  facts_.removed.push_back(std::move(removed));
  members_changed();
}

void Journal::members_changed() {
  for (auto epochs = unenrolled_.begin(); epochs != unenrolled_.end();) {
    if (!membership_.was_enrolled(epochs->first)) {
      ++epochs;
      continue;
    }
    for (const std::uint64_t seq : epochs->second) again_.emplace(epochs->first, seq);
    epochs = unenrolled_.erase(epochs);
  }
  facts_changed_ = true;
  brought_.doors_changed = true;
}

void Journal::restore_members() {
  for (const crypto::Chain& chain : facts_.founders) {
    const auto proven = roster_.prove(chain);
    if (!proven) continue;
    membership_.enrol(*proven);
    roster_.add(chain, *proven, false);
    members_.push_back(chain);
  }
  std::vector<std::optional<crypto::ProvenDevice>> proven;
  for (const crypto::Chain& chain : facts_.chains) proven.push_back(roster_.prove(chain));
  for (const AddedFact& added : facts_.added) {
    if (added.chain >= proven.size() || !proven[added.chain]) continue;
    const crypto::Chain& chain = facts_.chains[added.chain];
    roster_.add(chain, *proven[added.chain], false);
    membership_.enrol({*proven[added.chain], added.by, added.seq});
    if (!log_.admitted(id_, added.device)) members_.push_back(chain);
  }
  for (const RemovedFact& removed : facts_.removed) membership_.remove(removed.removal);
  for (const EpochFact& fact : facts_.epochs) membership_.epoch(fact);
}

bool Journal::is_from_removed(const DeviceId& device, std::uint64_t seq) const {
  const crypto::ProvenDevice* known = roster_.find(device);
  if (known == nullptr) return false;
  const auto cut = membership_.cut(known->person, device);
  return cut ? seq > cut->seq : membership_.shuts_out(*known);
}

// ---- what is written ----

void Journal::add_device(const crypto::Chain& chain, const std::string& paired_by, const Stamp& stamp) {
  append_event({stamp.now_ms, stamp.offset_minutes, {}, DeviceAdd{chain, paired_by}}, {},
               crypto::RecordKind::kMembership);
}

void Journal::remove_device(const DeviceId& device, const Stamp& stamp) {
  const auto held = log_.head(id_, device);
  DeviceRemove remove{device, held ? held->seq : 0, held ? held->head : crypto::first_prev(id_, device)};
  append_event({stamp.now_ms, stamp.offset_minutes, {}, std::move(remove)}, {}, crypto::RecordKind::kMembership);
}

}  // namespace duolog::journal
