// Times as people read them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/moment.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace duolog::client {
namespace {

TEST(Moment, TheWritersClockIsShownWhateverTheOffset) {
  EXPECT_EQ(clock_of("2026-11-22T21:14:05+13:00"), "21:14");
  EXPECT_EQ(clock_of("2026-11-22T21:14:05-11:00"), "21:14");
  EXPECT_EQ(day_of("2026-11-22T21:14:05+13:00"), "2026-11-22");
}

TEST(Moment, ADayHasItsWeekday) {
  EXPECT_EQ(long_day("2026-11-22"), "sunday 22 november 2026");
  EXPECT_EQ(long_day("2024-02-29T00:00:00Z"), "thursday 29 february 2024");
}

TEST(Moment, TheSameDayNeedsNoDate) {
  EXPECT_EQ(near("2026-11-22T21:14:05Z", "2026-11-22"), "21:14");
  EXPECT_EQ(near("2026-11-20T21:14:05Z", "2026-11-22"), "20 nov 21:14");
  EXPECT_EQ(near("2025-11-20T21:14:05Z", "2026-11-22"), "20 nov 2025 21:14");
}

TEST(Moment, ADayAloneIsShownWithoutAClock) {
  EXPECT_EQ(about("2026-11-20", true), "20 november 2026");
  EXPECT_EQ(about("2026-11-20T08:05", false), "20 november 2026 08:05");
}

TEST(Moment, AnHourThatIsNotMidnightIsNamed) {
  EXPECT_EQ(day_and_hour("2026-11-20T00:00:00+01:00"), "2026-11-20");
  EXPECT_EQ(day_and_hour("2026-11-20T18:30:00+01:00"), "2026-11-20 18:30");
  EXPECT_EQ(long_day_and_hour("2026-11-20T18:30:00+01:00"), "friday 20 november 2026, 18:30");
  EXPECT_EQ(long_day_and_hour("2026-11-20"), "friday 20 november 2026");
}

TEST(Moment, WhatLiesAheadIsToldToTheMinuteWhateverTheOffset) {
  const auto in = [](std::time_t seconds, int offset_hours) {
    const std::time_t moment = std::time(nullptr) + seconds + offset_hours * 3600;
    std::tm there{};
    ::gmtime_r(&moment, &there);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &there);
    return std::string(text) + (offset_hours < 0 ? "-0" : "+0") + std::to_string(std::abs(offset_hours)) + ":00";
  };
  for (const int offset : {-9, 0, 9}) {
    EXPECT_TRUE(lies_ahead(in(180, offset))) << offset;
    EXPECT_FALSE(lies_ahead(in(-180, offset))) << offset;
  }
  EXPECT_TRUE(lies_ahead("9027-01-01"));
  EXPECT_FALSE(lies_ahead("2020-01-01"));
  for (const char* wrong : {"", "soon", "9027-13-01T00:00:00Z"}) EXPECT_FALSE(lies_ahead(wrong)) << wrong;
}

TEST(Moment, APeriodIsSpelledOut) {
  EXPECT_EQ(period_text("2026-W47"), "week 47 of 2026");
  EXPECT_EQ(period_text("2026-W07"), "week 7 of 2026");
  EXPECT_EQ(period_text("2026-11-22"), "22 november 2026");
  EXPECT_EQ(period_text("2026-11-22.a066"), "22 november 2026");
  EXPECT_EQ(period_text("2026-11"), "november 2026");
  EXPECT_EQ(period_text("2026-Q4"), "quarter 4 of 2026");
  for (const char* other : {"", "2026-13", "2026-Qx", "2026-W4x", "x", "2026-02-30", "2026_11"}) {
    EXPECT_EQ(period_text(other), other);
  }
}

TEST(Moment, WhatIsNoTimeIsShownSafely) {
  for (const char* wrong : {"", "yesterday", "2026-13-01", "2026-02-30", "2026-1-1", "-026-11-22"}) {
    EXPECT_EQ(clock_of(wrong), wrong);
  }
  EXPECT_EQ(clock_of("\x1b[31m"), "‹U+001B›[31m");
  EXPECT_EQ(period_text("\x1b"), "‹U+001B›");
}

}  // namespace
}  // namespace duolog::client
