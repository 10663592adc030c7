// beacon.h: "I am here", said to the whole network around and understood only by those who share an epoch.
//
// Every beacon is of one length and, to whoever has no key, 82 bytes of chance: no two have anything in common. It
// names the address it is sent from, so that it says nothing when it is said again from elsewhere. Spec:
// proto/README.md section 3.6b.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/hash.h"

namespace duolog::crypto {

inline constexpr std::size_t kBeaconDeviceLength = 16;  // the beginning of a device's id. DO NOT CHANGE
inline constexpr std::size_t kBeaconIpLength = 16;      // IPv4 as ::ffff:a.b.c.d. DO NOT CHANGE
// u64 unix minute || u16 port || source IP || device
inline constexpr std::size_t kBeaconText = 8 + 2 + kBeaconIpLength + kBeaconDeviceLength;
inline constexpr std::size_t kBeaconLength = kSealOverhead + kBeaconText;

struct Beacon {
  std::uint64_t minute = 0;  // since 1970
  std::uint16_t port = 0;
  ByteArray<kBeaconIpLength> ip{};
  ByteArray<kBeaconDeviceLength> device{};
  auto operator<=>(const Beacon&) const = default;
};

using BeaconKey = Secret<struct BeaconKeyTag>;  // of an epoch
BeaconKey beacon_key(const EpochSecret& epoch);

Bytes seal_beacon(const BeaconKey& key, const Beacon& beacon);
// nullopt: of another length, or not sealed under this key.
std::optional<Beacon> open_beacon(const BeaconKey& key, ByteView packet);

}  // namespace duolog::crypto
