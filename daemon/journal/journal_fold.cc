// journal_fold.cc: from records in the log to facts in the view.
//
//   fold() ─► founder's log first ─► take() ─► kind 2: take_epoch() ─► membership, perhaps a secret learnt
//                                        └──► kinds 1, 3: take_event() ─► opened, decoded ─► mean()
//                                                                     note() ─► the view, where that is in step
//
// What cannot be read now has a place in the view all the same: a body not here yet is folded when it comes, a record
// of an epoch not known yet when the epoch is learnt. While the log is being read nothing is written to it: settle()
// does that.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <new>

#include "daemon/journal/journal.h"

namespace duolog::journal {

namespace {

constexpr std::size_t kPlacedWithOne = 8;  // records are given their place quicker than they are opened
constexpr std::size_t kPlacedAtLeast = 4096;
constexpr std::size_t kToldAtOnce = 256;

}  // namespace

bool Journal::fold(std::size_t& budget) {
  bool more = false;
  file_.transaction([&] {
    more = fold_slice(budget);
    index_opened();
    if (in_step_ && (ready() || !view_->arranged())) {
      std::size_t places = budget < SIZE_MAX / kPlacedWithOne ? budget * kPlacedWithOne + kPlacedAtLeast : SIZE_MAX;
      view_->set_whole(!view_->arrange(places));
    }
    keep();
  });
  return more;
}

bool Journal::fold_slice(std::size_t& budget) {
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
  std::uint64_t up_to = UINT64_MAX;
  if (only_up_to_) up_to = only_up_to_->contains(device) ? only_up_to_->at(device) : 0;
  std::uint64_t& folded = folded_[device];
  bool more = false;
  log_.each_to_open(id_, device, folded + 1, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
    if (seq > up_to) return false;
    if (seq > kFoundSeq && roster_.find(device) == nullptr) return false;  // its founding record has founded nothing
    more = budget == 0;
    if (more) return false;
    --budget;
    folded = seq;
    const auto header = crypto::decode_header(record.head);
    const Place place{device, seq, id, header.value_or(crypto::Header{}), is_mine(device)};
    if (header) {
      take(place, record);
    } else {
      note(place, {});
    }
    budget -= std::min(budget, std::exchange(effort_, 0));
    return true;
  });
  return more;
}

bool Journal::fold_again(std::size_t& budget) {
  fold_bodiless_again();
  while (!again_.empty()) {
    if (budget == 0) return true;
    --budget;
    const auto [device, at] = *again_.begin();
    again_.erase(again_.begin());
    counted_.reset();  // what it was counted as is not known
    view_->done(device, at);
    log_.one_to_open(id_, device, at, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
      const auto header = crypto::decode_header(record.head);
      if (header) take({device, seq, id, *header, is_mine(device)}, record);
      return false;
    });
    budget -= std::min(budget, std::exchange(effort_, 0));
  }
  return false;
}

// A run has at most kRunLimit records: bodies that came with it stand no further back.
void Journal::bodies_came(const DeviceId& author, std::uint64_t first, std::uint64_t last) {
  fold_gone_again(author, first, last);
  std::set<std::uint64_t>& missing = bodiless_[author];
  const auto from = missing.lower_bound(last >= crypto::kRunLimit ? last - crypto::kRunLimit + 1 : 0);
  const auto to = missing.upper_bound(last);
  for (auto at = from; at != to; ++at) again_.emplace(author, *at);
  missing.erase(from, to);
}

void Journal::take(const Place& place, const crypto::Record& record) {
  ++taken_;
  if (!record.body) {
    lack_body(place);
  } else if (place.header.kind == crypto::RecordKind::kEpoch) {
    take_epoch(place, *record.body);
  } else {
    take_event(place, record);
  }
}

void Journal::pend(const Place& place, Why why, const EpochId& epoch) {
  view_->pend({place.device, place.seq, why, epoch});
}

// It is no news before it can be read.
void Journal::lack_body(const Place& place) {
  if (const Opened opened = open(place, {}); opened.gone) return take_gone(place, opened);
  bodiless_[place.device].insert(place.seq);
  pend(place, kNoBody);
  note(place, open(place, {}).noted);
}

// ---- kinds 1 and 3 ----

void Journal::take_event(Place place, const crypto::Record& record) {
  Opened opened = open(place, record);
  if (opened.gone) return take_gone(place, opened);
  if (!opened.epoch_known) {
    wait_for_epoch(place.device, place.seq, place.header.epoch, false);
    pend(place, kEpochNotKnown, place.header.epoch);
  }
  if (!opened.bytes && !log_.body_is_sound(id_, place.device, place.seq)) return lack_body(place);
  if (opened.event) {
    place.written_ms = opened.event->written_ms;
    for (const Seen& seen : opened.event->seen) {
      if (place.mine || seen.device != self()) continue;
      claims_[place.device] = std::max(claims_[place.device], seen.seq);
      view_->claim(place.device, seen.seq);
    }
    std::visit([&](auto& payload) { mean(place, payload); }, opened.event->payload);
    if (const auto* erase = std::get_if<Erase>(&opened.event->payload)) {
      for (const Erase::One& one : erase->records) {
        const auto known = erased_.find({place.mine, one.record});
        if (known == erased_.end() || known->second.by != place.id) continue;
        known->second.taken.offset_minutes = opened.event->offset_minutes;
        view_->erase({one.record, place.mine, place.id, known->second.taken});
      }
    }
    limit_own_practice(place, opened, facts_.practices_written);
    if (opened.noted.kind() == Kind::kOwnPractice) facts_changed_ = true;
  }
  note(place, opened.noted, opened.bytes ? ByteView(*opened.bytes) : ByteView());
}

void Journal::time_is(std::int64_t now_s, bool doubted) {
  file_.transaction([&] {
    answers_->time_is(now_s, doubted);
    index_opened();
  });
  take_revealed();
}

void Journal::take_revealed() {
  for (RoundKey& round : answers_->take_revealed()) brought_.revealed.push_back(std::move(round));
}

void Journal::note(const Place& place, const Noted& given, ByteView event) {
  Noted noted = given;
  noted.id = place.id;
  noted.device = place.device;
  noted.seq = place.seq;
  if (noted.is_setting()) ++settings_folded_;
  const bool words = noted.is_visible() && !noted.lacks_body() && noted.kind() != Kind::kTakenBack;
  if (!place.mine && words) brought_.items.push_back({place.device, place.seq});
  if (counted_) counted_->add(noted.kind());
  if (in_step_ || place.seq <= view_->held(place.device)) view_->put(noted, place.mine, event);
  if (const Entry* content = content_of(noted)) attached_.name(place.id, *content, place.device == self());
  take_revealed();
}

// ---- what an event means to the machine ----

void Journal::mean(const Place& place, Sealed& sealed) {
  if (place.header.kind != crypto::RecordKind::kEvent) return;
  if (!shared() && sealed.rule.both) return;  // needs two
  answers_->sealed(place.id, place.device, place.mine, std::move(sealed));
}

void Journal::mean(const Place& place, const Opening& opening) {
  if (place.header.kind == crypto::RecordKind::kEvent) answers_->opening(place.mine, opening, place.written_ms);
}

// ---- what is told ----

Journal::Brought Journal::take_brought() {
  if (ready()) {
    Brought some = std::exchange(brought_, {});
    std::swap(some.items, brought_.items);  // a lifetime of them is not moved for each few
    for (; some.items.size() < kToldAtOnce && !brought_.items.empty(); brought_.items.pop_front())
      some.items.push_back(brought_.items.front());
    return some;
  }
  Brought doors;
  doors.doors_changed = std::exchange(brought_.doors_changed, false);
  doors.erased = std::exchange(brought_.erased, false);
  return doors;
}

void Journal::freeze(const DeviceId& device) {
  membership_.freeze(device);
  brought_.doors_changed = true;
  alarm("fork:" + hex(device.bytes));
}

void Journal::alarm(std::string code) {
  if (!facts_.alarms.insert(code).second) return;
  facts_changed_ = true;
  brought_.alarms.push_back(std::move(code));
}

// ---- what a fold leaves to be written ----

bool Journal::settle(std::int64_t now_ms) {
  for (const auto& [device, seq] : std::exchange(claims_, {})) receipt(device, seq, now_ms);
  try {
    keep_learnt();
    for (const crypto::Chain& chain : members_) admit(chain);
    members_.clear();
    erase_bodies();
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
