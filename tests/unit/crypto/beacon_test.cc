// beacon_test.cc: what is called out into a network, and what a stranger can make of it: nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/beacon.h"

#include <map>
#include <set>

#include "damage.h"

namespace duolog::crypto::testing {
namespace {

class ABeacon : public ::testing::Test {
 protected:
  static BeaconKey some_key() {
    initialise();
    return beacon_key(EpochSecret::random());
  }
  BeaconKey key_ = some_key();
  Beacon beacon_{28'333'333, 38'650, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 1, 23}, {1, 2, 3}};
};

TEST_F(ABeacon, SaysWhatWasSaidToWhoeverHasTheKey) {
  const Bytes packet = seal_beacon(key_, beacon_);
  EXPECT_EQ(packet.size(), 82u);
  EXPECT_EQ(open_beacon(key_, packet), beacon_);
  EXPECT_FALSE(open_beacon(beacon_key(EpochSecret::random()), packet));
}

TEST_F(ABeacon, WithTheLargestValuesIsOfTheSameLength) {
  beacon_.minute = ~std::uint64_t{0};
  beacon_.port = 65'535;
  beacon_.ip.fill(0xff);
  beacon_.device.fill(0xff);
  const Bytes packet = seal_beacon(key_, beacon_);
  EXPECT_EQ(packet.size(), kBeaconLength);
  EXPECT_EQ(open_beacon(key_, packet), beacon_);
}

TEST_F(ABeacon, IsRefusedWithAnyBitFlippedOrAnyByteMissingOrOneMore) {
  Bytes packet = seal_beacon(key_, beacon_);
  expect_each_bit_flip_refused(packet, [&](const Bytes& bad) { return !open_beacon(key_, bad); });
  expect_each_cut_refused(packet, [&](const Bytes& bad) { return !open_beacon(key_, bad); });
  packet.push_back(0);
  EXPECT_FALSE(open_beacon(key_, packet));
}

// One device, one minute, one address: a thousand times the very same words. No eight bytes of any come again in any,
// wherever they stand, and no place holds the same byte more often than chance has it.
TEST_F(ABeacon, OfAThousandNoTwoShareAnyBytes) {
  constexpr std::size_t kMany = 1'000;
  constexpr std::size_t kWindow = 8;
  constexpr int kFarBeyondChance = 30;  // of a thousand; four are expected
  std::set<Bytes> windows;
  std::map<std::pair<std::size_t, std::uint8_t>, int> often;
  for (std::size_t i = 0; i < kMany; ++i) {
    const Bytes packet = seal_beacon(key_, beacon_);
    ASSERT_EQ(packet.size(), kBeaconLength);
    for (std::size_t at = 0; at < packet.size(); ++at) ++often[{at, packet[at]}];
    for (std::size_t at = 0; at + kWindow <= packet.size(); ++at)
      windows.insert(to_bytes(ByteView(packet).subspan(at, kWindow)));
  }
  EXPECT_EQ(windows.size(), kMany * (kBeaconLength - kWindow + 1));
  for (const auto& [place, times] : often) EXPECT_LT(times, kFarBeyondChance) << "byte " << place.first;
}

}  // namespace
}  // namespace duolog::crypto::testing
