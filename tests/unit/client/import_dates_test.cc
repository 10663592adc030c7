// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/dates.h"
#include "tests/unit/client/foreign_files.h"

namespace duolog::client {
namespace {

using ::testing::Eq;
using ::testing::Optional;

std::string told(std::string_view text, DateOrder order = DateOrder::kUnknown) {
  const auto date = parse_date(text, order);
  if (!date) return "none";
  char out[80];
  std::snprintf(out, sizeof(out), "%04d-%02d-%02d", date->year, date->month, date->day);
  std::string all = out;
  if (date->has_time) {
    std::snprintf(out, sizeof(out), " %02d:%02d:%02d", date->hour, date->minute, date->second);
    all += out;
  }
  return date->offset_minutes ? all + " " + std::to_string(*date->offset_minutes) : all;
}

TEST(ImportDates, TheWaysInWhichProgramsWriteADate) {
  EXPECT_EQ(told("2013-06-09 15:39"), "2013-06-09 15:39:00");
  EXPECT_EQ(told("2024-04-16T23:00:00Z"), "2024-04-16 23:00:00 0");
  EXPECT_EQ(told("2019-01-01T00:00:00-08:00"), "2019-01-01 00:00:00 -480");
  EXPECT_EQ(told("2019-01-01T00:00:00.1234567Z"), "2019-01-01 00:00:00 0");
  EXPECT_EQ(told("09.06.2013 15:39"), "2013-06-09 15:39:00");
  EXPECT_EQ(told("2020-08-31 02:32:00 PM"), "2020-08-31 14:32:00");
  EXPECT_EQ(told("2020-08-31 12:05 AM"), "2020-08-31 00:05:00");
  EXPECT_EQ(told("2019-07 14:23"), "2019-07-01 14:23:00");
  EXPECT_EQ(told("01 January 2019 at 00:00:00 GMT"), "2019-01-01 00:00:00 0");
  EXPECT_EQ(told("20190131"), "2019-01-31");
}

TEST(ImportDates, TheWaysInWhichPeopleWriteADate) {
  EXPECT_EQ(told("31 January 2019"), "2019-01-31");
  EXPECT_EQ(told("Thursday, January 31, 2019"), "2019-01-31");
  EXPECT_EQ(told("1st Jan. 2019"), "2019-01-01");
  EXPECT_EQ(told("Jan 3 2019, 9:15pm"), "2019-01-03 21:15:00");
  EXPECT_EQ(told("2019/1/31"), "2019-01-31");
}

TEST(ImportDates, TwoNumbersThatCouldBeEitherAreNoneUntilTheirOrderIsSaid) {
  EXPECT_EQ(told("03/04/2019"), "none");
  EXPECT_EQ(told("03/04/2019", DateOrder::kDayFirst), "2019-04-03");
  EXPECT_EQ(told("03/04/2019", DateOrder::kMonthFirst), "2019-03-04");
  EXPECT_EQ(told("31/04/2019", DateOrder::kMonthFirst), "none");
  EXPECT_EQ(told("25/04/2019"), "2019-04-25");
}

TEST(ImportDates, WhatIsNoDateIsNone) {
  for (const auto* text :
       {"", "1", "ashasd7zdskhz7asdkjasd", "2019-02-30", "2019-13-01", "0000-01-01", "may be 2019",
        "I met him in May 2019", "12:30", "99999-01-01", "2019-01-01 25:00", "2019-01-01 01:00 pm pm"})
    EXPECT_EQ(told(text), "none") << text;
}

TEST(ImportDates, ADateStandsInFrontOfWords) {
  EXPECT_EQ(date_at_front("2013-06-10 15:40 He said", DateOrder::kUnknown)->second, 16U);
  EXPECT_EQ(date_at_front("10.06.2010 15:00 A life", DateOrder::kUnknown)->second, 16U);
  EXPECT_EQ(date_at_front("2019-01-31: walked", DateOrder::kUnknown)->second, 11U);
  EXPECT_FALSE(date_at_front("12 apples", DateOrder::kUnknown));
}

TEST(ImportDates, TheDayIsThatOfTheZone) {
  const auto dublin = when_in(*parse_date("2024-04-16T23:00:00Z"), "Europe/Dublin");
  ASSERT_TRUE(dublin);
  EXPECT_EQ(dublin->offset_minutes, 60);
  EXPECT_EQ(dublin->at_ms, 1'713'308'400'000);
  EXPECT_FALSE(when_in(*parse_date("2024-04-16T23:00:00Z"), "Atlantis/Capital"));
  EXPECT_FALSE(when_in(*parse_date("2024-04-16T23:00:00Z"), "../../etc/passwd"));
}

TEST(ImportDates, TheClockOfThisComputerWhereNothingElseIsSaid) {
  ::setenv("TZ", "Europe/Berlin", 1);
  ::tzset();
  EXPECT_THAT(when_in(*parse_date("2013-06-09 15:39"), ""), Optional(Eq(When{1'370'785'140'000, 120, false})));
  EXPECT_THAT(when_in(*parse_date("2013-12-09"), "")->offset_minutes, 60);
  EXPECT_TRUE(when_in(*parse_date("2013-12-09"), "")->day_only);
}

}  // namespace
}  // namespace duolog::client
