// journal_rows.cc: from records in the log to what readers see: into the view, or past it while that is not ready.
// Nothing here learns anything.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "daemon/journal/journal.h"

namespace duolog::journal {
namespace {

constexpr std::uint64_t kOwnWritten = 1024;  // practices of one person that are read, each of their versions counted
constexpr std::size_t kPlacedForOne = 8;     // records are given their place quicker than they are opened

}  // namespace

Journal::Opened Journal::open(const Place& place, const crypto::Record& record) const {
  Opened opened;
  opened.noted.id = place.id;
  opened.noted.device = place.device;
  opened.noted.seq = place.seq;
  const Gone* taken = place.header.kind == crypto::RecordKind::kEvent ? gone(place.id, place.mine) : nullptr;
  // Somebody wrote something here, as far as one can tell without its body.
  if (!record.body && place.header.kind == crypto::RecordKind::kEvent) opened.noted.what = Unreadable{true};
  if (!record.body && taken != nullptr) leave_mark(opened, place, taken->taken);
  if (!record.body || place.header.kind == crypto::RecordKind::kEpoch) return opened;
  opened.noted.what = Unreadable{};
  const crypto::RecordKey* with = key(place.header.epoch, place.device);
  opened.epoch_known = with != nullptr;
  if (with != nullptr) opened.bytes = crypto::open_unhashed_record(id_, *with, record.head, *record.body);
  if (opened.bytes) opened.event = decode_event(*opened.bytes);
  if (taken != nullptr && opened.epoch_known && (!opened.event || can_be_taken_back(*opened.event))) {
    leave_mark(opened, place, taken->taken);
    return opened;
  }
  if (!opened.event) return opened;
  opened.noted.written_ms = opened.event->written_ms;
  opened.noted.offset_minutes = opened.event->offset_minutes;
  opened.noted.seen = opened.event->seen;
  opened.noted.what = shown_by(place, *opened.event, scene());
  return opened;
}

// What does not count is never looked at again.
void Journal::limit_own_practice(const Place& place, Opened& opened, std::map<bool, std::uint64_t>& counted) const {
  auto* own = std::get_if<OwnNote>(&opened.noted.what);
  if (own == nullptr || ++counted[place.mine] <= kOwnWritten) return;
  *own = OwnNote{};
  opened.bytes.reset();
}

// ---- into the view ----

// What is settled now stays known until another setting comes: nobody reads the whole log for that.
void Journal::let_rows_wait() {
  static_cast<void>(agreements());
  static_cast<void>(library());
  in_step_ = false;
  counted_ = view_->counts();
  practices_put_ = facts_.practices_written;
  view_->set_whole(false);
  agreements_.version = library_.version = settings_version();
}

std::uint64_t Journal::not_in_view() const {
  std::uint64_t missing = 0;
  for (const auto& [device, seq] : folded_) missing += seq - std::min(seq, view_->held(device));
  return missing;
}

bool Journal::catch_up(std::size_t& budget) {
  if (ready()) return false;
  file_.transaction([&] {
    if (!in_step_) {
      const auto lacks_rows = [this](const auto& chain) { return chain.second > view_->held(chain.first); };
      if (std::ranges::count_if(folded_, lacks_rows) > 1) view_->expect_many();
      in_step_ = true;
      for (const auto& [device, seq] : folded_)
        if (in_step_ && put_rows(device, seq, budget)) in_step_ = false;
    }
    if (in_step_) {
      std::size_t places = budget < SIZE_MAX / kPlacedForOne ? budget * kPlacedForOne : SIZE_MAX;
      view_->set_whole(!view_->arrange(places));
      budget = std::min(budget, places / kPlacedForOne);
    }
    keep();
  });
  if (ready()) scan_.reset();
  return !ready();
}

bool Journal::put_rows(const DeviceId& device, std::uint64_t up_to, std::size_t& budget) {
  const std::uint64_t from = view_->held(device) + 1;
  if (from > up_to) return false;
  bool more = false;
  log_.each_to_open(id_, device, from, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
    if (seq > up_to) return false;
    more = budget == 0;
    if (more) return false;
    --budget;
    const auto header = crypto::decode_header(record.head);
    Place place{device, seq, id, header.value_or(crypto::Header{}), is_mine(device)};
    Opened opened;
    if (header) opened = open(place, record);
    limit_own_practice(place, opened, practices_put_);
    if (opened.gone) {  // the facts were learnt before it was known: its files were named then
      plan_to_erase(device, seq);
      attached_.unname(id);
    }
    opened.noted.id = id;
    opened.noted.device = device;
    opened.noted.seq = seq;
    view_->put(opened.noted, place.mine, opened.bytes ? ByteView(*opened.bytes) : ByteView());
    return true;
  });
  // What was read a while ago can no longer be: the rest is not here.
  if (!more && view_->held(device) < up_to) folded_[device] = view_->held(device);
  return more;
}

// ---- into the index of words ----

bool Journal::index_words(std::size_t& budget) {
  if (view_->not_indexed() == 0) return false;
  bool more = false;
  file_.transaction([&] {
    more = view_->index_words(budget);
    view_->keep();
  });
  return more;
}

// Those that were put there while they were sealed.
void Journal::index_opened() {
  for (const RecordId& id : answers_->take_opened()) view_->words_opened(id);
}

// ---- past it ----

Scan::Source Journal::log_source() const {
  Scan::Source source;
  source.each = [this](const Scan::Source::See& see) {
    std::map<bool, std::uint64_t> practices;
    for (const auto& [device, folded] : folded_) {
      const bool mine = is_mine(device);
      log_.each_to_open(id_, device, 1, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
        if (seq > folded) return false;
        const auto header = crypto::decode_header(record.head);
        const Place place{device, seq, id, header.value_or(crypto::Header{}), mine};
        Opened opened;
        if (header) opened = open(place, record);
        limit_own_practice(place, opened, practices);
        opened.noted.id = id;
        opened.noted.device = device;
        opened.noted.seq = seq;
        see(opened.noted, mine);
        return true;
      });
    }
  };
  source.read = [this](const DeviceId& device, std::uint64_t seq) { return noted_at(device, seq); };
  return source;
}

const Records& Journal::records() const {
  if (ready()) return *view_;
  if (!scan_ || scanned_ != taken_) {
    scan_ = std::make_unique<Scan>(log_source());
    scanned_ = taken_;
  }
  return *scan_;
}

Noted Journal::noted_at(const DeviceId& device, std::uint64_t seq) const {
  Noted noted;
  log_.one_to_open(id_, device, seq, [&](std::uint64_t at, const RecordId& id, const crypto::Record& record) {
    const auto header = crypto::decode_header(record.head);
    if (header) noted = open({device, at, id, *header, is_mine(device)}, record).noted;
    return false;
  });
  return noted;
}

}  // namespace duolog::journal
