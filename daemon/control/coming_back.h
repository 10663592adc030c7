// coming_back.h: requests of somebody who comes back with the 24 words and a bundle of their notebook, piece by piece
// on one connection. What they stand on goes with the visitor, or where nothing comes of them for a while: a terminal
// that is closed or forgotten leaves the home empty.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/keep.h"

namespace duolog::control {

// Between two requests: the keys of somebody who has lost everything lie in memory for no longer.
inline constexpr std::chrono::seconds kComingBackPatience{60};

class ComingBack {
 public:
  ComingBack(Desk& desk, Keep::Answers answers);
  ~ComingBack();
  ComingBack(const ComingBack&) = delete;
  ComingBack& operator=(const ComingBack&) = delete;

  // False: it is none of these, and what was under way here is over. Throws what a request may throw.
  bool answer(const Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::control
