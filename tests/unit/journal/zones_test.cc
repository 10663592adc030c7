// zones_test.cc: the couple's days in the zones of the world, at the hours at which clocks change, and what travellers
// write.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kNewYear2011 = 1'293'840'000'000;
constexpr std::int64_t kNewYear2026 = 1'767'225'600'000;

// Where clocks change at midnight, by half an hour, by two hours, by a whole day, never; at both ends of the world.
constexpr std::array kZones{"Europe/Berlin",      "America/New_York",   "Pacific/Auckland", "Asia/Kathmandu",
                            "Pacific/Apia",       "Pacific/Kiritimati", "Etc/GMT+12",       "Australia/Lord_Howe",
                            "Antarctica/Troll",   "America/Santiago",   "Asia/Beirut",      "Africa/Cairo",
                            "America/St_Johns",   "Africa/Casablanca",  "Asia/Tehran",      "UTC",
                            "Atlantis/Poseidonis"};
constexpr std::array<std::uint32_t, 5> kTurns{0, 2, 3, 4, 23};

class Zones : public ::testing::TestWithParam<const char*> {
 protected:
  // Calls `look` with every half hour of the year, for every hour at which the day may turn.
  template <class Look>
  void each_half_hour(std::int64_t from, Look look) {
    for (const std::uint32_t turn : kTurns)
      for (std::int64_t at = from; at < from + 366 * kDay; at += kHour / 2)
        look(Calendar{GetParam(), turn, 1, 345}, at);
  }
};

TEST_P(Zones, EveryInstantLiesInADayThatHasBegun) {
  each_half_hour(kNewYear2026, [](const Calendar& calendar, std::int64_t at) {
    const Day day = day_at(calendar, at);
    ASSERT_LE(beginning_of(calendar, day), at) << calendar.zone << " " << calendar.turn_hour << " " << at;
    ASSERT_EQ(day_of(calendar, at), practice::day_text(day));
  });
}

TEST_P(Zones, EveryDayOfTheYearComesOnceAndInOrder) {
  for (const std::uint32_t turn : kTurns) {
    const Calendar calendar{GetParam(), turn, 1, 345};
    const Day first = day_at(calendar, kNewYear2026);
    for (Day day = first; day < first + 366; ++day) {
      const std::int64_t length = beginning_of(calendar, day + 1) - beginning_of(calendar, day);
      ASSERT_GE(length, 22 * kHour) << practice::day_text(day);
      ASSERT_LE(length, 26 * kHour) << practice::day_text(day);
      ASSERT_EQ(day_at(calendar, beginning_of(calendar, day)), day) << calendar.zone << " " << turn;
    }
  }
}

TEST_P(Zones, AWeekHasSevenDaysWhateverTheClockDoes) {
  const Calendar calendar{GetParam()};
  std::map<std::string, int> days;
  const Day first = *practice::parse_day("2026-01-05");  // a Monday
  for (Day day = first; day < first + 52 * 7; ++day) ++days[week_text(calendar, day)];
  ASSERT_EQ(days.size(), 52U);
  for (const auto& [week, count] : days) EXPECT_EQ(count, 7) << week;
}
INSTANTIATE_TEST_SUITE_P(World, Zones, ::testing::ValuesIn(kZones), [](const auto& one) {
  std::string name = one.param;
  std::erase_if(name, [](unsigned char c) { return std::isalnum(c) == 0; });
  return name;
});

// Samoa went to sleep on the 29th of December 2011 and woke up on the 31st.
TEST(ZonesOfTheWorld, ADayThatNeverWasIsNobodysDay) {
  const Calendar samoa{"Pacific/Apia", 0};
  std::set<std::string> days;
  for (std::int64_t at = kNewYear2011 + 355 * kDay; at < kNewYear2011 + 370 * kDay; at += kHour)
    days.insert(day_of(samoa, at));
  EXPECT_TRUE(days.contains("2011-12-29"));
  EXPECT_FALSE(days.contains("2011-12-30"));
  EXPECT_TRUE(days.contains("2011-12-31"));
}

struct Leg {
  const char* zone;
  std::int64_t hours;  // after the first
  const char* written;
};

// From Auckland by way of Kathmandu to Berlin: each line keeps the date that its writer's clock showed, and the list is
// the same, and in the order in which it was written, at home and away.
TEST(ZonesOfTheWorld, WhatATravellerWritesKeepsTheWritersCivilDate) {
  Person bo("Bo", "Europe/Berlin");
  Person ada("Ada", "Pacific/Auckland");
  pair(ada, bo);
  const std::int64_t start = ada.now;
  for (const Leg& leg :
       {Leg{"Pacific/Auckland", 0, "2026-11-23T01:00:01+13:00"}, Leg{"Asia/Kathmandu", 12, "2026-11-23T05:45:01+05:45"},
        Leg{"Pacific/Honolulu", 20, "2026-11-22T22:00:01-10:00"},
        Leg{"Europe/Berlin", 30, "2026-11-23T19:00:01+01:00"}}) {
    ada.travel(leg.zone);
    ada.now = bo.now = start + leg.hours * kHour;
    ada.write(leg.written);
    bo.write(leg.zone);
    meet(ada, bo);
    for (Person* who : {&ada, &bo}) {
      const std::vector<Item> all = list(who->shelf(), {.from = "Ada"});
      EXPECT_EQ(all.back().written_at, leg.written);
    }
  }
  EXPECT_EQ(ada.ids(), bo.ids());
  EXPECT_THAT(ada.texts({.from = "Ada", .since = "2026-11-22", .until = "2026-11-22"}),
              ElementsAre("2026-11-22T22:00:01-10:00"))
      << "by the writer's own calendar";
}

// The hour that comes twice, and the one that never comes.
TEST(ZonesOfTheWorld, WhatIsWrittenInTheDoubleHourStaysInOrder) {
  Person ada("Ada");
  ada.now = 1'792'888'200'000 - kSecond;  // 2026-10-25 02:30 in Berlin, summer time
  ada.write("first");
  ada.now += kHour - kSecond;
  ada.write("second");
  EXPECT_THAT(ada.texts(), ElementsAre("first", "second"));
  const std::vector<Item> all = list(ada.shelf(), {});
  EXPECT_EQ(all[0].written_at, "2026-10-25T02:30:00+02:00");
  EXPECT_EQ(all[1].written_at, "2026-10-25T02:30:00+01:00");
}

TEST(ZonesOfTheWorld, AnHourThatNeverComesIsTheInstantOfTheSkip) {
  Person ada("Ada");
  ada.now = 1'774'746'000'000;  // 2026-03-29 02:00 in Berlin, the hour before the skip
  Draft draft{"early"};
  draft.on = "2026-03-29 02:30";
  ada.shelf().write(draft, {});
  EXPECT_EQ(list(ada.shelf(), {}).back().on, "2026-03-29T03:00:00+02:00");
}

TEST(ZonesOfTheWorld, WithoutZoneinfoEverythingIsUtcAndSaysSo) {
  Person ada("Ada", "Mars/Olympus");
  ada.write("here");
  EXPECT_EQ(list(ada.shelf(), {}).back().written_at, "2026-11-22T12:00:01+00:00");
  EXPECT_THAT(warnings(ada.shelf()), ::testing::Contains("zone:Mars/Olympus"));
}

}  // namespace
}  // namespace duolog::journal
