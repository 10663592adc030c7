// handover.h: all that makes a new device its person's, as the message Handover of proto/wire.proto, and everything
// that a new device checks before it believes one. Spec: proto/README.md section 3.8, purpose D.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/arrival.h"

namespace duolog::wire {
class Handover;
class PairFrame;
}  // namespace duolog::wire

namespace duolog::journal {

// Why an arrival comes to nothing. Caught in one place on each side, receive().
struct Unwelcome {
  ArrivalFault fault = ArrivalFault::kViolation;
  std::string detail;
};

// The secrets in a message are zeroed on every way out of the scope. REQUIRES: the message outlives it.
class WipedHandover {
 public:
  explicit WipedHandover(wire::PairFrame& message) : message_(message) {}
  WipedHandover(const WipedHandover&) = delete;
  WipedHandover& operator=(const WipedHandover&) = delete;
  ~WipedHandover();

 private:
  wire::PairFrame& message_;
};

// A newer version may know more; what is not one of these a new device would not take.
bool is_handed_on(const std::string& relationship, const std::string& paired_by);

// Of every journal that is not hidden, and that a new device would take: epoch zero and the newest ones. One of which
// there is no more than epoch zero yet comes by the notebook. The chain is the last to be known.
void put_handover(wire::Handover* to, const Identity& identity, const std::vector<Reach>& reach);
void put_chain(wire::Handover* to, const crypto::Chain& chain);

// Throws Unwelcome. `host`: the device that was spoken with.
Handover verified_handover(const wire::Handover& from, const crypto::DeviceKeys& self, const DeviceId& host);

}  // namespace duolog::journal
