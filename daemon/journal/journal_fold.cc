// journal_fold.cc: from records in the log to facts in the view.
//
//   fold() ─► founder's log first ─► take() ─► kind 2: take_epoch() ─► membership, perhaps a secret learnt
//                                        └──► kinds 1, 3: take_event() ─► opened, decoded ─► mean() ─► view
//
// What cannot be read now has a place in the view all the same: a body not here yet is folded when it comes, a record
// of an epoch not known yet when the epoch is learnt. While the log is being read nothing is written: settle() does
// that. SPDX-License-Identifier: GPL-3.0-or-later
#include <new>

#include "daemon/journal/journal.h"

namespace duolog::journal {

namespace {

constexpr std::size_t kOwnWritten = 1024;  // practices of one person that are read, each of their versions counted

}  // namespace

bool Journal::fold(std::size_t& budget) {
  for (int pass = 1; pass <= 2; ++pass) {  // the second for those whom the first has made known
    for (const DeviceId& device : fold_order())
      if (fold_device(device, budget)) return true;
  }
  return fold_again(budget);
}

// The log that begins with epoch zero comes first, since its founding record says who everybody is. Any other device of
// which nobody knows whose it is waits until a chain has said so.
std::vector<DeviceId> Journal::fold_order() const {
  std::vector<DeviceId> order;
  for (const store::FrontierEntry& entry : log_.frontier(id_)) {
    const auto folded = folded_.find(entry.device);
    if (folded != folded_.end() && folded->second >= entry.seq) continue;
    if (begins_with_epoch_zero(entry.device)) {
      order.insert(order.begin(), entry.device);
    } else if (roster_.find(entry.device) != nullptr) {
      order.push_back(entry.device);
    }
  }
  return order;
}

bool Journal::begins_with_epoch_zero(const DeviceId& device) const {
  const auto first = log_.read_heads(id_, device, 1, 1);
  const auto header = first.empty() ? std::nullopt : crypto::decode_header(first.front());
  return header && header->kind == crypto::RecordKind::kEpoch && header->epoch == zero_;
}

bool Journal::fold_device(const DeviceId& device, std::size_t& budget) {
  std::uint64_t& folded = folded_[device];
  bool more = false;
  log_.each_to_open(id_, device, folded + 1, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
    if (seq > kFoundSeq && roster_.find(device) == nullptr) return false;  // its founding record has founded nothing
    more = budget == 0;
    if (more) return false;
    --budget;
    folded = seq;
    if (const auto header = crypto::decode_header(record.head))
      take({device, seq, id, *header, is_mine(device)}, record);
    return true;
  });
  return more;
}

bool Journal::fold_again(std::size_t& budget) {
  while (!again_.empty()) {
    if (budget == 0) return true;
    --budget;
    const auto [device, at] = *again_.begin();
    again_.erase(again_.begin());
    log_.each_to_open(id_, device, at, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
      const auto header = crypto::decode_header(record.head);
      if (seq == at && header) take({device, seq, id, *header, is_mine(device)}, record);
      return false;
    });
  }
  return false;
}

// A run has at most kRunLimit records: bodies that came with it stand no further back.
void Journal::bodies_came(const DeviceId& author, std::uint64_t last) {
  std::set<std::uint64_t>& missing = bodiless_[author];
  const auto from = missing.lower_bound(last >= crypto::kRunLimit ? last - crypto::kRunLimit + 1 : 0);
  const auto to = missing.upper_bound(last);
  for (auto at = from; at != to; ++at) again_.emplace(author, *at);
  missing.erase(from, to);
}

void Journal::take(const Place& place, const crypto::Record& record) {
  if (!record.body) {
    lack_body(place);
  } else if (place.header.kind == crypto::RecordKind::kEpoch) {
    take_epoch(place, *record.body);
  } else {
    take_event(place, record);
  }
}

void Journal::lack_body(const Place& place) {
  bodiless_[place.device].insert(place.seq);
  if (place.header.kind == crypto::RecordKind::kEvent) hold_place(place);
}

// Somebody wrote something here. It is no news before it can be read.
void Journal::hold_place(const Place& place) {
  Noted noted;
  noted.id = place.id;
  noted.device = place.device;
  noted.seq = place.seq;
  noted.what = Unreadable{true};
  view_.put(std::move(noted));
}

// ---- kind 2 ----

void Journal::take_epoch(const Place& place, ByteView body) {
  note(place, {});
  const EpochId& id = place.header.epoch;
  if (id == zero_ && place.seq == 1) zero_authors_.insert(place.device);
  if (!may_write_epochs(place)) {  // perhaps it will be enrolled
    unenrolled_[place.device].insert(place.seq);
    return;
  }
  const auto depth = crypto::epoch_depth(body);
  if (!depth || ++epochs_written_[place.device] > kEpochLimit) return;
  if (secret(id) == nullptr && !learn_epoch(place, body)) return;
  const auto meta = crypto::open_epoch_meta(id_, id, *secret(id), body);
  if (meta) membership_.epoch({id, place.device, *depth, *meta});
  brought_.doors_changed = true;
}

// A chain admits a device's log and no more: every secret that is learnt costs locked memory here for ever. The epochs
// at the beginning stand before the record that enrols their author.
bool Journal::may_write_epochs(const Place& place) const {
  const bool birth = place.seq <= kBirthEpochs && zero_authors_.contains(place.device);
  return birth || membership_.enrolled().contains(place.device);
}

bool Journal::learn_epoch(const Place& place, ByteView body) {
  const EpochId& id = place.header.epoch;
  const crypto::SlotPsk psk = crypto::epoch_psk(secrets().epochs.front());
  try {
    if (secrets_.size() < kEpochsInAll) {
      auto opened = crypto::open_epoch(id_, id, body, identity_.keys().wrap(), psk);
      if (!opened) alarm("epoch-without-slot:" + hex(place.device.bytes));
      if (opened) learn(id, std::move(*opened));
      return opened.has_value();
    }
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): locked memory ended before the count did
  }
  alarm("too-many-epochs:" + hex(place.device.bytes));
  return false;
}

// ---- kinds 1 and 3 ----

void Journal::take_event(Place place, const crypto::Record& record) {
  Noted noted;
  noted.what = Unreadable{};
  const crypto::RecordKey* with = key(place.header.epoch, place.device);
  if (with == nullptr) waiting_[place.header.epoch].emplace(place.device, place.seq);
  const auto bytes =
      with != nullptr ? crypto::open_unhashed_record(id_, *with, record.head, *record.body) : std::nullopt;
  if (!bytes && !log_.body_is_sound(id_, place.device, place.seq)) return lack_body(place);
  auto event = bytes ? decode_event(*bytes) : std::nullopt;
  if (event) {
    noted.written_ms = event->written_ms;
    place.written_ms = event->written_ms;
    noted.offset_minutes = event->offset_minutes;
    noted.what = std::visit([&](auto& payload) { return mean(place, std::move(payload)); }, event->payload);
    for (const Seen& seen : event->seen)
      if (!place.mine && seen.device == self()) claims_[place.device] = std::max(claims_[place.device], seen.seq);
    noted.seen = std::move(event->seen);
  }
  note(place, std::move(noted));
}

void Journal::time_is(std::int64_t now_s, bool doubted) {
  answers_.time_is(now_s, doubted);
  for (RoundKey& round : answers_.take_revealed()) brought_.revealed.push_back(std::move(round));
}

void Journal::note(const Place& place, Noted noted) {
  noted.id = place.id;
  noted.device = place.device;
  noted.seq = place.seq;
  if (!place.mine && noted.is_visible()) brought_.items.push_back(place.id);
  if (const auto* entry = std::get_if<Entry>(&noted.what)) attached_.name(place.id, *entry, place.device == self());
  view_.put(std::move(noted));
  for (RoundKey& round : answers_.take_revealed()) brought_.revealed.push_back(std::move(round));
}

// ---- what an event means ----
// A kind of event in a place where it cannot mean anything is kept silently: it says nothing to a reader.

template <class Told>
Journal::What Journal::mean(const Place& place, Told told) {
  if constexpr (std::is_same_v<Told, Newer>) {
    return told;
  } else {
    if (place.header.kind != crypto::RecordKind::kEvent) return Silent{};
    return told;
  }
}

// Read once, here: what does not count is never looked at again.
Journal::What Journal::mean(const Place& place, const OwnPractice& own) {
  if (place.header.kind != crypto::RecordKind::kEvent) return Silent{};
  if (++practices_written_[place.mine] > kOwnWritten) return OwnNote{};
  auto read = practice::read_own(own.toml, secrets().relationship);
  return OwnNote{read ? std::make_shared<const practice::Kept>(std::move(*read)) : nullptr};
}

Journal::What Journal::mean(const Place& place, Sealed sealed) {
  if (place.header.kind != crypto::RecordKind::kEvent) return Silent{};
  if (!shared() && sealed.rule.both) return Newer{};  // needs two
  SealedNote shown{sealed.practice, sealed.period, sealed.rule};
  answers_.sealed(place.id, place.device, place.mine, std::move(sealed));
  return shown;
}

Journal::What Journal::mean(const Place& place, const Opening& opening) {
  if (place.header.kind == crypto::RecordKind::kEvent) answers_.opening(place.mine, opening, place.written_ms);
  return Silent{};
}

// The founding record counts where the protocol puts it: third in the log that begins with epoch zero, by a device of
// the genesis's first root, with one chain for every root.
Journal::What Journal::mean(const Place& place, const Found& found) {
  if (place.header.kind != crypto::RecordKind::kMembership || place.seq != kFoundSeq) return Silent{};
  if (!zero_authors_.contains(place.device)) return Silent{};
  std::vector<crypto::ProvenDevice> founders;
  for (const crypto::Chain& chain : found.chains) {
    auto proven = roster_.prove(chain);
    if (!proven) return Silent{};
    founders.push_back(std::move(*proven));
  }
  const auto roots = secrets().genesis.roots();
  bool complete = founders.size() == roots.size() && founders.front().device.id() == place.device;
  for (std::size_t i = 0; complete && i < roots.size(); ++i) complete = founders[i].person == roots[i].id();
  if (!complete) return Silent{};
  for (const crypto::ProvenDevice& founder : founders) {
    membership_.enrol(founder);
    for (const std::uint64_t seq : unenrolled_[founder.device.id()]) again_.emplace(founder.device.id(), seq);
    unenrolled_.erase(founder.device.id());
  }
  for (const crypto::Chain& chain : found.chains) roster_.add(chain, false);
  brought_.doors_changed = true;
  founders_.insert(founders_.end(), found.chains.begin(), found.chains.end());
  return Silent{};
}

Journal::What Journal::mean(const Place& place, const JournalKept& kept) {
  if (!shared() && place.mine) journals_kept_.insert(kept.genesis.id());
  return Silent{};
}

Journal::What Journal::mean(const Place& place, const EpochKept& kept) {
  if (!shared() && place.mine) epochs_kept_.insert(crypto::epoch_id(kept.journal, kept.secret));
  return Silent{};
}

// ---- alarms ----

void Journal::freeze(const DeviceId& device) {
  membership_.freeze(device);
  brought_.doors_changed = true;
  alarm("fork:" + hex(device.bytes));
}

void Journal::alarm(std::string code) {
  if (alarms_.insert(code).second) brought_.alarms.push_back(std::move(code));
}

// ---- what a fold leaves to be written ----

bool Journal::settle(std::int64_t now_ms) {
  for (const auto& [device, seq] : std::exchange(claims_, {})) receipt(device, seq, now_ms);
  try {
    keep_learnt();
    for (const crypto::Chain& chain : founders_) admit(chain);
    founders_.clear();
    return true;
  } catch (const store::NotDurable&) {
    return false;
  } catch (const std::bad_alloc&) {  // locked memory is scarce, and what wants it came from outside
    return false;
  }
}

void Journal::receipt(const DeviceId& by, std::uint64_t seq, std::int64_t now_ms) {
  const auto head = log_.head(id_, self());
  if (!head || is_mine(by) || roster_.find(by) == nullptr) return;
  const std::uint64_t held = std::min(seq, head->seq);  // nobody holds what was not written
  const auto before = receipts_.raise(by, held, now_ms);
  if (!before) return;
  if (brought_.receipted == 0) brought_.were_receipted = *before;
  brought_.receipted = std::max(brought_.receipted, held);
}

}  // namespace duolog::journal
