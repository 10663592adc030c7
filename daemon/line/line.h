// line.h: what all of this room's machines know of a connection: its name, and how long it may take to say who it is.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

#include "daemon/home/clock.h"

namespace duolog::net {

using std::chrono::milliseconds;

// One connection, named by whoever owns the sockets. Never reused.
using LineId = std::uint64_t;

inline constexpr milliseconds kHandshakeTime{10'000};
inline constexpr std::size_t kIntroductionFrame = 32 << 10;  // messages 2 and 3; 64 certificates take 20 KiB
inline constexpr std::size_t kOutputRoom = 128 << 10;        // whoever speaks is asked for more only below this

}  // namespace duolog::net
