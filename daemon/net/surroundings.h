// surroundings.h: two descriptors that become readable when the world around this machine changed: its addresses,
// links and routes (netlink), or its clock, as after a sleep (a timer that is cancelled when the clock is set). So
// nobody has to look every few seconds. Where the system refuses one, it is left out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/net/descriptor.h"

namespace duolog::net {

class Surroundings {
 public:
  Surroundings();
  [[nodiscard]] int network() const { return network_.get(); }
  [[nodiscard]] int clock() const { return clock_.get(); }
  // Empties the descriptor, so that it becomes readable again with the next change only.
  void drain_network() const;
  void drain_clock() const;

 private:
  Descriptor network_;
  Descriptor clock_;
};

}  // namespace duolog::net
