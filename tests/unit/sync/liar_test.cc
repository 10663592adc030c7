// liar_test.cc: a partner who passed the handshake and lies in everything after it. The victim stores nothing that is
// not sound, sends nothing without bound, and parts in silence.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"
#include "proto/wire.pb.h"
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

struct LiarTest : ::testing::Test {
  Home ada{people().laptop};
  Liar bo{ada};

  store::FrontierEntry ours(std::uint64_t seq) {
    return {ada.id(), seq, *ada.log().id_at(people().journal, ada.id(), seq)};
  }
  // A frontier of the laptop and of what the liar says of its own log.
  static store::Frontier frontier(store::FrontierEntry laptop, store::FrontierEntry desk) {
    store::Frontier both{std::move(laptop), std::move(desk)};
    std::sort(both.begin(), both.end(), [](const auto& a, const auto& b) { return a.device < b.device; });
    return both;
  }
  static store::FrontierEntry nothing(const crypto::DeviceKeys& device) { return Liar::nothing_of(device); }
  static store::FrontierEntry invented(const crypto::DeviceKeys& device, std::uint64_t seq) {
    return {device.id(), seq, RecordId{{9, 9, 9}}};
  }
  static sync::Run run_of(const crypto::DeviceKeys& author, std::size_t count) {
    crypto::ChainPosition at{1, crypto::first_prev(people().journal, author.id())};
    return {author.id(), 1, write_run(author, at, count)};
  }
  void expect_violation() {
    EXPECT_EQ(bo.session.reason(), Parting::kViolation);
    EXPECT_FALSE(bo.session.detail().empty());
    EXPECT_FALSE(bo.session.next().has_value());  // not a word
  }
  void expect_refused() {
    EXPECT_EQ(bo.session.reason(), Parting::kRefusedRun) << bo.session.detail();
    EXPECT_FALSE(bo.session.next().has_value());
    EXPECT_EQ(ada.held(people().desk), 0U);
    EXPECT_TRUE(ada.stored.empty());
  }
  void expect_patience() { EXPECT_EQ(bo.session.reason(), Parting::kNone) << bo.session.detail(); }
};

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
  bo.say_bytes(Bytes{0x62, 0x00});  // field 12, empty
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

// ---- frontiers ----

TEST_F(LiarTest, NeverAcknowledgesAndIsSentNoMoreThanAWindow) {
  ada.write(20, 1 << 20);
  Liar liar(ada);
  liar.greet();
  EXPECT_EQ(liar.hear_only<sync::Run>().size(), kWindow);
  for (int i = 0; i < 50; ++i) liar.say(liar.hello().claim);
  EXPECT_TRUE(liar.hear_only<sync::Run>().empty());
}

TEST_F(LiarTest, EverLowerFrontiersAreResentWithinABudget) {
  ada.write(8, 1 << 20);
  Liar liar(ada);
  liar.greet();
  std::size_t sent = 0;
  for (int round = 0; round < 1000 && liar.session.reason() == Parting::kNone; ++round) {
    while (const auto message = liar.session.next()) sent += message->size();
    liar.say(Claim{frontier(ours(8), nothing(people().desk)), {}});
    liar.say(Claim{frontier(nothing(people().laptop), nothing(people().desk)), {}});
  }
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_LE(sent, kResendBudget + (9 << 20) + (4 << 20));
  EXPECT_GE(sent, kResendBudget);
}

TEST_F(LiarTest, ADeviceThatComesAndGoesFromTheFrontierIsNotSentTwice) {
  ada.write(3);
  Liar liar(ada);
  std::size_t runs = 0;
  liar.greet();
  for (int i = 0; i < 10; ++i) {
    runs += liar.hear_only<sync::Run>().size();
    liar.say(Claim{});
    liar.say(liar.hello().claim);
  }
  EXPECT_EQ(runs, 1U);
  EXPECT_EQ(liar.session.reason(), Parting::kNone);
}

TEST_F(LiarTest, ClaimsTheHighestSeqThereIs) {
  bo.greet(frontier(invented(people().laptop, crypto::kSeqLimit), invented(people().desk, crypto::kSeqLimit)));
  expect_patience();
  EXPECT_EQ(bo.session.lacking(), 2 * crypto::kSeqLimit);
  EXPECT_FALSE(bo.session.in_step());
  bo.hear();
  EXPECT_FALSE(bo.session.has_next());
  EXPECT_TRUE(ada.acknowledged.empty());
}

TEST_F(LiarTest, ClaimsOneMore) {
  bo.greet(frontier(nothing(people().laptop), invented(people().desk, crypto::kSeqLimit + 1)));
  expect_violation();
}

TEST_F(LiarTest, AnEmptyChainHasItsOwnBeginning) {
  bo.greet(frontier(invented(people().laptop, 0), nothing(people().desk)));
  expect_violation();
}

TEST_F(LiarTest, NamesDevicesNobodyKnows) {
  store::Frontier entries;
  for (std::uint8_t i = 0; i < kDevicesLimit; ++i) entries.push_back({DeviceId{{i}}, 7, RecordId{}});
  bo.greet(entries);
  expect_patience();
  entries.push_back({DeviceId{{200}}, 7, RecordId{}});
  Liar other(ada);
  other.greet(entries);
  EXPECT_EQ(other.session.reason(), Parting::kViolation);
}

TEST_F(LiarTest, WhoseInventedDevicesAreForgotten) {
  bo.greet();
  for (int round = 0; round < 3; ++round) {
    store::Frontier entries;
    for (std::uint8_t i = 0; i < kDevicesLimit; ++i)
      entries.push_back({DeviceId{{static_cast<std::uint8_t>(round), i}}, 1, RecordId{}});
    bo.say(Claim{entries, {}});
  }
  expect_patience();
  EXPECT_EQ(bo.session.lacking(), kDevicesLimit);  // those of the last frontier
}

TEST_F(LiarTest, WhoseEmptyChainTurnsOutWrongOnceItIsKnown) {
  bo.greet({invented(people().phone, 0)});
  expect_patience();
  ada.admit(people().phone);
  bo.session.log_grew();
  expect_violation();
}

TEST_F(LiarTest, ClaimsToHoldWhatItCannotShow) {
  ada.write(9);
  Liar liar(ada);
  liar.greet(frontier(ours(9), nothing(people().desk)));
  EXPECT_EQ(seq_in(ada.acknowledged, people().laptop), 9U);
  EXPECT_TRUE(liar.hear_only<sync::Run>().empty());  // its own loss: nothing was promised but what it claimed
}

// ---- questions ----

TEST_F(LiarTest, WantsBodiesThatAreNotThere) {
  ada.write(2);
  Liar liar(ada);
  liar.greet(frontier(ours(2), nothing(people().desk)));
  liar.hear();
  liar.say(BodyWant{ada.id(), {3, 4, 5, crypto::kSeqLimit}});
  liar.say(BodyWant{people().stranger.id(), {1}});
  EXPECT_TRUE(liar.hear().empty());
  EXPECT_EQ(liar.session.reason(), Parting::kNone);
}

TEST_F(LiarTest, WantsEverythingAtOnce) {
  ada.write(4 * kWantLimit + 1);
  Liar liar(ada);
  liar.greet(frontier(ours(4 * kWantLimit + 1), nothing(people().desk)));
  std::uint64_t seq = 1;
  for (int i = 0; i < 5 && liar.session.reason() == Parting::kNone; ++i) {
    BodyWant want{ada.id(), {}};
    while (want.seqs.size() < kWantLimit && seq <= 4 * kWantLimit + 1) want.seqs.push_back(seq++);
    liar.say(want);
  }
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
}

TEST_F(LiarTest, WantsTheSameBodyAgainAndAgain) {
  ada.write(1, 1 << 20);
  Liar liar(ada);
  liar.greet(frontier(ours(1), nothing(people().desk)));
  liar.hear();
  std::size_t sent = 0;
  for (int i = 0; i < 1000 && liar.session.reason() == Parting::kNone; ++i) {
    liar.say(BodyWant{ada.id(), {1}});
    while (const auto message = liar.session.next()) sent += message->size();
    liar.say(Claim{frontier(ours(1), nothing(people().desk)), {}});
  }
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_LE(sent, kResendBudget + (4 << 20));
}

TEST_F(LiarTest, AsksForMoreHeadsThanThereAreDevices) {
  bo.greet();
  for (std::size_t i = 0; i < kDevicesLimit; ++i) bo.say(HeadWant{ada.id(), 1, 1});
  expect_patience();
  bo.say(HeadWant{ada.id(), 1, 1});
  expect_violation();
}

TEST_F(LiarTest, WantsRunsOfHeadsWithoutEnd) {
  ada.accept(people().desk, 1, careless_run(people().desk, kWantLimit));  // one head proves nothing: all are looked at
  bo.session.log_grew();
  bo.greet();
  bo.hear();
  std::size_t given = 0;
  for (int i = 0; i < 1000 && bo.session.reason() == Parting::kNone; ++i) {
    bo.say(HeadWant{people().desk.id(), 1, static_cast<std::uint32_t>(kWantLimit)});
    given += bo.hear_only<Heads>().size();
  }
  expect_violation();
  EXPECT_GE(given, 1U);
  EXPECT_LE(given, 16U);
}

TEST_F(LiarTest, WantsOneHeadWithoutEnd) {
  ada.write(1);
  Liar liar(ada);
  liar.greet();
  std::size_t sent = 0;
  const Bytes want = encode(HeadWant{ada.id(), 1, 1});
  while (liar.session.reason() == Parting::kNone && sent <= 2 * kResendBudget) {
    liar.say_bytes(want);
    while (const auto message = liar.session.next()) sent += message->size();
  }
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_LE(sent, kResendBudget + (1 << 20));
}

TEST_F(LiarTest, WantsHeadsThatAreNotThere) {
  bo.greet();
  bo.hear();
  bo.say(HeadWant{ada.id(), 1, 1});
  bo.say(HeadWant{people().stranger.id(), crypto::kSeqLimit, 1024});
  const auto answers = bo.hear_only<Heads>();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[0].heads.empty() && answers[1].heads.empty());
}

// ---- chains ----

TEST_F(LiarTest, AStrangersChainAdmitsNobody) {
  bo.greet();
  bo.say(Certs{{people().chain_of(people().stranger.id())}});
  expect_patience();
  EXPECT_FALSE(ada.log().admitted(people().journal, people().stranger.id()));
}

TEST_F(LiarTest, AMalformedCertificateIsAViolation) {
  bo.greet();
  bo.say(Certs{{{crypto::Certificate{Bytes(10, 3), {}}}}});
  expect_violation();
}

TEST_F(LiarTest, TooManyChainsThatAdmitNobody) {
  bo.greet();
  std::size_t said = 0;
  for (; said < 1000 && bo.session.reason() == Parting::kNone; ++said) {
    const crypto::DeviceKeys one(crypto::DeviceSeed::random());
    bo.say(Certs{{{crypto::certify(one, one.public_keys(), 1, "x")}}});
  }
  EXPECT_EQ(said, kDevicesLimit + 1);
  expect_violation();
}

// ---- forks ----

TEST_F(LiarTest, ClaimsAnotherHeadAndShowsTheSame) {
  ada.write(4);
  Liar liar(ada);
  liar.greet(frontier(invented(people().laptop, 4), nothing(people().desk)));
  for (int i = 0; i < 10 && liar.session.reason() == Parting::kNone; ++i)
    for (const auto& want : liar.hear_only<HeadWant>())
      liar.say(Heads{want.device, want.seq, ada.log().read_heads(people().journal, ada.id(), want.seq, 1)});
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_FALSE(ada.frozen(people().laptop));
}

TEST_F(LiarTest, ShowsABranchThatTheAuthorNeverSigned) {
  ada.write(1);
  Liar liar(ada);
  auto record = run_of(people().laptop, 1).records.front();
  record.head.back() ^= 1;
  liar.greet(frontier({ada.id(), 1, crypto::record_id(people().journal, record.head)}, nothing(people().desk)));
  for (int i = 0; i < 10 && liar.session.reason() == Parting::kNone; ++i)
    for (const auto& want : liar.hear_only<HeadWant>()) liar.say(Heads{want.device, want.seq, {record.head}});
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_FALSE(ada.frozen(people().laptop));
}

TEST_F(LiarTest, AnswersWithHeadsOfAnotherPlace) {
  ada.write(4);
  Liar liar(ada);
  liar.greet(frontier(invented(people().laptop, 4), nothing(people().desk)));
  const auto wants = liar.hear_only<HeadWant>();
  ASSERT_EQ(wants.size(), 1U);
  liar.say(Heads{ada.id(), wants[0].seq, ada.log().read_heads(people().journal, ada.id(), wants[0].seq + 1, 1)});
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
}

TEST_F(LiarTest, AnswersWithNoHeadsAndIsLeftAlone) {
  ada.write(4);
  Liar liar(ada);
  liar.greet(frontier(invented(people().laptop, 4), nothing(people().desk)));
  for (const auto& want : liar.hear_only<HeadWant>()) liar.say(Heads{want.device, want.seq, {}});
  EXPECT_EQ(liar.session.reason(), Parting::kNone);
  EXPECT_TRUE(liar.hear().empty());  // nothing of the chain that may be forked is sent
  EXPECT_FALSE(liar.session.in_step());
}

TEST_F(LiarTest, HeadsThatNobodyAskedForAreCounted) {
  bo.greet();
  for (std::size_t i = 0; i < kIgnoredLimit; ++i) bo.say(Heads{ada.id(), 1, {}});
  expect_patience();
  bo.say(Heads{ada.id(), 1, {}});
  expect_violation();
}

TEST_F(LiarTest, AProofThatDoesNotHoldIsAViolation) {
  ada.write(2);
  Liar liar(ada);
  liar.greet();
  const auto heads = ada.log().read_heads(people().journal, ada.id(), 1, 1);
  liar.say(store::ForkProof{ada.id(), 1, heads, heads});
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_FALSE(ada.frozen(people().laptop));
}

TEST_F(LiarTest, AProofAboutAStrangerIsOverlooked) {
  bo.greet();
  const auto one = run_of(people().stranger, 1).records.front().head;
  bo.say(store::ForkProof{people().stranger.id(), 1, {one}, {one}});
  expect_patience();
}

TEST_F(LiarTest, MayFreezeItsOwnChainWithATrueProof) {
  bo.greet();
  const auto one = run_of(people().desk, 1);
  const auto other = run_of(people().desk, 1);
  bo.say(one);
  bo.say(store::ForkProof{people().desk.id(), 1, {other.records[0].head}, {one.records[0].head}});
  expect_patience();
  EXPECT_TRUE(ada.frozen(people().desk));
  EXPECT_EQ(ada.forked, std::vector<DeviceId>{people().desk.id()});
  bo.say(one);
  EXPECT_EQ(ada.held(people().desk), 0U);
}

}  // namespace
}  // namespace duolog::sync::testing
