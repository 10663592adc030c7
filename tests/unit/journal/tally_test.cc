// tally_test.cc: how much was written is kept count of, and not counted anew for whoever asks.
// indexed_search_test.cc holds the two against each other in random lives.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/tally.h"

#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class KeepingCount : public Together {
 protected:
  // In one turn, and that a short one.
  static bool is_added_up(Person& who, const TallySpan& span = {}) { return !Tallying(who.shelf(), span).go_on(1); }
  static Tally mine(Person& who, const TallySpan& span = {}) {
    const auto all = tally(who.shelf(), span);
    return all.empty() ? Tally() : all.front();
  }
};

TEST_F(KeepingCount, NobodyReadsALifetimeToSayHowLongItWas) {
  for (int i = 0; i < 300; ++i) ada.write("two words");
  EXPECT_FALSE(is_added_up(ada)) << "of so many nobody knows yet";
  EXPECT_EQ(mine(ada).words, 600U) << "and it is counted";
  ada.settle();
  EXPECT_TRUE(is_added_up(ada));
  EXPECT_EQ(mine(ada).words, 600U);
  ada.write("and three more");
  EXPECT_TRUE(is_added_up(ada)) << "few are read beside it";
  EXPECT_EQ(mine(ada).words, 603U);
  ada.restart();
  EXPECT_TRUE(is_added_up(ada)) << "it is kept";
  EXPECT_EQ(mine(ada).words, 603U);
}

TEST_F(KeepingCount, WhatIsEditedOrTakenBackIsCountedAsItIs) {
  const Saved kept = ada.write("a lake");
  const Saved gone = ada.write("regretted at once");
  ada.settle();
  ada.shelf().edit({{id_of(kept)}, "a lake and a shore"}, {});
  ada.shelf().take_back({.ids = {id_of(gone)}}, {});
  EXPECT_EQ(mine(ada).words, 5U);
  EXPECT_EQ(mine(ada).entries, 1U);
  ada.settle();
  EXPECT_TRUE(is_added_up(ada));
  EXPECT_EQ(mine(ada).words, 5U);
  EXPECT_EQ(mine(ada).entries, 1U);
  ada.shelf().take_back({.ids = {id_of(kept)}}, {});
  EXPECT_THAT(tally(ada.shelf(), {}), IsEmpty()) << "no day stays of which nothing is left";
}

TEST_F(KeepingCount, ADayThatIsCutThroughIsCountedFromItsWords) {
  ada.write("at noon");
  ada.settle();
  EXPECT_TRUE(is_added_up(ada, {"", "2026-11-22", "2026-11"}));
  EXPECT_EQ(mine(ada, {"", "2026-11-22", "2026-11"}).words, 2U);
  EXPECT_EQ(mine(ada, {"", "2026-11-22 23:00", {}}).words, 0U);
  EXPECT_EQ(refused([&] { tally(ada.shelf(), {"", "someday", {}}); }), Reason::kBadDate);
}

TEST_F(KeepingCount, WhatTheOtherAnswersIsCountedWhenItOpens) {
  ada.answer(8, "the evening at the harbour");
  meet(ada, bo);
  bo.settle();
  EXPECT_THAT(tally(bo.shelf(), {}), IsEmpty());
  bo.answer(7, "the pancakes");
  meet(ada, bo);
  meet(ada, bo);
  bo.settle();
  ASSERT_TRUE(is_added_up(bo));
  const auto all = tally(bo.shelf(), {});
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[1].person, "Ada");
  EXPECT_EQ(all[1].answers, 1U);
  EXPECT_EQ(all[1].words, 5U);
}

TEST_F(KeepingCount, WhatAnotherDeviceEditsIsCountedAsItIsNow) {
  const Saved saved = ada.write("a lake", "notebook");
  Person phone(ada, "Ada's phone");
  ada.settle();
  for (int i = 0; i < 3; ++i) meet(ada, phone, ada.notebook());
  phone.shelf().edit({{id_of(saved)}, "a lake and a shore"}, {});
  for (int i = 0; i < 3; ++i) meet(ada, phone, ada.notebook());
  for (Person* device : {&ada, &phone}) {
    device->settle();
    EXPECT_TRUE(is_added_up(*device));
    EXPECT_EQ(mine(*device).entries, 1U);
    EXPECT_EQ(mine(*device).words, 5U);
    EXPECT_EQ(tally_anew(device->shelf(), {}).front().words, 5U);
  }
}

TEST_F(KeepingCount, ALetterCountsForItsReaderFromItsDayOn) {
  Draft letter;
  letter.text = "open this by the sea";
  letter.open_on = "2026-11-24";
  ada.shelf().write(letter, {});
  meet(ada, bo);
  bo.settle();
  EXPECT_THAT(tally(bo.shelf(), {}), IsEmpty()) << "nobody can read it yet";
  pass_time(3 * kDay);
  meet(ada, bo);
  bo.settle();
  ASSERT_TRUE(is_added_up(bo));
  const auto all = tally(bo.shelf(), {});
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].person, "Ada");
  EXPECT_EQ(all[0].words, 5U);
  EXPECT_EQ(all[0].oldest, "2026-11-22") << "it was written then, and late sync or a late opening moves nothing";
}

// Whatever a clock says, the words are there; a day is one that can be written.
TEST_F(KeepingCount, AClockGoneWildCountsOnTheLastDayThereIs) {
  Entry entry;
  entry.text = "from no day at all";
  const auto bytes = encode_event({INT64_MAX / 2, 60, {}, std::move(entry)});
  forge_bytes(bo, bo.shared(), bytes.view());
  bo.write("from today");
  meet(ada, bo);
  ada.settle();
  ASSERT_TRUE(is_added_up(ada));
  const auto all = tally(ada.shelf(), {});
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].entries, 2U);
  EXPECT_EQ(all[0].words, 7U);
  EXPECT_EQ(all[0].days, 2U);
  ASSERT_THAT(all[0].months, SizeIs(2));
  EXPECT_EQ(all[0].months[0].words, 2U);
  EXPECT_EQ(all[0].months[1].month, "9999-12");
  EXPECT_EQ(all[0].newest, "9999-12-30");
  EXPECT_EQ(tally(ada.shelf(), {"", "2026-11-01", "2026-12-31"}).at(0).entries, 1U);
}

// It is counted on the day on which it was written there, wherever it is read.
TEST_F(KeepingCount, ADayIsThatOfWhoeverWroteOnIt) {
  ada.now = kNoon + 10 * kHour + kHour / 2;  // 23:30 in Berlin
  ada.write("late at home");
  Person cy("Cy", "Asia/Tokyo");
  cy.now = ada.now;
  cy.write("in the morning, far away");
  EXPECT_EQ(mine(ada).oldest, "2026-11-22");
  EXPECT_EQ(mine(cy).oldest, "2026-11-23");
  ada.settle();
  ada.travel("Asia/Tokyo");
  ada.settle();
  EXPECT_TRUE(is_added_up(ada));
  EXPECT_EQ(mine(ada).oldest, "2026-11-22") << "whoever travels finds it on the same day";
  EXPECT_EQ(tally_anew(ada.shelf(), {}).front().oldest, "2026-11-22");
}

TEST_F(KeepingCount, AViewThatHasGivenWayKnowsItOnceItIsFoldedAnew) {
  for (int i = 0; i < 300; ++i) ada.write("two words");
  ada.settle();
  ada.free_bytes = 0;
  ASSERT_TRUE(ada.shelf().make_room(1 << 20));
  ASSERT_TRUE(ada.view().is_in_memory());
  EXPECT_EQ(mine(ada).words, 600U) << "meanwhile it is counted";
  ada.settle();
  EXPECT_TRUE(is_added_up(ada));
  EXPECT_EQ(mine(ada).words, 600U);
  ada.write("and three more");
  EXPECT_EQ(mine(ada).words, 603U);
}

}  // namespace
}  // namespace duolog::journal
