// session_test.cc: two honest sides.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

struct SessionTest : ::testing::Test {
  Home ada{people().laptop};
  Home bo{people().desk};

  void expect_equal() {
    EXPECT_EQ(ada.frontier(), bo.frontier());
    EXPECT_EQ(ada.records(people().laptop), bo.records(people().laptop));
    EXPECT_EQ(ada.records(people().desk), bo.records(people().desk));
  }
  static void expect_in_step(const Line& line) {
    for (const Session* side : {&line.a, &line.b}) {
      EXPECT_TRUE(side->in_step());
      EXPECT_EQ(side->unacknowledged(), 0U);
      EXPECT_EQ(side->lacking(), 0U);
      EXPECT_EQ(side->reason(), Parting::kNone) << side->detail();
    }
  }
  void meet() {
    Line line(ada, bo);
    line.until_quiet();
    expect_in_step(line);
    expect_equal();
  }
};

TEST_F(SessionTest, EqualSidesSayHelloAndNothingElse) {
  ada.write(3);
  bo.write(2);
  meet();
  Line line(ada, bo);
  line.until_quiet();
  expect_in_step(line);
  EXPECT_EQ(line.transcript.size(), 2U);
  EXPECT_LE(line.bytes(), 1536U);
}

TEST_F(SessionTest, TwoEmptyLogsAreEqual) {
  Line line(ada, bo);
  line.until_quiet();
  expect_in_step(line);
  EXPECT_EQ(line.transcript.size(), 2U);
}

TEST_F(SessionTest, WhatEachWroteReachesTheOther) {
  ada.write(5);
  bo.write(7);
  meet();
  EXPECT_EQ(ada.held(people().desk), 7U);
  EXPECT_EQ(bo.stored, (std::vector<Home::Stored>{{people().laptop.id(), 1, 5}}));
}

TEST_F(SessionTest, TheGreetingIsPassedOn) {
  meet();
  ASSERT_EQ(bo.greetings.size(), 1U);
  EXPECT_EQ(bo.greetings[0].addresses, std::vector<std::string>{"192.0.2.7:38650"});
  EXPECT_EQ(bo.greetings[0].time_ms, 1'700'000'000'000);
}

TEST_F(SessionTest, AnAppendIsPushedAtOnceAndReceiptedOnce) {
  Line line(ada, bo);
  line.until_quiet();
  line.transcript.clear();
  ada.write();
  line.a.log_grew();
  EXPECT_EQ(line.a.unacknowledged(), 1U);
  EXPECT_FALSE(line.a.in_step());
  line.until_quiet();
  EXPECT_EQ(line.transcript.size(), 2U);
  EXPECT_EQ(seq_in(ada.acknowledged, people().laptop), 1U);
  expect_in_step(line);
}

TEST_F(SessionTest, BothWriteWhileTheyTalk) {
  Line line(ada, bo);
  for (int i = 0; i < 40; ++i) {
    ada.write(i % 3 == 0 ? 1 : 0);
    bo.write(i % 2 == 0 ? 2 : 0);
    line.tell_both();
    line.step();
  }
  line.until_quiet();
  expect_in_step(line);
  expect_equal();
}

TEST_F(SessionTest, GrownWithoutNewsIsNoReasonToSpeak) {
  ada.write(3);
  Line line(ada, bo);
  line.until_quiet();
  const std::size_t said = line.transcript.size();
  line.tell_both();
  line.until_quiet();
  EXPECT_EQ(line.transcript.size(), said);
}

TEST_F(SessionTest, MessagesAreBoundedByTheDifference) {
  for (const std::size_t count : {1U, 100U, 1024U, 1025U, 3000U}) {
    ada.write(count);
    Line line(ada, bo);
    line.until_quiet();
    expect_in_step(line);
    EXPECT_LE(line.transcript.size(), 2 + 2 * (count / 1024 + 1)) << count;
  }
  expect_equal();
}

TEST_F(SessionTest, ARunHoldsNoMoreThanThreeMebibytes) {
  ada.write(5, 1 << 20);
  Line line(ada, bo);
  line.until_quiet();
  expect_in_step(line);
  expect_equal();
  EXPECT_EQ(line.count<sync::Run>(), 3U);  // two fit a run, three do not
}

TEST_F(SessionTest, NoMoreThanTheWindowIsUnderWay) {
  ada.write(20, 1 << 20);
  Line line(ada, bo);
  line.step();
  std::size_t sent = 0;
  while (const auto message = line.a.next()) sent += std::holds_alternative<sync::Run>(decode(*message)) ? 1 : 0;
  EXPECT_EQ(sent, kWindow);
}

TEST_F(SessionTest, OneReceiptForSeveralRunsOpensTheWholeWindow) {
  ada.write(60, 1 << 20);
  Line line(ada, bo);
  line.step();
  for (int round = 0; round < 4; ++round) {
    std::vector<Bytes> flight;
    while (auto message = line.a.next()) flight.push_back(std::move(*message));
    for (const Bytes& message : flight) line.b.receive(message);
    std::size_t receipts = 0;
    for (; auto message = line.b.next(); ++receipts) line.a.receive(*message);
    EXPECT_EQ(receipts, flight.empty() ? 0U : 1U);
  }
  line.until_quiet();
  expect_in_step(line);
}

TEST_F(SessionTest, NothingIsReadBeforeStartNorSaidAfterTheBye) {
  Session session(ada.log(), ada.facts(bo.id()), ada.hooks());
  EXPECT_FALSE(session.has_next());
  session.start();
  session.part(Parting::kStopping);
  const auto bye = session.next();
  ASSERT_TRUE(bye.has_value());
  EXPECT_EQ(std::get<Bye>(decode(*bye)).reason, 1);
  EXPECT_FALSE(session.has_next());
  EXPECT_FALSE(session.next().has_value());
}

TEST_F(SessionTest, EachReasonThatIsSaidArrivesAsSaid) {
  for (const Parting why :
       {Parting::kStopping, Parting::kDuplicate, Parting::kRenew, Parting::kNewer, Parting::kFrozen}) {
    Line line(ada, bo);
    line.until_quiet();
    line.a.part(why);
    line.until_quiet();
    EXPECT_EQ(line.a.reason(), why);
    EXPECT_EQ(line.b.reason(), Parting::kTheyLeft);
    EXPECT_EQ(line.b.their_reason(), why);
  }
}

TEST_F(SessionTest, TheFirstReasonStays) {
  Line line(ada, bo);
  line.a.part(Parting::kRenew);
  line.a.part(Parting::kStopping);
  EXPECT_EQ(line.a.reason(), Parting::kRenew);
}

TEST_F(SessionTest, APingIsOneMessageAndChangesNothing) {
  Line line(ada, bo);
  line.until_quiet();
  line.transcript.clear();
  line.a.ping();
  line.a.ping();
  line.until_quiet();
  EXPECT_EQ(line.transcript.size(), 1U);
  expect_in_step(line);
}

// ---- hooks ----

TEST_F(SessionTest, AHookMayAppendAndAnnounceIt) {
  ada.write(3);
  Line line(ada, bo);
  int answers = 0;
  bo.on_stored = [&] {
    if (answers++ > 0) return;
    bo.write();
    line.b.log_grew();
    EXPECT_TRUE(line.b.has_next());
  };
  line.until_quiet();
  expect_in_step(line);
  EXPECT_EQ(ada.held(people().desk), 1U);
}

TEST_F(SessionTest, HooksDoNotNest) {
  ada.write(1);
  Line line(ada, bo);
  int depth = 0;
  bo.on_stored = [&] {
    EXPECT_EQ(depth++, 0);
    bo.write();
    line.b.log_grew();
    while (const auto message = line.b.next()) line.a.receive(*message);
    --depth;
  };
  line.until_quiet();
  ada.write(1);
  line.a.log_grew();
  line.until_quiet();
  expect_in_step(line);
}

TEST_F(SessionTest, AHookMayPart) {
  ada.write(1);
  Line line(ada, bo);
  bo.on_stored = [&] { line.b.part(Parting::kStopping); };
  line.until_quiet();
  EXPECT_EQ(line.a.their_reason(), Parting::kStopping);
  EXPECT_EQ(bo.held(people().laptop), 1U);
}

TEST_F(SessionTest, EmptyHooksAreAllowed) {
  ada.write(2);
  Session a(ada.log(), ada.facts(bo.id()), {});
  Session b(bo.log(), bo.facts(ada.id()), {});
  a.start();
  b.start();
  for (int i = 0; i < 5; ++i) {
    if (const auto message = a.next()) b.receive(*message);
    if (const auto message = b.next()) a.receive(*message);
  }
  EXPECT_TRUE(a.in_step());
}

// ---- more devices ----

struct ThreeDevices : SessionTest {
  Home phone{people().phone};
  ThreeDevices() {
    phone.admit(people().phone);
    ada.admit(people().phone);
    phone.write(4);
    Line line(phone, ada);
    line.until_quiet();
  }
};

TEST_F(ThreeDevices, AChainGoesBeforeTheLogItAdmits) {
  ada.write(2);
  Line line(ada, bo);
  line.until_quiet();
  expect_in_step(line);
  EXPECT_EQ(bo.held(people().phone), 4U);
  EXPECT_EQ(line.count<Certs>(), 1U);
}

TEST_F(ThreeDevices, NothingIsSentOfADeviceThatWasNotAdmitted) {
  bo.admits = false;
  ada.write(2);
  Line line(ada, bo);
  line.until_quiet();
  EXPECT_EQ(line.count<sync::Run>(), 1U);
  EXPECT_EQ(bo.held(people().laptop), 2U);
  EXPECT_EQ(line.b.lacking(), 0U);
  EXPECT_EQ(line.a.unacknowledged(), 4U);
}

TEST_F(ThreeDevices, WhatComesByOneSessionGoesOnByAnother) {
  Line here(phone, ada);
  Line there(ada, bo);
  here.until_quiet();
  there.until_quiet();
  ada.on_stored = [&] { there.a.log_grew(); };
  phone.write(3);
  here.a.log_grew();
  here.until_quiet();
  there.until_quiet();
  EXPECT_EQ(bo.held(people().phone), 7U);
  expect_in_step(there);
}

TEST_F(ThreeDevices, WhatAnotherSessionBroughtIsReceiptedHereToo) {
  Line by_ada(ada, bo);
  by_ada.until_quiet();
  Line by_phone(phone, bo);
  by_phone.until_quiet();
  phone.write(1);
  by_phone.a.log_grew();
  const auto run = by_phone.a.next();  // on its way to Bo
  Line between(phone, ada);
  between.until_quiet();
  by_ada.a.log_grew();
  by_ada.until_quiet();  // and it came there by Ada already
  by_phone.b.log_grew();
  by_phone.b.receive(*run);
  by_phone.until_quiet();
  expect_in_step(by_phone);
  EXPECT_EQ(seq_in(phone.acknowledged, people().phone), 5U);
}

// ---- missing bodies ----

TEST_F(SessionTest, ABodyThatIsMissingIsAskedForAndComes) {
  ada.write(5);
  meet();
  bo.lose_body(people().laptop, 2);
  bo.lose_body(people().laptop, 4);
  ASSERT_EQ(bo.missing(), 2U);
  meet();
  EXPECT_EQ(bo.missing(), 0U);
}

TEST_F(SessionTest, ARecordWithoutItsBodyIsNotReceipted) {
  bo.write(1);
  ada.write(5);
  meet();
  ada.lose_body(people().laptop, 3);
  bo.lose_body(people().laptop, 3);
  Line line(ada, bo);
  line.until_quiet();
  EXPECT_EQ(seq_in(ada.acknowledged, people().laptop), 2U);
  EXPECT_FALSE(line.a.in_step());
  EXPECT_EQ(line.b.lacking(), 1U);
}

TEST_F(SessionTest, ABodyLostWhileTalkingIsFetchedAgain) {
  ada.write(5);
  Line line(ada, bo);
  line.until_quiet();
  bo.lose_body(people().laptop, 5);
  line.b.log_grew();
  line.until_quiet();
  EXPECT_EQ(bo.missing(), 0U);
  expect_in_step(line);
}

TEST_F(SessionTest, ABodyThatWasTakenBackIsAskedForOnceAndReceiptedOnceItIsGoneHereToo) {
  ada.write(5);
  ada.erase(people().laptop, 3);
  Line line(ada, bo);
  line.until_quiet();
  EXPECT_EQ(bo.missing(), 1U) << "what is told further on, that it was taken back, is not folded yet";
  EXPECT_EQ(seq_in(ada.acknowledged, people().laptop), 2U);
  bo.erase(people().laptop, 3);
  line.b.log_grew();
  line.until_quiet();
  EXPECT_EQ(seq_in(ada.acknowledged, people().laptop), 5U);
  expect_in_step(line);
}

TEST_F(SessionTest, WhatWasTakenBackOnBothSidesIsSpokenOfNoMore) {
  ada.write(5);
  meet();
  ada.erase(people().laptop, 3);
  bo.erase(people().laptop, 3);
  Line line(ada, bo);
  line.until_quiet();
  expect_in_step(line);
  EXPECT_EQ(line.count<sync::Run>(), 0U);
  EXPECT_EQ(line.count<BodyWant>(), 0U);
}

TEST_F(SessionTest, WhoHasNotHeardThatItWasTakenBackBringsItBackToNobody) {
  ada.write(5);
  meet();
  ada.erase(people().laptop, 3);
  Line line(ada, bo);
  line.until_quiet();
  expect_in_step(line);
  EXPECT_EQ(line.count<sync::Run>(), 0U);
}

TEST_F(SessionTest, ManyMissingBodiesAllCome) {
  ada.write(1500);
  meet();
  for (std::uint64_t seq = 1; seq <= 1500; ++seq) bo.lose_body(people().laptop, seq);
  Line line(ada, bo);
  line.until_quiet();
  EXPECT_EQ(bo.missing(), 0U);
  expect_in_step(line);
  EXPECT_EQ(line.count<sync::Run>(), 1500U);
}

TEST_F(ThreeDevices, ABodyThatAPeerHasNotIsAskedOfItAgainOnceItHasIt) {
  Line with_bo(ada, bo);
  with_bo.until_quiet();
  ada.lose_body(people().phone, 2);
  bo.lose_body(people().phone, 2);
  with_bo.tell_both();
  with_bo.until_quiet();
  ASSERT_EQ(bo.missing(), 1U);
  ada.on_stored = [&] { with_bo.a.log_grew(); };
  Line with_phone(phone, ada);
  with_phone.until_quiet();
  with_bo.until_quiet();
  EXPECT_EQ(bo.missing(), 0U);
  expect_in_step(with_bo);
}

}  // namespace
}  // namespace duolog::sync::testing
