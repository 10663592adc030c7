// channel_test.cc: messages through the channel, and everything that breaks it for good.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"
#include "crypto/noise_primitives.h"
#include "damage.h"

namespace duolog::crypto::testing {
namespace {

using Opened = Channel::Opened;

class ChannelTest : public ::testing::Test {
 protected:
  ChannelKey there_ = ChannelKey::random();
  ChannelKey back_ = ChannelKey::random();
  Channel mine_{{there_.clone(), back_.clone()}};
  Channel theirs_{{back_.clone(), there_.clone()}};

  std::vector<Bytes> sealed(ByteView message) {
    std::vector<Bytes> sent;
    EXPECT_TRUE(mine_.seal(message, [&](ByteView one) { sent.push_back(to_bytes(one)); }));
    return sent;
  }
  std::vector<Bytes> sealed_text(std::string_view text) { return sealed(as_bytes(text)); }

  // What the other side makes of it; the message, when it is whole.
  std::optional<Bytes> opened(const std::vector<Bytes>& sent) {
    Bytes message;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      const Opened result = theirs_.open(sent[i], message);
      EXPECT_NE(result, Opened::kBroken);
      EXPECT_EQ(result == Opened::kMessage, i + 1 == sent.size());
      EXPECT_LE(sent[i].size(), kNoiseMessageLimit);
    }
    return message;
  }
  Opened open(ByteView transport) {
    Bytes message;
    return theirs_.open(transport, message);
  }
  // As the other's channel would seal it, but with any plaintext.
  [[nodiscard]] Bytes by_hand(std::uint64_t counter, ByteView plaintext) const {
    return noise_encrypt(there_.view(), counter, {}, plaintext);
  }
  [[nodiscard]] Bytes fragment_by_hand(std::uint64_t counter, std::uint8_t flag, std::size_t length) const {
    Bytes flagged(1 + length, 0x33);
    flagged[0] = flag;
    return by_hand(counter, pad(flagged, kTransportPadFloor));
  }
  void expect_broken_for_good() {
    for (const Bytes& good : sealed_text("still there?")) EXPECT_EQ(open(good), Opened::kBroken);
    EXPECT_FALSE(theirs_.seal(as_bytes("no"), [](ByteView) { FAIL() << "something went out"; }));
  }
};

TEST_F(ChannelTest, MessagesOfEveryLengthArrive) {
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, std::size_t{507}, std::size_t{508}, kFragmentLimit - 1, kFragmentLimit,
        kFragmentLimit + 1, 2 * kFragmentLimit, kMessageLimit}) {
    const Bytes message(length, 0x42);
    EXPECT_EQ(opened(sealed(message)), message) << length;
  }
}

TEST_F(ChannelTest, ShortMessagesAllLookAlike) {
  EXPECT_EQ(sealed_text("").front().size(), kTransportPadFloor + kNoiseTagLength);
  EXPECT_EQ(sealed(Bytes(507)).front().size(), kTransportPadFloor + kNoiseTagLength);
}

TEST_F(ChannelTest, FragmentsAreFilledToTheLimit) {
  const std::vector<Bytes> sent = sealed(Bytes(kFragmentLimit));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].size(), kTransportPlaintextLimit + kNoiseTagLength);
  EXPECT_EQ(sealed(Bytes(kFragmentLimit + 1)).size(), 2U);
}

TEST_F(ChannelTest, TheSameMessageTwiceSharesNoBytes) { EXPECT_NE(sealed_text("again"), sealed_text("again")); }

TEST_F(ChannelTest, EveryByteFlippedIsRefused) {
  expect_each_flip_refused(sealed_text("words").front(), [&](ByteView bad) {
    Channel fresh({back_.clone(), there_.clone()});
    Bytes message;
    return fresh.open(bad, message) == Opened::kBroken && message.empty();
  });
}

TEST_F(ChannelTest, EveryCutIsRefused) {
  expect_each_cut_refused(sealed_text("words").front(), [&](ByteView bad) {
    Channel fresh({back_.clone(), there_.clone()});
    Bytes message;
    return fresh.open(bad, message) == Opened::kBroken;
  });
}

TEST_F(ChannelTest, AFailureBreaksItForGood) {
  Bytes bad = sealed_text("words").front();
  bad[0] ^= 1;
  EXPECT_EQ(open(bad), Opened::kBroken);
  expect_broken_for_good();
}

TEST_F(ChannelTest, AMessageTwiceBreaksIt) {
  const Bytes once = sealed_text("words").front();
  EXPECT_EQ(open(once), Opened::kMessage);
  EXPECT_EQ(open(once), Opened::kBroken);
  expect_broken_for_good();
}

TEST_F(ChannelTest, MessagesOutOfOrderBreakIt) {
  (void)sealed_text("first");
  EXPECT_EQ(open(sealed_text("second").front()), Opened::kBroken);
}

TEST_F(ChannelTest, ItsOwnMessageReflectedBreaksIt) {
  const Bytes own = sealed_text("words").front();
  Bytes message;
  EXPECT_EQ(mine_.open(own, message), Opened::kBroken);
}

TEST_F(ChannelTest, FourMebibytesAreReassembledAndOneByteMoreIsNot) {
  const std::size_t last = kMessageLimit % kFragmentLimit;
  std::uint64_t counter = 0;
  const auto fill = [&] {
    for (std::size_t i = 0; i < kMessageLimit / kFragmentLimit; ++i)
      ASSERT_EQ(open(fragment_by_hand(counter++, 0, kFragmentLimit)), Opened::kMore);
  };
  fill();
  EXPECT_EQ(open(fragment_by_hand(counter++, 1, last)), Opened::kMessage);
  fill();
  EXPECT_EQ(open(fragment_by_hand(counter++, 1, last + 1)), Opened::kBroken);
}

TEST_F(ChannelTest, AnUnknownFlagBreaksIt) { EXPECT_EQ(open(fragment_by_hand(0, 2, 5)), Opened::kBroken); }

TEST_F(ChannelTest, PlaintextWithoutAFlagBreaksIt) {
  EXPECT_EQ(open(by_hand(0, pad({}, kTransportPadFloor))), Opened::kBroken);
}

TEST_F(ChannelTest, APadByteThatIsNotZeroBreaksIt) {
  Bytes padded = pad(Bytes{1, 'h', 'i'}, kTransportPadFloor);
  padded.back() = 1;
  EXPECT_EQ(open(by_hand(0, padded)), Opened::kBroken);
}

TEST_F(ChannelTest, ALengthThatDoesNotFitBreaksIt) {
  Bytes padded = pad(Bytes{1, 'h', 'i'}, kTransportPadFloor);
  padded[2] = 1;
  EXPECT_EQ(open(by_hand(0, padded)), Opened::kBroken);
}

TEST_F(ChannelTest, ATransportMessageBeyondTheLimitBreaksIt) {
  Bytes flagged(kTransportPlaintextLimit - 4, 0);
  EXPECT_EQ(open(by_hand(0, pad(flagged, kTransportPlaintextLimit))), Opened::kMore);
  EXPECT_EQ(open(by_hand(1, pad(flagged, kTransportPlaintextLimit + 1))), Opened::kBroken);
}

TEST_F(ChannelTest, WearsOutBeforeItsLimitAndStopsAtIt) {
  const auto nowhere = [](ByteView) {};
  std::uint64_t sent = 0;
  while (!mine_.worn_out()) {
    ASSERT_TRUE(mine_.seal({}, nowhere));
    ++sent;
  }
  EXPECT_EQ(sent, kChannelMessageLimit / 8 * 7);
  while (mine_.seal({}, nowhere)) ++sent;
  EXPECT_EQ(sent, kChannelMessageLimit);
  EXPECT_FALSE(mine_.seal({}, nowhere));
}

using ChannelDeathTest = ChannelTest;
TEST_F(ChannelDeathTest, OurOwnMessageBeyondTheLimitStops) {
  EXPECT_DEATH(sealed(Bytes(kMessageLimit + 1)), "too long for the channel");
}

}  // namespace
}  // namespace duolog::crypto::testing
