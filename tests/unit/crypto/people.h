// people.h: two persons and their devices, for tests that need somebody.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/keys.h"

namespace duolog::crypto::testing {

struct People {
  RootKeys anna{RootEntropy::random()};
  RootKeys ben{RootEntropy::random()};
  DeviceKeys laptop{DeviceSeed::random()};   // Anna's
  DeviceKeys phone{DeviceSeed::random()};    // Anna's
  DeviceKeys desktop{DeviceSeed::random()};  // Ben's
  Genesis genesis{{7, 7, 7}, anna.public_keys(), ben.public_keys()};
  JournalId journal = genesis.id();
};

}  // namespace duolog::crypto::testing
