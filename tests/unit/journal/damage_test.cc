// damage_test.cc: a disk that rots, that is full, or that holds somebody else's database: what is lost is said, and
// nothing is written where it could not be read.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/foreign.h"
#include "daemon/store/query.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Damaged : public TwoPeople {
 protected:
  [[nodiscard]] std::uint64_t own_end(const JournalId& journal) { return ada.log().head(journal, ada.device())->seq; }
  [[nodiscard]] std::size_t epochs() { return ada.identity().journal(ada.shared()).epochs.size(); }
  void fill_the_disk() { store::Query(ada.database(), "PRAGMA max_page_count = 1").step(); }
  void free_the_disk() {
    store::Query(ada.database(), "PRAGMA max_page_count = 1000000").step();
    ASSERT_TRUE(ada.database().try_again());
  }
};

// ---- heads ----

TEST_F(Damaged, AnOwnLogThatCannotBeReadToItsEndTakesNoWords) {
  ada.write("one");
  ada.write("two");
  rot_head(ada, ada.shared(), ada.device(), own_end(ada.shared()) - 1);
  ada.restart();
  const auto before = own_end(ada.shared());
  EXPECT_THROW(ada.write("three"), store::BadDatabase);
  EXPECT_EQ(own_end(ada.shared()), before);
  EXPECT_THAT(warnings(ada.shelf()), Contains("damaged:Bo"));
  EXPECT_THAT(warnings(ada.shelf()), Not(Contains("damaged:notebook")));
}

TEST_F(Damaged, ANotebookThatCannotBeReadToItsEndHoldsNothingUp) {
  const JournalId notebook = ada.notebook();
  rot_head(ada, notebook, ada.device(), kBirthLength + 1);  // what it keeps of the shared journal stands behind
  const auto before = own_end(notebook);
  ada.restart();
  EXPECT_EQ(own_end(notebook), before);
  ada.write("goes on");
  EXPECT_THAT(ada.texts(), ElementsAre("goes on"));
}

TEST_F(Damaged, ARottenNotebookDoesNotKeepAnAnswerFromBeingOpened) {
  rot_head(ada, ada.notebook(), ada.device(), kBirthLength + 1);
  ada.restart();
  ada.answer(7);
  bo.answer(5);
  meet(ada, bo);
  EXPECT_EQ(bo.round().state, RoundState::kBothIn);
  for (const Item& answer : bo.round().answers) EXPECT_EQ(answer.state, AnswerState::kReadable);
}

// ---- bodies ----

TEST_F(Damaged, AnOwnRecordThatRottedHasAPlaceAndIsCounted) {
  ada.write("lost");
  ada.write("kept");
  rot_body(ada, ada.shared(), ada.device(), own_end(ada.shared()) - 1);
  ada.restart();
  EXPECT_THAT(ada.texts(), ElementsAre("", "kept"));
  EXPECT_EQ(list(ada.shelf(), {})[0].kind, ItemKind::kUnreadable);
  EXPECT_TRUE(list(ada.shelf(), {})[0].mine);
  EXPECT_EQ(status(ada.shelf())[1].unreadable, 1U);
  EXPECT_THAT(warnings(ada.shelf()), Contains("damaged:Bo"));
}

TEST_F(Damaged, WhatWasNotHereYetIsNewWhenItComes) {
  bo.write("late");
  auto run = bo.log().read_run(bo.shared(), bo.device(), 1);
  const auto whole = run;
  run[0].body.reset();
  ada.log().accept(ada.shared(), bo.device(), 1, run);
  ada.shelf().stored(ada.shared(), bo.device(), 1, 1);
  ada.settle();
  const auto items = list(ada.shelf(), {});
  EXPECT_FALSE(items.at(0).is_new);
  EXPECT_TRUE(ada.news.empty());
  ada.shelf().mark_seen(items);
  ada.log().accept(ada.shared(), bo.device(), 1, whole);
  ada.shelf().stored(ada.shared(), bo.device(), 1, 1);
  ada.settle();
  EXPECT_TRUE(list(ada.shelf(), {}).at(0).is_new);
  EXPECT_EQ(ada.news.size(), 1U);
}

TEST_F(Damaged, WhatLacksABodyIsNotReceiptedByWhatIsWritten) {
  for (const char* text : {"1", "2", "3"}) bo.write(text);
  auto run = bo.log().read_run(bo.shared(), bo.device(), 1);
  run[1].body.reset();
  ada.log().accept(ada.shared(), bo.device(), 1, run);
  ada.shelf().stored(ada.shared(), bo.device(), 1, 3);
  const Saved saved = ada.write("an answer");
  EXPECT_THAT(ada.journal(ada.shared()).records().by_id(saved.id)->seen, ElementsAre(Seen{bo.device(), 1}));
}

// ---- a full disk ----

TEST_F(Damaged, AnEpochThatTheLogRefusedIsTriedAgainWithTheSameSecret) {
  ada.journal(ada.shared()).freeze(bo.device());  // a new epoch is due
  const auto before = epochs();
  fill_the_disk();
  for (int i = 0; i < 3; ++i) EXPECT_THROW(ada.write("full"), store::NotDurable);
  free_the_disk();
  ada.write("room again");
  EXPECT_EQ(epochs(), before + 1);
  EXPECT_THAT(ada.texts(), ElementsAre("room again"));
}

TEST_F(Damaged, AnImportThatTheDiskRefusesLeavesNothingOfItsBatch) {
  ForeignBatch batch;
  for (int i = 0; i < 300; ++i) {
    Foreign& item = batch.items.emplace_back();
    item.text = std::string(20'000, 'x');
    item.origin = "x " + std::to_string(i);
    item.at = {kNoon, 60, false};
  }
  const auto records = ada.log().record_count(ada.notebook());
  fill_the_disk();
  EXPECT_THROW(ada.shelf().import(batch, {}), store::NotDurable);
  free_the_disk();
  EXPECT_EQ(ada.log().record_count(ada.notebook()), records);
  EXPECT_EQ(ada.shelf().import(batch, {}).items.size(), 300U);
  ada.restart();
  EXPECT_EQ(ada.texts({.journal = "notebook"}).size(), 300U);
}

// ---- the wrong database ----

TEST_F(Damaged, ADatabaseWithoutAJournalOfTheVaultIsRefused) {
  ada.log().drop_journal(ada.shared());
  try {
    ada.restart();
    FAIL();
  } catch (const store::BadDatabase& refused) {
    EXPECT_THAT(refused.what(), HasSubstr("\"Bo\""));
  }
}

TEST(WrongDatabase, OfAnotherVaultIsRefusedAndLeftAsItIs) {
  Person ada("Ada");
  const JournalId foreign{ByteArray<32>{1}};
  ada.log().add_journal(foreign);
  ada.log().drop_journal(ada.notebook());
  EXPECT_THROW(ada.restart(), store::BadDatabase);
  EXPECT_THAT(ada.log().journals(), ElementsAre(foreign));
}

TEST(WrongDatabase, AJournalOfStrangersIsNotSweptAway) {
  Person ada("Ada");
  const JournalId foreign{ByteArray<32>{1}};
  const crypto::DeviceKeys stranger(crypto::DeviceSeed::random());
  ada.log().add_journal(foreign);
  ada.log().admit(foreign, stranger.id(), stranger.public_keys().sign);
  ada.restart();
  EXPECT_THAT(ada.log().journals(), Contains(foreign));
}

// Either half of a founding that is given up may be all that was done.
TEST_F(Damaged, AFoundingGivenUpByHalfIsGivenUpAtTheNextStart) {
  bo.identity().drop_journal(bo.shared());  // as its joiner does first
  bo.restart();
  EXPECT_THAT(bo.log().journals(), ElementsAre(bo.notebook()));
  Person cleo("Cleo");
  Pairing begun(cleo, bo, 2);
  begun.host.approve("friend");
  begun.exchange();  // the host has stored it, and sent nothing yet
  const JournalId hidden = cleo.shared();
  cleo.log().drop_journal(hidden);  // as its host does first
  cleo.restart();
  pair(cleo, bo, 3);
  EXPECT_FALSE(cleo.identity().has(hidden));
}

TEST(WrongDatabase, AnInterruptedJoiningIsSweptAway) {
  Person ada("Ada");
  const JournalId begun{ByteArray<32>{1}};
  const JournalId gone_on{ByteArray<32>{2}};
  for (const JournalId& id : {begun, gone_on}) ada.log().add_journal(id);
  ada.log().admit(gone_on, ada.device(), ada.identity().keys().public_keys().sign);
  ada.restart();
  EXPECT_THAT(ada.log().journals(), ElementsAre(ada.notebook()));
}

}  // namespace
}  // namespace duolog::journal
