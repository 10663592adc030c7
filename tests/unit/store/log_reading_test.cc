// log_reading_test.cc: bodies that are wanted, runs that may be sent, and rot on the disk.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// ---- bodies ----

TEST_F(ASealedLog, ABodyMayBeAbsentAndIsWanted) {
  Records run = bo.write_many(4);
  const Records whole = run;
  run[1].body.reset();
  run[2].body.reset();
  EXPECT_EQ(verdict(1, run), Verdict::kStored);
  EXPECT_THAT(log().missing_bodies(journal), ElementsAre(Pair(bo.id(), ElementsAre(2, 3))));
  EXPECT_EQ(read(), run);
}

TEST_F(ASealedLog, AWantedBodyIsStoredWhenItComes) {
  Records run = bo.write_many(4);
  const Records whole = run;
  run[1].body.reset();
  verdict(1, run);
  const Accepted accepted = accept(2, part(whole, 1, 1));
  EXPECT_EQ(accepted.verdict, Verdict::kBodies);
  EXPECT_THAT(accepted.bodies, ElementsAre(2));
  EXPECT_THAT(log().missing_bodies(journal), IsEmpty());
  EXPECT_EQ(read(), whole);
  EXPECT_EQ(verdict(2, part(whole, 1, 1)), Verdict::kNothingNew);
}

TEST_F(ASealedLog, ARunMayBringBodiesAndRecords) {
  Records run = bo.write_many(4);
  const Records whole = run;
  run[1].body.reset();
  verdict(1, part(run, 0, 3));
  const Accepted accepted = accept(1, whole);
  EXPECT_EQ(accepted.verdict, Verdict::kStored);
  EXPECT_THAT(accepted.bodies, ElementsAre(2));
  EXPECT_EQ(accepted.first, 4U);
  EXPECT_EQ(read(), whole);
}

TEST_F(ASealedLog, AnotherBodyThanTheOneWantedIsRefused) {
  Records run = bo.write_many(2);
  Records forged = run;
  run[0].body.reset();
  verdict(1, run);
  forged[0].body->back() ^= 1;
  EXPECT_EQ(verdict(1, forged), Verdict::kRefused);
  EXPECT_THAT(log().missing_bodies(journal), SizeIs(1));
}

TEST_F(ASealedLog, AnEpochMustBringItsBody) {
  Records run{bo.write_epoch(), bo.write("text")};
  run[0].body.reset();
  EXPECT_EQ(verdict(1, run), Verdict::kRefused);
}

TEST_F(ASealedLog, AForgottenBodyIsWantedAgain) {
  const Records run = bo.write_many(3);
  verdict(1, run);
  log().forget_body(journal, bo.id(), 2);
  EXPECT_THAT(log().missing_bodies(journal), ElementsAre(Pair(bo.id(), ElementsAre(2))));
  EXPECT_EQ(read()[1].body, std::nullopt);
  EXPECT_EQ(verdict(1, run), Verdict::kBodies);
  EXPECT_EQ(read(), run);
}

// ---- what is sent ----

TEST_F(ASealedLog, ARunEndsAtASignatureThatWasVerified) {
  const Records run = bo.write_many(10);
  verdict(1, part(run, 0, 4));
  verdict(5, part(run, 4, 6));
  EXPECT_THAT(read(1, 7), SizeIs(4));  // the 4th was the last of its run
  EXPECT_THAT(read(5, 3), SizeIs(3));  // no mark within: verified now
  EXPECT_THAT(read(11), IsEmpty());
  EXPECT_THAT(read(0), IsEmpty());
  EXPECT_THAT(read(1, 0), IsEmpty());
}

// A malicious author signs garbage inside a run: forwarding it to that record's end would put the blame on us.
TEST_F(ASealedLog, NeverEndsARunAtASignatureThatDoesNotHold) {
  Records run{bo.write("1"), bo.write("2"), bo.write_unsigned("3"), bo.write("4")};
  ASSERT_EQ(verdict(1, run), Verdict::kStored);
  EXPECT_THAT(read(1, 3), SizeIs(2));
  EXPECT_THAT(read(3, 1), IsEmpty());
  EXPECT_EQ(read(3), part(run, 2, 2));
}

TEST_F(ASealedLog, ARunKeepsToItsBytesButHoldsOneRecord) {
  for (int i = 0; i < 5; ++i) own(bo, "entry");
  const std::size_t each = crypto::kSignedHeaderLength + read(1, 1)[0].body->size();
  EXPECT_THAT(read(1, 5, 3 * each), SizeIs(3));
  EXPECT_THAT(read(1, 5, 3 * each - 1), SizeIs(2));
  EXPECT_THAT(read(1, 5, 1), SizeIs(1));
}

TEST_F(ASealedLog, WhatIsReadIsAcceptedByAnother) {
  for (int i = 0; i < 20; ++i) own(bo, "entry " + std::to_string(i));
  testing::TemporaryFolder elsewhere;
  Database theirs(elsewhere / "duolog.db", Database::Open::kCreate);
  SealedLog other(theirs);
  other.add_journal(journal);
  other.admit(journal, bo.id(), bo.key());
  for (std::uint64_t seq = 1; seq <= 20; seq += 3) {
    EXPECT_EQ(other.accept(journal, bo.id(), seq, read(seq, 3)).verdict, Verdict::kStored);
  }
  EXPECT_EQ(other.frontier(journal), log().frontier(journal));
}

TEST_F(ASealedLog, EachVisitsInOrderAndStopsWhenTold) {
  verdict(1, bo.write_many(600));
  std::vector<std::uint64_t> seqs;
  log().each(journal, bo.id(), 3, [&](std::uint64_t seq, const RecordId& id, const Record& record) {
    EXPECT_EQ(id, crypto::record_id(journal, record.head));
    EXPECT_EQ(as_text(*bo.read(record)), "entry " + std::to_string(seq));
    seqs.push_back(seq);
    return seq < 590;
  });
  EXPECT_THAT(seqs, AllOf(SizeIs(588), ::testing::Contains(3), ::testing::Contains(590)));
  EXPECT_TRUE(std::is_sorted(seqs.begin(), seqs.end()));
}

TEST_F(ASealedLog, MayBeWrittenWhileItIsVisited) {
  for (int i = 0; i < 3; ++i) own(bo, "entry");
  int visited = 0;
  log().each(journal, bo.id(), 1, [&](std::uint64_t seq, const RecordId&, const Record&) {
    ++visited;
    if (seq == 1) own(bo, "written meanwhile");
    return true;
  });
  EXPECT_EQ(visited, 4);
}

TEST_F(ASealedLog, HeadsComeWithoutBodiesAndWithoutTheirWeight) {
  Records run;
  for (int i = 0; i < 8; ++i) run.push_back(bo.write_epoch(500'000));
  for (int i = 0; i < 8; ++i) verdict(static_cast<std::uint64_t>(i) + 1, {run[static_cast<std::size_t>(i)]});
  EXPECT_THAT(log().read_heads(journal, bo.id(), 2, 100), SizeIs(7));
  EXPECT_THAT(log().read_heads(journal, bo.id(), 2, 3), ElementsAre(run[1].head, run[2].head, run[3].head));
  EXPECT_THAT(log().read_heads(journal, bo.id(), 9, 3), IsEmpty());
}

// ---- rot ----

TEST_F(ASealedLog, ARottenBodyIsNotSentButWantedAgain) {
  const Records run = bo.write_many(3);
  verdict(1, run);
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1", 2);
  EXPECT_EQ(read()[1].body, std::nullopt);
  EXPECT_THAT(log().missing_bodies(journal), ElementsAre(Pair(bo.id(), ElementsAre(2))));
  EXPECT_THAT(damaged(), ElementsAre(2));
  EXPECT_EQ(verdict(1, run), Verdict::kBodies);
  EXPECT_EQ(read(), run);
}

TEST_F(ASealedLog, DamageSaysWhichRecordOfWhom) {
  verdict(1, bo.write_many(5));
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1", 2);
  rot("UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) = ? - 1", 4);
  ASSERT_THAT(read(), SizeIs(2));
  const auto found = log().damage();
  ASSERT_THAT(found, SizeIs(2));
  const std::string whose = " of device " + hex(bo.id().view()).substr(0, 8) + "… in journal 07070707…: ";
  EXPECT_EQ(found[0].what, "record 4" + whose + "its head, or the one before it, is damaged, and asked for again");
  EXPECT_EQ(found[0].kind, Damage::Kind::kHead);
  EXPECT_EQ(found[1].what, "record 2" + whose + "its body is damaged, and asked for again");
  EXPECT_EQ(found[1].kind, Damage::Kind::kBody);
}

TEST_F(ASealedLog, ARottenEpochEndsTheRunBeforeIt) {
  verdict(1, {bo.write("1"), bo.write_epoch(), bo.write("3")});
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1", 2);
  EXPECT_THAT(read(), SizeIs(1));
  EXPECT_THAT(read(2), IsEmpty());
}

TEST_F(ASealedLog, AShortHeadEndsTheReadThereAndIsTold) {
  verdict(1, bo.write_many(5));
  rot("UPDATE record SET head = substr(head, 1, 100) WHERE (place & 0xffffffff) = ? - 1", 3);
  EXPECT_THAT(read(), SizeIs(1));  // the second is not proven: its successor no longer names it
  EXPECT_THAT(read(4), SizeIs(2));
  EXPECT_THAT(damaged(), ElementsAre(3));
}

TEST_F(ASealedLog, EveryFlippedByteOfAHeadEndsTheRead) {
  const Records run = bo.write_many(4);
  verdict(1, run);
  for (std::size_t at = 0; at < run[1].head.size(); at += 5) {
    crypto::SignedHeader flipped = run[1].head;
    flipped[at] ^= 4;
    const auto store = [&](const crypto::SignedHeader& head) {
      database().transaction([&] {
        Query(database(), "UPDATE record SET head = ? WHERE (place & 0xffffffff) = 1").bind(ByteView(head)).run();
      });
    };
    store(flipped);
    EXPECT_LE(read().size(), 1U) << at;
    store(run[1].head);
  }
  EXPECT_EQ(read(), run);
}

TEST_F(ASealedLog, ARottenHeadIsNotTakenForAFork) {
  const Records run = bo.write_many(5);
  verdict(1, run);
  rot("UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) = ? - 1", 3);
  EXPECT_EQ(verdict(1, run), Verdict::kNothingNew);
  EXPECT_EQ(verdict(4, part(run, 3, 2)), Verdict::kNothingNew);
  EXPECT_THAT(log().forks(journal), IsEmpty());
}

TEST_F(ASealedLog, ARottenEndIsFetchedAgain) {
  const Records run = bo.write_many(5);
  for (std::size_t i = 0; i < 5; ++i) verdict(i + 1, part(run, i, 1));
  rot("UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) = ? - 1", 5);
  reopen();
  EXPECT_EQ(held(), 4U);
  EXPECT_THAT(damaged(), ElementsAre(5));
  EXPECT_EQ(log().damage()[0].kind, Damage::Kind::kEnd);
  EXPECT_EQ(verdict(5, part(run, 4, 1)), Verdict::kStored);
  EXPECT_EQ(read(), run);
  EXPECT_THAT(damaged(), IsEmpty());
}

TEST_F(ASealedLog, OfALongRottenEndEachRecordIsDamagedUntilItHasCome) {
  const Records run = bo.write_many(5);
  for (std::size_t i = 0; i < 5; ++i) verdict(i + 1, part(run, i, 1));
  for (const std::uint64_t seq : {3U, 4U, 5U})
    rot("UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) = ? - 1", seq);
  reopen();
  EXPECT_THAT(damaged(), ElementsAre(5, 4, 3));
  EXPECT_EQ(verdict(3, part(run, 2, 1)), Verdict::kStored);
  EXPECT_THAT(damaged(), ElementsAre(5, 4));
  EXPECT_EQ(verdict(4, part(run, 3, 2)), Verdict::kStored);
  EXPECT_THAT(damaged(), IsEmpty());
}

TEST_F(ASealedLog, ARottenBodyIsDamagedUntilItHasCome) {
  const Records run = bo.write_many(3);
  verdict(1, run);
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1", 1);
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) = ? - 1", 2);
  (void)read();
  EXPECT_THAT(damaged(), ElementsAre(1, 2));
  EXPECT_EQ(verdict(2, part(run, 1, 1)), Verdict::kBodies);
  EXPECT_THAT(damaged(), ElementsAre(1));
  EXPECT_TRUE(log().erase(journal, bo.id(), {1}));
  EXPECT_THAT(damaged(), IsEmpty()) << "and what was taken back meanwhile is missed by nobody";
}

TEST_F(ASealedLog, ARottenOwnEndIsNotWrittenOver) {
  for (int i = 0; i < 3; ++i) own(bo, "entry");
  const Records run = read();
  rot("UPDATE record SET head = zeroblob(208) WHERE (place & 0xffffffff) = ? - 1", 3);
  reopen();
  EXPECT_THROW(own(bo, "would fork"), BadDatabase);
  EXPECT_EQ(verdict(3, part(run, 2, 1)), Verdict::kStored);
  EXPECT_NO_THROW(own(bo, "goes on"));
}

}  // namespace
}  // namespace duolog::store
