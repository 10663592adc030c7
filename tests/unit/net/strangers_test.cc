// strangers_test.cc: who has shown nothing yet gets nothing, and costs nothing.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/strangers.h"

#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using testing::at;
using namespace std::chrono_literals;

Bytes frame_of(std::size_t length) {
  Bytes frame;
  proto::append_frame(frame, proto::Framing::kPeer, Bytes(length, 0x55));
  return frame;
}

class TheStrangers : public ::testing::Test {
 protected:
  void come(LineId line, std::chrono::milliseconds now = 0ms) { strangers_.admit(line, at(now)); }
  bool muted(LineId line) { return strangers_.read_limit(line) == 0 && !strangers_.finished(line); }
  Strangers strangers_{at(0ms)};
};

TEST_F(TheStrangers, MaySendAFirstFrameOfSixteenOrFortyEightBytes) {
  for (const std::size_t length : {16u, 48u}) {
    come(length);
    strangers_.receive(length, frame_of(length));
    const auto first = strangers_.next(at(0ms));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->line, length);
    EXPECT_EQ(first->frame, Bytes(length, 0x55));
    EXPECT_EQ(first->deadline, at(kHandshakeTime));
  }
}

TEST_F(TheStrangers, MeetSilenceForAFrameOfAnyOtherLength) {
  for (std::size_t length = 0; length < 100; ++length) {
    if (length == 16 || length == 48) continue;
    const LineId line = length + 1;
    Strangers strangers(at(0ms));
    strangers.admit(line, at(0ms));
    strangers.receive(line, frame_of(length));
    ASSERT_FALSE(strangers.next(at(0ms))) << length;
    ASSERT_EQ(strangers.read_limit(line), 0u) << length;
    ASSERT_FALSE(strangers.finished(line)) << length;
  }
}

TEST_F(TheStrangers, WhoSendMoreThanTheFirstFrameAreMuted) {
  come(1);
  Bytes more = frame_of(48);
  more.push_back(1);
  strangers_.receive(1, more);
  EXPECT_FALSE(strangers_.next(at(0ms)));
  EXPECT_TRUE(muted(1));
}

TEST_F(TheStrangers, AreReadByteByByteAndNoFurtherThanFiftyBytes) {
  come(1);
  const Bytes frame = frame_of(48);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    EXPECT_EQ(strangers_.read_limit(1), 50 - i);
    strangers_.receive(1, ByteView(frame).subspan(i, 1));
  }
  EXPECT_EQ(strangers_.read_limit(1), 0u);
  EXPECT_TRUE(strangers_.next(at(0ms)));
}

TEST_F(TheStrangers, WhoAreNotRecognisedStayMutedUntilTheirTimeIsOver) {
  come(1, 3s);
  strangers_.receive(1, frame_of(48));
  ASSERT_TRUE(strangers_.next(at(3s)));
  EXPECT_TRUE(muted(1));
  strangers_.tick(at(3s + kHandshakeTime - 1ms));
  EXPECT_TRUE(muted(1));
  strangers_.tick(at(3s + kHandshakeTime));
  EXPECT_TRUE(strangers_.finished(1));
}

TEST_F(TheStrangers, AreSixtyFourAtMostAndTheOldestGivesWay) {
  for (LineId line = 1; line <= kStrangersLimit; ++line) come(line);
  EXPECT_FALSE(strangers_.finished(1));
  come(100);
  EXPECT_TRUE(strangers_.finished(1));
  EXPECT_FALSE(strangers_.finished(2));
  EXPECT_FALSE(strangers_.finished(100));
}

TEST_F(TheStrangers, WhoAreMutedGiveWayBeforeThoseWhoMayBeAFriend) {
  for (LineId line = 1; line <= kStrangersLimit; ++line) come(line);
  strangers_.receive(40, frame_of(7));
  come(100);
  EXPECT_TRUE(strangers_.finished(40));
  EXPECT_FALSE(strangers_.finished(1));
}

TEST_F(TheStrangers, GetTwoHundredTurnsASecondAndTheOthersWait) {
  std::size_t turns = 0;
  LineId line = 0;
  const auto flood = [&](std::chrono::milliseconds now) {
    for (int i = 0; i < 400; ++i) {
      come(++line, now);
      strangers_.receive(line, frame_of(48));
      if (const auto first = strangers_.next(at(now))) {
        ++turns;
        strangers_.forget(first->line);
      }
    }
  };
  flood(0ms);
  EXPECT_EQ(turns, 200u);
  flood(100ms);
  EXPECT_EQ(turns, 220u);
  EXPECT_LE(strangers_.deadline(), at(105ms));
  EXPECT_TRUE(strangers_.next(at(105ms)));
}

}  // namespace
}  // namespace duolog::net
