// liar_questions_test.cc: a partner who asks for too much, introduces strangers and invents forks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/liar.h"

namespace duolog::sync::testing {
namespace {

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
