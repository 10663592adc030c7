// noise_test.cc: the handshake between two who know each other, and against those who do not play fair.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"

#include <set>

#include "damage.h"
#include "hand_driven.h"
#include "people.h"
#include "scripted_random.h"

namespace duolog::crypto::testing {
namespace {

class HandshakeTest : public ::testing::Test {
 protected:
  People people_;
  HandshakePsk secret_ = HandshakePsk::random();
  Bytes prologue_ = prologue('P', {people_.journal.bytes});
  PreparedPsk psk_{prologue_, secret_};

  [[nodiscard]] Handshake caller() const { return Handshake::initiate(psk_, people_.laptop.noise()); }
  [[nodiscard]] std::optional<Handshake> answer(ByteView first) const {
    return Handshake::answer(psk_, people_.desktop.noise(), first);
  }
  // All three messages, with these payloads.
  [[nodiscard]] std::vector<Bytes> messages(ByteView second, ByteView third) const {
    Handshake initiator = caller();
    std::vector<Bytes> sent{initiator.write({})};
    Handshake responder = *answer(sent[0]);
    sent.push_back(responder.write(second));
    EXPECT_EQ(initiator.read(sent[1]), to_bytes(second));
    sent.push_back(initiator.write(third));
    EXPECT_EQ(responder.read(sent[2]), to_bytes(third));
    return sent;
  }
};

TEST_F(HandshakeTest, MessagesHaveTheirLengths) {
  const std::vector<Bytes> sent = messages(Bytes(1024), Bytes(2000));
  EXPECT_EQ(sent[0].size(), kFirstMessageLength);
  EXPECT_EQ(sent[1].size(), kSecondMessageOverhead + 1024);
  EXPECT_EQ(sent[2].size(), kThirdMessageOverhead + 2000);
}

TEST_F(HandshakeTest, BothKnowTheOtherAndShareAChannel) {
  Handshake initiator = caller();
  Handshake responder = *answer(initiator.write({}));
  EXPECT_FALSE(initiator.complete());
  ASSERT_TRUE(initiator.read(responder.write({})));
  ASSERT_TRUE(responder.read(initiator.write({})));
  ASSERT_TRUE(initiator.complete() && responder.complete());
  EXPECT_EQ(initiator.remote(), people_.desktop.public_keys().noise);
  EXPECT_EQ(responder.remote(), people_.laptop.public_keys().noise);
  EXPECT_EQ(initiator.channel_binding(), responder.channel_binding());
  const ChannelKeys mine = initiator.split();
  const ChannelKeys theirs = responder.split();
  EXPECT_TRUE(mine.send == theirs.receive && mine.receive == theirs.send);
  EXPECT_FALSE(mine.send == mine.receive);
}

TEST_F(HandshakeTest, AStrangerGetsNoAnswer) {
  const Bytes first = caller().write({});
  const PreparedPsk other_psk(prologue_, HandshakePsk::random());
  const PreparedPsk other_purpose(prologue('M', {people_.journal.bytes}), secret_);
  EXPECT_TRUE(psk_.fits(first));
  EXPECT_FALSE(Handshake::answer(other_psk, people_.desktop.noise(), first));
  EXPECT_FALSE(Handshake::answer(other_purpose, people_.desktop.noise(), first));
}

TEST_F(HandshakeTest, EveryBitOfMessage1IsBound) {
  expect_each_bit_flip_refused(caller().write({}), [&](ByteView bad) { return !answer(bad); });
}

TEST_F(HandshakeTest, EveryByteOfMessage2IsBound) {
  const Bytes payload(100, 7);
  Handshake first = caller();
  const std::size_t length = answer(first.write({}))->write(payload).size();
  for (std::size_t i = 0; i < length; ++i) {
    Handshake initiator = caller();
    Bytes second = answer(initiator.write({}))->write(payload);
    second[i] ^= 1;
    EXPECT_FALSE(initiator.read(second)) << i;
  }
}

TEST_F(HandshakeTest, EveryByteOfMessage3IsBound) {
  const Bytes payload(100, 7);
  for (std::size_t i = 0; i < kThirdMessageOverhead + payload.size(); ++i) {
    Handshake initiator = caller();
    Handshake responder = *answer(initiator.write({}));
    ASSERT_TRUE(initiator.read(responder.write({})));
    Bytes third = initiator.write(payload);
    third[i] ^= 1;
    EXPECT_FALSE(responder.read(third)) << i;
    EXPECT_FALSE(responder.complete());
  }
}

TEST_F(HandshakeTest, EveryCutAndOneMoreByteIsRefused) {
  Bytes first = caller().write({});
  expect_each_cut_refused(first, [&](ByteView bad) { return !answer(bad); });
  first.push_back(0);
  EXPECT_FALSE(answer(first));
  expect_each_cut_refused(Bytes(kSecondMessageOverhead), [&](ByteView cut) {
    Handshake initiator = caller();
    const Bytes second = answer(initiator.write({}))->write({});
    return !initiator.read(ByteView(second).first(cut.size()));
  });
}

TEST_F(HandshakeTest, AMessageBeyondNoisesLimitIsRefused) {
  Handshake initiator = caller();
  (void)initiator.write({});
  EXPECT_FALSE(initiator.read(Bytes(kNoiseMessageLimit + 1)));
}

// A length is judged before anything is mixed: only the flag keeps the right message out afterwards.
TEST_F(HandshakeTest, AfterAWrongLengthTooItIsOver) {
  for (const std::size_t length : {std::size_t{0}, std::size_t{31}, kNoiseMessageLimit + 1}) {
    Handshake initiator = caller();
    const Bytes second = answer(initiator.write({}))->write({});
    EXPECT_FALSE(initiator.read(Bytes(length)));
    EXPECT_FALSE(initiator.read(second)) << length;
  }
}

TEST_F(HandshakeTest, TheLongestPayloadFits) {
  const std::vector<Bytes> sent = messages(Bytes(kNoiseMessageLimit - kSecondMessageOverhead), {});
  EXPECT_EQ(sent[1].size(), kNoiseMessageLimit);
}

TEST_F(HandshakeTest, AfterAFailureEvenTheRightMessageIsRefused) {
  Handshake initiator = caller();
  const Bytes second = answer(initiator.write({}))->write({});
  EXPECT_FALSE(initiator.read(Bytes(kSecondMessageOverhead)));
  EXPECT_FALSE(initiator.read(second));
}

TEST_F(HandshakeTest, AMessageOutOfTurnIsRefused) {
  Handshake initiator = caller();
  const Bytes first = initiator.write({});
  Handshake responder = *answer(first);
  EXPECT_FALSE(responder.read(first));  // it is the responder's turn to write
}

TEST_F(HandshakeTest, AnotherHandshakesMessageIsRefused) {
  Handshake one = caller();
  Handshake two = caller();
  Handshake for_one = *answer(one.write({}));
  Handshake for_two = *answer(two.write({}));
  EXPECT_FALSE(one.read(for_two.write({})));
}

TEST_F(HandshakeTest, ItsOwnMessageReflectedIsRefused) {
  Handshake initiator = caller();
  Handshake other = caller();
  const Bytes first = initiator.write({});
  (void)other.write({});
  Bytes reflected = first;
  reflected.resize(kSecondMessageOverhead);
  EXPECT_FALSE(initiator.read(reflected));
}

TEST_F(HandshakeTest, AnEphemeralKeyOfLowOrderIsRefusedThoughThePskFits) {
  HandDriven liar(prologue_, secret_.view());
  Bytes first = liar.ephemeral(Bytes(32));
  append(first, liar.sealed({}));
  EXPECT_TRUE(psk_.fits(first));
  EXPECT_FALSE(answer(first));
}

// A responder that knows the psk, and whose ephemeral and static keys are what it likes.
Bytes second_message(HandDriven& liar, ByteView first, const NoiseSecret& ephemeral, ByteView ephemeral_public,
                     ByteView static_public) {
  liar.ephemeral(first.first(32));
  liar.received(first.subspan(32));
  Bytes second = liar.ephemeral(ephemeral_public);
  liar.agree(ephemeral.view(), first.first(32));
  append(second, liar.sealed(static_public));
  liar.agree(Bytes(32, 1), Bytes(32));  // es with a point of low order: zeros
  append(second, liar.sealed({}));
  return second;
}

TEST_F(HandshakeTest, AStaticKeyOfLowOrderIsRefused) {
  Handshake initiator = caller();
  HandDriven liar(prologue_, secret_.view());
  const NoiseSecret ephemeral = NoiseSecret::random();
  const Bytes first = initiator.write({});
  EXPECT_FALSE(initiator.read(second_message(liar, first, ephemeral, noise_public(ephemeral).bytes, Bytes(32))));
}

TEST_F(HandshakeTest, TheRespondersEphemeralKeyOfLowOrderIsRefused) {
  Handshake initiator = caller();
  HandDriven liar(prologue_, secret_.view());
  const Bytes first = initiator.write({});
  EXPECT_FALSE(initiator.read(
      second_message(liar, first, NoiseSecret::random(), Bytes(32), people_.desktop.public_keys().noise.bytes)));
}

TEST_F(HandshakeTest, TwoOfTheSameDevicesShareNoBytes) {
  constexpr std::size_t kWindow = 6;  // by chance two of these many windows are equal once in ten million runs
  std::set<Bytes> seen;
  std::size_t windows = 0;
  for (int run = 0; run < 2; ++run)
    for (const Bytes& message : messages(Bytes(200), Bytes(200)))
      for (std::size_t i = 0; i + kWindow <= message.size(); ++i, ++windows)
        seen.insert(to_bytes(ByteView(message).subspan(i, kWindow)));
  EXPECT_EQ(seen.size(), windows);
}

// ---- whoever has recorded it all, and later has what both devices keep ----

// Two devices speak, and the keys that they forget are known to the test alone.
struct Recorded {
  Recorded(const PreparedPsk& psk, const People& people) {
    const ScriptedRandom forgotten = ScriptedRandom::giving({to_bytes(callers.view()), to_bytes(answerers.view())});
    Handshake caller = Handshake::initiate(psk, people.laptop.noise());
    handshake.push_back(caller.write({}));
    Handshake answerer = *Handshake::answer(psk, people.desktop.noise(), handshake[0]);
    handshake.push_back(answerer.write(Bytes(1024)));
    EXPECT_TRUE(caller.read(handshake[1]));
    handshake.push_back(caller.write(Bytes(1024)));
    EXPECT_TRUE(answerer.read(handshake[2]));
    Channel from_caller(caller.split()), from_answerer(answerer.split());
    const auto record = [this](ByteView frame) { frames.push_back(to_bytes(frame)); };
    EXPECT_TRUE(from_caller.seal(as_bytes("what is nobody's business"), record));
    EXPECT_TRUE(from_answerer.seal(as_bytes("nor is the answer"), record));
  }
  NoiseSecret callers = NoiseSecret::random();
  NoiseSecret answerers = NoiseSecret::random();
  std::vector<Bytes> handshake;
  std::vector<Bytes> frames;
};

ByteArray<32> agreement(const NoiseSecret& secret, ByteView public_key) {
  ByteArray<32> shared{};
  EXPECT_TRUE(dh(shared, secret.view(), public_key));
  return shared;
}

class AThiefOfBothDevices : public HandshakeTest {
 protected:
  Recorded recorded_{psk_, people_};

  // How much of the recording opens to both lasting keys and the psk, where this is what the two forgotten keys have
  // agreed on.
  [[nodiscard]] std::size_t opened_with(ByteView forgotten) const {
    const ByteView first = recorded_.handshake[0], second = recorded_.handshake[1], third = recorded_.handshake[2];
    constexpr std::size_t kSealedKey = 32 + 16;
    HandDriven thief(prologue_, secret_.view());
    thief.ephemeral(first.first(32));
    EXPECT_TRUE(thief.opens(first.subspan(32))) << "the psk is the right one";
    thief.ephemeral(second.first(32));
    thief.agreed(forgotten);
    std::size_t opened = thief.opens(second.subspan(32, kSealedKey)) ? 1 : 0;
    thief.agree(people_.desktop.noise().view(), first.first(32));
    opened += thief.opens(second.subspan(32 + kSealedKey)) ? 1 : 0;
    opened += thief.opens(third.first(kSealedKey)) ? 1 : 0;
    thief.agree(people_.laptop.noise().view(), second.first(32));
    opened += thief.opens(third.subspan(kSealedKey)) ? 1 : 0;
    for (const Bytes& key : thief.split())
      for (const Bytes& frame : recorded_.frames) opened += noise_decrypt(key, 0, {}, frame) ? 1 : 0;
    return opened;
  }
};

TEST_F(AThiefOfBothDevices, OpensNothingOfWhatWasRecordedBefore) {
  const ByteView callers = ByteView(recorded_.handshake[0]).first(32);
  const ByteView answerers = ByteView(recorded_.handshake[1]).first(32);
  for (const DeviceKeys* kept : {&people_.laptop, &people_.desktop})
    for (const ByteView seen : {callers, answerers, ByteView(people_.laptop.public_keys().noise.bytes),
                                ByteView(people_.desktop.public_keys().noise.bytes)})
      EXPECT_EQ(opened_with(agreement(kept->noise(), seen)), 0U);
  EXPECT_EQ(opened_with(secret_.view()), 0U);
  EXPECT_EQ(opened_with(Bytes(32)), 0U);
}

TEST_F(AThiefOfBothDevices, WouldOpenAllOfItWithAKeyThatWasForgotten) {
  const std::size_t all = 4 + recorded_.frames.size();
  EXPECT_EQ(opened_with(agreement(recorded_.callers, ByteView(recorded_.handshake[1]).first(32))), all);
  EXPECT_EQ(opened_with(agreement(recorded_.answerers, ByteView(recorded_.handshake[0]).first(32))), all);
}

using HandshakeDeathTest = HandshakeTest;
TEST_F(HandshakeDeathTest, SplittingTooEarlyOrTwiceIsOurBug) {
  Handshake initiator = caller();
  EXPECT_DEATH((void)initiator.split(), "too early or twice");
  Handshake responder = *answer(initiator.write({}));
  ASSERT_TRUE(initiator.read(responder.write({})));
  (void)initiator.write({});
  (void)initiator.split();
  EXPECT_DEATH((void)initiator.split(), "too early or twice");
}

TEST_F(HandshakeDeathTest, WritingOutOfTurnIsOurBug) {
  Handshake initiator = caller();
  (void)initiator.write({});
  EXPECT_DEATH((void)initiator.write({}), "out of turn");
}

}  // namespace
}  // namespace duolog::crypto::testing
