// What comes by the group of beacons: noise, and what a member sealed and somebody bent. Whoever is understood is who
// is looked for, at the address it came from, today; a flood costs no more than its share.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/beacon.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

constexpr std::uint64_t kMinute = 28'333'333;
constexpr WallTime kWall{std::chrono::minutes(kMinute)};

struct Journal {
  crypto::EpochSecret epoch = crypto::EpochSecret::filled([](std::span<std::uint8_t> out) { out[0] = 1; });
  crypto::EpochSecret before = crypto::EpochSecret::filled([](std::span<std::uint8_t> out) { out[0] = 2; });
  DeviceId self{{1}};
  DeviceId other{{2}};
  std::vector<net::Doorway> doors;

  Journal() {
    net::Doorway& door = doors.emplace_back();
    door.others = {other};
    door.beacons.push_back(crypto::beacon_key(epoch));
    door.beacons.push_back(crypto::beacon_key(before));
  }
};

crypto::Beacon read_beacon(fuzz::Script& script) {
  crypto::Beacon beacon;
  beacon.minute = kMinute + script.byte() * std::uint64_t{12} - script.byte() * std::uint64_t{12};
  if (script.byte() == 7) beacon.minute = ~std::uint64_t{0} - script.byte();
  beacon.port = script.word();
  std::ranges::copy(script.take(beacon.ip.size()), beacon.ip.begin());
  beacon.device[0] = script.byte() % 4;
  return beacon;
}

void sealed(fuzz::Script& script, const Journal& journal, net::BeaconEar& ear, SteadyTime now) {
  const crypto::Beacon beacon = read_beacon(script);
  const auto key = script.byte() % 3;
  Bytes packet = crypto::seal_beacon(journal.doors[0].beacons[key == 0 ? 0 : 1], beacon);
  if (key == 2) packet[script.below(packet.size())] ^= static_cast<std::uint8_t>(1 + script.byte() % 255);
  auto from = beacon.ip;
  const bool moved = script.byte() % 2 == 0;
  if (moved) from[script.below(from.size())] ^= static_cast<std::uint8_t>(1 + script.byte() % 255);
  const auto sender = ear.understand({packet, from, "192.0.2.7"}, journal.doors, journal.self, kWall, now);
  if (!sender) return;
  must(key != 2 && !moved, "what was bent, or said from elsewhere, was believed");
  must(sender->key.device == journal.other && beacon.device[0] == 2, "somebody else was understood");
  must(sender->address.port == beacon.port && beacon.port != 0, "a port that nobody said");
  const std::uint64_t apart = beacon.minute > kMinute ? beacon.minute - kMinute : kMinute - beacon.minute;
  must(apart <= 24 * 60, "a clock that is more than a day off was believed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::same_chance();
  static const Journal journal;
  fuzz::Script script(data, size);
  SteadyTime now{};
  net::BeaconEar ear(now);
  while (!script.over()) {
    now += std::chrono::milliseconds(script.byte());
    if (script.byte() % 2 == 0) {
      sealed(script, journal, ear, now);
      continue;
    }
    const Bytes noise = to_bytes(script.take(script.below(200)));
    must(!ear.understand({noise, {}, "192.0.2.7"}, journal.doors, journal.self, kWall, now), "noise was understood");
  }
  const auto elapsed = static_cast<std::uint64_t>(now.time_since_epoch().count());
  must(ear.trials() <= net::kBeaconTrialsPerSecond * (1 + elapsed / 1'000 + 1), "a flood is read");
  return 0;
}
