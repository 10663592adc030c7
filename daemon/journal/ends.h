// ends.h: how far logs go, as LocalState keeps it: device || u64 seq, one after the other.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "crypto/bytes.h"

namespace duolog::journal {

using Ends = std::map<DeviceId, std::uint64_t>;

inline void append_ends(Bytes& to, const Ends& ends) {
  for (const auto& [device, seq] : ends) {
    append(to, device.bytes);
    append_u64(to, seq);
  }
}

inline Ends read_ends(ByteView from) {
  constexpr std::size_t kEntryLength = DeviceId::kLength + 8;
  Ends ends;
  for (; from.size() >= kEntryLength; from = from.subspan(kEntryLength))
    ends.emplace(*DeviceId::from(from.first(DeviceId::kLength)), read_u64(from.subspan(DeviceId::kLength)));
  return ends;
}

}  // namespace duolog::journal
