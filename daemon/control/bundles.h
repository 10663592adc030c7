// bundles.h: requests about what is carried by hand: a bundle is written, or taken in, piece by piece on one
// connection. What they stand on goes with the visitor.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/keep.h"

namespace duolog::control {

class Bundles {
 public:
  Bundles(Desk& desk, Keep::Answers answers);
  ~Bundles();
  Bundles(const Bundles&) = delete;
  Bundles& operator=(const Bundles&) = delete;

  // False: it is none of these, and what was under way here is over. Throws what a request may throw. REQUIRES:
  // Desk::State::kOpen where it is one of these.
  bool answer(const Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::control
