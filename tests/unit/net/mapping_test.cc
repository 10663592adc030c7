// mapping_test.cc: a router of our own making, hour by hour on a scripted clock: it grants, refuses, forgets, is silent
// and lies.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/line/interfaces.h"
#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using Is = MappingStatus::Is;
using namespace std::chrono_literals;

constexpr MapNonce kNonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr std::uint16_t kPort = 38650;
const UpnpAnswer kGranted{UpnpAnswer::Is::kMapped, 38'651, *ip_bytes("8.8.4.1"), 3'600};
const Route kHome{"192.168.7.1", *ip_bytes("192.168.7.10"), kNonce};
const Route kCafe{"192.168.8.1", *ip_bytes("192.168.8.20"), {7}};

void add(Bytes& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

class TheRouter : public ::testing::Test {
 protected:
  // ---- what it says ----
  Bytes pcp(std::uint8_t result = 0, const std::string& outside = "8.8.4.1") const {
    Bytes packet{2, 0x81, 0, result};
    add(packet, granted_, 4);
    add(packet, epoch(), 4);
    packet.resize(24);
    MapNonce nonce = mapping_.route() ? mapping_.route()->nonce : kNonce;
    nonce[0] ^= nonce_bent_;
    append(packet, nonce);
    add(packet, 6 << 24, 4);
    add(packet, kPort, 2);
    add(packet, outside_port_, 2);
    append(packet, *ip_bytes(outside));
    return packet;
  }
  Bytes pmp_address(std::uint16_t result = 0, const std::string& outside = "8.8.4.1") const {
    Bytes packet{0, 0x80};
    add(packet, result, 2);
    add(packet, epoch(), 4);
    append(packet, ByteView(*ip_bytes(outside)).last(4));
    return packet;
  }
  Bytes pmp_map(std::uint16_t result = 0) const {
    Bytes packet{0, 0x82};
    add(packet, result, 2);
    add(packet, epoch(), 4);
    add(packet, kPort, 2);
    add(packet, outside_port_, 2);
    add(packet, granted_, 4);
    return packet;
  }
  Bytes begins_anew() {
    began_ = now_;
    Bytes packet{2, 0x80, 0, 0, 0, 0, 0, 0};
    add(packet, epoch(), 4);
    packet.resize(24);
    return packet;
  }
  std::uint32_t epoch() const { return static_cast<std::uint32_t>((now_ - began_) / 1s) + 100; }

  // ---- what is said to it ----
  enum class Asked { kNothing, kPcp, kPcpGone, kPmpAddress, kPmp, kPmpGone, kUpnp, kUpnpGone };
  Asked asked() {
    if (auto wish = mapping_.take_wish()) {
      wish_ = *std::move(wish);
      return wish_.seconds == 0 ? Asked::kUpnpGone : Asked::kUpnp;
    }
    const auto packet = mapping_.take_packet();
    if (!packet) return Asked::kNothing;
    last_ = *packet;
    if ((*packet)[0] == 2)
      return ByteView(*packet)[6] == 0 && ByteView(*packet)[7] == 0 ? Asked::kPcpGone : Asked::kPcp;
    if ((*packet)[1] == 0) return Asked::kPmpAddress;
    return (*packet)[10] == 0 && (*packet)[11] == 0 ? Asked::kPmpGone : Asked::kPmp;
  }
  void answer(const Bytes& packet) { mapping_.received(packet, now_); }
  void answer(const UpnpAnswer& answer) { mapping_.answered(wish_, answer, now_); }
  // How much of this machine's it is told to forget, from which port on.
  void expect_undone(std::uint16_t port, std::uint16_t ports) {
    ASSERT_EQ(asked(), Asked::kUpnpGone);
    EXPECT_EQ(wish_.outside_port, port);
    EXPECT_EQ(wish_.ports, ports);
  }
  // Lets time pass; everything that is asked meanwhile.
  std::vector<Asked> pass(std::chrono::milliseconds time) {
    std::vector<Asked> all;
    const SteadyTime end = now_ + time;
    while (mapping_.deadline() <= end) {
      now_ = std::max(now_, mapping_.deadline());
      mapping_.tick(now_);
      for (Asked question; (question = asked()) != Asked::kNothing;) {
        if (question != Asked::kUpnpGone) all.push_back(question);
        if (question == Asked::kUpnp) answer(UpnpAnswer{});
      }
    }
    now_ = end;
    return all;
  }
  void map() {
    mapping_.ask(kHome, now_);
    ASSERT_EQ(asked(), Asked::kPcp);
    answer(pcp());
    ASSERT_EQ(is(), Is::kMapped);
  }
  void pmp() {  // it speaks NAT-PMP alone
    mapping_.ask(kHome, now_);
    ASSERT_EQ(asked(), Asked::kPcp);
    answer({0, 0x81, 0, 1, 0, 0, 0, 9});
    ASSERT_EQ(asked(), Asked::kPmpAddress);
  }
  void upnp() {
    mapping_.ask(kHome, now_);
    mapping_.nobody_there(now_);
    mapping_.nobody_there(now_);
    ASSERT_EQ(asked(), Asked::kUpnp);
    mapping_.take_packet();  // which came to nothing
  }
  void await_wish() {
    for (int i = 0; i < 4 && asked() != Asked::kUpnp; ++i) continue;
    ASSERT_NE(wish_.seconds, 0u);
    mapping_.take_packet();
  }
  Is is() const { return mapping_.status().is; }
  std::string outside() const { return mapping_.status().outside ? mapping_.status().outside->text() : ""; }

  SteadyTime now_{100'000'000ms};
  SteadyTime began_ = now_;
  std::uint8_t nonce_bent_ = 0;
  std::uint16_t outside_port_ = 40'000;
  std::uint32_t granted_ = 3'600;
  Bytes last_;
  UpnpWish wish_;
  Mapping mapping_{kPort};
};

// ---- asked, and granted ----

TEST_F(TheRouter, IsAskedForThePortThatIsListenedOn) {
  mapping_.ask(kHome, now_);
  EXPECT_EQ(is(), Is::kAsking);
  ASSERT_EQ(asked(), Asked::kPcp);
  EXPECT_EQ(last_, encode(PcpMap{kNonce, kHome.here, kPort, kPort, kMappingSeconds}));
}

TEST_F(TheRouter, GrantsAnotherPortAndThatIsTold) {
  map();
  EXPECT_EQ(outside(), "8.8.4.1:40000");
  EXPECT_EQ(mapping_.status().way, MappingWay::kPcp);
  EXPECT_FALSE(mapping_.waits_for_packet());
  EXPECT_TRUE(mapping_.listens());
}

TEST_F(TheRouter, ThatSpeaksTheElderLanguageIsAskedInIt) {
  pmp();
  answer(pmp_address());
  ASSERT_EQ(asked(), Asked::kPmp);
  EXPECT_EQ(last_, encode(PmpMap{kPort, kPort, kMappingSeconds}));
  answer(pmp_map());
  EXPECT_EQ(outside(), "8.8.4.1:40000");
  EXPECT_EQ(mapping_.status().way, MappingWay::kNatPmp);
}

TEST_F(TheRouter, ThatSpeaksNeitherIsAskedByUpnp) {
  upnp();
  answer(kGranted);
  EXPECT_EQ(outside(), "8.8.4.1:38651");
  EXPECT_EQ(mapping_.status().way, MappingWay::kUpnp);
}

TEST_F(TheRouter, ThatIsSilentIsAskedFourTimesInEachLanguageWithinEightSeconds) {
  mapping_.ask(kHome, now_);
  ASSERT_EQ(asked(), Asked::kPcp);
  const auto all = pass(7'500ms);
  using enum Asked;
  EXPECT_THAT(all, ::testing::ElementsAre(kPcp, kPcp, kPcp, kPmpAddress, kPmpAddress, kPmpAddress, kPmpAddress, kUpnp));
  EXPECT_EQ(is(), Is::kNoAnswer);
}

TEST_F(TheRouter, ThatIsSilentIsAskedEverMoreSeldom) {
  mapping_.ask(kHome, now_);
  pass(8s);
  int searches = 0;
  for (int hour = 0; hour < 24; ++hour)
    for (const Asked question : pass(1h)) searches += question == Asked::kUpnp ? 1 : 0;
  EXPECT_GE(searches, 6);  // after 10, 30, 70, 150, 310, 630 minutes …
  EXPECT_LE(searches, 9);  // … and every six hours
}

TEST_F(TheRouter, IsNoneWhereNoRouteLeadsThroughOne) {
  mapping_.ask(std::nullopt, now_);
  EXPECT_EQ(is(), Is::kNoRouter);
  EXPECT_EQ(asked(), Asked::kNothing);
  EXPECT_EQ(mapping_.deadline(), SteadyTime::max());
}

TEST_F(TheRouter, ThatIsSlowIsHeardAllTheSame) {
  mapping_.ask(kHome, now_);
  pass(5s);
  answer(pcp());
  EXPECT_EQ(outside(), "8.8.4.1:40000");
  EXPECT_EQ(mapping_.status().way, MappingWay::kPcp);
}

TEST_F(TheRouter, ThatIsSlowToRefuseIsSaidToRefuse) {
  mapping_.ask(kHome, now_);
  pass(5s);
  answer(pcp(2));
  pass(3s);
  EXPECT_EQ(is(), Is::kRefused);
}

// ---- refused ----

TEST_F(TheRouter, ThatRefusesInEveryLanguageIsSaidToRefuse) {
  mapping_.ask(kHome, now_);
  answer(pcp(2));
  answer(pmp_address());
  answer(pmp_map(2));
  mapping_.take_packet();
  ASSERT_EQ(asked(), Asked::kUpnp);
  answer(UpnpAnswer{UpnpAnswer::Is::kRefused});
  EXPECT_EQ(is(), Is::kRefused);
  EXPECT_TRUE(outside().empty());
}

TEST_F(TheRouter, ThatRefusesInOneLanguageMayGrantInAnother) {
  mapping_.ask(kHome, now_);
  answer(pcp(2));
  answer(pmp_address());
  answer(pmp_map());
  EXPECT_EQ(is(), Is::kMapped);
}

TEST_F(TheRouter, WithAPrivateAddressOutsideIsToldAndItsMappingGivenBack) {
  mapping_.ask(kHome, now_);
  ASSERT_EQ(asked(), Asked::kPcp);
  answer(pcp(0, "10.0.0.2"));
  EXPECT_EQ(is(), Is::kNotOutside);
  EXPECT_EQ(asked(), Asked::kPcpGone);
  EXPECT_TRUE(outside().empty());
}

TEST_F(TheRouter, WithAPrivateAddressOutsideIsNotEvenAskedInNatPmp) {
  pmp();
  answer(pmp_address(0, "100.64.3.7"));
  EXPECT_EQ(is(), Is::kNotOutside);
  EXPECT_EQ(asked(), Asked::kNothing);
}

TEST_F(TheRouter, WithoutAnAddressOutsideIsToldInEveryLanguage) {
  mapping_.ask(kHome, now_);
  answer(pcp(7));
  EXPECT_EQ(is(), Is::kNotOutside);
  mapping_.ask(kCafe, now_);
  mapping_.nobody_there(now_);
  answer(pmp_address(3));
  EXPECT_EQ(is(), Is::kNotOutside);
  mapping_.ask(kHome, now_);
  mapping_.nobody_there(now_);
  mapping_.nobody_there(now_);
  await_wish();
  answer(UpnpAnswer{UpnpAnswer::Is::kNotOutside});
  EXPECT_EQ(is(), Is::kNotOutside);
}

// ---- renewed ----

TEST_F(TheRouter, IsAskedAnewAtHalfTimeForTheSamePort) {
  map();
  EXPECT_TRUE(pass(1'799s).empty());
  EXPECT_THAT(pass(1s), ::testing::ElementsAre(Asked::kPcp));
  EXPECT_EQ(last_, encode(PcpMap{kNonce, kHome.here, kPort, 40'000, kMappingSeconds}));
  EXPECT_EQ(outside(), "8.8.4.1:40000") << "it stands while it is renewed";
  answer(pcp());
  EXPECT_TRUE(pass(1'799s).empty());
}

TEST_F(TheRouter, ThatIsSilentForAMomentLosesNothing) {
  map();
  EXPECT_EQ(pass(1'804s).size(), 4u);
  EXPECT_EQ(is(), Is::kMapped);
  EXPECT_THAT(pass(898s), ::testing::ElementsAre(Asked::kPcp)) << "half of the rest later";
  answer(pcp());
  EXPECT_EQ(is(), Is::kMapped);
  EXPECT_TRUE(pass(1'799s).empty());
}

TEST_F(TheRouter, ThatStaysSilentUntilTheTimeIsOverIsAskedInEveryLanguageAndTheAddressIsTakenOut) {
  map();
  pass(3'610s);
  EXPECT_EQ(is(), Is::kNoAnswer);
  EXPECT_TRUE(outside().empty());
}

TEST_F(TheRouter, ThatRefusesToRenewEndsTheMappingAtOnce) {
  map();
  pass(1'800s);
  answer(pcp(2));
  EXPECT_TRUE(outside().empty());
  EXPECT_EQ(asked(), Asked::kPcp) << "it is asked in every language once more";
}

TEST_F(TheRouter, WhoseGrantIsShortIsAskedOnceAMinuteAtMost) {
  granted_ = 60;
  map();
  EXPECT_TRUE(pass(59s).empty());
  EXPECT_FALSE(pass(1s).empty());
}

TEST_F(TheRouter, WhoseGrantIsGoneWithinAMinuteHasRefused) {
  granted_ = 59;
  mapping_.ask(kHome, now_);
  answer(pcp());
  EXPECT_TRUE(outside().empty());
}

TEST_F(TheRouter, WhoseGrantIsForEverIsAskedEveryTwelveHours) {
  granted_ = 0xffff'ffff;
  map();
  EXPECT_TRUE(pass(12h - 1s).empty());
  EXPECT_FALSE(pass(1s).empty());
}

TEST_F(TheRouter, WithAnotherAddressOutsideIsToldAtTheNextRenewal) {
  map();
  pass(1'800s);
  answer(pcp(0, "8.8.4.9"));
  EXPECT_EQ(outside(), "8.8.4.9:40000");
}

// ---- forgets ----

TEST_F(TheRouter, ThatBeganAnewIsAskedAtOnce) {
  map();
  pass(100s);
  mapping_.heard(begins_anew(), now_);
  EXPECT_EQ(asked(), Asked::kPcp);
  EXPECT_EQ(is(), Is::kMapped);
  outside_port_ = 40'001;
  answer(pcp());
  EXPECT_EQ(outside(), "8.8.4.1:40001");
}

TEST_F(TheRouter, WhoseSecondsRunAsOursDoIsNotAsked) {
  map();
  for (int minute = 0; minute < 29; ++minute) {
    pass(60s);
    now_ += minute % 2 == 0 ? 1s : 0s;  // a little apart
    mapping_.heard(pmp_address(), now_);
    EXPECT_EQ(asked(), Asked::kNothing) << minute;
  }
}

TEST_F(TheRouter, WhoseAddressOutsideIsAnotherIsAskedAtOnce) {
  map();
  pass(100s);
  mapping_.heard(pmp_address(0, "8.8.4.77"), now_);
  EXPECT_EQ(asked(), Asked::kPcp);
}

TEST_F(TheRouter, InWhoseNameSomebodyCriesIsAskedOnceInTenSeconds) {
  map();
  pass(100s);
  int questions = 0;
  for (int second = 0; second < 60; ++second) {
    mapping_.heard(begins_anew(), now_);
    for (; asked() != Asked::kNothing;) ++questions;
    began_ = now_ + 1'000'000ms;  // and the next cry says something else
    answer(pcp());
    pass(1s);
  }
  EXPECT_GE(questions, 5);
  EXPECT_LE(questions, 7);
}

// ---- another network ----

TEST_F(TheRouter, OfAnotherNetworkIsAskedAnewAndTheOldAddressIsTakenOut) {
  map();
  mapping_.ask(kCafe, now_);
  EXPECT_TRUE(outside().empty());
  EXPECT_EQ(is(), Is::kAsking);
  ASSERT_EQ(asked(), Asked::kPcp);
  EXPECT_EQ(last_, encode(PcpMap{kCafe.nonce, kCafe.here, kPort, kPort, kMappingSeconds}));
}

TEST_F(TheRouter, OfTheSameNetworkIsAskedAnewAfterASleepAndTheAddressStays) {
  map();
  pass(10s);
  mapping_.ask(kHome, now_);
  EXPECT_EQ(outside(), "8.8.4.1:40000");
  EXPECT_EQ(asked(), Asked::kPcp);
}

TEST_F(TheRouter, ThatRestedIsAskedAtOnceWhenTheNetworkChanges) {
  mapping_.ask(kHome, now_);
  pass(10s);
  ASSERT_EQ(is(), Is::kNoAnswer);
  mapping_.ask(kHome, now_);
  EXPECT_EQ(asked(), Asked::kPcp);
}

TEST_F(TheRouter, OfANetworkThatChangesAllTheTimeIsAskedOnceInTenSeconds) {
  map();
  int questions = 0;
  for (int second = 0; second < 60; ++second) {
    mapping_.ask(kHome, now_);
    for (const Asked question : pass(1s)) questions += question == Asked::kPcp ? 1 : 0, answer(pcp());
  }
  EXPECT_GE(questions, 5);
  EXPECT_LE(questions, 6);
}

TEST_F(TheRouter, OfANetworkThatChangedWhileItWasAskedIsAskedOnceMore) {
  mapping_.ask(kHome, now_);
  pass(2s);
  mapping_.ask(kHome, now_);
  pass(6s);
  EXPECT_EQ(is(), Is::kNoAnswer);
  EXPECT_THAT(pass(2s), ::testing::ElementsAre(Asked::kPcp)) << "ten seconds after it was asked first";
}

TEST_F(TheRouter, ThatIsLeftBehindIsToldWhereItCanBeReached) {
  map();
  mapping_.ask(kCafe, now_);
  const auto farewell = mapping_.take_farewell();
  ASSERT_TRUE(farewell);
  EXPECT_EQ(farewell->route, kHome);
  EXPECT_EQ(farewell->packet, encode(PcpMap{kNonce, kHome.here, kPort, 0, 0}));
  EXPECT_FALSE(mapping_.take_farewell());
}

TEST_F(TheRouter, IsLeftBehindForATunnel) {
  map();
  mapping_.ask(std::nullopt, now_, Is::kTunnel);
  EXPECT_EQ(is(), Is::kTunnel);
  EXPECT_TRUE(outside().empty());
  EXPECT_TRUE(mapping_.take_farewell());
  mapping_.ask(kHome, now_);
  EXPECT_EQ(is(), Is::kAsking);
}

// ---- the end ----

TEST_F(TheRouter, IsToldWhenWeGo) {
  map();
  mapping_.stop();
  EXPECT_FALSE(mapping_.left());
  ASSERT_EQ(asked(), Asked::kPcpGone);
  EXPECT_EQ(last_, encode(PcpMap{kNonce, kHome.here, kPort, 0, 0}));
  EXPECT_EQ(is(), Is::kOff);
  answer(pcp());
  EXPECT_TRUE(mapping_.left());
  EXPECT_TRUE(outside().empty());
}

TEST_F(TheRouter, IsToldWhenWeGoInTheLanguageItSpeaks) {
  pmp();
  answer(pmp_address());
  answer(pmp_map());
  mapping_.take_packet();
  mapping_.stop();
  ASSERT_EQ(asked(), Asked::kPmpGone);
  EXPECT_EQ(last_, encode(PmpMap{kPort, 0, 0}));
}

TEST_F(TheRouter, IsToldWhenWeGoByUpnp) {
  upnp();
  answer(kGranted);
  mapping_.stop();
  EXPECT_TRUE(mapping_.leaves_by_upnp());
  expect_undone(38'651, 1);
  EXPECT_FALSE(mapping_.left());
  answer(UpnpAnswer{UpnpAnswer::Is::kGone});
  EXPECT_TRUE(mapping_.left());
}

// ---- what is granted after it was given up ----

TEST_F(TheRouter, ThatMayHaveGrantedWhatNobodyWaitsForAnyMoreIsToldToForgetIt) {
  upnp();
  now_ += kUpnpTime;
  mapping_.tick(now_);
  EXPECT_EQ(is(), Is::kNoAnswer);
  expect_undone(kPort, kUpnpPorts);
}

TEST_F(TheRouter, ThatMayHaveGrantedWhileWeGoIsToldToForgetIt) {
  upnp();
  mapping_.stop();
  expect_undone(kPort, kUpnpPorts);
  EXPECT_FALSE(mapping_.left());
  answer(UpnpAnswer{UpnpAnswer::Is::kGone});
  EXPECT_TRUE(mapping_.left());
}

TEST_F(TheRouter, ThatMayHaveGrantedWhileWeMoveIsToldToForgetIt) {
  upnp();
  mapping_.ask(kCafe, now_);
  expect_undone(kPort, kUpnpPorts);
  EXPECT_EQ(wish_.route, kHome);
  EXPECT_EQ(asked(), Asked::kPcp);
}

TEST_F(TheRouter, ThatGrantsTooLateIsGivenItBack) {
  upnp();
  const UpnpWish first = wish_;
  mapping_.ask(kCafe, now_);
  while (asked() != Asked::kNothing) continue;
  mapping_.answered(first, kGranted, now_);
  EXPECT_TRUE(outside().empty());
  expect_undone(38'651, 1);
  EXPECT_EQ(wish_.route, kHome);
}

TEST_F(TheRouter, WhoseLateGrantIsTheMappingThatStandsKeepsIt) {
  upnp();
  const UpnpWish first = wish_;
  now_ += kUpnpTime;
  mapping_.tick(now_);
  pass(600s - 1ms);
  now_ += 1ms;
  mapping_.tick(now_);
  mapping_.nobody_there(now_);
  mapping_.nobody_there(now_);
  await_wish();
  answer(kGranted);
  ASSERT_EQ(is(), Is::kMapped);
  mapping_.answered(first, kGranted, now_);
  EXPECT_EQ(asked(), Asked::kNothing);
  EXPECT_EQ(outside(), "8.8.4.1:38651");
}

TEST_F(TheRouter, ThatIsSlowToRenewByUpnpLosesNothing) {
  upnp();
  answer(kGranted);
  now_ += 30min;
  mapping_.tick(now_);
  ASSERT_EQ(asked(), Asked::kUpnp);
  now_ += kUpnpTime;
  mapping_.tick(now_);
  EXPECT_EQ(asked(), Asked::kNothing) << "what stands is not taken away";
  EXPECT_EQ(outside(), "8.8.4.1:38651");
}

TEST_F(TheRouter, IsToldWhenWeGoBeforeItAnswered) {
  mapping_.ask(kHome, now_);
  mapping_.stop();
  EXPECT_EQ(asked(), Asked::kPcpGone);
}

TEST_F(TheRouter, ThatMappedNothingKeepsNobodyWaiting) {
  mapping_.ask(kHome, now_);
  pass(8s);
  mapping_.stop();
  EXPECT_EQ(asked(), Asked::kNothing);
  EXPECT_TRUE(mapping_.left());
}

// ---- lies ----

TEST_F(TheRouter, OfAnotherNonceIsNotBelieved) {
  mapping_.ask(kHome, now_);
  nonce_bent_ = 1;
  answer(pcp());
  EXPECT_EQ(is(), Is::kAsking);
}

TEST_F(TheRouter, ThatAnswersWhatNobodyAskedIsNotBelieved) {
  answer(pcp());
  EXPECT_EQ(is(), Is::kOff);
  mapping_.ask(kHome, now_);
  answer(pmp_map());
  answer(pmp_address());
  answer(kGranted);
  EXPECT_EQ(is(), Is::kAsking);
  mapping_.nobody_there(now_);
  answer(pmp_map());  // before the address was told
  EXPECT_EQ(is(), Is::kAsking);
}

TEST_F(TheRouter, ThatGrantsNoPortOrNoTimeHasRefused) {
  for (const bool no_port : {true, false}) {
    outside_port_ = no_port ? 0 : 40'000;
    granted_ = no_port ? 3'600 : 0;
    mapping_.ask(no_port ? kHome : kCafe, now_);
    answer(pcp());
    EXPECT_TRUE(outside().empty());
    mapping_.nobody_there(now_);
    await_wish();
    answer(UpnpAnswer{});
    EXPECT_EQ(is(), Is::kRefused);
  }
}

TEST_F(TheRouter, ThatNamesAPortOfOtherProgramsIsNotBelieved) {
  outside_port_ = 443;
  mapping_.ask(kHome, now_);
  while (asked() != Asked::kNothing) continue;
  answer(pcp());
  EXPECT_TRUE(outside().empty());
  EXPECT_EQ(asked(), Asked::kPcpGone) << "it is given back, whatever is asked next";
  EXPECT_EQ(asked(), Asked::kPmpAddress);
  EXPECT_EQ(asked(), Asked::kNothing);
}

TEST_F(TheRouter, ThatNamesAnAddressOfAnotherFamilyIsNotBelieved) {
  mapping_.ask(kHome, now_);
  answer(pcp(0, "2a00::7"));
  EXPECT_EQ(is(), Is::kNotOutside);
}

TEST_F(TheRouter, ThatNamesAGroupOrLoopbackAsItsAddressIsNotBelieved) {
  for (const char* lie : {"224.0.0.1", "127.0.0.1", "255.255.255.255", "0.0.0.0", "::1", "fe80::1"}) {
    mapping_.ask(lie[0] == '2' ? kHome : kCafe, now_);
    answer(pcp(0, lie));
    EXPECT_EQ(is(), Is::kNotOutside) << lie;
  }
}

// ---- the nonce ----

NonceKey key_of(testing::Place& place, std::uint32_t first) {
  return lasting_nonce_key(place.memory, [&first](std::uint32_t bound) { return first++ % bound; });
}

TEST(ANonce, IsTheSameInEveryLifeOfADeviceInOneNetwork) {
  testing::Place place(*testing::people().ada);
  const NonceKey key = key_of(place, 7);
  EXPECT_EQ(key[0], 7);
  EXPECT_EQ(key[31], 38);
  EXPECT_EQ(key_of(place, 99), key);
  const Hardware router{2, 0x11, 0x22, 0x33, 0x44, 0x55};
  EXPECT_EQ(nonce_for(key, "192.168.1.1", router, kHome.here, kPort),
            nonce_for(key, "192.168.1.1", router, kHome.here, kPort));
}

// Two cafes both call their router 192.168.1.1, and us by the same number.
TEST(ANonce, TellsNoNetworkWhatAnotherWasTold) {
  const NonceKey key{1}, of_another{2};
  const Hardware one{2, 0, 0, 0, 0, 1}, other{2, 0, 0, 0, 0, 2};
  const std::set<MapNonce> all{nonce_for(key, "192.168.1.1", one, kHome.here, kPort),
                               nonce_for(key, "192.168.1.1", other, kHome.here, kPort),
                               nonce_for(key, "192.168.1.2", one, kHome.here, kPort),
                               nonce_for(key, "192.168.1.1", one, kCafe.here, kPort),
                               nonce_for(key, "192.168.1.1", one, kHome.here, kPort + 1),
                               nonce_for(of_another, "192.168.1.1", one, kHome.here, kPort)};
  EXPECT_EQ(all.size(), 6u);
}

}  // namespace
}  // namespace duolog::net
