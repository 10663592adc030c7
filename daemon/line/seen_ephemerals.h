// seen_ephemerals.h: a first message is answered once.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <vector>

#include "crypto/bytes.h"

namespace duolog::net {

// Remembers the ephemeral keys of the last handshakes that a psk fitted, so that a recorded message 1 is not answered
// twice. Strangers cannot push anything out of it: what no psk fits is never entered.
class SeenEphemerals {
 public:
  static constexpr std::size_t kLimit = 16384;
  bool first_time(ByteView message1);  // REQUIRES: a psk fitted. False: seen before.

 private:
  std::vector<ByteArray<32>> ring_;  // in order of arrival, then overwritten from the oldest on
  std::size_t oldest_ = 0;
  std::set<ByteArray<32>> known_;
};

}  // namespace duolog::net
