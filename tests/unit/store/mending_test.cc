// mending_test.cc: a record whose head was lost here comes back as a body does, and nothing else takes its place.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/log_walk.h"
#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr const char* kZeros = "UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) = ? - 1";
constexpr const char* kGone = "DELETE FROM record WHERE (place & 0xffffffff) = ? - 1";
constexpr const char* kShort = "UPDATE record SET head = substr(head, 1, 100) WHERE (place & 0xffffffff) = ? - 1";
constexpr const char* kRottenBody =
    "UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1";

class ALostHead : public ASealedLog {
 protected:
  void SetUp() override {
    ASealedLog::SetUp();
    run = bo.write_many(8);
    ASSERT_EQ(verdict(1, run), Verdict::kStored);
  }
  std::vector<std::uint64_t> wanted() {
    auto missing = log().missing_bodies(journal);
    return missing[bo.id()];
  }
  // As another device gives them: one by one, the lowest first.
  std::vector<Verdict> fetch() {
    std::vector<Verdict> verdicts;
    for (const std::uint64_t seq : wanted()) verdicts.push_back(verdict(seq, part(run, seq - 1, 1)));
    return verdicts;
  }
  void walk() {
    LogWalk walk(log());
    while (walk.step(3)) {
    }
  }
  Records run;
};

TEST_F(ALostHead, ComesBackFromWhoeverHasIt) {
  for (const char* how : {kZeros, kGone, kShort}) {
    rot(how, 3);
    EXPECT_THAT(read(), SizeIs(1)) << how;
    ASSERT_THAT(wanted(), ElementsAre(2, 3)) << how;
    EXPECT_THAT(fetch(), Each(Verdict::kBodies)) << how;
    EXPECT_EQ(read(), run) << how;
    EXPECT_THAT(damaged(), IsEmpty()) << how;
    EXPECT_THAT(wanted(), IsEmpty()) << how;
  }
}

TEST_F(ALostHead, ComesBackWhicheverByteOfItHasChanged) {
  for (std::size_t at = 0; at < run[3].head.size(); at += 7) {
    crypto::SignedHeader flipped = run[3].head;
    flipped[at] ^= 0x10;
    database().transaction([&] {
      Query(database(), "UPDATE record SET head = ? WHERE (place & 0xffffffff) = 3").bind(ByteView(flipped)).run();
    });
    walk();
    ASSERT_THAT(wanted(), IsSupersetOf({4U})) << at;
    EXPECT_THAT(fetch(), Each(Verdict::kBodies)) << at;
    EXPECT_EQ(read(), run) << at;
    EXPECT_THAT(log().forks(journal), IsEmpty()) << at;
  }
}

TEST_F(ALostHead, IsFoundByReadingOnBehindIt) {
  for (const std::uint64_t seq : {2U, 3U, 6U}) rot(kZeros, seq);
  rot(kRottenBody, 8);
  walk();
  EXPECT_THAT(wanted(), ElementsAre(1, 2, 3, 5, 6, 8));
  EXPECT_THAT(fetch(), Each(Verdict::kBodies));
  EXPECT_EQ(read(), run);
}

TEST_F(ALostHead, IsWantedAgainAfterARestart) {
  rot(kGone, 5);
  reopen();
  walk();
  EXPECT_THAT(wanted(), ElementsAre(4, 5));
  EXPECT_THAT(fetch(), Each(Verdict::kBodies));
  reopen();
  EXPECT_EQ(read(), run);
}

TEST_F(ALostHead, IsNotReplacedByAnotherBranchOfItsAuthor) {
  rot(kZeros, 3);
  walk();
  ASSERT_EQ(verdict(2, part(run, 1, 1)), Verdict::kBodies);
  const Record other = bo.make_at({3, crypto::record_id(journal, run[1].head)}, "what I would rather have said");
  EXPECT_EQ(verdict(3, {other}), Verdict::kNothingNew);
  EXPECT_THAT(wanted(), ElementsAre(3));
  EXPECT_EQ(verdict(3, part(run, 2, 1)), Verdict::kBodies);
  EXPECT_EQ(read(), run);
}

TEST_F(ALostHead, IsNotReplacedByWhatItsAuthorNeverSigned) {
  rot(kZeros, 3);
  walk();
  ASSERT_EQ(verdict(2, part(run, 1, 1)), Verdict::kBodies);
  Record forged = run[2];
  forged.head.back() ^= 1;
  EXPECT_EQ(verdict(3, {forged}), Verdict::kNothingNew);
  Record other_body = run[2];
  (*other_body.body)[0] ^= 1;
  EXPECT_EQ(verdict(3, {other_body}), Verdict::kNothingNew);
  EXPECT_THAT(wanted(), ElementsAre(3));
}

TEST_F(ALostHead, KeepsTheBodyThatIsStillThere) {
  rot(kZeros, 3);
  walk();
  for (const std::uint64_t seq : {2U, 3U}) {
    Record bare = run[seq - 1];
    bare.body.reset();
    EXPECT_EQ(verdict(seq, {bare}), Verdict::kBodies);
  }
  EXPECT_EQ(read(), run);
}

// Both heads beside a rotten one are fetched again, with words where the other side has them still.
TEST_F(ALostHead, OfWhatWasTakenBackStaysWithoutItsWords) {
  ASSERT_TRUE(log().erase(journal, bo.id(), {2, 3, 6, 7}));
  rot(kZeros, 3);
  rot(kZeros, 7);
  walk();
  ASSERT_THAT(wanted(), ElementsAre(2, 3, 6, 7));
  for (const std::uint64_t seq : {2U, 3U}) EXPECT_EQ(verdict(seq, part(run, seq - 1, 1)), Verdict::kBodies);
  for (const std::uint64_t seq : {6U, 7U}) {
    Record bare = run[seq - 1];
    bare.body.reset();
    EXPECT_EQ(verdict(seq, {bare}), Verdict::kBodies);
  }
  EXPECT_THAT(wanted(), IsEmpty());
  Records without = run;
  for (const std::uint64_t seq : {2U, 3U, 6U, 7U}) without[seq - 1].body.reset();
  EXPECT_EQ(read(), without);
  reopen();
  EXPECT_THAT(wanted(), IsEmpty());
  EXPECT_EQ(read(), without);
}

TEST_F(ALostHead, OfWhatIsToBeErasedIsToldSoThatItIsErasedLater) {
  rot(kZeros, 3);
  walk();
  const auto erased = log().erase(journal, bo.id(), {3, 5, 9});
  EXPECT_TRUE(erased.any);
  EXPECT_THAT(erased.unknown, ElementsAre(3));
  EXPECT_THAT(fetch(), Each(Verdict::kBodies));
  EXPECT_TRUE(log().erase(journal, bo.id(), {3}));
  EXPECT_THAT(log().erase(journal, bo.id(), {3, 5}).unknown, IsEmpty());
  EXPECT_THAT(wanted(), IsEmpty());
}

TEST_F(ALostHead, OfTheLastRecordIsTheOneThatWasThere) {
  rot(kShort, 8);
  walk();
  ASSERT_THAT(wanted(), ElementsAre(7, 8));
  EXPECT_THAT(fetch(), Each(Verdict::kBodies));
  EXPECT_EQ(read(), run);
  EXPECT_EQ(held(), 8U);
}

}  // namespace
}  // namespace duolog::store
