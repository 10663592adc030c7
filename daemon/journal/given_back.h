// given_back.h: what somebody gets back who has nothing but their 24 words, as the message Return of proto/wire.proto;
// and everything that they check before they believe it. Spec: proto/README.md section 3.8, purpose R.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/readmission.h"

namespace duolog::wire {
class Return;
}

namespace duolog::journal {

// Of each of these journals, as this device's log holds them: at most kJournalsReturned.
void put_return(wire::Return* to, const Shelf& shelf, const std::vector<const Journal*>& journals);

// What came is not what such a message can be.
struct Untrue {
  std::string detail;
};

// Throws Untrue. `host`: the device that was spoken with. Epochs without a slot that the words open are
// passed over.
Returned verified_return(const wire::Return& from, const crypto::RootKeys& root, const DeviceId& host);

}  // namespace duolog::journal
