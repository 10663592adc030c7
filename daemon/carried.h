// carried.h: what this device has put into a mailbox, bundle by bundle, and how far that reaches: so that a word is put
// there once, as long as it lies there, and once more when it does not.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "crypto/mailbox.h"

namespace duolog {

struct Carried {
  struct Run {
    std::uint64_t after = 0;
    std::uint64_t up_to = 0;
  };
  BundleId id;
  std::uint64_t cursor = 0;
  std::int64_t at_ms = 0;
  std::uint64_t bytes = 0;      // of the bundle
  std::vector<EpochId> epochs;  // that it is sealed under
  std::map<DeviceId, Run> runs;
  std::vector<ChunkId> chunks;
};

struct CarriedAll {
  Hash forks;                    // that have gone along, so that one that is found later goes by itself
  std::vector<ChunkId> later;    // had no room yet; the entry that names them may be held by now
  std::vector<Carried> bundles;  // by cursor
};

using Ends = std::map<DeviceId, std::uint64_t>;

// Up to where each log is held by all, or by what lies there without a gap behind what they hold and opens by each of
// `epochs`: whom it is for may have no other.
Ends covered(Ends held, const std::vector<Carried>& bundles, const std::vector<EpochId>& epochs);
std::uint64_t bytes_of(const CarriedAll& all);
// Of no use any more: all of its records are held, and none of its chunks is among `chunks`.
bool is_over(const Carried& one, const Ends& held, const std::vector<ChunkId>& chunks);

Bytes encode(const CarriedAll& all);
CarriedAll decode_carried(ByteView mark);  // what is damaged is as if nothing had been put there

}  // namespace duolog
