// frame_codec_test.cc: frames of both kinds, cut, fed in pieces, and one byte too long.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/frame_codec.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace duolog::proto {
namespace {

using Message = std::vector<std::uint8_t>;
using Next = FrameReader::Next;
using ::testing::ElementsAre;

struct Kind {
  Framing framing;
  std::size_t prefix;
  std::size_t limit;

  friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.prefix << "-byte length"; }
};

class EitherFraming : public ::testing::TestWithParam<Kind> {
 protected:
  [[nodiscard]] Message framed(const Message& message) const {
    Message out;
    append_frame(out, GetParam().framing, message);
    return out;
  }
  [[nodiscard]] FrameReader reader() const { return FrameReader(GetParam().framing, GetParam().limit); }
  // The prefix alone, spelled by hand.
  [[nodiscard]] Message prefix_of(std::size_t length) const {
    const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>(length >> shift); };
    if (GetParam().framing == Framing::kPeer) return {byte(8), byte(0)};
    return {byte(0), byte(8), byte(16), byte(24)};
  }
};

INSTANTIATE_TEST_SUITE_P(Peer, EitherFraming, ::testing::Values(Kind{Framing::kPeer, 2, kPeerFrameLimit}));
INSTANTIATE_TEST_SUITE_P(Control, EitherFraming, ::testing::Values(Kind{Framing::kControl, 4, kControlLimit}));

TEST(FrameCodec, BetweenDaemonsTheLengthIsBigEndian) {
  Message out;
  append_frame(out, Framing::kPeer, Message(0x0102, 7));
  EXPECT_THAT(Message(out.begin(), out.begin() + 3), ElementsAre(1, 2, 7));
}

TEST(FrameCodec, OnTheLocalSocketTheLengthIsLittleEndian) {
  Message out;
  append_frame(out, Framing::kControl, Message(0x010203, 7));
  EXPECT_THAT(Message(out.begin(), out.begin() + 5), ElementsAre(3, 2, 1, 0, 7));
}

TEST_P(EitherFraming, TheLongestMessageIsAccepted) {
  const Message longest(GetParam().limit, 0x5a);
  FrameReader reading = reader();
  reading.feed(framed(longest));
  Message got;
  ASSERT_EQ(reading.next(got), Next::kMessage);
  EXPECT_EQ(got, longest);
}

TEST_P(EitherFraming, OneMoreIsNeverWritten) {
  Message out;
  EXPECT_THROW(append_frame(out, GetParam().framing, Message(GetParam().limit + 1)), std::length_error);
  EXPECT_TRUE(out.empty());
}

TEST_P(EitherFraming, OneMoreThanALowerLimitIsRefusedAtItsLength) {
  FrameReader reading(GetParam().framing, 48);
  reading.feed(prefix_of(49));
  Message got;
  EXPECT_EQ(reading.next(got), Next::kTooLong);
  EXPECT_EQ(reading.buffered(), 0U);
}

TEST_P(EitherFraming, ALowerLimitAcceptsItsMaximum) {
  FrameReader reading(GetParam().framing, 48);
  reading.feed(framed(Message(48, 1)));
  Message got;
  EXPECT_EQ(reading.next(got), Next::kMessage);
}

TEST_P(EitherFraming, TooLongIsForEver) {
  FrameReader reading(GetParam().framing, 4);
  reading.feed(prefix_of(5));
  Message got;
  ASSERT_EQ(reading.next(got), Next::kTooLong);
  reading.set_limit(GetParam().limit);
  reading.feed(framed({1}));
  EXPECT_EQ(reading.next(got), Next::kTooLong);
  EXPECT_EQ(reading.buffered(), 0U);
}

TEST_P(EitherFraming, ARaisedLimitCounts) {
  FrameReader reading(GetParam().framing, 4);
  reading.feed(framed(Message(4, 1)));
  reading.feed(framed(Message(5, 2)));
  Message got;
  ASSERT_EQ(reading.next(got), Next::kMessage);
  reading.set_limit(5);
  EXPECT_EQ(reading.next(got), Next::kMessage);
}

TEST_P(EitherFraming, CutAtEveryByteNeedsMore) {
  const Message whole = framed({1, 2, 3, 4, 5});
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    FrameReader reading = reader();
    reading.feed(std::span(whole).first(cut));
    Message got;
    EXPECT_EQ(reading.next(got), Next::kNeedMore) << "cut at " << cut;
    EXPECT_EQ(reading.buffered(), cut);
  }
}

TEST_P(EitherFraming, FedByteByByteGivesTheSameMessages) {
  Message stream = framed({1, 2, 3});
  for (const auto byte : framed({})) stream.push_back(byte);
  for (const auto byte : framed({4})) stream.push_back(byte);
  FrameReader reading = reader();
  std::vector<Message> messages;
  for (const std::uint8_t byte : stream) {
    reading.feed({&byte, 1});
    for (Message got; reading.next(got) == Next::kMessage;) messages.push_back(got);
  }
  EXPECT_THAT(messages, ElementsAre(Message{1, 2, 3}, Message{}, Message{4}));
  EXPECT_EQ(reading.buffered(), 0U);
}

TEST_P(EitherFraming, SeveralMessagesInOneFeedComeInOrder) {
  Message stream;
  for (std::uint8_t i = 0; i < 100; ++i) append_frame(stream, GetParam().framing, Message{i, i});
  FrameReader reading = reader();
  reading.feed(stream);
  Message got;
  for (std::uint8_t i = 0; i < 100; ++i) {
    ASSERT_EQ(reading.next(got), Next::kMessage);
    EXPECT_THAT(got, ElementsAre(i, i));
  }
  EXPECT_EQ(reading.next(got), Next::kNeedMore);
}

TEST(FrameCodec, EveryLengthOverTheControlLimitIsRefused) {
  for (const std::uint32_t length : {std::uint32_t{kControlLimit} + 1, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    FrameReader reading(Framing::kControl, kControlLimit);
    const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>(length >> shift); };
    reading.feed(Message{byte(0), byte(8), byte(16), byte(24)});
    Message got;
    EXPECT_EQ(reading.next(got), Next::kTooLong) << length;
  }
}

TEST(FrameCodec, ALimitAboveTheFramingsOwnCountsAsItsOwn) {
  FrameReader reading(Framing::kControl, std::size_t{1} << 40);
  reading.feed(Message{1, 0, 0x40, 0});  // 4 MiB + 1
  Message got;
  EXPECT_EQ(reading.next(got), Next::kTooLong);
}

}  // namespace
}  // namespace duolog::proto
