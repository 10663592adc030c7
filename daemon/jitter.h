// jitter.h: chance by which daemons do not all act at the same moment.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "crypto/secret.h"

namespace duolog {

// REQUIRES: bound > 0. The bias of 2^-32 does not matter here.
inline std::uint32_t random_below(std::uint32_t bound) {
  ByteArray<8> bytes{};
  crypto::fill_random(bytes);
  return static_cast<std::uint32_t>(read_u64(bytes) % bound);
}

}  // namespace duolog
