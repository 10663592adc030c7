// watch.h: what somebody with an event loop watches for this room, which has none.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "daemon/home/clock.h"

namespace duolog::notify {

// attend() wants to be called once the file is ready or the time has come. Valid until then.
struct Watch {
  int fd = -1;
  bool to_read = true;
  bool to_write = false;
  std::optional<SteadyTime> until;
};

}  // namespace duolog::notify
