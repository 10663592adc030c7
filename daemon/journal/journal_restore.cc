// journal_restore.cc: what the view remembers is taken up, where it is what the log says; or everything is begun anew.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <limits>

#include "daemon/journal/journal.h"
#include "daemon/journal/tally.h"

namespace duolog::journal {
namespace {

// So many records of the end of each chain are read again at a start: a disk that rots does so where it was written
// last, and nothing may be written behind what cannot be read.
constexpr std::uint64_t kEndLength = 64;

}  // namespace

void Journal::take_up() {
  view_ = std::make_unique<View>(file_, id_, scene(), [this](const Noted& noted) { return said_in(*this, noted); });
  answers_ = std::make_unique<Answers>(id_, identity_.keys().wrap().clone(), AnswerTable(file_, view_->row()));
  membership_ = Membership(secrets().genesis);
  attached_ = Attached(blobs_);
  facts_ = Facts::decode(view_->facts());
  facts_changed_ = false;
  folded_.clear();
  lacking_.clear();
  counted_epochs_.clear();
  explained_.clear();
  unenrolled_.clear();
  bodiless_.clear();
  again_.clear();
  to_take_up_.clear();
  more_to_take_up_ = false;
  to_erase_.clear();
  practices_put_.clear();
  scan_.reset();
  for (const auto& [device, held] : view_->held())
    if (held.seq > 0) folded_[device] = held.seq;
  in_step_ = view_->whole();
  counted_.reset();
  if (view_->empty()) counted_.emplace();
  restore_members();
  restore_kept();
  for (const store::FrontierEntry& entry : log_.frontier(id_))
    if (log_.frozen(id_, entry.device)) freeze(entry.device);
  restore_erased();
  restore_pending();
  restore_attached();
}

// What came, or was learnt, and could not be folded any more before a stop is folded now.
void Journal::restore_pending() {
  const auto missing = log_.missing_bodies(id_);
  const auto lacks = [&](const View::Pending& one) {
    const auto found = missing.find(one.device);
    return found != missing.end() && std::binary_search(found->second.begin(), found->second.end(), one.seq);
  };
  for (const View::Pending& one : view_->pending()) {
    if (one.why == kToErase) {
      to_erase_[one.device].insert(one.seq);
      continue;
    }
    if (one.why == kToTakeUp) {
      wait_to_take_up(one.device, one.seq);
      continue;
    }
    const bool of_epoch = one.why == kEpochNotKnown || one.why == kEpochLacking;
    const bool still = one.why == kNoBody ? lacks(one)
                       : of_epoch         ? secret(one.epoch) == nullptr
                                          : !membership_.was_enrolled(one.device);
    if (!still) {
      again_.emplace(one.device, one.seq);
      if (one.why == kEpochLacking) counted_epochs_.emplace(one.device, one.seq);
    } else if (one.why == kNoBody) {
      bodiless_[one.device].insert(one.seq);
    } else if (of_epoch) {
      wait_for_epoch(one.device, one.seq, one.epoch, one.why == kEpochLacking);
    } else {
      unenrolled_[one.device].insert(one.seq);
    }
  }
  for (const auto& [device, seq] : view_->claims()) claims_[device] = std::max(claims_[device], seq);
}

// Where the view is not whole the fold names them all.
void Journal::restore_attached() {
  if (!view_->whole()) return;
  Wanted wanted;
  wanted.kinds = ~Kinds{0};
  wanted.with_files = true;
  view_->each_line(wanted, [this](const Line& line) {
    const Noted record = view_->read_record(line);
    if (const Entry* content = content_of(record)) attached_.name(line.id, *content, line.device == self());
    return true;
  });
}

bool Journal::fits() const {
  if (view_->empty()) return true;  // nothing of it was folded yet
  if (!view_->whole()) return false;
  for (const EpochFact& fact : facts_.epochs)
    if (secret(fact.id) == nullptr) return false;  // it was never kept in the vault
  return ends_fit();
}

bool Journal::ends_fit() const {
  for (const auto& [device, held] : view_->held()) {
    if (held.seq == 0) continue;
    const auto head = log_.head(id_, device);
    const bool is_whole = head && (head->seq >= held.seq || log_.frozen(id_, device));  // above a fork it is read, too
    if (!is_whole || log_.id_at(id_, device, held.seq) != held.head) return false;
    const std::uint64_t from = held.seq > kEndLength ? held.seq - kEndLength + 1 : 1;
    const auto bodiless = bodiless_.find(device);
    std::uint64_t read = from - 1;
    log_.each(id_, device, from, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
      const bool known = (bodiless != bodiless_.end() && bodiless->second.contains(seq)) || gone(id, is_mine(device));
      const bool sound = record.body.has_value() || known || again_.contains({device, seq});
      if (sound) read = seq;
      return sound && seq < held.seq;
    });
    if (read < held.seq) return false;
  }
  return true;
}

void Journal::begin_anew(std::int64_t now_s, bool doubted) {
  Brought brought = std::exchange(brought_, {});
  only_up_to_ = folded_;
  try {
    take_up();
    fold_all();
    time_is(now_s, doubted);
  } catch (...) {  // lost once more: what was folded before is still what has been told
    folded_ = std::move(*only_up_to_);
    only_up_to_.reset();
    brought_ = std::move(brought);
    throw;
  }
  only_up_to_.reset();
  brought_ = std::move(brought);
}

void Journal::keep() {
  if (std::exchange(facts_changed_, false)) {
    view_->keep(facts_.encode());
  } else {
    view_->keep();
  }
}

void Journal::forget() {
  file_.transaction([&] { view_->forget(); });
}

}  // namespace duolog::journal
