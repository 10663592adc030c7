// view.cc: the merge of the chains, and finding records by their ids.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view.h"

#include <algorithm>
#include <iterator>

namespace duolog::journal {

// How far the merge has come in one chain.
struct View::Cursor {
  std::map<std::uint64_t, Noted>::const_iterator next;
  std::map<std::uint64_t, Noted>::const_iterator end;
  std::int64_t time = kNoTime;

  [[nodiscard]] bool done() const { return next == end; }
  [[nodiscard]] std::int64_t next_time() const { return next->second.written_ms.value_or(time); }
};

View::View() : ids_(0, IdHash{reinterpret_cast<std::uintptr_t>(this)}), about_(0, ids_.hash_function()) {}

// ---- what comes ----

void View::put(Noted noted) {
  Chain& chain = chains_[noted.device];
  const bool is_last = comes_last(noted);
  note_claims(noted);
  const std::size_t before = chain.records.size();
  const std::uint64_t seq = noted.seq;
  Noted& place = chain.records.try_emplace(chain.records.end(), seq, std::move(noted))->second;
  if (chain.records.size() == before) {  // the place was taken, and `noted` was not moved from
    file();
    ids_.erase(&place);
    count(place, -1U);
    place = std::move(noted);
  }
  count(place, 1);
  unfiled_.push_back(&place);
  note_time(chain, place);
  if (is_last) {
    place_last(place, chain.time);
  } else {
    stale_ = true;
  }
}

// Of devices whose records are here: anybody could name others without end. A chain's first record is merged in, and
// merging looks at all claims anew.
void View::note_claims(const Noted& noted) const {
  for (const Seen& seen : noted.seen) {
    const auto chain = chains_.find(seen.device);
    if (chain == chains_.end() || seen.device == noted.device) continue;
    chain->second.claimed_up_to = std::max(chain->second.claimed_up_to, seen.seq);
  }
}

void View::note_time(Chain& chain, const Noted& noted) {
  if (noted.written_ms) {
    if (noted.seq >= chain.dated) chain.dated = noted.seq, chain.time = *noted.written_ms;
    return;
  }
  if (noted.seq != chain.dated) return;
  chain.dated = 0;  // it had a time when it was put before
  chain.time = kNoTime;
  for (const auto& [seq, record] : chain.records)
    if (record.written_ms) chain.dated = seq, chain.time = *record.written_ms;
}

// True where merging anew would put the record at the end and leave everything else as it is. What stands behind the
// last record of its chain must be earlier, wait for nothing of this chain, and have come because it was free.
bool View::comes_last(const Noted& noted) const {
  const Chain& chain = chains_.at(noted.device);
  if (stale_ || (!chain.records.empty() && chain.records.rbegin()->first >= noted.seq)) return false;
  if (ordered_.empty() || ordered_.back()->device == noted.device) return true;
  if (chain.records.empty()) return false;
  return noted.written_ms.value_or(chain.time) > newest_ && chain.claimed_up_to < noted.seq && !liars_;
}

void View::place_last(const Noted& noted, std::int64_t time) const {
  ordered_.push_back(&noted);
  newest_ = std::max(newest_, time);
  if (noted.is_setting()) {
    settings_.push_back(&noted);
    ++settings_version_;
  }
  if (const auto* remark = std::get_if<Remark>(&noted.what)) about_[remark->to].push_back(&noted);
  if (const auto* reaction = std::get_if<Reaction>(&noted.what)) about_[reaction->to].push_back(&noted);
}

// REQUIRES: `times` is 1, or -1 to take back.
void View::count(const Noted& noted, std::uint32_t times) {
  if (noted.is_entry() || noted.is_answer() || noted.is_letter()) counts_.entries += times;
  if (std::holds_alternative<Unreadable>(noted.what)) counts_.unreadable += times;
  if (std::holds_alternative<Newer>(noted.what)) counts_.newer += times;
}

// ---- the order ----

// True when all that the writer had seen is behind us. What is not held here cannot be waited for.
bool View::is_free(const Noted& noted, const Cursors& cursors) {
  return std::all_of(noted.seen.begin(), noted.seen.end(), [&](const Seen& seen) {
    const auto other = cursors.find(seen.device);
    return other == cursors.end() || seen.device == noted.device || other->second.done() ||
           other->second.next->first > seen.seq;
  });
}

bool View::earlier(const Cursor& a, const Cursor& b) {
  const std::int64_t a_time = a.next_time();
  const std::int64_t b_time = b.next_time();
  return a_time != b_time ? a_time < b_time : a.next->second.id < b.next->second.id;
}

void View::merge() const {
  ordered_.clear();
  settings_.clear();
  ++settings_version_;
  about_.clear();
  newest_ = kNoTime;
  liars_ = false;
  Cursors cursors;
  for (const auto& [device, chain] : chains_) {
    cursors.emplace(device, Cursor{chain.records.begin(), chain.records.end()});
    for (const auto& [seq, noted] : chain.records) note_claims(noted);
  }
  for (;;) {
    Cursor* free = nullptr;
    Cursor* any = nullptr;
    for (auto& [device, cursor] : cursors) {
      if (cursor.done()) continue;
      if (any == nullptr || earlier(cursor, *any)) any = &cursor;
      if (!is_free(cursor.next->second, cursors)) continue;
      if (free == nullptr || earlier(cursor, *free)) free = &cursor;
    }
    if (any == nullptr) return;
    liars_ = liars_ || free == nullptr;
    Cursor& next = free != nullptr ? *free : *any;
    next.time = next.next_time();
    place_last(next.next->second, next.time);
    ++next.next;
  }
}

const std::vector<const Noted*>& View::ordered() const {
  if (std::exchange(stale_, false)) merge();
  return ordered_;
}

const std::vector<const Noted*>& View::settings() const {
  (void)ordered();
  return settings_;
}

std::uint64_t View::settings_version() const {
  (void)ordered();
  return settings_version_;
}

std::span<const Noted* const> View::about(const RecordId& id) const {
  (void)ordered();
  const auto found = about_.find(id);
  if (found == about_.end()) return {};
  return found->second;
}

// ---- finding ----

std::size_t View::IdHash::operator()(const RecordId& id) const {
  constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15;
  const std::uint64_t spread = (read_u64(id.view()) ^ seed) * kSpread;
  return spread ^ spread >> 32;
}

void View::file() const {
  if (unfiled_.size() > ids_.size()) ids_.reserve(ids_.size() + unfiled_.size());
  ids_.insert(unfiled_.begin(), unfiled_.end());
  unfiled_ = {};
}

// Looks at every id: that is a millisecond for 100,000, and nobody types faster.
std::vector<const Noted*> View::find(std::string_view hex_prefix) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (hex_prefix.size() > 2 * RecordId::kLength) return {};
  const auto begins_so = [&](const Noted* noted) {
    for (std::size_t i = 0; i < hex_prefix.size(); ++i) {
      const std::uint8_t byte = noted->id.bytes[i / 2];
      if (hex_prefix[i] != kDigits[i % 2 == 0 ? byte >> 4 : byte & 15]) return false;
    }
    return noted->is_visible();
  };
  file();
  std::vector<const Noted*> found;
  std::copy_if(ids_.begin(), ids_.end(), std::back_inserter(found), begins_so);
  std::sort(found.begin(), found.end(), [](const Noted* a, const Noted* b) { return a->id < b->id; });
  return found;
}

const Noted* View::by_id(const RecordId& id) const {
  file();
  const auto found = ids_.find(id);
  return found != ids_.end() ? *found : nullptr;
}

const std::map<std::uint64_t, Noted>* View::of(const DeviceId& device) const {
  const auto found = chains_.find(device);
  return found != chains_.end() ? &found->second.records : nullptr;
}

}  // namespace duolog::journal
