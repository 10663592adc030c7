// fork_search.cc: one step of the halving.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/fork_search.h"

namespace duolog::sync {

HeadWant ForkSearch::question(const DeviceId& device) {
  asked_ = true;
  seq_ = high_ == low_ + 1 ? high_ : low_ + (high_ - low_) / 2;
  return {device, seq_, whole_run_ ? static_cast<std::uint32_t>(kWantLimit) : 1};
}

void ForkSearch::learn(const crypto::SignedHeader& theirs, bool is_ours) {
  asked_ = false;
  if (is_ours && seq_ == high_) throw ProtocolError("its heads contradict its frontier");
  if (is_ours) {
    low_ = seq_;
  } else {
    high_ = seq_;
    at_high_ = theirs;
  }
}

}  // namespace duolog::sync
