// other_years_test.cc: this day in other years, and how much was written. Today is 22 November 2026.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/other_years.h"

#include "daemon/journal/tally.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class OtherYears : public Together {
 protected:
  // Written today, about another day: as an import does it.
  void about(Person& who, const std::string& on, const std::string& text = {}) {
    Draft draft{text.empty() ? on : text};
    draft.on = on;
    who.now += kSecond;
    who.shelf().write(draft, {});
  }
  static std::vector<std::string> texts(Person& who, const DayOfYear& day = {}) {
    std::vector<std::string> out;
    for (const Memory& memory : other_years(who.shelf(), day).memories) out.push_back(memory.item.text);
    return out;
  }
};

TEST_F(OtherYears, BothVoicesTheLatestYearFirst) {
  about(ada, "2021-11-22", "ada, five");
  about(bo, "2021-11-22T08:00", "bo, five");
  about(ada, "2025-11-22", "ada, one");
  about(ada, "2025-11-21", "a day before");
  ada.write("today is no memory");
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) EXPECT_THAT(texts(*who), ElementsAre("ada, one", "ada, five", "bo, five"));
  const auto memories = other_years(ada.shelf(), {}).memories;
  EXPECT_EQ(memories[0].years_ago, 1U);
  EXPECT_EQ(memories[2].years_ago, 5U);
  EXPECT_EQ(years_back(ada.shelf()).count, 3U);
  EXPECT_EQ(years_back(ada.shelf()).longest, 5U);
}

TEST_F(OtherYears, ItIsTheDayOfItsWriterThatCounts) {
  ada.now = kNoon - 365 * kDay + 11 * kHour + kHour / 2;  // 23:30 UTC, and the 23rd at her place
  ada.shelf().write({"after midnight"}, {});
  ada.now = kNoon;
  EXPECT_THAT(texts(ada), IsEmpty());
  EXPECT_THAT(texts(ada, {"11-23"}), ElementsAre("after midnight"));
}

TEST_F(OtherYears, AnyDateMayBeAskedFor) {
  about(ada, "2020-06-14");
  about(ada, "2026-06-14", "this summer");
  about(ada, "2027-06-14", "not yet");
  for (const char* date : {"06-14", "2020-06-14", "2031-06-14"})
    EXPECT_THAT(texts(ada, {date}), ElementsAre("this summer", "2020-06-14")) << date;
  EXPECT_EQ(other_years(ada.shelf(), {"06-14"}).memories[0].years_ago, 0U);
  for (const char* date : {"13-01", "02-30", "june", "6-14", "2026"})
    EXPECT_EQ(refused([&] { other_years(ada.shelf(), {date}); }), Reason::kBadDate) << date;
}

TEST_F(OtherYears, TheLeapDayIsRememberedEveryYear) {
  about(ada, "2024-02-29", "leap");
  about(ada, "2023-02-28", "the day before");
  about(ada, "2023-03-01", "the day after");
  EXPECT_THAT(texts(ada, {"02-29"}), ElementsAre("leap"));
  EXPECT_THAT(texts(ada, {"2026-02-28"}), ElementsAre("leap", "the day before"));
  EXPECT_THAT(texts(ada, {"2024-02-28"}), ElementsAre("the day before")) << "a year that has its own";
  EXPECT_THAT(texts(ada, {"02-29", 1}), ElementsAre("leap", "the day before", "the day after"));
}

TEST_F(OtherYears, AWindowReachesOverNewYear) {
  about(ada, "2019-12-30");
  about(ada, "2020-01-02");
  about(ada, "2020-01-04");
  EXPECT_THAT(texts(ada, {"01-01", 2}), ElementsAre("2020-01-02", "2019-12-30"));
  EXPECT_THAT(texts(ada, {"12-31", 2}), ElementsAre("2020-01-02", "2019-12-30"));
  EXPECT_EQ(refused([&] { other_years(ada.shelf(), {"01-01", kMostDaysAround + 1}); }), Reason::kBadRequest);
}

TEST_F(OtherYears, WhatIsSealedIsNoMemory) {
  ada.answer(8, "the harbour");
  Draft letter{"a letter"};
  letter.open_on = "2030-01-01";
  ada.shelf().write(letter, {});
  meet(ada, bo);
  pass_time(365 * kDay);
  EXPECT_THAT(texts(bo, {"11-22"}), IsEmpty());
  EXPECT_THAT(other_years(ada.shelf(), {"11-22"}).memories, SizeIs(1)) << "her own answer, not the letter";
}

TEST_F(OtherYears, OnesOwnOrOneJournalAlone) {
  about(ada, "2020-11-22", "mine");
  about(bo, "2020-11-22", "theirs");
  meet(ada, bo);
  EXPECT_THAT(texts(ada, {"", 0, "", "me"}), ElementsAre("mine"));
  EXPECT_THAT(texts(ada, {"", 0, "", "bo"}), ElementsAre("theirs"));
  EXPECT_THAT(texts(ada, {"", 0, ada.shelf().journals().front()->secrets().name, ""}), IsEmpty());
}

// ---- how much ----

TEST_F(OtherYears, WhatWasWrittenIsCounted) {
  about(ada, "2024-02-29", "two words");
  about(ada, "2024-02-29", "three more words");
  about(ada, "2025-01-01", "one");
  const Saved entry = bo.write("the lake");
  meet(ada, bo);
  said(ada, entry, "", "how cold");
  ada.answer(8, "harbour");
  meet(ada, bo);
  const auto all = tally(ada.shelf(), {});
  ASSERT_THAT(all, SizeIs(2));
  const Tally& mine = all[0];
  EXPECT_TRUE(mine.mine);
  EXPECT_EQ(mine.entries, 3U);
  EXPECT_EQ(mine.answers, 1U);
  EXPECT_EQ(mine.remarks, 1U);
  EXPECT_EQ(mine.words, 2U + 3 + 1 + 2 + 1);
  EXPECT_EQ(mine.days, 3U);
  EXPECT_EQ(mine.oldest, "2024-02-29");
  EXPECT_EQ(mine.newest, "2026-11-22");
  ASSERT_THAT(mine.months, SizeIs(3));
  EXPECT_EQ(mine.months[0].month, "2024-02");
  EXPECT_EQ(mine.months[0].written, 2U);
  EXPECT_EQ(mine.months[0].words, 5U);
  EXPECT_EQ(mine.months[0].days, 1U);
  EXPECT_EQ(mine.months[2].written, 1U) << "a reply is words, and nothing written by itself";
  EXPECT_EQ(all[1].person, "Bo");
  EXPECT_EQ(all[1].words, 2U);
  EXPECT_EQ(tally(bo.shelf(), {})[1].answers, 0U) << "what is sealed is not counted";
  EXPECT_THAT(tally(ada.shelf(), {"", "2024", "2024"}), SizeIs(1));
}

}  // namespace
}  // namespace duolog::journal
