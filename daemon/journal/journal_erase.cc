// journal_erase.cc: what its author has taken back: known by its id, also before it is here; forgotten by the view and
// gone from the log as soon as both are.
//
//   Erase ─► mean() ─► erased_, and the view's table ─► is the record here? folded again ─► take_gone()
//                                                       not yet? take_gone() when it comes
//   take_gone() ─► a mark without words; to_erase_
//   settle() ─► erase_bodies() ─► SealedLog::erase(): in no byte of the disk any more; the sessions are told
//
// A tombstone counts for records of its author's own person alone, and for words alone: nothing that a machine needs
// can be taken away by one.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/journal.h"

namespace duolog::journal {

const Journal::Gone* Journal::gone(const RecordId& id, bool mine) const {
  if (erased_.empty()) return nullptr;
  const auto found = erased_.find({mine, id});
  return found != erased_.end() ? &found->second : nullptr;
}

void Journal::restore_erased() {
  erased_.clear();
  for (View::Erased& one : view_->erased())
    erased_.emplace(std::pair(one.mine, one.id), Gone{std::move(one.taken), one.by});
}

// Of several tombstones for one record the earliest counts: which came first here says nothing.
void Journal::mean(const Place& place, const Erase& erase) {
  if (place.header.kind != crypto::RecordKind::kEvent) return;
  for (const Erase::One& one : erase.records) {
    Gone told{{place.written_ms, 0, one}, place.id};  // by which clock: take_event()
    const auto [known, is_new] = erased_.try_emplace({place.mine, one.record}, told);
    const auto order = [](const Gone& of) { return std::pair(of.taken.at_ms, of.by); };
    if (!is_new && order(known->second) <= order(told)) continue;
    known->second = told;
    view_->erase({one.record, place.mine, place.id, told.taken});
    if (const auto at = view_->locate(one.record, place.mine)) again_.insert(*at);
    if (in_step_) continue;
    counted_.reset();                         // its row may be one that waits
    answers_->forget_words(place.mine, one);  // they may have been learnt a moment ago
    look_at_bodiless_ = true;
  }
}

// No row says yet which record it is that lacks its body.
void Journal::fold_bodiless_again() {
  if (!std::exchange(look_at_bodiless_, false)) return;
  for (const auto& [device, seqs] : bodiless_) {
    const bool mine = is_mine(device);
    for (const std::uint64_t seq : seqs) {
      const auto id = log_.id_at(id_, device, seq);
      if (id && gone(*id, mine) != nullptr) again_.emplace(device, seq);
    }
  }
}

// It has no time and has seen nothing, as it will be for whoever meets it later.
void Journal::leave_mark(Opened& opened, const Place& place, const TakenBack& taken) const {
  opened.noted = {};
  opened.noted.id = place.id;
  opened.noted.device = place.device;
  opened.noted.seq = place.seq;
  opened.noted.what = taken;
  opened.event.reset();
  opened.bytes = encode_taken_back(taken);
  opened.gone = true;
}

void Journal::take_gone(const Place& place, const Opened& opened) {
  const auto bodiless = bodiless_.find(place.device);
  if (bodiless != bodiless_.end()) bodiless->second.erase(place.seq);
  answers_->taken_back(place.device, place.mine, std::get<TakenBack>(opened.noted.what).what);
  attached_.unname(place.id);
  counted_.reset();  // versions of it that stay may show it as an entry
  note(place, opened.noted, *opened.bytes);
  view_->done(place.device, place.seq);
  plan_to_erase(place.device, place.seq);
}

void Journal::plan_to_erase(const DeviceId& device, std::uint64_t seq) {
  if (to_erase_[device].insert(seq).second) view_->pend({device, seq, kToErase, {}});
}

// Where the disk refuses, the next fold or the next start does it; where a head is lost, once that has come again.
void Journal::erase_bodies() {
  if (to_erase_.empty()) return;
  std::map<DeviceId, std::set<std::uint64_t>> left;
  for (const auto& [device, seqs] : to_erase_) {
    const auto erased = log_.erase(id_, device, {seqs.begin(), seqs.end()});
    if (erased) brought_.erased = true;
    if (!erased.unknown.empty()) left[device].insert(erased.unknown.begin(), erased.unknown.end());
  }
  if (left == to_erase_) return;
  file_.transaction([&] {
    for (const auto& [device, seqs] : to_erase_) {
      const auto kept = left.find(device);
      for (const std::uint64_t seq : seqs)
        if (kept == left.end() || !kept->second.contains(seq)) view_->done(device, seq);
    }
  });
  file_.commit();
  to_erase_ = std::move(left);
}

// A record that was lost here altogether comes as the other side has it: perhaps with words that were taken back
// meanwhile. It is read again, and so is the one before it, whose place only this one proves.
void Journal::fold_gone_again(const DeviceId& author, std::uint64_t first, std::uint64_t last) {
  const auto folded = folded_.find(author);
  if (erased_.empty() || folded == folded_.end()) return;
  const bool mine = is_mine(author);
  for (std::uint64_t seq = std::max<std::uint64_t>(first, 2) - 1; seq <= std::min(last, folded->second); ++seq) {
    const auto id = log_.id_at(id_, author, seq);
    if (id && gone(*id, mine) != nullptr) again_.emplace(author, seq);
  }
}

}  // namespace duolog::journal
