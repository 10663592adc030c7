// calendar_test.cc: days, weeks and typed dates, at the hours where they turn.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <filesystem>

#include "daemon/journal/calendar.h"

namespace duolog::journal {
namespace {

constexpr std::int64_t kHour = 3'600'000;

// The instant at which a wall clock in this zone shows this.
std::int64_t at(const char* typed, const char* zone = "Europe/Berlin") {
  const auto moment = parse_moment(typed, 0, Zone(zone));
  EXPECT_TRUE(moment) << typed;
  return moment ? moment->at_ms : 0;
}

std::string berlin_week(const char* typed) { return week_of({"Europe/Berlin"}, at(typed)); }
std::string berlin_day(const char* typed) { return day_of({"Europe/Berlin"}, at(typed)); }

TEST(Calendar, TheDayTurnsAtFour) {
  EXPECT_EQ(berlin_day("2026-11-22T03:59"), "2026-11-21");
  EXPECT_EQ(berlin_day("2026-11-22T04:00"), "2026-11-22");
}

TEST(Calendar, TheWeekTurnsOnMondayAtFour) {
  EXPECT_EQ(berlin_week("2026-11-22T23:59"), "2026-W47");
  EXPECT_EQ(berlin_week("2026-11-23T03:59"), "2026-W47");
  EXPECT_EQ(berlin_week("2026-11-23T04:00"), "2026-W48");
}

TEST(Calendar, TheTurnHourIsTheCouplesOwn) {
  Calendar midnight{"Europe/Berlin", 0};
  EXPECT_EQ(week_of(midnight, at("2026-11-23T00:00")), "2026-W48");
}

TEST(Calendar, YearsMayHave53Weeks) {
  EXPECT_EQ(berlin_week("2026-12-31T12:00"), "2026-W53");
  EXPECT_EQ(berlin_week("2027-01-03T12:00"), "2026-W53");
  EXPECT_EQ(berlin_week("2027-01-04T12:00"), "2027-W01");
}

TEST(Calendar, AWeekMayBelongToTheNextYear) {
  EXPECT_EQ(berlin_week("2024-12-29T12:00"), "2024-W52");
  EXPECT_EQ(berlin_week("2024-12-30T12:00"), "2025-W01");
}

TEST(Calendar, AnotherFirstDayMovesTheTurnOfTheWeek) {
  const Calendar sunday{"Europe/Berlin", 4, 7};
  EXPECT_EQ(week_of(sunday, at("2026-11-22T03:59")), "2026-W47");
  EXPECT_EQ(week_of(sunday, at("2026-11-22T04:00")), "2026-W48");
  const Calendar saturday{"Europe/Berlin", 4, 6};
  EXPECT_EQ(week_of(saturday, at("2026-11-20T12:00")), "2026-W47");
  EXPECT_EQ(week_of(saturday, at("2026-11-21T12:00")), "2026-W48");
  const Calendar tuesday{"Europe/Berlin", 4, 2};
  EXPECT_EQ(week_of(tuesday, at("2026-11-23T12:00")), "2026-W47");
  EXPECT_EQ(week_of(tuesday, at("2026-11-24T12:00")), "2026-W48");
}

TEST(Calendar, FourIsFourInSummerAndInWinter) {
  EXPECT_EQ(berlin_day("2026-03-29T03:59"), "2026-03-28");  // an hour was skipped at two
  EXPECT_EQ(berlin_day("2026-03-29T04:00"), "2026-03-29");
  EXPECT_EQ(berlin_day("2026-10-25T03:59"), "2026-10-24");  // an hour came twice at three
  EXPECT_EQ(berlin_day("2026-10-25T04:00"), "2026-10-25");
}

TEST(Calendar, TravelChangesNothing) {
  const std::int64_t moment = at("2026-11-23T03:00", "Europe/Berlin");
  EXPECT_EQ(week_of({"Europe/Berlin"}, moment), "2026-W47");
  EXPECT_EQ(week_of({"Pacific/Auckland"}, moment), "2026-W48");  // their calendar is Berlin's, wherever they are
}

TEST(Calendar, SamoaHadNoThirtiethOfDecember2011) {
  const std::int64_t before = at("2011-12-29T23:30", "Pacific/Apia");
  EXPECT_EQ(day_of({"Pacific/Apia", 0}, before), "2011-12-29");
  EXPECT_EQ(day_of({"Pacific/Apia", 0}, before + kHour), "2011-12-31");
}

TEST(Calendar, AnUnknownZoneFallsBackToTheOffsetOfWhoeverSetIt) {
  Calendar lost{"Atlantis/Poseidonis", 4, 1, 120};
  EXPECT_FALSE(Zone(lost.zone).known());
  EXPECT_EQ(day_of(lost, at("2026-11-22T03:59", "Etc/GMT-2")), "2026-11-21");
  EXPECT_EQ(day_of(lost, at("2026-11-22T04:00", "Etc/GMT-2")), "2026-11-22");
}

TEST(Calendar, NoClockIsTooWrongForADate) {
  for (const std::int64_t ms : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(day_of({"Europe/Berlin"}, ms).size(), 10u);
}

// ---- what people type ----

struct Typed {
  const char* text;
  const char* written;
  bool day_only;

  friend void PrintTo(const Typed& typed, std::ostream* out) { *out << typed.text; }
};

class TypedDate : public ::testing::TestWithParam<Typed> {};

TEST_P(TypedDate, IsReadInTheWritersZone) {
  const std::int64_t now = at("2026-11-22T13:00");
  const auto moment = parse_moment(GetParam().text, now, Zone("Europe/Berlin"));
  ASSERT_TRUE(moment);
  EXPECT_EQ(rfc3339(moment->at_ms, moment->offset_minutes), GetParam().written);
  EXPECT_EQ(moment->day_only, GetParam().day_only);
}
INSTANTIATE_TEST_SUITE_P(All, TypedDate,
                         ::testing::Values(Typed{"2026-11-21", "2026-11-21T00:00:00+01:00", true},
                                           Typed{"2026-07-01T08:30", "2026-07-01T08:30:00+02:00", false},
                                           Typed{"2026-07-01 08:30", "2026-07-01T08:30:00+02:00", false},
                                           Typed{"today", "2026-11-22T00:00:00+01:00", true},
                                           Typed{"yesterday", "2026-11-21T00:00:00+01:00", true},
                                           Typed{"tomorrow", "2026-11-23T00:00:00+01:00", true},
                                           Typed{"tomorrow 18:30", "2026-11-23T18:30:00+01:00", false},
                                           Typed{"2024-02-29", "2024-02-29T00:00:00+01:00", true},
                                           Typed{"2026-03-29T02:30", "2026-03-29T03:00:00+02:00",
                                                 false}));  // skipped: the skip itself

class NoDate : public ::testing::TestWithParam<const char*> {};

TEST_P(NoDate, IsRefused) { EXPECT_FALSE(parse_moment(GetParam(), 0, Zone("Europe/Berlin"))); }
INSTANTIATE_TEST_SUITE_P(All, NoDate,
                         ::testing::Values("", "tomorrows", "friday", "21:00", "2026", "2026-1-1", "2026-13-01",
                                           "2026-02-29", "2026-00-10", "0000-01-01", "2026-11-22T", "2026-11-22T24:00",
                                           "2026-11-22T12:60", "2026-11-22T12:00:00", "2026-11-22x", " 2026-11-22",
                                           "22.11.2026", "2026-11-22T1:00", "-026-11-22"));

// A partner names the zone: any file beside the zones could be meant.
TEST(AZone, IsKnownOrNotWhateverFileItsNameIs) {
  const std::filesystem::path zones = "/usr/share/zoneinfo";
  std::size_t files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(zones)) {
    const Zone zone(std::filesystem::relative(file.path(), zones).string(), 90);
    const std::int32_t offset = zone.offset_minutes(0);
    EXPECT_LT(std::abs(zone.instant_ms(zone.local_ms(0))), 60'000) << file.path();
    EXPECT_TRUE(zone.known() || offset == 90) << file.path();
    ++files;
  }
  EXPECT_GT(files, 100U);
}

TEST(AZone, IsNotWhateverThisMachineIsIn) {
  for (const char* name : {"localtime", "posixrules"}) EXPECT_EQ(Zone(name, 90).offset_minutes(0), 90) << name;
}

TEST(WrittenTime, CarriesItsWritersOffset) {
  EXPECT_EQ(rfc3339(0, 0), "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(rfc3339(0, -570), "1969-12-31T14:30:00-09:30");
  EXPECT_EQ(rfc3339(1'795'348'800'999, 345), "2026-11-22T17:45:00+05:45");
}

TEST(WrittenTime, OfAnAbsurdClockIsTheNearestThatCanBeWritten) {
  EXPECT_EQ(rfc3339(std::numeric_limits<std::int64_t>::max(), 24 * 60).substr(0, 4), "9999");
  EXPECT_EQ(rfc3339(std::numeric_limits<std::int64_t>::min(), -24 * 60).substr(0, 4), "0000");
}

}  // namespace
}  // namespace duolog::journal
