// fork_test.cc: a device with two branches: proven, frozen, and still readable.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AForkedDevice : public ASealedLog {
 protected:
  // Two branches from seq 3 on: `ours` is in the log.
  void SetUp() override {
    ASealedLog::SetUp();
    common = bo.write_many(2);
    Author clone(2);
    clone.go_back_to(bo.at());
    ours = bo.write_many(3);
    theirs = std::vector<Record>{clone.write("other 3"), clone.write("other 4")};
    ASSERT_EQ(verdict(1, common), Verdict::kStored);
    ASSERT_EQ(verdict(3, ours), Verdict::kStored);
  }
  Records from_the_start() const {
    Records run = common;
    run.insert(run.end(), theirs.begin(), theirs.end());
    return run;
  }
  ForkProof proof() { return *accept(3, theirs).fork; }

  Records common;
  Records ours;
  Records theirs;
};

TEST_F(AForkedDevice, IsProvenByItsLowestDifference) {
  const Accepted accepted = accept(1, from_the_start());
  ASSERT_EQ(accepted.verdict, Verdict::kFork);
  EXPECT_EQ(accepted.fork->device, bo.id());
  EXPECT_EQ(accepted.fork->start_seq, 3U);
  EXPECT_EQ(accepted.fork->theirs, (std::vector{theirs[0].head, theirs[1].head}));
  EXPECT_EQ(accepted.fork->ours, std::vector{ours[0].head});  // one signature that holds is enough
  EXPECT_EQ(held(), 5U);
}

TEST_F(AForkedDevice, IsNotProvenByABranchThatDoesNotHold) {
  Records forged = theirs;
  forged[1].head.back() ^= 1;
  EXPECT_EQ(verdict(3, forged), Verdict::kRefused);
  EXPECT_EQ(verdict(4, part(theirs, 1, 1)), Verdict::kRefused);  // hangs from another record 3
  EXPECT_THAT(log().forks(journal), IsEmpty());
}

TEST_F(AForkedDevice, IsFrozenBelowTheFork) {
  EXPECT_TRUE(log().freeze(journal, proof()));
  EXPECT_TRUE(log().frozen(journal, bo.id()));
  EXPECT_EQ(log().head(journal, bo.id()), (FrontierEntry{bo.id(), 2, crypto::record_id(journal, common[1].head)}));
  EXPECT_EQ(log().frontier(journal).size(), 1U);
  EXPECT_EQ(log().frontier(journal)[0].seq, 2U);
}

TEST_F(AForkedDevice, AcceptsAndSendsNothingAboveTheFork) {
  log().freeze(journal, proof());
  EXPECT_EQ(verdict(3, theirs), Verdict::kFrozen);
  EXPECT_EQ(verdict(3, ours), Verdict::kFrozen);
  EXPECT_EQ(verdict(6, bo.write_many(1)), Verdict::kFrozen);
  EXPECT_EQ(verdict(1, common), Verdict::kNothingNew);
  EXPECT_THAT(read(3), IsEmpty());
  EXPECT_EQ(read(), common);
}

TEST_F(AForkedDevice, StaysReadableAboveTheFork) {
  log().freeze(journal, proof());
  std::vector<std::uint64_t> seqs;
  log().each(journal, bo.id(), 1, [&](std::uint64_t seq, const RecordId&, const Record&) {
    seqs.push_back(seq);
    return true;
  });
  EXPECT_THAT(seqs, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(log().read_heads(journal, bo.id(), 3, 10), SizeIs(3));
  EXPECT_THAT(log().read_evidence(journal, bo.id(), 3), ElementsAre(ours[0].head));
}

TEST_F(AForkedDevice, StaysFrozenAfterARestart) {
  const ForkProof proven = proof();
  log().freeze(journal, proven);
  reopen();
  EXPECT_TRUE(log().frozen(journal, bo.id()));
  EXPECT_EQ(held(), 2U);
  ASSERT_THAT(log().forks(journal), SizeIs(1));
  EXPECT_EQ(log().forks(journal)[0].start_seq, 3U);
  EXPECT_EQ(log().forks(journal)[0].ours, proven.ours);
  EXPECT_EQ(log().forks(journal)[0].theirs, proven.theirs);
}

TEST_F(AForkedDevice, IsFrozenAtTheLowestOfSeveralForks) {
  const ForkProof at_three = proof();
  Author clone(2);
  const Records other{clone.write("other 1")};
  log().freeze(journal, at_three);
  const Accepted lower = accept(1, other);
  ASSERT_EQ(lower.verdict, Verdict::kFork);
  EXPECT_TRUE(log().freeze(journal, *lower.fork));
  EXPECT_EQ(held(), 0U);
  EXPECT_TRUE(log().freeze(journal, at_three)) << "a higher fork changes nothing";
  EXPECT_EQ(log().forks(journal)[0].start_seq, 1U);
}

TEST_F(AForkedDevice, IsNotFrozenByAProofThatDoesNotHold) {
  const ForkProof good = proof();
  const auto refused = [&](auto&& damage) {
    ForkProof bad = good;
    damage(bad);
    return !log().freeze(journal, bad);
  };
  EXPECT_TRUE(refused([](ForkProof& bad) { bad.theirs = bad.ours; }));
  EXPECT_TRUE(refused([](ForkProof& bad) { bad.theirs.clear(); }));
  EXPECT_TRUE(refused([](ForkProof& bad) { bad.ours.assign(crypto::kRunLimit + 1, bad.ours.front()); }));
}

// The author signed garbage at the parting point of both branches: the proof goes on to where a signature holds.
TEST_F(ASealedLog, AForkAmongGarbageIsProvenByALaterSignature) {
  Author clone(2);
  const Records garbage_here{bo.write_unsigned("1"), bo.write("2")};
  const Records garbage_there{clone.write_unsigned("other 1"), clone.write("other 2")};
  verdict(1, garbage_here);
  EXPECT_EQ(verdict(1, part(garbage_there, 0, 1)), Verdict::kRefused);
  const Accepted accepted = accept(1, garbage_there);
  ASSERT_EQ(accepted.verdict, Verdict::kFork);
  EXPECT_EQ(accepted.fork->ours, (std::vector{garbage_here[0].head, garbage_here[1].head}));
  EXPECT_TRUE(log().freeze(journal, *accepted.fork));
}

TEST_F(AForkedDevice, EveryFlippedByteOfAProofIsRefused) {
  const ForkProof good = proof();
  for (std::size_t at = 0; at < crypto::kSignedHeaderLength; ++at) {
    ForkProof bad = good;
    bad.theirs.back()[at] ^= 1;
    ASSERT_FALSE(log().freeze(journal, bad)) << at;
    bad = good;
    bad.ours.front()[at] ^= 1;
    ASSERT_FALSE(log().freeze(journal, bad)) << at;
  }
  for (const std::uint64_t seq : {0ULL, 2ULL, 4ULL}) {
    ForkProof bad = good;
    bad.start_seq = seq;
    EXPECT_FALSE(log().freeze(journal, bad)) << seq;
  }
  EXPECT_FALSE(log().frozen(journal, bo.id()));
  EXPECT_TRUE(log().freeze(journal, good));
}

TEST_F(AForkedDevice, IsFrozenByAProofFromBelowWhatIsHeldOrAbove) {
  testing::TemporaryFolder elsewhere;
  Database theirs_file(elsewhere / "duolog.db", Database::Open::kCreate);
  SealedLog behind(theirs_file);
  behind.add_journal(journal);
  behind.admit(journal, bo.id(), bo.key());
  EXPECT_TRUE(behind.freeze(journal, proof())) << "a log that holds nothing yet believes two signatures";
  EXPECT_EQ(behind.accept(journal, bo.id(), 1, part(common, 0, 1)).verdict, Verdict::kStored);
  const Accepted accepted = behind.accept(journal, bo.id(), 1, from_the_start());  // by somebody who knows of no fork
  EXPECT_EQ(accepted.verdict, Verdict::kStored);
  EXPECT_EQ(accepted.last, 2U) << "what stands below the fork is everybody's, and nothing above";
  EXPECT_EQ(behind.head(journal, bo.id())->seq, 2U);
  EXPECT_EQ(behind.accept(journal, bo.id(), 3, theirs).verdict, Verdict::kFrozen);
}

TEST_F(AForkedDevice, BlamesNobodyForARunThatIsCutOffAtTheFork) {
  testing::TemporaryFolder elsewhere;
  Database theirs_file(elsewhere / "duolog.db", Database::Open::kCreate);
  SealedLog behind(theirs_file);
  behind.add_journal(journal);
  behind.admit(journal, bo.id(), bo.key());
  behind.freeze(journal, proof());
  Records run = from_the_start();
  run[1].head.back() ^= 1;  // not signed, as a device may that signs its runs' last records alone
  EXPECT_EQ(behind.accept(journal, bo.id(), 1, run).verdict, Verdict::kFrozen);
  EXPECT_EQ(behind.accept(journal, bo.id(), 1, part(run, 0, 2)).verdict, Verdict::kRefused);
  EXPECT_EQ(behind.accept(journal, bo.id(), 1, common).verdict, Verdict::kStored);
}

TEST_F(AForkedDevice, OfSomebodyUnknownIsNoProof) {
  ForkProof stranger = proof();
  stranger.device = Author(9).id();
  EXPECT_FALSE(log().freeze(journal, stranger));
  EXPECT_FALSE(log().freeze(journal_named(8), proof()));
}

}  // namespace
}  // namespace duolog::store
