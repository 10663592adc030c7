// attacker_test.cc: whoever is on the wire between two peers, and whoever has stolen one of their keys. Whatever is
// changed is refused, nothing is stored, and from the outside one refusal looks like the other.
//
// The quick tier flips every bit of the three handshake messages and one in five of what follows; at night every byte
// of the handshake takes every other value.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/crypto/hand_driven.h"
#include "tests/unit/net/two_peers.h"

namespace duolog::net {
namespace {

constexpr std::size_t kPrefix = 2;  // a frame's length
constexpr std::size_t kThirdFrame = kPrefix + crypto::kThirdMessageOverhead + crypto::kHandshakePayloadFloor;

bool nightly() {
  const char* tier = std::getenv("DUOLOG_TIER");
  return tier != nullptr && std::string_view(tier) == "nightly";
}

// Each change of one byte that this tier asks for: a bit, at night any other value.
template <class Change>
std::size_t each_change(Change change) {
  std::size_t changes = 0;
  for (unsigned mask = 1; mask < 256; mask = nightly() ? mask + 1 : mask << 1, ++changes)
    change(static_cast<std::uint8_t>(mask));
  return changes;
}

class AnAttacker : public TwoPeers {
 protected:
  // All that can be seen from outside of a refusal, now and at the deadline.
  struct Outside {
    std::size_t said = 0;
    bool closed = false;
    PeerEnd end = PeerEnd::kNone;
    bool closed_later = false;
    std::size_t said_later = 0;
    auto operator<=>(const Outside&) const = default;
  };
  static Outside look(Peer& peer) {
    Outside seen;
    seen.said = peer.take_output(at(2ms)).size();
    seen.closed = peer.finished();
    peer.tick(at(kHandshakeTime));
    seen.end = peer.end();
    seen.closed_later = peer.finished();
    seen.said_later = peer.take_output(at(kHandshakeTime)).size();
    return seen;
  }
  void nothing_is_stored() {
    for (Place* place : {&ada_, &bo_}) EXPECT_EQ(place->log.record_count(people().journal), 0U);
    EXPECT_TRUE(ada_.admitted.empty());
  }
  // Message 2 has arrived as `frame`.
  void second_arrives(ByteView frame) { ada().receive(frame, at(1ms)); }
  Bytes second() {
    dial();
    EXPECT_TRUE(answer(from_ada()));
    return from_bo();
  }
  // Without the greeting that follows at once.
  Bytes third() {
    second_arrives(second());
    Bytes said = from_ada();
    said.resize(kThirdFrame);
    return said;
  }
  // Both are open, and each has heard the other's greeting. Ada has something to say.
  Bytes a_record_on_its_way() {
    dial();
    carry();
    ada_.write();
    ada().log_grew();
    return from_ada();
  }
};

// ---- every bit ----

TEST_F(AnAttacker, MeetsNobodyWithAnyBitOfMessageOneFlipped) {
  const Bytes first = from_ada();
  std::size_t flips = 0;
  for (std::size_t i = kPrefix; i < first.size(); ++i) {
    flips += each_change([&](std::uint8_t mask) {
      Bytes flipped = first;
      flipped[i] ^= mask;
      ASSERT_FALSE(answer(flipped)) << i;
    });
  }
  EXPECT_GE(flips, 8 * crypto::kFirstMessageLength);
  nothing_is_stored();
}

TEST_F(AnAttacker, IsHungUpOnWithoutAWordWithAnyBitOfMessageTwoFlipped) {
  std::set<Outside> seen;
  const std::size_t length = second().size();
  for (std::size_t i = kPrefix; i < length; ++i) {
    each_change([&](std::uint8_t mask) {
      Bytes flipped = second();
      flipped[i] ^= mask;
      second_arrives(flipped);
      ASSERT_FALSE(ada().open()) << i;
      seen.insert(look(ada()));
    });
  }
  const Outside refusal{0, true, PeerEnd::kRefused, true, 0};
  EXPECT_EQ(seen, std::set<Outside>{refusal}) << "one refusal differs from the other";
  nothing_is_stored();
}

TEST_F(AnAttacker, MeetsSilenceUntilTheDeadlineWithAnyBitOfMessageThreeFlipped) {
  std::set<Outside> seen;
  for (std::size_t i = kPrefix; i < kThirdFrame; ++i) {
    each_change([&](std::uint8_t mask) {
      Bytes flipped = third();
      flipped[i] ^= mask;
      bo().receive(flipped, at(2ms));
      ASSERT_FALSE(bo().open()) << i;
      seen.insert(look(bo()));
    });
  }
  const Outside refusal{0, false, PeerEnd::kRefused, true, 0};
  EXPECT_EQ(seen, std::set<Outside>{refusal}) << "one refusal differs from the other";
  EXPECT_TRUE(bo_.admitted.empty());
  EXPECT_EQ(bo_.log.record_count(people().journal), 0U);
}

TEST_F(AnAttacker, WhoChangesALengthOpensNothingAndHearsNothing) {
  for (const std::size_t i : {0U, 1U}) {
    each_change([&](std::uint8_t mask) {
      Bytes flipped = second();
      flipped[i] ^= mask;
      second_arrives(flipped);
      const Outside initiator = look(ada());
      EXPECT_TRUE(initiator.said == 0 && initiator.said_later == 0 && initiator.closed_later && !ada().open());
      flipped = third();
      flipped[i] ^= mask;
      bo().receive(flipped, at(2ms));
      const Outside responder = look(bo());
      EXPECT_TRUE(responder.said == 0 && responder.said_later == 0 && responder.closed_later && !bo().open());
    });
  }
}

TEST_F(AnAttacker, WhoFlipsABitOfARecordOnItsWayClosesTheLineWithoutAWord) {
  std::set<Outside> seen;
  const std::size_t bits = 8 * (a_record_on_its_way().size() - kPrefix);
  ada_.write(bits);  // so that each dial has something new to carry
  for (std::size_t bit = 0; bit < bits; bit += nightly() ? 1 : 5) {
    Bytes flipped = a_record_on_its_way();
    ASSERT_GT(flipped.size(), kPrefix + bit / 8);
    const std::uint64_t held = bo_.held(*people().ada);
    flipped[kPrefix + bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    bo().receive(flipped, at(1ms));
    ASSERT_EQ(bo_.held(*people().ada), held) << bit;
    ASSERT_FALSE(bo().open()) << bit;
    seen.insert(look(bo()));
  }
  ASSERT_EQ(seen.size(), 1U) << "one refusal differs from the other";
  EXPECT_TRUE(seen.begin()->closed && seen.begin()->said == 0);
}

// ---- cuts ----

TEST_F(AnAttacker, WhoCutsAfterAnyByteOfTheHandshakeOpensNothing) {
  const std::size_t step = nightly() ? 1 : 7;
  for (std::size_t cut = 0; cut < second().size(); cut += step) {
    const Bytes message = second();
    second_arrives(ByteView(message).first(cut));
    ASSERT_TRUE(from_ada().empty()) << cut;
    ada().closed();
    ASSERT_EQ(ada().end(), PeerEnd::kClosed) << cut;
  }
  for (std::size_t cut = 0; cut < kThirdFrame; cut += step) {
    const Bytes message = third();
    bo().receive(ByteView(message).first(cut), at(2ms));
    ASSERT_TRUE(from_bo().empty()) << cut;
    ASSERT_FALSE(bo().open()) << cut;
    bo().closed();
    ASSERT_EQ(bo().end(), PeerEnd::kClosed) << cut;
  }
  EXPECT_EQ(bo_.log.record_count(people().journal), 0U);
}

// ---- replayed, reflected, reordered ----

TEST_F(AnAttacker, CannotReplayMessageTwo) {
  const Bytes earlier = second();
  second();
  second_arrives(earlier);
  EXPECT_EQ(ada().end(), PeerEnd::kRefused);
  EXPECT_TRUE(from_ada().empty());
}

TEST_F(AnAttacker, CannotReplayMessageThree) {
  const Bytes earlier = third();
  third();
  bo().receive(earlier, at(2ms));
  EXPECT_TRUE(from_bo().empty());
  EXPECT_FALSE(bo().open());
}

TEST_F(AnAttacker, CannotReflectAnybodysMessages) {
  dial();
  const Bytes first = from_ada();
  ASSERT_TRUE(answer(first));
  const Bytes own_second = from_bo();
  second_arrives(first);  // her own words
  EXPECT_FALSE(ada().open());
  EXPECT_TRUE(from_ada().empty());
  bo().receive(own_second, at(1ms));
  EXPECT_TRUE(from_bo().empty());
  EXPECT_FALSE(bo().open());
  dial();
  carry();
  ada_.write();
  ada().log_grew();
  ada().receive(from_ada(), at(1ms));
  EXPECT_TRUE(ada().finished());
  EXPECT_TRUE(from_ada().empty());
}

TEST_F(AnAttacker, CannotSayAFrameTwice) {
  const Bytes frame = a_record_on_its_way();
  bo().receive(frame, at(1ms));
  const std::uint64_t held = bo_.held(*people().ada);
  EXPECT_EQ(held, 1U);
  from_bo();
  bo().receive(frame, at(1ms));
  EXPECT_TRUE(bo().finished());
  EXPECT_TRUE(from_bo().empty());
  EXPECT_EQ(bo_.held(*people().ada), held);
}

TEST_F(AnAttacker, CannotPutFramesInAnotherOrderNorLeaveOneOut) {
  for (const bool swap : {true, false}) {
    dial();
    carry();
    ada_.write();
    ada().log_grew();
    const Bytes one = from_ada();
    ada_.write();
    ada().log_grew();
    const Bytes other = from_ada();
    const std::uint64_t held = bo_.held(*people().ada);
    bo().receive(other, at(1ms));
    EXPECT_TRUE(bo().finished());
    if (swap) bo().receive(one, at(1ms));
    EXPECT_TRUE(from_bo().empty());
    EXPECT_EQ(bo_.held(*people().ada), held);
  }
}

TEST_F(AnAttacker, CannotMoveAFrameIntoAnotherSession) {
  const Bytes frame = a_record_on_its_way();
  const std::uint64_t held = bo_.held(*people().ada);
  dial();
  ASSERT_TRUE(answer(from_ada()));
  second_arrives(from_bo());
  bo().receive(from_ada(), at(1ms));
  ASSERT_TRUE(bo().open());
  bo().receive(frame, at(1ms));
  EXPECT_TRUE(bo().finished());
  EXPECT_EQ(bo_.held(*people().ada), held);
}

// ---- stolen keys ----

class AThief : public AnAttacker {
 protected:
  // A handshake that knows the psk and whatever was stolen, token by token.
  crypto::testing::HandDriven hand{crypto::prologue('P', {people().journal.bytes}), people().psk.view()};
  crypto::NoiseSecret ephemeral = crypto::NoiseSecret::random();
  Bytes introduction = encode(people().introduction_of(*people().bo));

  static Bytes framed(ByteView message) {
    Bytes frame;
    proto::append_frame(frame, proto::Framing::kPeer, message);
    return frame;
  }
};

// Ada's secrets do not make anybody Bo for her.
TEST_F(AThief, OfAdasKeysIsNotBoForAda) {
  dial();
  const Bytes first = to_bytes(ByteView(from_ada()).subspan(kPrefix));
  hand.ephemeral(ByteView(first).first(32));
  hand.received(ByteView(first).subspan(32));
  Bytes message = hand.ephemeral(crypto::noise_public(ephemeral).bytes);
  hand.agree(ephemeral.view(), ByteView(first).first(32));  // ee
  append(message, hand.sealed(people().bo->public_keys().noise.bytes));
  hand.agree(people().ada->noise().view(), people().bo->public_keys().noise.bytes);  // es would need Bo's secret
  append(message, hand.sealed(introduction));
  second_arrives(framed(message));
  EXPECT_EQ(ada().end(), PeerEnd::kRefused);
  EXPECT_TRUE(from_ada().empty());
  EXPECT_TRUE(ada_.admitted.empty());
}

// With a static key of its own the thief is spoken with, and then is not whom the chain says.
TEST_F(AThief, WithBosChainAndAnotherKeyIsNotBo) {
  Place eve(people().eve);
  Peer::House thief = eve.house();
  thief.self.introduction = [] { return people().introduction_of(*people().bo); };
  dial();
  const Bytes first = from_ada();
  auto handshake =
      crypto::Handshake::answer(people().prepared(), people().eve.noise(), ByteView(first).subspan(kPrefix));
  ASSERT_TRUE(handshake);
  responder_.emplace(Peer::respond(thief, people().journal, std::move(*handshake), at(kHandshakeTime)));
  second_arrives(from_bo());
  EXPECT_EQ(ada().end(), PeerEnd::kRefused);
  EXPECT_TRUE(ada_.admitted.empty());
}

// Bo's secrets do not make anybody Ada for him.
TEST_F(AThief, OfBosKeysIsNotAdaForBo) {
  Bytes message = hand.ephemeral(crypto::noise_public(ephemeral).bytes);
  append(message, hand.sealed({}));
  ASSERT_TRUE(answer(framed(message)));
  const Bytes second = to_bytes(ByteView(from_bo()).subspan(kPrefix));
  const ByteView theirs = ByteView(second).first(32);
  hand.ephemeral(theirs);
  hand.agree(ephemeral.view(), theirs);  // ee
  hand.received(ByteView(second).subspan(32, 48));
  hand.agree(ephemeral.view(), people().bo->public_keys().noise.bytes);  // es
  hand.received(ByteView(second).subspan(80));
  Bytes third = hand.sealed(people().ada->public_keys().noise.bytes);
  hand.agree(people().bo->noise().view(), people().ada->public_keys().noise.bytes);  // se would need Ada's secret
  append(third, hand.sealed(encode(people().introduction_of(*people().ada))));
  bo().receive(framed(third), at(2ms));
  EXPECT_FALSE(bo().open());
  EXPECT_TRUE(from_bo().empty());
  EXPECT_TRUE(bo_.admitted.empty());
}

// The same hand, with nothing missing, is let in: it is the key that decides.
TEST_F(AThief, OfAdasKeysIsAdaForBo) {
  Bytes message = hand.ephemeral(crypto::noise_public(ephemeral).bytes);
  append(message, hand.sealed({}));
  ASSERT_TRUE(answer(framed(message)));
  const Bytes second = to_bytes(ByteView(from_bo()).subspan(kPrefix));
  const ByteView theirs = ByteView(second).first(32);
  hand.ephemeral(theirs);
  hand.agree(ephemeral.view(), theirs);
  hand.received(ByteView(second).subspan(32, 48));
  hand.agree(ephemeral.view(), people().bo->public_keys().noise.bytes);
  hand.received(ByteView(second).subspan(80));
  Bytes third = hand.sealed(people().ada->public_keys().noise.bytes);
  hand.agree(people().ada->noise().view(), theirs);
  append(third, hand.sealed(encode(people().introduction_of(*people().ada))));
  bo().receive(framed(third), at(2ms));
  EXPECT_TRUE(bo().open());
}

}  // namespace
}  // namespace duolog::net
