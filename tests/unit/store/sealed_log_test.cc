// sealed_log_test.cc: who may have a log, what is written, and what enters from outside.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- who may have a log ----

TEST_F(ASealedLog, KnowsOnlyWhomItAdmitted) {
  const Author stranger(9);
  EXPECT_TRUE(log().admitted(journal, bo.id()));
  EXPECT_FALSE(log().admitted(journal, stranger.id()));
  EXPECT_FALSE(log().admitted(journal_named(8), bo.id()));
  EXPECT_EQ(log().accept(journal, stranger.id(), 1, Author(9).write_many(1)).verdict, Verdict::kUnknownDevice);
  EXPECT_EQ(log().accept(journal_named(8), bo.id(), 1, bo.write_many(1)).verdict, Verdict::kUnknownDevice);
}

TEST_F(ASealedLog, AdmitsIdempotentlyAndOnlyUnderOneKey) {
  log().add_journal(journal);
  EXPECT_TRUE(log().admit(journal, bo.id(), bo.key()));
  EXPECT_FALSE(log().admit(journal, bo.id(), Author(9).key()));
  EXPECT_FALSE(log().admit(journal_named(8), bo.id(), bo.key()));
  EXPECT_THAT(log().journals(), ElementsAre(journal));
}

TEST_F(ASealedLog, HoldsAsManyDevicesAsTwoPersonsCanHave) {
  const auto numbered = [](std::uint8_t number) {
    DeviceId id;
    id.bytes[0] = 0xff;
    id.bytes[31] = number;
    return id;
  };
  for (std::uint8_t i = 1; i < kDeviceLimit; ++i) ASSERT_TRUE(log().admit(journal, numbered(i), bo.key()));
  EXPECT_FALSE(log().admit(journal, numbered(255), bo.key()));
}

TEST_F(ASealedLog, ForgetsAJournalThatIsDropped) {
  verdict(1, bo.write_many(3));
  own(bo, "mine", "a request");
  log().drop_journal(journal);
  EXPECT_THAT(log().journals(), IsEmpty());
  EXPECT_EQ(log().answered(as_bytes("a request")), std::nullopt);
  log().add_journal(journal);
  ASSERT_TRUE(log().admit(journal, bo.id(), bo.key()));
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(verdict(1, Author(2).write_many(2)), Verdict::kStored);
}

TEST_F(ASealedLog, FrontierIsSortedByDevice) {
  Frontier expected;
  for (std::uint8_t seed = 2; seed < 20; ++seed) {
    Author author(seed);
    ASSERT_TRUE(log().admit(journal, author.id(), author.key()));
    const Records run = author.write_many(seed);
    log().accept(journal, author.id(), 1, run);
    expected.push_back({author.id(), seed, author.at().prev});
  }
  std::sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.device < b.device; });
  EXPECT_EQ(log().frontier(journal), expected);
}

TEST_F(ASealedLog, AnEmptyChainStandsAtItsFirstPrev) {
  EXPECT_EQ(log().head(journal, bo.id()), (FrontierEntry{bo.id(), 0, crypto::first_prev(journal, bo.id())}));
  EXPECT_EQ(log().id_at(journal, bo.id(), 0), crypto::first_prev(journal, bo.id()));
  EXPECT_EQ(log().id_at(journal, bo.id(), 1), std::nullopt);
}

TEST_F(ASealedLog, KeepsTheSameDeviceApartInTwoJournals) {
  Author elsewhere(2, journal_named(8));
  log().add_journal(elsewhere.journal());
  ASSERT_TRUE(log().admit(elsewhere.journal(), elsewhere.id(), elsewhere.key()));
  EXPECT_EQ(verdict(1, elsewhere.write_many(1)), Verdict::kRefused);
  EXPECT_EQ(verdict(1, bo.write_many(2)), Verdict::kStored);
  EXPECT_EQ(log().record_count(elsewhere.journal()), 0U);
  EXPECT_EQ(log().record_count(journal), 2U);
}

// ---- own writing ----

TEST_F(ASealedLog, AppendsInAChain) {
  const RecordId first = own(bo, "one");
  const RecordId second = own(bo, "two");
  const Records run = read();
  ASSERT_THAT(run, SizeIs(2));
  EXPECT_EQ(crypto::record_id(journal, run[0].head), first);
  EXPECT_EQ(crypto::decode_header(run[1].head)->prev, first);
  EXPECT_EQ(log().head(journal, bo.id()), (FrontierEntry{bo.id(), 2, second}));
  EXPECT_EQ(as_text(*bo.read(run[1])), "two");
}

TEST_F(ASealedLog, EveryOwnRecordCanEndARun) {
  for (int i = 0; i < 5; ++i) own(bo, "entry");
  for (std::size_t count = 1; count <= 5; ++count) EXPECT_THAT(read(1, count), SizeIs(count));
}

TEST_F(ASealedLog, RemembersWhatARequestBecame) {
  const RecordId id = own(bo, "one", "request 1");
  EXPECT_EQ(log().answered(as_bytes("request 1")), std::pair(journal, id));
  EXPECT_EQ(log().answered(as_bytes("request 2")), std::nullopt);
  EXPECT_EQ(log().answered({}), std::nullopt);
}

TEST_F(ASealedLog, WritesARepeatedRequestOnce) {
  const RecordId id = own(bo, "one", "request 1");
  EXPECT_EQ(own(bo, "one", "request 1"), id);
  reopen();
  EXPECT_EQ(own(bo, "one", "request 1"), id);
  EXPECT_EQ(held(), 1U);
}

TEST_F(ASealedLog, TheTenThousandAndFirstRequestForgetsTheFirst) {
  database().transaction([&] {
    for (std::size_t i = 1; i <= kRememberedRequests; ++i) own(bo, "x", "request " + std::to_string(i));
  });
  EXPECT_NE(log().answered(as_bytes("request 1")), std::nullopt);
  own(bo, "x", "one more");
  EXPECT_EQ(log().answered(as_bytes("request 1")), std::nullopt);
  EXPECT_NE(log().answered(as_bytes("request 2")), std::nullopt);
}

TEST_F(ASealedLog, ARolledBackAppendLeavesNoTrace) {
  own(bo, "kept");
  const Frontier before = log().frontier(journal);
  EXPECT_THROW(database().transaction([&] {
    own(bo, "lost", "request");
    throw std::logic_error("changed my mind");
  }),
               std::logic_error);
  EXPECT_EQ(log().frontier(journal), before);
  EXPECT_EQ(log().answered(as_bytes("request")), std::nullopt);
  own(bo, "kept too");
  EXPECT_EQ(held(), 2U);
}

TEST_F(ASealedLog, ARolledBackJournalIsNotThere) {
  EXPECT_THROW(database().transaction([&] {
    log().add_journal(journal_named(8));
    log().admit(journal_named(8), bo.id(), bo.key());
    throw std::logic_error("changed my mind");
  }),
               std::logic_error);
  EXPECT_THAT(log().journals(), ElementsAre(journal));
  EXPECT_FALSE(log().admitted(journal_named(8), bo.id()));
}

TEST_F(ASealedLog, IsTheSameAfterARestart) {
  Author ada(1);
  log().admit(journal, ada.id(), ada.key());
  verdict(1, bo.write_many(7));
  own(ada, "mine");
  const Frontier before = log().frontier(journal);
  const Records run = read();
  reopen();
  EXPECT_EQ(log().frontier(journal), before);
  EXPECT_EQ(read(), run);
  EXPECT_EQ(log().record_count(journal), 8U);
  EXPECT_THAT(log().damage(), IsEmpty());
}

// ---- runs from outside ----

TEST_F(ASealedLog, AcceptsARunThatContinuesItsChain) {
  const Records run = bo.write_many(5);
  const Accepted first = accept(1, part(run, 0, 3));
  EXPECT_EQ(first.verdict, Verdict::kStored);
  EXPECT_EQ(first.first, 1U);
  EXPECT_EQ(first.last, 3U);
  EXPECT_EQ(verdict(4, part(run, 3, 2)), Verdict::kStored);
  EXPECT_EQ(read(), run);
}

TEST_F(ASealedLog, ARunCutAtAnyRecordIsStillARun) {
  const Records run = bo.write_many(6);
  for (std::size_t count = 1; count <= run.size(); ++count) {
    EXPECT_EQ(verdict(count, part(run, count - 1, 1)), Verdict::kStored);
  }
  EXPECT_EQ(read(), run);
}

TEST_F(ASealedLog, ARunWithARecordMissingIsRefusedWhole) {
  const Records run = bo.write_many(6);
  for (std::size_t missing = 0; missing + 1 < run.size(); ++missing) {
    Records cut = run;
    cut.erase(cut.begin() + static_cast<std::ptrdiff_t>(missing));
    EXPECT_EQ(verdict(1, cut), Verdict::kRefused) << missing;
    EXPECT_EQ(held(), 0U);
  }
}

TEST_F(ASealedLog, EveryFlippedByteOfARunRefusesItWhole) {
  const Records run = bo.write_many(3);
  for (std::size_t which = 0; which < run.size(); ++which) {
    const std::size_t head = run[which].head.size();
    for (std::size_t at = 0; at < head + run[which].body->size(); ++at) {
      Records damaged = run;
      (at < head ? damaged[which].head[at] : (*damaged[which].body)[at - head]) ^= 0x10;
      ASSERT_EQ(verdict(1, damaged), Verdict::kRefused) << "record " << which << ", byte " << at;
    }
  }
  EXPECT_EQ(log().record_count(journal), 0U);
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_EQ(verdict(1, run), Verdict::kStored);
}

TEST_F(ASealedLog, ABodyCutAtEveryByteIsRefused) {
  const Records run = bo.write_many(1);
  for (std::size_t length = 0; length < run[0].body->size(); ++length) {
    Records cut = run;
    cut[0].body->resize(length);
    ASSERT_EQ(verdict(1, cut), Verdict::kRefused) << length;
  }
  EXPECT_EQ(held(), 0U);
}

TEST_F(ASealedLog, AnEmptyRunIsRefused) { EXPECT_EQ(verdict(1, {}), Verdict::kRefused); }

TEST_F(ASealedLog, AnEmptyRunOfAStrangerIsNobodysFault) {
  EXPECT_EQ(log().accept(journal, Author(9).id(), 1, std::vector<Record>()).verdict, Verdict::kUnknownDevice);
}

TEST_F(ASealedLog, ARunFromSeqZeroIsRefused) { EXPECT_EQ(verdict(0, bo.write_many(1)), Verdict::kRefused); }

TEST_F(ASealedLog, ARunSaidToStartElsewhereIsRefused) {
  const Records run = bo.write_many(4);
  ASSERT_EQ(verdict(1, part(run, 0, 2)), Verdict::kStored);
  EXPECT_EQ(verdict(2, part(run, 2, 2)), Verdict::kRefused);
  EXPECT_EQ(verdict(3, part(run, 3, 1)), Verdict::kRefused);
  EXPECT_EQ(held(), 2U);
}

TEST_F(ASealedLog, ARunOfSomebodyElseIsRefused) {
  Author other(3);
  log().admit(journal, other.id(), other.key());
  EXPECT_EQ(verdict(1, other.write_many(2)), Verdict::kRefused);
}

TEST_F(ASealedLog, AcceptsTheLongestRunAndRefusesOneMore) {
  const Records run = bo.write_many(crypto::kRunLimit + 1);
  EXPECT_EQ(verdict(1, run), Verdict::kRefused);
  EXPECT_EQ(held(), 0U);
  EXPECT_EQ(verdict(1, part(run, 0, crypto::kRunLimit)), Verdict::kStored);
  EXPECT_EQ(verdict(1, run), Verdict::kRefused);  // also where most of it is known
}

TEST_F(ASealedLog, AcceptsTheHeaviestRunAndRefusesOneByteMore) {
  const std::size_t heads = 3 * crypto::kSignedHeaderLength;
  Records run{bo.write_epoch(crypto::kBodyLimit), bo.write_epoch(crypto::kBodyLimit)};
  const auto at = bo.at();
  const std::size_t rest = crypto::kRunBytesLimit - heads - 2 * crypto::kBodyLimit;
  run.push_back(bo.write_epoch(rest + 1));
  EXPECT_EQ(verdict(1, run), Verdict::kRefused);
  bo.go_back_to(at);
  run.back() = bo.write_epoch(rest);
  EXPECT_EQ(verdict(1, run), Verdict::kStored);
}

TEST_F(ASealedLog, ARunBehindAGapIsIgnoredWithoutBlame) {
  const Records run = bo.write_many(4);
  EXPECT_EQ(verdict(2, part(run, 1, 3)), Verdict::kGap);
  EXPECT_EQ(verdict(crypto::kSeqLimit, part(run, 1, 3)), Verdict::kGap);
  EXPECT_EQ(held(), 0U);
}

TEST_F(ASealedLog, AnOverlapIsComparedAndTheRestStored) {
  const Records run = bo.write_many(6);
  verdict(1, part(run, 0, 4));
  const Accepted overlapping = accept(2, part(run, 1, 5));
  EXPECT_EQ(overlapping.verdict, Verdict::kStored);
  EXPECT_EQ(overlapping.first, 5U);
  EXPECT_EQ(overlapping.last, 6U);
  EXPECT_EQ(read(), run);
}

TEST_F(ASealedLog, WhatIsHeldIsNothingNew) {
  const Records run = bo.write_many(6);
  verdict(1, run);
  for (std::size_t from = 0; from < run.size(); ++from) {
    for (std::size_t count = 1; from + count <= run.size(); ++count) {
      EXPECT_EQ(verdict(from + 1, part(run, from, count)), Verdict::kNothingNew);
    }
  }
}

TEST_F(ASealedLog, ADamagedOverlapIsRefusedAndTheRestNotStored) {
  const Records run = bo.write_many(6);
  verdict(1, part(run, 0, 4));
  for (const std::size_t which : {0U, 3U}) {
    for (const std::size_t at : {20U, 60U, 150U, 207U}) {
      Records damaged = run;
      damaged[which].head[at] ^= 1;
      EXPECT_EQ(verdict(1, damaged), Verdict::kRefused) << which << ", " << at;
    }
  }
  EXPECT_EQ(held(), 4U);
}

}  // namespace
}  // namespace duolog::store
