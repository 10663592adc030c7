// mapping_test.cc: a router of our own making, hour by hour on a scripted clock: it grants, refuses, forgets, is silent
// and lies.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/net/interfaces.h"
#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using Is = MappingStatus::Is;
using namespace std::chrono_literals;

constexpr MapNonce kNonce{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr std::uint16_t kPort = 38650;
const Route kHome{"192.168.7.1", *ip_bytes("192.168.7.10")};
const Route kCafe{"192.168.8.1", *ip_bytes("192.168.8.20")};

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
    append(packet, nonce_);
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
    if (const auto wish = mapping_.take_wish()) return wish->seconds == 0 ? Asked::kUpnpGone : Asked::kUpnp;
    const auto packet = mapping_.take_packet();
    if (!packet) return Asked::kNothing;
    last_ = *packet;
    if ((*packet)[0] == 2)
      return ByteView(*packet)[6] == 0 && ByteView(*packet)[7] == 0 ? Asked::kPcpGone : Asked::kPcp;
    if ((*packet)[1] == 0) return Asked::kPmpAddress;
    return (*packet)[10] == 0 && (*packet)[11] == 0 ? Asked::kPmpGone : Asked::kPmp;
  }
  void answer(const Bytes& packet) { mapping_.received(packet, now_); }
  // Lets time pass; everything that is asked meanwhile.
  std::vector<Asked> pass(std::chrono::milliseconds time) {
    std::vector<Asked> all;
    const SteadyTime end = now_ + time;
    while (mapping_.deadline() <= end) {
      now_ = std::max(now_, mapping_.deadline());
      mapping_.tick(now_);
      if (const Asked question = asked(); question != Asked::kNothing) all.push_back(question);
      if (!all.empty() && all.back() == Asked::kUpnp) mapping_.answered({}, now_);
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
  }
  Is is() const { return mapping_.status().is; }
  std::string outside() const { return mapping_.status().outside ? mapping_.status().outside->text() : ""; }

  SteadyTime now_{100'000'000ms};
  SteadyTime began_ = now_;
  MapNonce nonce_ = kNonce;
  std::uint16_t outside_port_ = 40'000;
  std::uint32_t granted_ = 3'600;
  Bytes last_;
  Mapping mapping_{kNonce, kPort};
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
  mapping_.answered({UpnpAnswer::Is::kMapped, 40'000, *ip_bytes("8.8.4.1"), 3'600}, now_);
  EXPECT_EQ(outside(), "8.8.4.1:40000");
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
  mapping_.answered({UpnpAnswer::Is::kRefused}, now_);
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
  mapping_.answered({UpnpAnswer::Is::kNotOutside}, now_);
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
  granted_ = 1;
  map();
  EXPECT_TRUE(pass(59s).empty());
  EXPECT_FALSE(pass(1s).empty());
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
  EXPECT_EQ(last_, encode(PcpMap{kNonce, kCafe.here, kPort, kPort, kMappingSeconds}));
}

TEST_F(TheRouter, OfTheSameNetworkIsAskedAnewAfterASleepAndTheAddressStays) {
  map();
  mapping_.ask(kHome, now_);
  EXPECT_EQ(outside(), "8.8.4.1:40000");
  EXPECT_EQ(asked(), Asked::kPcp);
}

TEST_F(TheRouter, ThatRestedIsAskedAtOnceWhenTheNetworkChanges) {
  mapping_.ask(kHome, now_);
  pass(8s);
  ASSERT_EQ(is(), Is::kNoAnswer);
  mapping_.ask(kHome, now_);
  EXPECT_EQ(asked(), Asked::kPcp);
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
  mapping_.answered({UpnpAnswer::Is::kMapped, 40'000, *ip_bytes("8.8.4.1"), 3'600}, now_);
  mapping_.stop();
  const auto wish = mapping_.take_wish();
  ASSERT_TRUE(wish);
  EXPECT_EQ(wish->seconds, 0u);
  EXPECT_EQ(wish->outside_port, 40'000);
  mapping_.answered({}, now_);
  EXPECT_TRUE(mapping_.left());
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
  nonce_[0] ^= 1;
  answer(pcp());
  EXPECT_EQ(is(), Is::kAsking);
}

TEST_F(TheRouter, ThatAnswersWhatNobodyAskedIsNotBelieved) {
  answer(pcp());
  EXPECT_EQ(is(), Is::kOff);
  mapping_.ask(kHome, now_);
  answer(pmp_map());
  answer(pmp_address());
  mapping_.answered({UpnpAnswer::Is::kMapped, 40'000, *ip_bytes("8.8.4.1"), 3'600}, now_);
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
    mapping_.answered({}, now_);
    EXPECT_EQ(is(), Is::kRefused);
  }
}

TEST_F(TheRouter, ThatNamesAGroupOrLoopbackAsItsAddressIsNotBelieved) {
  for (const char* lie : {"224.0.0.1", "127.0.0.1", "255.255.255.255", "0.0.0.0", "::1", "fe80::1"}) {
    mapping_.ask(lie[0] == '2' ? kHome : kCafe, now_);
    answer(pcp(0, lie));
    EXPECT_EQ(is(), Is::kNotOutside) << lie;
  }
}

// ---- the nonce ----

TEST(ANonce, IsTheSameInEveryLifeOfADevice) {
  testing::Place place(*testing::people().ada);
  std::uint32_t next = 7;
  const Random chance = [&next](std::uint32_t bound) { return next++ % bound; };
  const MapNonce first = lasting_nonce(place.memory, chance);
  EXPECT_EQ(first[0], 7);
  EXPECT_EQ(first[11], 18);
  EXPECT_EQ(lasting_nonce(place.memory, chance), first);
}

}  // namespace
}  // namespace duolog::net
