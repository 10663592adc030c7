// writing_test.cc: what is written is there, once, for both, in one order; and nothing of it is lost by stopping.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

Bytes request(std::uint8_t n) { return Bytes(16, n); }

TEST(Notebook, BeginsWithEpochZeroEpochOneFoundAndCalendar) {
  Person ada("Ada");
  std::vector<crypto::RecordKind> kinds;
  ada.log().each(ada.notebook(), ada.device(), 1, [&](auto, const auto&, const crypto::Record& record) {
    kinds.push_back(crypto::decode_header(record.head)->kind);
    return true;
  });
  using enum crypto::RecordKind;
  EXPECT_THAT(kinds, ElementsAre(kEpoch, kEpoch, kMembership, kEvent));
}

TEST(Notebook, WhatIsWrittenAloneIsPrivateAndSurvivesARestart) {
  Person ada("Ada");
  const Saved saved = ada.write("alone");
  EXPECT_EQ(saved.visibility, Visibility::kPrivate);
  EXPECT_EQ(saved.shared_with, "");
  ada.restart();
  EXPECT_THAT(ada.texts(), ElementsAre("alone"));
}

TEST(Notebook, InterruptedBeforeItsFirstRecordsIsFinishedAtStart) {
  Person ada("Ada");
  ada.restart_from_the_first_vault();
  EXPECT_EQ(ada.log().head(ada.notebook(), ada.device())->seq, kBirthLength);
  ada.write("still works");
  EXPECT_THAT(ada.texts(), ElementsAre("still works"));
}

// An empty database in its place is not the log that this vault knows.
TEST(Notebook, OnceBegunIsNeverBegunAnew) {
  Person ada("Ada");
  ada.log().drop_journal(ada.notebook());
  EXPECT_THROW(ada.restart(), store::BadDatabase);
}

TEST_F(TwoPeople, WhatOneWritesTheOtherReads) {
  ada.write("hello Bo");
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), ElementsAre("hello Bo"));
  const Item item = list(bo.shelf(), {}).front();
  EXPECT_EQ(item.author, "Ada");
  EXPECT_FALSE(item.mine);
  EXPECT_EQ(item.visibility, Visibility::kShared);
  EXPECT_EQ(item.written_at, "2026-11-22T13:00:01+01:00");
}

TEST_F(TwoPeople, BothWriteAtOnceAndSeeTheSameOrder) {
  for (int i = 0; i < 5; ++i) {
    ada.write("a" + std::to_string(i));
    bo.write("b" + std::to_string(i));
  }
  meet(ada, bo);
  EXPECT_EQ(ada.ids(), bo.ids());
  EXPECT_EQ(ada.ids().size(), 10u);
}

TEST_F(TwoPeople, AReplyComesAfterWhatItRepliesToWhateverTheClockSays) {
  ada.write("question");
  meet(ada, bo);
  bo.now = 0;  // 1970
  bo.write("answer");
  meet(ada, bo);
  EXPECT_THAT(ada.texts(), ElementsAre("question", "answer"));
  EXPECT_EQ(ada.ids(), bo.ids());
}

TEST_F(TwoPeople, ViewsAreEqualAfterBothHaveRestarted) {
  ada.write("one");
  bo.write("two");
  meet(ada, bo);
  const auto before = ada.ids();
  ada.restart();
  bo.restart();
  EXPECT_EQ(ada.ids(), before);
  EXPECT_EQ(bo.ids(), before);
}

TEST_F(TwoPeople, PrivateWritingStaysInTheNotebook) {
  Draft draft;
  draft.text = "mine alone";
  draft.private_entry = true;
  EXPECT_EQ(ada.shelf().write(draft, {}).visibility, Visibility::kPrivate);
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), IsEmpty());
}

TEST_F(TwoPeople, WritingGoesToTheSharedJournalUnlessConfigured) {
  EXPECT_EQ(ada.write("x").shared_with, "Bo");
  ada.shelf().set_write_to("notebook");
  EXPECT_EQ(ada.write("y").shared_with, "");
  ada.restart();
  EXPECT_EQ(ada.shelf().write_to(), "notebook");
  EXPECT_EQ(ada.write("z", "bo").shared_with, "Bo");
}

TEST_F(TwoPeople, ARepeatedRequestWritesOnce) {
  Draft draft;
  draft.text = "once";
  const Saved first = ada.shelf().write(draft, request(7));
  const Saved again = ada.shelf().write(draft, request(7));
  EXPECT_FALSE(first.repeated);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.written_at, first.written_at);
  EXPECT_THAT(ada.texts(), ElementsAre("once"));
}

TEST_F(TwoPeople, ARepeatedRequestWritesOnceAcrossARestart) {
  Draft draft;
  draft.text = "once";
  const Saved first = ada.shelf().write(draft, request(7));
  ada.restart();
  EXPECT_EQ(ada.shelf().write(draft, request(7)).id, first.id);
  EXPECT_THAT(ada.texts(), ElementsAre("once"));
}

TEST_F(TwoPeople, EveryAppendIsToldSoThatSessionsPushIt) {
  ada.grew.clear();
  ada.write("x");
  EXPECT_THAT(ada.grew, ElementsAre(ada.shared()));
}

TEST_F(TwoPeople, AnArrivingEntryIsNews) {
  ada.write("news");
  meet(ada, bo);
  ASSERT_EQ(bo.news.size(), 1u);
  EXPECT_EQ(bo.news[0].kind, News::Kind::kEntry);
  EXPECT_EQ(bo.news[0].name, "Ada");
  EXPECT_EQ(bo.news[0].item->text, "news");
  EXPECT_TRUE(bo.news[0].item->is_new);
}

TEST_F(TwoPeople, ARestartTellsNoNews) {
  ada.write("old");
  meet(ada, bo);
  bo.news.clear();
  bo.restart();
  EXPECT_THAT(bo.news, IsEmpty());
}

TEST_F(TwoPeople, ALongBacklogIsFoldedInSlices) {
  for (int i = 0; i < 50; ++i) ada.write("entry " + std::to_string(i));
  const auto run = ada.log().read_run(ada.shared(), ada.device(), kBirthLength + 1);
  bo.log().accept(bo.shared(), ada.device(), kBirthLength + 1, run);
  EXPECT_TRUE(bo.shelf().fold_some(20));
  EXPECT_EQ(bo.texts().size(), 20u);
  EXPECT_TRUE(bo.shelf().fold_some(20));
  bo.settle();
  EXPECT_EQ(bo.texts().size(), 50u);
}

TEST_F(TwoPeople, EachNotebookKeepsTheJournalAndItsEpoch) {
  for (Person* person : {&ada, &bo}) {
    Journal& notebook = person->journal(person->notebook());
    EXPECT_THAT(notebook.facts().journals_kept, ElementsAre(Key(person->shared())));
    EXPECT_EQ(notebook.facts().epochs_kept.size(), 1u);
    const auto before = person->log().record_count(person->notebook());
    person->restart();
    EXPECT_EQ(person->log().record_count(person->notebook()), before) << "kept twice";
  }
}

TEST_F(TwoPeople, HowFarTheOtherIsBehindIsKnownWhileTheyAreAway) {
  carry(ada, bo, ada.shared());
  EXPECT_EQ(ada.door().behind(ada.shared(), bo.device()), 0U);
  ada.write("one");
  ada.write("two");
  EXPECT_EQ(ada.door().behind(ada.shared(), bo.device()), 2U);
  ada.restart();
  EXPECT_EQ(ada.door().behind(ada.shared(), bo.device()), 2U);
  carry(ada, bo, ada.shared());
  EXPECT_EQ(ada.door().behind(ada.shared(), bo.device()), 0U);
}

// A name that just fits, twice: the second gets a number, and still fits what the notebook keeps of it.
TEST(Names, OfJournalsEndBetweenCharactersAndAreKeptOnce) {
  const std::string name = std::string(61, 'b') + "\u00fc" + "o";  // 64 bytes
  Person ada("Ada");
  Person bo(name);
  Person other_bo(name);
  pair(ada, bo);
  pair(ada, other_bo, 2);
  ada.settle();
  EXPECT_EQ(ada.identity().journals()[1].name, name);
  EXPECT_EQ(ada.identity().journals()[2].name, std::string(61, 'b') + " 2");
  EXPECT_EQ(ada.journal(ada.notebook()).facts().journals_kept.size(), 2U);
  const auto before = ada.log().record_count(ada.notebook());
  ada.restart();
  EXPECT_EQ(ada.log().record_count(ada.notebook()), before);
}

TEST_F(TwoPeople, ANotebooksRecordsNeverCountInASharedJournal) {
  forge(ada, ada.shared(),
        JournalKept{ada.identity().journals()[0].genesis, crypto::EpochSecret::random(), "", "", "", ""});
  forge(ada, ada.shared(), EpochKept{ada.shared(), crypto::EpochSecret::random()});
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), IsEmpty());
  EXPECT_THAT(bo.journal(bo.shared()).facts().journals_kept, IsEmpty());
  EXPECT_THAT(bo.journal(bo.shared()).facts().epochs_kept, IsEmpty());
}

}  // namespace
}  // namespace duolog::journal
