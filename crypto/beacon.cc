// beacon.cc: 42 bytes, sealed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/beacon.h"

#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::size_t kPortAt = 8;
constexpr std::size_t kIpAt = kPortAt + 2;
constexpr std::size_t kDeviceAt = kIpAt + kBeaconIpLength;

ByteView associated() { return as_bytes("duolog1:beacon"); }

}  // namespace

BeaconKey beacon_key(const EpochSecret& epoch) { return kdf<BeaconKey>(epoch.view(), "net.beacon"); }

Bytes seal_beacon(const BeaconKey& key, const Beacon& beacon) {
  Bytes text;
  append_u64(text, beacon.minute);
  text.push_back(static_cast<std::uint8_t>(beacon.port & 0xff));
  text.push_back(static_cast<std::uint8_t>(beacon.port >> 8));
  append(text, beacon.ip);
  append(text, beacon.device);
  Bytes packet = seal(key.view(), associated(), text);
  check(packet.size() == kBeaconLength, "a beacon has another length");
  return packet;
}

std::optional<Beacon> open_beacon(const BeaconKey& key, ByteView packet) {
  if (packet.size() != kBeaconLength) return std::nullopt;
  const auto text = open(key.view(), associated(), packet);
  if (!text) return std::nullopt;
  Beacon beacon;
  beacon.minute = read_u64(*text);
  beacon.port = static_cast<std::uint16_t>((*text)[kPortAt] | (*text)[kPortAt + 1] << 8);
  const ByteView view(*text);
  std::ranges::copy(view.subspan(kIpAt, kBeaconIpLength), beacon.ip.begin());
  std::ranges::copy(view.subspan(kDeviceAt, kBeaconDeviceLength), beacon.device.begin());
  return beacon;
}

}  // namespace duolog::crypto
