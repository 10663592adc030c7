// view.cc: the merge of the chains, and finding records by their ids.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view.h"

#include <limits>

namespace duolog::journal {
namespace {

using Chain = std::map<std::uint64_t, Noted>;

// How far the merge has come in one chain.
struct Cursor {
  Chain::const_iterator next;
  Chain::const_iterator end;
  std::int64_t time = std::numeric_limits<std::int64_t>::min();  // of the last dated record: the undated stay beside it

  [[nodiscard]] bool done() const { return next == end; }
  [[nodiscard]] std::int64_t next_time() const { return next->second.written_ms.value_or(time); }
};
using Cursors = std::map<DeviceId, Cursor>;

// True when all that the writer had seen is behind us. What is not held here cannot be waited for.
bool is_free(const Noted& noted, const Cursors& cursors) {
  return std::all_of(noted.seen.begin(), noted.seen.end(), [&](const Seen& seen) {
    const auto other = cursors.find(seen.device);
    return other == cursors.end() || seen.device == noted.device || other->second.done() ||
           other->second.next->first > seen.seq;
  });
}

bool earlier(const Cursor& a, const Cursor& b) {
  const std::int64_t a_time = a.next_time();
  const std::int64_t b_time = b.next_time();
  return a_time != b_time ? a_time < b_time : a.next->second.id < b.next->second.id;
}

Cursor* choose_next(Cursors& cursors) {
  Cursor* free = nullptr;
  Cursor* any = nullptr;
  for (auto& [device, cursor] : cursors) {
    if (cursor.done()) continue;
    if (any == nullptr || earlier(cursor, *any)) any = &cursor;
    if (!is_free(cursor.next->second, cursors)) continue;
    if (free == nullptr || earlier(cursor, *free)) free = &cursor;
  }
  return free != nullptr ? free : any;
}

std::vector<const Noted*> merge(const std::map<DeviceId, Chain>& chains) {
  Cursors cursors;
  for (const auto& [device, chain] : chains) cursors.emplace(device, Cursor{chain.begin(), chain.end()});
  std::vector<const Noted*> ordered;
  while (Cursor* cursor = choose_next(cursors)) {
    cursor->time = cursor->next_time();
    ordered.push_back(&cursor->next->second);
    ++cursor->next;
  }
  return ordered;
}

}  // namespace

void View::put(Noted noted) {
  Noted& place = chains_[noted.device][noted.seq];
  place = std::move(noted);
  ids_[place.id] = &place;
  stale_ = true;
}

const std::vector<const Noted*>& View::ordered() const {
  if (std::exchange(stale_, false)) ordered_ = merge(chains_);
  return ordered_;
}

std::vector<const Noted*> View::find(std::string_view hex_prefix) const {
  // The least id with this prefix: what is missing of it counts as zeros.
  std::string padded(hex_prefix.substr(0, 2 * RecordId::kLength));
  padded.resize(2 * RecordId::kLength, '0');
  const auto bytes = from_hex(padded);
  if (!bytes || hex_prefix.size() > padded.size()) return {};
  std::vector<const Noted*> found;
  for (auto at = ids_.lower_bound(*RecordId::from(*bytes)); at != ids_.end(); ++at) {
    if (!hex(at->first.bytes).starts_with(hex_prefix)) break;
    if (at->second->is_visible()) found.push_back(at->second);
  }
  return found;
}

const Noted* View::by_id(const RecordId& id) const {
  const auto found = ids_.find(id);
  return found != ids_.end() ? found->second : nullptr;
}

const std::map<std::uint64_t, Noted>* View::of(const DeviceId& device) const {
  const auto found = chains_.find(device);
  return found != chains_.end() ? &found->second : nullptr;
}

std::optional<Calendar> View::calendar() const {
  const auto& all = ordered();
  for (auto at = all.rbegin(); at != all.rend(); ++at)
    if (const auto* calendar = std::get_if<Calendar>(&(*at)->what)) return *calendar;
  return std::nullopt;
}

View::Counts View::counts() const {
  Counts counts;
  for (const auto& [id, noted] : ids_) {
    if (noted->is_entry() || noted->is_answer()) ++counts.entries;
    if (std::holds_alternative<Unreadable>(noted->what)) ++counts.unreadable;
    if (std::holds_alternative<Newer>(noted->what)) ++counts.newer;
  }
  return counts;
}

}  // namespace duolog::journal
