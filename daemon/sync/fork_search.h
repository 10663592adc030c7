// fork_search.h: where do two chains of one device part? Ids of a chain cover everything before them, so equal once
// means equal before, different once means different after: the lowest difference is found by halving.
//
//   low_: equal there (0 at first)    high_: different there    each answer moves one of them, until high_ == low_ + 1
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/sync/message.h"

namespace duolog::sync {

class ForkSearch {
 public:
  // REQUIRES: equal < different.
  ForkSearch(std::uint64_t equal, std::uint64_t different) : low_(equal), high_(different) {}

  // The next question, once; nullopt while its answer is awaited.
  [[nodiscard]] bool has_question() const { return !asked_; }
  HeadWant question(const DeviceId& device);
  // Whether these heads are what was asked for.
  [[nodiscard]] bool awaits(const Heads& heads) const { return asked_ && heads.start == seq_; }

  // The answer: their one head, and whether it is ours too. Throws ProtocolError when it contradicts their frontier.
  void learn(const crypto::SignedHeader& theirs, bool is_ours);
  [[nodiscard]] bool found() const { return high_ == low_ + 1 && at_high_.has_value(); }
  [[nodiscard]] std::uint64_t lowest() const { return high_; }
  // REQUIRES: found().
  [[nodiscard]] const crypto::SignedHeader& their_head() const { return *at_high_; }

  // Their one head did not carry a valid signature of its own: ask for a run of them that ends in one.
  void want_run() { asked_ = false, whole_run_ = true; }
  [[nodiscard]] bool wants_run() const { return whole_run_; }

 private:
  std::uint64_t low_;
  std::uint64_t high_;
  std::optional<crypto::SignedHeader> at_high_;
  std::uint64_t seq_ = 0;  // asked for last
  bool asked_ = false;
  bool whole_run_ = false;
};

}  // namespace duolog::sync
