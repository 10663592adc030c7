// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/order.h"

#include <algorithm>

namespace duolog::journal {

void Merge::add_chain(const DeviceId& device, std::int64_t time, Pull pull) {
  Chain& chain = chains_.emplace_back(Chain{device, time, std::move(pull), std::nullopt});
  chain.next = chain.pull();
}

// True when all that the writer had seen is behind us.
bool Merge::is_free(const Chain& chain) const {
  return std::all_of(chain.next->seen.begin(), chain.next->seen.end(), [&](const Seen& seen) {
    if (seen.device == chain.device) return true;
    const auto other =
        std::find_if(chains_.begin(), chains_.end(), [&](const Chain& one) { return one.device == seen.device; });
    return other == chains_.end() || !other->next || other->next->seq > seen.seq;
  });
}

bool Merge::earlier(const Chain& a, const Chain& b) {
  const std::int64_t a_time = a.next_time();
  const std::int64_t b_time = b.next_time();
  return a_time != b_time ? a_time < b_time : a.next->id < b.next->id;
}

std::optional<Merge::Step> Merge::step() {
  Chain* free = nullptr;
  Chain* any = nullptr;
  for (Chain& chain : chains_) {
    if (!chain.next) continue;
    if (any == nullptr || earlier(chain, *any)) any = &chain;
    if ((free == nullptr || earlier(chain, *free)) && is_free(chain)) free = &chain;
  }
  if (any == nullptr) return std::nullopt;
  Chain& first = free != nullptr ? *free : *any;
  first.time = first.next_time();
  Step step{static_cast<std::size_t>(&first - chains_.data()), std::move(*first.next), first.time, free != nullptr};
  first.next = first.pull();
  return step;
}

}  // namespace duolog::journal
