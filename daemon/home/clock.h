// clock.h: the two times a daemon knows, handed to whoever needs them. Nothing else in the tree reads a clock.
//
// wall: what the person's device believes the date is; it may jump by years and decides nothing but what is shown.
// steady: for everything that waits; it never goes back.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>

namespace duolog {

using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::milliseconds>;

struct Clock {
  std::function<WallTime()> wall;
  std::function<SteadyTime()> steady;
  static Clock of_this_machine();
};

}  // namespace duolog
