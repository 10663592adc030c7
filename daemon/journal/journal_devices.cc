// journal_devices.cc: members that come and go, and the epochs that follow them: what records of kinds 2 and 3 mean,
// what is written of either, and what a notebook hands from one of a person's devices to the others. Spec:
// proto/README.md sections 3.3 and 3.4.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <new>

#include "daemon/journal/journal.h"
#include "daemon/journal/let_back_in.h"

namespace duolog::journal {
namespace {

// Places in a notebook that nobody has taken up: who is no member yet could name any number.
constexpr std::size_t kToTakeUpLimit = 4096;

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
  if (!depth || ++facts_.epochs_written[place.device] > kEpochLimit) return;
  if (secret(id) == nullptr && !learn_epoch(place, body)) {  // it may come another way, and is counted once more then
    waiting_[id].emplace(place.device, place.seq);
    return pend(place, kEpochNotKnown, id);
  }
  const auto meta = crypto::open_epoch_meta(id_, id, *secret(id), body);
  if (meta) {
    membership_.epoch({id, place.device, *depth, *meta});
    facts_.epochs.push_back({id, place.device, *depth, *meta});
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
    const auto waited = waiting_.extract(id);
    if (!waited.empty()) again_.insert(waited.mapped().begin(), waited.mapped().end());
  }
  brought_.doors_changed = true;
}

bool Journal::renew_epoch() {
  get_ready_to_write();
  if (membership_.current()) return false;
  static_cast<void>(writing_epoch());
  return true;
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
  for (const crypto::ProvenDevice& founder : founders) membership_.enrol(founder);
  for (const crypto::Chain& chain : found.chains) roster_.add(chain, false);
  members_.insert(members_.end(), found.chains.begin(), found.chains.end());
  facts_.founders.insert(facts_.founders.end(), found.chains.begin(), found.chains.end());
  members_changed();
}

// Who wrote it counts when all is known: perhaps they are enrolled only by what is still to be read.
void Journal::mean(const Place& place, const DeviceAdd& add) {
  if (place.header.kind != crypto::RecordKind::kMembership) return;
  const auto proven = roster_.prove(add.chain);
  if (!proven || !roster_.add(add.chain, false)) return;
  if (!membership_.enrol({*proven, place.device, place.seq})) return;
  AddedFact added{proven->device.id(), place.device, place.seq, add.chain, add.paired_by};
  const auto same = [&](const AddedFact& one) { return one.device == added.device && one.by == added.by; };
  std::erase_if(facts_.added, same);
  const bool by_words = is_homecoming(added) && proven->path.size() == 1 && !membership_.founded_by(added.device);
  if (by_words && added.device != self()) alarm(let_back_in(added.device));
  facts_.added.push_back(std::move(added));
  members_.push_back(add.chain);
  members_changed();
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
    if (const auto proven = roster_.prove(chain)) membership_.enrol(*proven);
    roster_.add(chain, false);
    members_.push_back(chain);
  }
  for (const AddedFact& added : facts_.added) {
    const auto proven = roster_.prove(added.chain);
    if (!proven || !roster_.add(added.chain, false)) continue;
    membership_.enrol({*proven, added.by, added.seq});
    members_.push_back(added.chain);
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

// ---- a notebook's: what it hands on ----

void Journal::mean(const Place& place, const JournalKept& kept) {
  if (shared() || !place.mine) return;
  facts_changed_ = facts_.journals_kept.insert(kept.genesis.id()).second || facts_changed_;
  to_take_up(place);
}

void Journal::mean(const Place& place, const EpochKept& kept) {
  if (shared() || !place.mine) return;
  facts_changed_ = facts_.epochs_kept.insert(crypto::epoch_id(kept.journal, kept.secret)).second || facts_changed_;
  to_take_up(place);
}

// What this device has written it knows. Secrets are not held meanwhile: the place is.
void Journal::to_take_up(const Place& place) {
  if (place.device == self() || to_take_up_.size() >= kToTakeUpLimit) return;
  to_take_up_.emplace(place.device, place.seq);
  pend(place, kToTakeUp);
}

bool Journal::is_believed(const DeviceId& device, std::uint64_t seq) const {
  return membership_.enrolled().contains(device) && !is_from_removed(device, seq);
}

void Journal::take_up_kept(const std::function<bool(Event&)>& take, const std::function<void()>& keep_taken) {
  std::vector<std::pair<DeviceId, std::uint64_t>> taken;
  for (const auto& [device, at] : to_take_up_) {
    if (!is_believed(device, at)) continue;
    log_.one_to_open(id_, device, at, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
      const auto header = crypto::decode_header(record.head);
      Opened opened;
      if (header) opened = open({device, seq, id, *header, true}, record);
      if (!opened.event || take(*opened.event)) taken.emplace_back(device, seq);
      return false;
    });
  }
  if (taken.empty()) return;
  keep_taken();
  file_.transaction([&] {
    for (const auto& [device, seq] : taken) view_->done(device, seq);
    keep();
  });
  for (const auto& place : taken) to_take_up_.erase(place);
}

}  // namespace duolog::journal
