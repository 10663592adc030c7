// merged.h: the order of a journal's records, computed the simple way: all of them in memory, merged anew. What the view
// says is held against it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "daemon/journal/noted.h"

namespace duolog::journal {

class Merged {
 public:
  void put(const Noted& noted) { chains_[noted.device][noted.seq] = noted; }

  [[nodiscard]] std::vector<Noted> ordered() const {
    std::map<DeviceId, Cursor> cursors;
    for (const auto& [device, chain] : chains_) cursors.emplace(device, Cursor{chain.begin(), chain.end()});
    std::vector<Noted> ordered;
    for (;;) {
      Cursor* free = nullptr;
      Cursor* any = nullptr;
      for (auto& [device, cursor] : cursors) {
        if (cursor.done()) continue;
        if (any == nullptr || earlier(cursor, *any)) any = &cursor;
        if (!is_free(cursor.next->second, cursors)) continue;
        if (free == nullptr || earlier(cursor, *free)) free = &cursor;
      }
      if (any == nullptr) return ordered;
      Cursor& next = free != nullptr ? *free : *any;
      next.time = next.next_time();
      ordered.push_back(next.next->second);
      ++next.next;
    }
  }

 private:
  using Chain = std::map<std::uint64_t, Noted>;
  struct Cursor {
    Chain::const_iterator next;
    Chain::const_iterator end;
    std::int64_t time = kNoTime;

    [[nodiscard]] bool done() const { return next == end; }
    [[nodiscard]] std::int64_t next_time() const { return next->second.written_ms.value_or(time); }
  };

  static bool is_free(const Noted& noted, const std::map<DeviceId, Cursor>& cursors) {
    return std::all_of(noted.seen.begin(), noted.seen.end(), [&](const Seen& seen) {
      const auto other = cursors.find(seen.device);
      return other == cursors.end() || seen.device == noted.device || other->second.done() ||
             other->second.next->first > seen.seq;
    });
  }
  static bool earlier(const Cursor& a, const Cursor& b) {
    const std::int64_t a_time = a.next_time();
    const std::int64_t b_time = b.next_time();
    return a_time != b_time ? a_time < b_time : a.next->second.id < b.next->second.id;
  }

  std::map<DeviceId, Chain> chains_;
};

}  // namespace duolog::journal
