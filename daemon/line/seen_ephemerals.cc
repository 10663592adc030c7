// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/seen_ephemerals.h"

#include "crypto/check.h"
#include "crypto/noise.h"

namespace duolog::net {

bool SeenEphemerals::first_time(ByteView message1) {
  check(message1.size() == crypto::kFirstMessageLength, "a message 1 of another length");
  ByteArray<32> ephemeral;
  std::copy_n(message1.begin(), ephemeral.size(), ephemeral.begin());
  if (!known_.insert(ephemeral).second) return false;
  if (ring_.size() < kLimit) {
    ring_.push_back(ephemeral);
    return true;
  }
  known_.erase(std::exchange(ring_[oldest_], ephemeral));
  oldest_ = (oldest_ + 1) % kLimit;
  return true;
}

}  // namespace duolog::net
