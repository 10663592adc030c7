// first_sync_test.cc: much more comes than is here: it is opened as it comes, and what readers see follows. Nobody is
// refused anything meanwhile, and nothing that is told is left out.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/view_database.h"
#include "tests/unit/journal/everything.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::SizeIs;

constexpr std::size_t kWritten = 600;
constexpr std::uint64_t kAnnounced = 100'000;

class FirstSync : public Together {
 protected:
  FirstSync() {
    wish.text = "a red day";
    wish.tags = {"red"};
    ada.shelf().write(wish, {});
    for (std::size_t i = 1; i < kWritten; ++i) ada.write("entry " + std::to_string(i));
  }
  // As a session takes it in: all of it is stored and nothing folded.
  void store() {
    const JournalId journal = ada.shared();
    const std::uint64_t all = ada.log().head(journal, ada.device())->seq;
    for (auto head = bo.log().head(journal, ada.device()); head->seq < all;
         head = bo.log().head(journal, ada.device())) {
      const auto run = ada.log().read_run(journal, ada.device(), head->seq + 1);
      const auto accepted = bo.log().accept(journal, ada.device(), head->seq + 1, run);
      ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kStored);
      bo.shelf().stored(journal, ada.device(), accepted.first, accepted.last);
    }
  }
  void fold() {
    while (bo.shelf().fold_some(512)) {
    }
  }
  // So many more come, three seconds later: enough of them to be waited for.
  void trickle(std::size_t records = 64) {
    for (std::size_t i = 0; i < records; ++i) ada.write("more");
    bo.now += 3 * kSecond;
    store();
    fold();
  }
  bool ready() { return bo.journal(bo.shared()).ready(); }
  std::uint64_t counted() { return bo.journal(bo.shared()).counts().entries; }

  Draft wish;
};

TEST_F(FirstSync, IsReadFromTheLogUntilTheLastHasCome) {
  bo.shelf().expect(bo.shared(), kAnnounced);
  store();
  while (bo.shelf().fold_some(512)) {
  }
  EXPECT_FALSE(ready());
  EXPECT_GE(bo.shelf().to_fold(), kWritten / 2);
  EXPECT_EQ(bo.texts(), ada.texts());
  const std::string meanwhile = everything(bo);

  bo.shelf().expect(bo.shared(), 0);
  bo.settle();
  EXPECT_TRUE(ready());
  EXPECT_EQ(bo.shelf().to_fold(), 0U);
  EXPECT_EQ(everything(bo), meanwhile);
}

TEST_F(FirstSync, IsCountedWithoutReadingTheLog) {
  bo.shelf().expect(bo.shared(), kAnnounced);
  store();
  while (bo.shelf().fold_some(512)) {
  }
  ASSERT_FALSE(ready());
  const std::uint64_t from_facts = counted();
  EXPECT_EQ(from_facts, bo.journal(bo.shared()).records().counts().entries);
  bo.settle();
  EXPECT_EQ(counted(), kWritten);
}

TEST_F(FirstSync, IsToldWholeOnceItCanBeShown) {
  bo.shelf().expect(bo.shared(), kAnnounced);
  bo.news.clear();
  store();
  while (bo.shelf().fold_some(512)) {
  }
  EXPECT_THAT(bo.news, SizeIs(0));
  bo.shelf().expect(bo.shared(), 0);
  bo.settle();
  std::vector<std::string> told;
  for (const News& news : bo.news)
    if (news.item) told.push_back(news.item->text);
  std::vector<std::string> written = ada.texts();
  std::ranges::sort(told);
  std::ranges::sort(written);
  EXPECT_EQ(told, written);
}

// Whoever announces much and sends little, or nothing more.
TEST_F(FirstSync, ThatDoesNotComeIsNotWaitedFor) {
  bo.shelf().expect(bo.shared(), kAnnounced);
  store();
  while (bo.shelf().fold_some(512)) {
  }
  ASSERT_FALSE(ready());
  bo.settle();  // as at rest
  EXPECT_TRUE(ready());
}

TEST_F(FirstSync, OfLittleAfterMuchGoesStraightToTheReaders) {
  meet(ada, bo);
  ASSERT_TRUE(ready());
  bo.shelf().expect(bo.shared(), 100);
  for (int i = 0; i < 100; ++i) ada.write("more");
  store();
  bo.shelf().fold_some(512);
  EXPECT_TRUE(ready());
}

TEST_F(FirstSync, GoesOnAfterAStopInTheMiddle) {
  bo.shelf().expect(bo.shared(), kAnnounced);
  store();
  bo.shelf().fold_some(512);
  ASSERT_FALSE(ready());
  bo.restart();
  bo.settle();
  EXPECT_TRUE(ready());
  EXPECT_EQ(bo.texts(), ada.texts());
}

TEST_F(FirstSync, WithWhatIsTakenBackAndEditedInItIsCountedRight) {
  const Saved regretted = ada.write("regretted");
  const Saved edited = ada.write("as it was");
  ada.shelf().edit({.entry = {id_of(edited)}, .text = "a better day"}, {});
  ada.shelf().take_back({{id_of(regretted)}}, {});
  bo.shelf().expect(bo.shared(), kAnnounced);
  store();
  while (bo.shelf().fold_some(512)) {
  }
  const std::uint64_t meanwhile = counted();
  bo.settle();
  EXPECT_EQ(meanwhile, counted());
}

// ---- whoever announces more than ever comes, and sends just enough to be waited for ----

TEST_F(FirstSync, ThatTricklesIsWaitedForAMinuteAndNotASecondTime) {
  bo.shelf().expect(bo.shared(), kAnnounced);
  store();
  fold();
  bo.news.clear();
  for (int seconds = 3; seconds < 60; seconds += 3) {
    trickle();
    EXPECT_FALSE(ready()) << seconds;
    EXPECT_THAT(bo.news, SizeIs(0));
  }
  trickle();
  EXPECT_TRUE(ready());
  EXPECT_THAT(bo.news, SizeIs(kWritten + 20 * 64));
  for (int i = 0; i < 3; ++i) {
    trickle();
    EXPECT_TRUE(ready()) << "what is announced has not come yet";
  }
  bo.shelf().expect(bo.shared(), 0);
  bo.shelf().expect(bo.shared(), kAnnounced);  // another session
  trickle();
  EXPECT_TRUE(ready());
  EXPECT_EQ(bo.texts(), ada.texts());
}

TEST_F(FirstSync, ThatComesQuickerThanItIsFoldedLeavesRoomForRowsThatAreDue) {
  bo.shelf().expect(bo.shared(), kAnnounced);
  store();
  fold();
  const std::uint64_t waiting = bo.shelf().to_fold();
  ASSERT_GE(waiting, kWritten);
  bo.now += 61 * kSecond;
  for (std::size_t i = 0; i < kWritten; ++i) ada.write("more");
  store();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bo.shelf().fold_some(64)) << "there are more facts than that";
  EXPECT_LE(bo.shelf().to_fold(), waiting);
  bo.settle();
  EXPECT_EQ(bo.texts(), ada.texts());
}

TEST_F(FirstSync, WhatIsTakenBackWhileItsRowWaitsIsCountedRightAndNotTold) {
  const Saved regretted = ada.write("regretted");
  bo.shelf().expect(bo.shared(), kAnnounced);
  bo.news.clear();
  store();
  fold();
  const std::uint64_t before = counted();
  ada.shelf().take_back({{id_of(regretted)}}, {});
  trickle();
  ASSERT_FALSE(ready());
  EXPECT_EQ(counted(), before + 64 - 1);
  EXPECT_EQ(counted(), bo.journal(bo.shared()).records().counts().entries);
  bo.settle();
  ASSERT_TRUE(ready());
  EXPECT_THAT(bo.news, SizeIs(kWritten + 64));
  for (const News& news : bo.news) EXPECT_NE(news.item->kind, ItemKind::kTakenBack);
}

// As many practices as are read of one person, whether their rows have waited or not.
TEST_F(FirstSync, WithMorePracticesThanAreReadHasThoseThatAFoldAnewHas) {
  const OwnPractice walk{
      "id = \"walk\"\ntitle = \"A walk\"\nwhy = \"Because.\"\nrhythm = \"weekly\"\nsharing = \"open\"\n"
      "[[fields]]\nid = \"note\"\nkind = \"text\"\nquestion = \"And?\"\n"};
  const auto read = [&] {
    std::size_t count = 0;
    for (const Noted& one : bo.journal(bo.shared()).records().all({.kinds = only(Kind::kOwnPractice)}))
      count += std::get<OwnNote>(one.what).practice != nullptr ? 1 : 0;
    return count;
  };
  for (int i = 0; i < 600; ++i) append_bytes(ada, ada.shared(), encode_event({ada.now, 60, {}, walk}).view());
  store();
  fold();
  ASSERT_EQ(read(), 600U);
  bo.shelf().expect(bo.shared(), kAnnounced);
  for (int i = 0; i < 600; ++i) append_bytes(ada, ada.shared(), encode_event({ada.now, 60, {}, walk}).view());
  store();
  fold();
  ASSERT_FALSE(ready());
  bo.settle();
  ASSERT_TRUE(ready());
  EXPECT_EQ(read(), 1024U);
  dynamic_cast<store::ViewDatabase&>(bo.view().database()).drop();
  static_cast<void>(status(bo.shelf()));
  bo.settle();
  EXPECT_EQ(read(), 1024U);
}

}  // namespace
}  // namespace duolog::journal
