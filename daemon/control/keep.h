// keep.h: requests about keeping a home: backup and restore. Repair stands in repairing.h.
//
// A backup and a restore are conversations on one connection: what they stand on lives here from the first request to
// the last, and goes with the visitor, so that a closed terminal leaves nothing half-made behind.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/visit.h"

namespace duolog::control {

class Keep {
 public:
  struct Answers {
    std::function<void(Reply)> send;    // there will be more
    std::function<void(Reply)> finish;  // the last one
    std::function<void(const Error&)> fail;

    // What goes wrong in a turn of its own is told as in a request's; `end` comes before that.
    void guarded(const std::function<void()>& step, const std::function<void()>& end = {}) const;
  };
  Keep(Desk& desk, Answers answers);
  ~Keep();
  Keep(const Keep&) = delete;
  Keep& operator=(const Keep&) = delete;

  // False: it is none of these, and what was under way here is over. Throws what a request may throw.
  bool answer(const Request& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::control
