// forks_test.cc: one chain, two branches: found wherever they part, proven, frozen, told.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/line.h"

namespace duolog::sync::testing {
namespace {

// Two homes that agree on the laptop's first records and hold different ones after.
struct Branches {
  Home phone{people().phone};
  Home bo{people().desk};

  void knows_phone(Home& home) const { home.admit(people().phone); }
  Branches() {
    knows_phone(phone);
    knows_phone(bo);
  }
  // `common` records in both, then `here` more with the phone and `there` others with Bo.
  void part_after(std::uint64_t common, std::size_t here, std::size_t there) {
    crypto::ChainPosition at{1, crypto::first_prev(people().journal, people().laptop.id())};
    if (common > 0) {
      const auto run = write_run(people().laptop, at, common);
      phone.accept(people().laptop, 1, run);
      bo.accept(people().laptop, 1, run);
    }
    branch(phone, at, here);
    branch(bo, at, there);
  }
  static void branch(Home& home, crypto::ChainPosition at, std::size_t count) {
    if (count == 0) return;
    const std::uint64_t start = at.seq;
    home.accept(people().laptop, start, write_run(people().laptop, at, count));
  }
  void expect_frozen_at(std::uint64_t seq) {
    for (Home* home : {&phone, &bo}) {
      EXPECT_TRUE(home->frozen(people().laptop));
      EXPECT_EQ(home->held(people().laptop), seq);
      EXPECT_EQ(home->forked, std::vector<DeviceId>{people().laptop.id()});
    }
  }
  static void expect_in_step(const Line& line) {
    EXPECT_TRUE(line.a.in_step()) << line.a.detail();
    EXPECT_TRUE(line.b.in_step()) << line.b.detail();
  }
};

struct ForkTest : ::testing::Test, Branches {};

TEST_F(ForkTest, IsFoundAtEveryDepth) {
  constexpr std::uint64_t kLength = 17;
  for (std::uint64_t common = 0; common < kLength; ++common) {
    Branches one;
    one.part_after(common, kLength - common, kLength - common);
    Line line(one.phone, one.bo);
    line.until_quiet();
    one.expect_frozen_at(common);
    expect_in_step(line);
  }
}

TEST_F(ForkTest, IsFoundWhenOneBranchIsLonger) {
  part_after(5, 1, 300);
  Line line(phone, bo);
  line.until_quiet();
  expect_frozen_at(5);
  expect_in_step(line);
}

TEST_F(ForkTest, IsFoundInFewQuestions) {
  part_after(1, 1000, 1000);
  Line line(phone, bo);
  line.until_quiet();
  expect_frozen_at(1);
  EXPECT_LE(line.transcript.size(), 60U);  // both halve: 2 × 10 questions and answers, and the rest
}

TEST_F(ForkTest, IsFoundByARunThatArrives) {
  part_after(3, 2, 0);
  Line line(phone, bo);
  line.step();  // Bo was told of the phone's head; the phone of Bo's
  crypto::ChainPosition at{4, bo.log().id_at(people().journal, people().laptop.id(), 3).value()};
  branch(bo, at, 2);  // and now Bo gets another branch elsewhere
  line.until_quiet();
  expect_frozen_at(3);
  expect_in_step(line);
}

TEST_F(ForkTest, IsFoundInALogThatGrowsWhileTheyTalk) {
  part_after(3, 0, 0);
  Line line(phone, bo);
  line.until_quiet();
  crypto::ChainPosition at{4, bo.log().id_at(people().journal, people().laptop.id(), 3).value()};
  branch(bo, at, 2);
  branch(phone, at, 1);
  line.tell_both();
  line.until_quiet();
  expect_frozen_at(3);
  expect_in_step(line);
}

TEST_F(ForkTest, WhatStandsAboveStaysReadableAndIsNotSent) {
  part_after(2, 3, 4);
  Line line(phone, bo);
  line.until_quiet();
  EXPECT_EQ(phone.records(people().laptop).size(), 5U);
  EXPECT_EQ(bo.records(people().laptop).size(), 6U);
  EXPECT_EQ(line.count<sync::Run>(), 0U);
}

TEST_F(ForkTest, OtherLogsGoOn) {
  part_after(2, 3, 4);
  phone.write(3);
  bo.write(2);
  Line line(phone, bo);
  line.until_quiet();
  EXPECT_EQ(bo.held(people().phone), 3U);
  EXPECT_EQ(phone.held(people().desk), 2U);
  expect_in_step(line);
}

TEST_F(ForkTest, IsToldToWhoHoldsOneBranchOnly) {
  part_after(2, 3, 4);
  Line(phone, bo).until_quiet();
  Home ada{people().laptop};
  ada.admit(people().phone);
  ada.accept(people().laptop, 1, std::vector(bo.records(people().laptop)));
  Line line(bo, ada);
  line.until_quiet();
  EXPECT_TRUE(ada.frozen(people().laptop));
  EXPECT_EQ(ada.held(people().laptop), 2U);
  EXPECT_EQ(line.b.reason(), Parting::kNone);  // that it is its own chain does not end the session
  expect_in_step(line);
}

// The proof goes first. What stands below the fork is owed all the same.
TEST_F(ForkTest, WhoHeldNothingYetGetsWhatStandsBelow) {
  part_after(4, 3, 4);
  Line(phone, bo).until_quiet();
  Home late{people().desk};
  knows_phone(late);
  Line line(phone, late);
  line.until_quiet();
  EXPECT_TRUE(late.frozen(people().laptop));
  EXPECT_EQ(late.held(people().laptop), 4U);
  expect_in_step(line);
}

TEST_F(ForkTest, IsToldOnceAMeetingAndEndsInSilence) {
  part_after(2, 3, 4);
  Line(phone, bo).until_quiet();
  Line again(phone, bo);
  again.until_quiet();
  expect_in_step(again);
  EXPECT_LE(again.transcript.size(), 4U);
  EXPECT_EQ(phone.forked.size(), 1U);
}

TEST_F(ForkTest, IsPassedOnToAnOpenSession) {
  Home ada{people().phone};  // a third one, who talks with Bo meanwhile
  part_after(2, 3, 4);
  knows_phone(ada);
  ada.accept(people().laptop, 1, std::vector(phone.records(people().laptop)));
  bo.on_stored = nullptr;
  Line line(phone, bo);
  line.until_quiet();
  Line other(ada, bo);
  other.until_quiet();
  EXPECT_TRUE(ada.frozen(people().laptop));
}

TEST_F(ForkTest, ALowerForkMovesTheFreezeDown) {
  part_after(2, 6, 6);
  crypto::ChainPosition at{5, phone.log().id_at(people().journal, people().laptop.id(), 4).value()};
  Home third{people().desk};
  third.admit(people().phone);
  auto common = phone.records(people().laptop);
  common.resize(4);
  third.accept(people().laptop, 1, common);
  branch(third, at, 2);
  Line(phone, third).until_quiet();
  EXPECT_EQ(phone.held(people().laptop), 4U);
  Line line(phone, bo);
  line.until_quiet();
  EXPECT_EQ(phone.held(people().laptop), 2U);
  EXPECT_EQ(bo.held(people().laptop), 2U);
  expect_in_step(line);
}

// An author who signs only some of its records: one head alone proves nothing then.
using UnsignedBranch = ForkTest;

TEST_F(UnsignedBranch, IsProvenByARunThatEndsInASignature) {
  crypto::ChainPosition at{1, crypto::first_prev(people().journal, people().laptop.id())};
  const auto common = write_run(people().laptop, at, 3);
  phone.accept(people().laptop, 1, common);
  bo.accept(people().laptop, 1, common);
  phone.accept(people().laptop, 4, careless_run(people().laptop, 5, at));
  bo.accept(people().laptop, 4, careless_run(people().laptop, 7, at));
  Line line(phone, bo);
  line.until_quiet();
  expect_frozen_at(3);
  expect_in_step(line);
}

TEST_F(UnsignedBranch, AnUnsignedRecordIsCarriedOnWithoutBlame) {
  phone.accept(people().laptop, 1, careless_run(people().laptop, 5));
  Line line(phone, bo);
  line.until_quiet();
  EXPECT_EQ(bo.held(people().laptop), 5U);
  expect_in_step(line);
}

}  // namespace
}  // namespace duolog::sync::testing
