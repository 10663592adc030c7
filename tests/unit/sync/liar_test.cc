// liar_test.cc: a partner who passed the handshake and lies in his greeting, in frames and in records. The victim
// stores nothing that is not sound and parts in silence. Frontiers, questions and forks are liar_claims_test.cc and
// liar_questions_test.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/liar.h"
#include "crypto/noise.h"
#include "proto/wire.pb.h"

namespace duolog::sync::testing {
namespace {

// ---- the greeting ----

TEST_F(LiarTest, GreetsAsSomebodyElse) {
  Hello hello = bo.hello();
  hello.device = people().phone.id();
  bo.say(hello);
  expect_violation();
  EXPECT_TRUE(ada.greetings.empty());
}

TEST_F(LiarTest, GreetsTwice) {
  bo.greet();
  bo.greet();
  expect_violation();
}

TEST_F(LiarTest, SpeaksBeforeItGreets) {
  const std::vector<Bytes> words{encode(run_of(people().desk, 1)),
                                 encode(Claim{}),
                                 encode(Certs{}),
                                 encode(Ping{}),
                                 encode(BodyWant{ada.id(), {1}}),
                                 encode(HeadWant{ada.id(), 1, 1})};
  for (const Bytes& word : words) {
    Liar liar(ada);
    liar.say_bytes(word);
    EXPECT_EQ(liar.session.reason(), Parting::kViolation);
    EXPECT_FALSE(liar.session.next().has_value());
  }
  EXPECT_EQ(ada.held(people().desk), 0U);
}

TEST_F(LiarTest, MayLeaveBeforeItGreets) {
  bo.say(Bye{3});
  EXPECT_EQ(bo.session.reason(), Parting::kTheyLeft);
  EXPECT_EQ(bo.session.their_reason(), Parting::kRenew);
}

TEST_F(LiarTest, OfANewerVersionIsLeftPolitely) {
  Hello hello = bo.hello();
  hello.version = 2;
  bo.say(hello);
  EXPECT_EQ(bo.session.reason(), Parting::kNewer);
  EXPECT_EQ(bo.hear_only<Bye>().size(), 1U);
}

TEST_F(LiarTest, OfNoVersionIsNot) {
  Hello hello = bo.hello();
  hello.version = 0;
  bo.say(hello);
  expect_violation();
}

TEST_F(LiarTest, AByeOfAnUnknownReasonIsAGoodbye) {
  bo.greet();
  bo.say(Bye{77});
  EXPECT_EQ(bo.session.reason(), Parting::kTheyLeft);
  EXPECT_EQ(bo.session.their_reason(), Parting::kTheyLeft);
}

TEST_F(LiarTest, BadAddressesAreDroppedWithoutBlame) {
  Hello hello = bo.hello();
  hello.addresses = {"good.example:1", "no port", "10.0.0.1:0", "10.0.0.1:65536", std::string(70, 'x') + ":1",
                     "a b:3",          "[::1]:5", "\x1b[2J:7"};
  bo.say(hello);
  expect_patience();
  EXPECT_EQ(ada.greetings.at(0).addresses, (std::vector<std::string>{"good.example:1", "[::1]:5"}));
}

TEST_F(LiarTest, NoMoreThanEightAddressesAreTaken) {
  Hello hello = bo.hello();
  for (int i = 1; i <= 9; ++i) hello.addresses.push_back("h:" + std::to_string(i));
  bo.say(hello);
  EXPECT_EQ(ada.greetings.at(0).addresses.size(), kAddressesLimit);
}

// ---- frames ----

TEST_F(LiarTest, AnUnknownFrameEndsPolitely) {
  bo.greet();
  bo.say_bytes(Bytes{0x9a, 0x01, 0x00});  // field 19, empty
  EXPECT_EQ(bo.session.reason(), Parting::kNewer);
  const auto byes = bo.hear_only<Bye>();
  ASSERT_EQ(byes.size(), 1U);
  EXPECT_EQ(byes[0].reason, wire::Bye::REASON_NEWER);
}

TEST_F(LiarTest, AnEmptyFrameIsAnUnknownOne) {
  bo.greet();
  bo.say_bytes({});
  EXPECT_EQ(bo.session.reason(), Parting::kNewer);
}

TEST_F(LiarTest, UnknownFieldsAreIgnored) {
  Bytes hello = encode(bo.hello());
  append(hello, Bytes{0xa2, 0x06, 0x01, 0x07, 0xa8, 0x06, 0x05});  // fields 100 and 101 of the frame
  bo.say_bytes(hello);
  expect_patience();
  EXPECT_EQ(ada.greetings.size(), 1U);
}

TEST_F(LiarTest, GarbageIsMetWithSilence) {
  bo.greet();
  bo.say_bytes(Bytes(100, 0xff));
  expect_violation();
}

TEST_F(LiarTest, AMessageOverTheLimitIsNotParsed) {
  bo.greet();
  Bytes padded = encode(Ping{});
  append(padded, Bytes{0xa2, 0x06});  // field 100: the rest
  const std::size_t rest = crypto::kMessageLimit + 1 - padded.size() - 4;
  append(padded, Bytes{static_cast<std::uint8_t>(rest | 0x80), static_cast<std::uint8_t>(rest >> 7 | 0x80),
                       static_cast<std::uint8_t>(rest >> 14 | 0x80), static_cast<std::uint8_t>(rest >> 21)});
  padded.resize(crypto::kMessageLimit);
  bo.say_bytes(padded);
  expect_violation();
}

TEST_F(LiarTest, IsNotHeardAfterTheEnd) {
  bo.greet();
  bo.greet();
  bo.say(run_of(people().desk, 2));
  EXPECT_EQ(ada.held(people().desk), 0U);
  bo.session.log_grew();
  EXPECT_FALSE(bo.session.has_next());
}

// ---- records ----

TEST_F(LiarTest, RunsThatOverlapWhatIsHeldAreTakenUp) {
  bo.greet();
  auto run = run_of(people().desk, 5);
  bo.say(sync::Run{run.device, 1, {run.records.begin(), run.records.begin() + 3}});
  bo.say(sync::Run{run.device, 2, {run.records.begin() + 1, run.records.end()}});
  expect_patience();
  EXPECT_EQ(ada.held(people().desk), 5U);
}

TEST_F(LiarTest, ARunBeyondAGapIsIgnoredWithoutBlame) {
  bo.greet();
  auto run = run_of(people().desk, 5);
  bo.say(sync::Run{run.device, 3, {run.records.begin() + 2, run.records.end()}});
  expect_patience();
  EXPECT_EQ(ada.held(people().desk), 0U);
}

TEST_F(LiarTest, EndlessGapsAreNot) {
  bo.greet();
  auto run = run_of(people().desk, 5);
  run.start = 3;
  run.records.erase(run.records.begin(), run.records.begin() + 2);
  for (std::size_t i = 0; i < kIgnoredLimit; ++i) bo.say(run);
  expect_patience();
  bo.say(run);
  expect_violation();
}

TEST_F(LiarTest, RecordsOfADeviceNeverAdmittedAreIgnoredAndCounted) {
  bo.greet();
  const auto run = run_of(people().stranger, 2);
  for (std::size_t i = 0; i < kIgnoredLimit; ++i) bo.say(run);
  expect_patience();
  EXPECT_FALSE(ada.log().admitted(people().journal, people().stranger.id()));
  bo.say(run);
  expect_violation();
}

TEST_F(LiarTest, RecordsUnderAnothersName) {
  bo.greet();
  auto run = run_of(people().stranger, 2);
  run.device = people().desk.id();
  bo.say(run);
  expect_refused();
}

TEST_F(LiarTest, ABadLastSignatureStoresNothing) {
  bo.greet();
  auto run = run_of(people().desk, 3);
  run.records.back().head.back() ^= 1;
  bo.say(run);
  expect_refused();
}

TEST_F(LiarTest, ABodyOfAnotherRecordStoresNothing) {
  bo.greet();
  auto run = run_of(people().desk, 3);
  std::swap(run.records[0].body, run.records[1].body);
  bo.say(run);
  expect_refused();
}

TEST_F(LiarTest, ARunStartedAtAnotherSeqThanItsHeads) {
  bo.greet();
  auto run = run_of(people().desk, 3);
  run.records.erase(run.records.begin());
  bo.say(run);
  expect_refused();
}

}  // namespace
}  // namespace duolog::sync::testing
