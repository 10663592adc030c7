// Numbers over time on a terminal.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/chart.h"

#include <gmock/gmock.h>

#include <sstream>

#include "client/layout.h"
#include "client/moment.h"
#include "nasty.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using testing::HasSubstr;
using testing::Not;
using Points = std::vector<std::pair<const char*, int>>;

control::Series series(bool mine, const Points& points, int low = 1, int high = 10) {
  control::Series voice;
  voice.set_label("closeness this week");
  voice.set_person(mine ? "Ada" : "Bo");
  voice.set_mine(mine);
  voice.set_low(low);
  voice.set_high(high);
  for (const auto& [day, value] : points) {
    auto& point = *voice.add_points();
    point.set_day(day);
    point.set_value(value);
  }
  return voice;
}

std::string drawn(const std::vector<control::Series>& voices, std::size_t width = 60) {
  std::vector<const control::Series*> pointers;
  for (const auto& voice : voices) pointers.push_back(&voice);
  return chart_text(pointers, width, Style(false));
}

const Points kMine = {{"2026-11-01", 7}, {"2026-11-08", 9}, {"2026-11-15", 2}};
const Points kTheirs = {{"2026-11-01", 7}, {"2026-11-08", 4}};

TEST(Chart, TwoVoicesHaveTwoSignsAndMeetInAThird) {
  EXPECT_EQ(drawn({series(true, kMine), series(false, kTheirs)}),
            "closeness this week\n"
            "10 |\n"
            " 9 |               o\n"
            " 8 |\n"
            " 7 | #\n"
            " 6 |\n"
            " 5 |\n"
            " 4 |               x\n"
            " 3 |\n"
            " 2 |                             o\n"
            " 1 |\n"
            "   +------------------------------\n"
            "1 nov 2026 to 15 nov 2026; # both\n"
            "o you: 7 9 2\n"
            "x Bo: 7 4\n");
}

TEST(Chart, EveryNumberStandsBelowTheDrawing) {
  Points many;
  for (int i = 0; i < 200; ++i) many.emplace_back("2026-11-01", i % 10 + 1);
  const auto text = drawn({series(true, many)}, 40);
  std::size_t digits = 0;
  std::istringstream in(text.substr(text.find("o you:")));
  std::string word;
  in >> word >> word;
  while (in >> word) ++digits;
  EXPECT_EQ(digits, 200U);
}

TEST(Chart, NoLineIsWiderThanTheTerminal) {
  Points years;
  std::vector<std::string> days;
  for (int i = 0; i < 60; ++i)
    days.push_back("20" + std::to_string(26 + i / 12) + (i % 12 < 9 ? "-0" : "-") + std::to_string(i % 12 + 1) + "-15");
  for (int i = 0; i < 60; ++i) years.emplace_back(days[static_cast<std::size_t>(i)].c_str(), i % 10 + 1);
  for (const std::size_t width : {24U, 40U, 80U}) {
    std::istringstream lines(drawn({series(true, years), series(false, kTheirs)}, width));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
  }
}

TEST(Chart, AScaleOfAnyHeightIsDrawnFromEndToEnd) {
  const auto wide = drawn({series(true, {{"2026-11-01", -100}, {"2026-11-02", 100}}, -100, 100)});
  EXPECT_THAT(wide, HasSubstr("\n 100 |   o\n"));
  EXPECT_THAT(wide, HasSubstr("\n-100 | o\n"));
  EXPECT_THAT(drawn({series(true, {{"2026-11-01", 3}}, 1, 5)}), HasSubstr("\n3 | o\n2 |\n1 |\n"));
}

TEST(Chart, WhatIsOutsideItsScaleStaysInTheDrawing) {
  EXPECT_THAT(drawn({series(true, {{"2026-11-01", 99}, {"2026-11-02", -5}})}), HasSubstr("10 | o\n"));
  EXPECT_THAT(drawn({series(true, {{"2026-11-01", 3}}, 5, 5)}), Not(HasSubstr("nan")));
}

TEST(Chart, DatesAndNamesFromElsewhereDoNoHarm) {
  auto hostile = series(false, {{"nonsense\x1b[31m", 3}});
  EXPECT_THAT(drawn({hostile}), HasSubstr("no answers yet"));
  hostile = series(false, kTheirs);
  hostile.set_person("B\x1b[31mo");
  hostile.set_label("l\x1b]0;x\x07");
  EXPECT_FALSE(has_raw_control(drawn({hostile})));
}

TEST(Moment, DaysCountFromTheEpochAndBack) {
  EXPECT_EQ(days_of("1970-01-02"), 1);
  EXPECT_EQ(days_of("2026-11-22T21:14:00Z"), days_of("2026-11-22"));
  EXPECT_EQ(day_text(*days_of("2026-11-22")), "22 nov 2026");
  EXPECT_EQ(days_of("soon"), std::nullopt);
}

}  // namespace
}  // namespace duolog::client
