// peer_test.cc: two peers, hand to hand, on a clock that the test moves.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/seen_ephemerals.h"
#include "tests/unit/net/two_peers.h"

namespace duolog::net {
namespace {

TEST_F(TwoPeers, MeetAndKnowEachOther) {
  carry();
  ASSERT_TRUE(ada().open());
  ASSERT_TRUE(bo().open());
  EXPECT_EQ(ada().met()->name, "Bo");
  EXPECT_EQ(bo().met()->device.device.id(), people().ada->id());
  EXPECT_THAT(bo().greeting()->addresses, ::testing::ElementsAre("192.0.2.7:38650"));
}

TEST_F(TwoPeers, CarryWhatWasWritten) {
  ada_.write(3);
  bo_.write(2);
  carry();
  EXPECT_EQ(bo_.held(*people().ada), 3u);
  EXPECT_EQ(ada_.held(*people().bo), 2u);
  EXPECT_TRUE(ada().session()->in_step());
}

TEST_F(TwoPeers, CarryWhatIsWrittenWhileTheyTalk) {
  carry();
  ada_.write();
  ada().log_grew();
  carry();
  EXPECT_EQ(bo_.held(*people().ada), 1u);
}

TEST_F(TwoPeers, MessageOneIsFortyEightBytesInAFrame) { EXPECT_EQ(from_ada().size(), 2u + 48u); }

TEST_F(TwoPeers, TwoHandshakesShareNoBytes) {
  std::vector<Bytes> messages;
  for (int i = 0; i < 2; ++i) {
    dial();
    Bytes frame = from_ada();
    ASSERT_TRUE(answer(frame));
    append(frame, ByteView(from_bo()).subspan(2));
    messages.push_back(frame);
  }
  ASSERT_EQ(messages[0].size(), messages[1].size());
  for (std::size_t i = 2; i + 8 < messages[0].size(); ++i)
    ASSERT_FALSE(std::equal(messages[0].begin() + static_cast<std::ptrdiff_t>(i),
                            messages[0].begin() + static_cast<std::ptrdiff_t>(i) + 8,
                            messages[1].begin() + static_cast<std::ptrdiff_t>(i)))
        << i;
}

TEST_F(TwoPeers, BytesThatComeOneByOneMakeTheSameHandshake) {
  ASSERT_TRUE(answer(from_ada()));
  for (const std::uint8_t byte : from_bo()) ada().receive({&byte, 1}, at(1ms));
  for (const std::uint8_t byte : from_ada()) bo().receive({&byte, 1}, at(2ms));
  EXPECT_TRUE(ada().open());
  EXPECT_TRUE(bo().open());
}

TEST_F(TwoPeers, SilenceOfTenSecondsEndsAHandshake) {
  from_ada();
  ada().tick(at(kHandshakeTime - 1ms));
  EXPECT_FALSE(ada().finished());
  ada().tick(at(kHandshakeTime));
  EXPECT_EQ(ada().end(), PeerEnd::kSilent);
}

TEST_F(TwoPeers, WhoIsNoMemberIsClosedWithoutAWord) {
  bo_.admits_all_proven = false;
  ASSERT_TRUE(answer(from_ada()));
  ada().receive(from_bo(), at(1ms));
  bo().receive(from_ada(), at(2ms));
  EXPECT_EQ(bo().end(), PeerEnd::kRefused);
  EXPECT_TRUE(from_bo().empty());
}

TEST_F(TwoPeers, AStrangerWhoHasThePskIsNotAdmitted) {
  Place eve(people().eve);
  const Peer::House eve_house = eve.house();
  initiator_.emplace(Peer::initiate(eve_house, people().journal, people().prepared(), at(0ms)));
  ASSERT_TRUE(answer(from_ada()));
  ada().receive(from_bo(), at(1ms));
  bo().receive(from_ada(), at(2ms));
  EXPECT_EQ(bo().end(), PeerEnd::kRefused);
  EXPECT_TRUE(bo_.admitted.empty());
}

TEST_F(TwoPeers, AStrangerWithAMembersChainIsNotAdmitted) {
  Place eve(people().eve);
  Peer::House eve_house = eve.house();
  eve_house.self.introduction = [] { return people().introduction_of(*people().ada); };
  initiator_.emplace(Peer::initiate(eve_house, people().journal, people().prepared(), at(0ms)));
  ASSERT_TRUE(answer(from_ada()));
  ada().receive(from_bo(), at(1ms));
  bo().receive(from_ada(), at(2ms));
  EXPECT_EQ(bo().end(), PeerEnd::kRefused);
}

TEST_F(TwoPeers, ADeviceDoesNotTalkToItself) {
  Place mirror(*people().bo);
  const Peer::House mirror_house = mirror.house();
  initiator_.emplace(Peer::initiate(mirror_house, people().journal, people().prepared(), at(0ms)));
  ASSERT_TRUE(answer(from_ada()));
  ada().receive(from_bo(), at(1ms));
  EXPECT_EQ(ada().end(), PeerEnd::kRefused);
  EXPECT_TRUE(from_ada().empty());
}

TEST_F(TwoPeers, IdleConnectionsPingAndLive) {
  carry();
  for (auto now = 1s; now < 120s; now += 1s) {
    tick(now);
    carry(now);
    ASSERT_TRUE(ada().open() && bo().open()) << now.count();
  }
}

TEST_F(TwoPeers, APingIsDueAfterFifteenSecondsWithoutAWord) {
  carry();
  EXPECT_EQ(ada().deadline(), at(kPingAfter));
  ada().tick(at(kPingAfter));
  EXPECT_FALSE(from_ada(kPingAfter).empty());
  EXPECT_EQ(ada().deadline(), at(kDeadAfter)) << "whoever says nothing is not waited for any longer";
}

TEST_F(TwoPeers, TwentyFiveSecondsOfSilenceAreDeath) {
  carry();
  ada().tick(at(kDeadAfter - 1ms));
  EXPECT_TRUE(ada().open());
  ada().tick(at(kDeadAfter));
  EXPECT_EQ(ada().end(), PeerEnd::kDead);
  EXPECT_TRUE(ada().finished());
}

TEST_F(TwoPeers, AfterAnHourTheInitiatorAsksForAFreshHandshake) {
  carry();
  for (auto now = 10s; now < kRenewAfter; now += 10s) {
    tick(now);
    carry(now);
  }
  ASSERT_TRUE(ada().open());
  tick(kRenewAfter);
  carry(kRenewAfter);
  EXPECT_EQ(ada().end(), PeerEnd::kRenew);
  EXPECT_EQ(bo().end(), PeerEnd::kTheyLeft);
  EXPECT_TRUE(ada().finished() && bo().finished());
}

TEST_F(TwoPeers, WhoPartsSaysGoodbye) {
  carry();
  bo().part(sync::Parting::kStopping, at(1s));
  carry(1s);
  EXPECT_EQ(bo().end(), PeerEnd::kStopping);
  EXPECT_EQ(ada().end(), PeerEnd::kTheyLeft);
}

TEST_F(TwoPeers, AGoodbyeThatCannotBeSaidIsGivenUp) {
  carry();
  bo().part(sync::Parting::kStopping, at(1s));
  EXPECT_FALSE(bo().finished());
  bo().tick(at(1s + kFarewellTime));
  EXPECT_TRUE(bo().finished());
}

TEST_F(TwoPeers, AFrameThatIsTooLongForAnIntroductionIsRefusedAtItsLength) {
  ASSERT_TRUE(answer(from_ada()));
  from_bo();
  const Bytes length{0x80, 0x01};  // 32769
  bo().receive(length, at(1ms));
  EXPECT_FALSE(bo().reading());
}

TEST_F(TwoPeers, OutputIsMadeOnlyWhenTakenAndInBoundedPieces) {
  ada_.write(40, 60'000);  // 2.4 MB and more on the wire
  ASSERT_TRUE(answer(from_ada()));
  ada().receive(from_bo(), at(1ms));
  std::size_t largest = 0;
  for (int i = 0; i < 200 && bo_.held(*people().ada) < 40; ++i) {
    const Bytes there = from_ada();
    largest = std::max(largest, there.size());
    bo().receive(there, at(2ms));
    ada().receive(from_bo(), at(2ms));
  }
  EXPECT_EQ(bo_.held(*people().ada), 40u);
  EXPECT_LT(largest, kOutputRoom + crypto::kMessageLimit + (256u << 10));
}

TEST(SeenEphemerals, KnowTheLastOnesAndForgetTheOldest) {
  SeenEphemerals seen;
  const auto message = [](std::uint32_t i) {
    Bytes bytes(crypto::kFirstMessageLength);
    for (std::size_t k = 0; k < 4; ++k) bytes[k] = static_cast<std::uint8_t>(i >> (8 * k));
    return bytes;
  };
  for (std::uint32_t i = 0; i < SeenEphemerals::kLimit; ++i) ASSERT_TRUE(seen.first_time(message(i)));
  EXPECT_FALSE(seen.first_time(message(0)));
  EXPECT_FALSE(seen.first_time(message(SeenEphemerals::kLimit - 1)));
  EXPECT_TRUE(seen.first_time(message(SeenEphemerals::kLimit)));  // pushes the oldest out
  EXPECT_TRUE(seen.first_time(message(0)));
}

}  // namespace
}  // namespace duolog::net
