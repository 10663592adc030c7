// clock.cc: the only place that asks the machine for the time.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/clock.h"

namespace duolog {

Clock Clock::of_this_machine() {
  using std::chrono::floor;
  using std::chrono::milliseconds;
  return {[] { return floor<milliseconds>(std::chrono::system_clock::now()); },
          [] { return floor<milliseconds>(std::chrono::steady_clock::now()); }};
}

}  // namespace duolog
