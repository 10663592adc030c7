// recent_runs_test.cc: what was stored a moment ago comes from memory to whoever opens it, once; and what lies on the
// disk is given as it lies where opening proves it, and looked at where it does not open.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/recent_runs.h"

#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kRotBody = "UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) + 1 = ?";

class Opening : public ASealedLog {
 protected:
  // The texts of what each_to_open() gives from there on; "?" for what does not open.
  std::vector<std::string> opened(std::uint64_t from = 1, std::size_t count = SIZE_MAX) {
    std::vector<std::string> texts;
    log().each_to_open(journal, bo.id(), from, [&](std::uint64_t, const RecordId& id, const Record& record) {
      if (texts.size() == count) return false;
      EXPECT_EQ(id, crypto::record_id(journal, record.head));
      const auto text = bo.read(record);
      texts.push_back(text ? std::string(as_text(*text)) : "?");
      return true;
    });
    return texts;
  }
};

TEST_F(Opening, WhatWasStoredAMomentAgoIsNotReadBack) {
  verdict(1, bo.write_many(3));
  rot(kRotBody, 2);
  EXPECT_THAT(opened(), ElementsAre("entry 1", "entry 2", "entry 3"));
  EXPECT_THAT(damaged(), IsEmpty());
}

TEST_F(Opening, TheSecondTimeItComesFromTheDisk) {
  verdict(1, bo.write_many(3));
  opened();
  rot(kRotBody, 2);
  EXPECT_THAT(opened(), ElementsAre("entry 1", "?", "entry 3"));
}

TEST_F(Opening, StoppedHalfwayItGoesOnWhereItStopped) {
  verdict(1, bo.write_many(5));
  EXPECT_THAT(opened(1, 2), ElementsAre("entry 1", "entry 2"));
  EXPECT_THAT(opened(3), ElementsAre("entry 3", "entry 4", "entry 5"));
}

TEST_F(Opening, RunsAndTheDiskFollowEachOther) {
  verdict(1, bo.write_many(300));
  opened();
  verdict(301, bo.write_many(300));
  verdict(601, bo.write_many(1));
  EXPECT_THAT(opened(), SizeIs(601));
  EXPECT_THAT(opened(299), SizeIs(303));
}

TEST_F(Opening, WhatIsOursComesFromMemoryToo) {
  for (int i = 1; i <= 3; ++i) own(bo, "entry " + std::to_string(i));
  rot(kRotBody, 2);
  EXPECT_THAT(opened(), ElementsAre("entry 1", "entry 2", "entry 3"));
}

TEST_F(Opening, AForgottenBodyIsForgottenInMemoryAsWell) {
  verdict(1, bo.write_many(3));
  log().forget_body(journal, bo.id(), 2);
  EXPECT_THAT(opened(), ElementsAre("entry 1", "?", "entry 3"));
}

TEST_F(Opening, ABodyThatComesLaterIsThere) {
  const Records run = bo.write_many(3);
  Records without = run;
  without[1].body.reset();
  verdict(1, without);
  verdict(1, run);
  EXPECT_THAT(opened(), ElementsAre("entry 1", "entry 2", "entry 3"));
}

TEST_F(Opening, WhatWasRolledBackIsNotThere) {
  EXPECT_THROW(database().transaction([&] {
    verdict(1, bo.write_many(3));
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_THAT(opened(), IsEmpty());
}

TEST_F(Opening, ABodyThatDoesNotOpenIsLookedAt) {
  verdict(1, bo.write_many(3));
  opened();
  EXPECT_TRUE(log().body_is_sound(journal, bo.id(), 2));
  EXPECT_FALSE(log().body_is_sound(journal, bo.id(), 4));
  rot(kRotBody, 2);
  EXPECT_FALSE(log().body_is_sound(journal, bo.id(), 2));
  EXPECT_THAT(damaged(), ElementsAre(2));
  EXPECT_THAT(log().missing_bodies(journal)[bo.id()], ElementsAre(2));
}

TEST_F(Opening, ADamagedHeadEndsItAsItEndsEveryRead) {
  verdict(1, bo.write_many(5));
  opened();
  rot("UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) + 1 = ?", 4);
  EXPECT_THAT(opened(), ElementsAre("entry 1", "entry 2"));
  EXPECT_THAT(damaged(), ElementsAre(4));
}

TEST_F(Opening, AnEpochIsCheckedThoughNobodyOpensIt) {
  verdict(1, {bo.write_epoch(), bo.write("entry 2")});
  opened();
  rot(kRotBody, 1);
  std::vector<bool> has_body;
  log().each_to_open(journal, bo.id(), 1, [&](std::uint64_t, const RecordId&, const Record& record) {
    has_body.push_back(record.body.has_value());
    return true;
  });
  EXPECT_THAT(has_body, ElementsAre(false, true));
  EXPECT_THAT(damaged(), ElementsAre(1));
}

TEST(RecentRuns, HoldsNoMoreThanItsLimitAndForgetsTheOldest) {
  testing::Author bo(2);
  RecentRuns recent;
  const auto big = std::make_shared<const std::vector<crypto::Record>>(1, bo.write_epoch(1'300'000));
  for (std::uint64_t seq = 1; seq <= 4; ++seq) recent.keep({bo.journal(), bo.id(), seq, {RecordId{}}, big});
  EXPECT_EQ(recent.find(bo.journal(), bo.id(), 1), nullptr);
  for (std::uint64_t seq = 2; seq <= 4; ++seq) EXPECT_NE(recent.find(bo.journal(), bo.id(), seq), nullptr);
  EXPECT_EQ(recent.find(bo.journal(), DeviceId{}, 3), nullptr);
}

}  // namespace
}  // namespace duolog::store
