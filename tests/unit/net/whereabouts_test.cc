// whereabouts_test.cc: what a change of the network means, without a network.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/whereabouts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace duolog::net {
namespace {

using ::testing::ElementsAre;
using namespace std::chrono_literals;

constexpr SteadyTime kStart{100'000ms};

class TheWhereabouts : public ::testing::Test {
 protected:
  TheWhereabouts() {
    here_.listen("", 38650, {});
    here_.look({lo_, eth_});
  }
  Whereabouts::Change look() { return here_.look({lo_, eth_}); }

  Interface lo_{"lo", 1, true, {"127.0.0.1"}, {"::1"}, true};
  Interface eth_{"eth0", 2, false, {"192.0.2.7"}, {}, true};
  Whereabouts here_;
};

TEST_F(TheWhereabouts, AreToldOnceAndThenOnlyWhenTheyChange) {
  EXPECT_THAT(here_.addresses(), ElementsAre("192.0.2.7:38650"));
  EXPECT_FALSE(look().told || look().way);
}

TEST_F(TheWhereabouts, TellWhereARouterLetsOthersInBeforeTheirOwnUntilItEnds) {
  here_.outside(Address{"8.8.4.1", 40000});
  EXPECT_TRUE(look().told);
  EXPECT_THAT(here_.addresses(), ElementsAre("8.8.4.1:40000", "192.0.2.7:38650"));
  EXPECT_FALSE(look().told);
  here_.outside(std::nullopt);
  EXPECT_TRUE(look().told);
  EXPECT_THAT(here_.addresses(), ElementsAre("192.0.2.7:38650"));
}

TEST_F(TheWhereabouts, TellAnAddressOnceThatIsBothMappedAndConfigured) {
  Whereabouts here;
  here.listen("", 38650, {"8.8.4.1:38650"});
  here.outside(Address{"8.8.4.1", 38650});
  here.look({lo_, eth_});
  EXPECT_THAT(here.addresses(), ElementsAre("8.8.4.1:38650", "192.0.2.7:38650"));
}

// ---- from where it is said that this device is here ----

TEST_F(TheWhereabouts, AreCalledOutByEachInterfaceAndFamilyButLoopback) {
  eth_.v4 = {"192.0.2.7", "198.51.100.7"};
  eth_.v6 = {"2001:db8::7"};
  eth_.v6_local = "fe80::7";
  look();
  EXPECT_THAT(here_.beacon_sources(),
              ElementsAre(BeaconSource{2, *ip_bytes("192.0.2.7")}, BeaconSource{2, *ip_bytes("fe80::7")}));
}

TEST_F(TheWhereabouts, AreNotCalledOutWhereThereIsNoCarrier) {
  eth_.carrier = false;
  look();
  EXPECT_TRUE(here_.beacon_sources().empty());
}

TEST_F(TheWhereabouts, AreCalledOutOnLoopbackWhereThereIsNothingElse) {
  here_.look({lo_});
  EXPECT_THAT(here_.beacon_sources(), ElementsAre(BeaconSource{1, *ip_bytes("127.0.0.1")}));
}

TEST_F(TheWhereabouts, AreCalledOutOnlyWhereThisDeviceListens) {
  eth_.v6_local = "fe80::7";
  Whereabouts by_loopback;
  by_loopback.listen("127.0.0.1", 4000, {});
  by_loopback.look({lo_, eth_});
  EXPECT_THAT(by_loopback.beacon_sources(), ElementsAre(BeaconSource{1, *ip_bytes("127.0.0.1")}));
  Whereabouts without_v6;
  without_v6.listen("", 4000, {}, true);
  without_v6.look({lo_, eth_});
  EXPECT_THAT(without_v6.beacon_sources(), ElementsAre(BeaconSource{2, *ip_bytes("192.0.2.7")}));
}

TEST_F(TheWhereabouts, WithANewAddressAreANewWay) {
  eth_.v4 = {"192.0.2.7", "198.51.100.7"};
  const auto change = look();
  EXPECT_TRUE(change.told && change.way);
}

TEST_F(TheWhereabouts, WithoutAnAddressThatWasThereLeaveItsConnectionsStranded) {
  EXPECT_TRUE(here_.stands("192.0.2.7"));
  eth_.v4 = {"192.0.2.8"};
  look();
  EXPECT_FALSE(here_.stands("192.0.2.7"));
  EXPECT_TRUE(here_.stands("192.0.2.8") && here_.stands("127.0.0.1") && here_.stands("fe80::1%eth0"));
}

TEST_F(TheWhereabouts, OfACableThatIsPulledAndPluggedInAgainAreTheSameAndYetANewWay) {
  eth_.carrier = false;
  EXPECT_FALSE(look().told) << "the address is still ours";
  eth_.carrier = true;
  const auto change = look();
  EXPECT_TRUE(change.way);
  EXPECT_FALSE(change.told);
}

TEST_F(TheWhereabouts, AreThoseThatWereAskedForWhereAHostIsListenedOn) {
  Whereabouts given;
  given.listen("192.0.2.7", 4000, {"home.example", "no such thing"});
  given.look({lo_, eth_});
  EXPECT_THAT(given.addresses(), ElementsAre("home.example:38650", "192.0.2.7:4000"));
}

TEST(ANetworkThatChanges, IsLookedAtASecondLater) { EXPECT_EQ(Settling().pause(kStart), 1s); }

TEST(ANetworkThatChanges, EverySecondIsLookedAtEverySeldomerButAtLeastEveryEightSeconds) {
  Settling settling;
  SteadyTime now = kStart;
  int looks = 0;
  while (now < kStart + 10min) {
    const auto pause = settling.pause(now);
    EXPECT_LE(pause, 8s);
    now += pause + 1s;
    ++looks;
  }
  EXPECT_LE(looks, 600 / 9 + 4);
}

TEST(ANetworkThatChanges, AfterSomeCalmIsLookedAtSoonAgain) {
  Settling settling;
  for (int i = 0; i < 5; ++i) (void)settling.pause(kStart);
  EXPECT_EQ(settling.pause(kStart + 30s), 1s);
}

}  // namespace
}  // namespace duolog::net
