// What was found, how much there is, and this day in other years, as people read it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "client/command_line.h"
#include "client/failure.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/snippet.h"
#include "client/stats_text.h"
#include "client/today.h"
#include "nasty.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Style kPlain(false);
const Style kColours(true);

control::Snippet snippet(const std::string& text, const std::vector<std::string>& found) {
  control::Snippet out;
  out.set_text(text);
  std::size_t at = 0;
  for (const auto& word : found) {
    at = text.find(word, at);
    auto& range = *out.add_matches();
    range.set_begin(static_cast<std::uint32_t>(at));
    range.set_end(static_cast<std::uint32_t>(at += word.size()));
  }
  return out;
}

std::string strong(const std::string& text) { return kColours.strong(text); }

TEST(Snippet, WhatWasFoundIsPaintedAndReadableWithout) {
  const auto found = snippet("we walked to the lake and back", {"lake"});
  EXPECT_EQ(snippet_text(found, 2, 60, kPlain), "  we walked to the lake and back\n");
  EXPECT_EQ(snippet_text(found, 2, 60, kColours), "  we walked to the " + strong("lake") + " and back\n");
}

TEST(Snippet, SignsSayWhereMoreFollows) {
  auto found = snippet("to the lake", {"lake"});
  found.set_text_before(true);
  found.set_text_after(true);
  EXPECT_EQ(snippet_text(found, 0, 60, kPlain), "… to the lake …\n");
}

TEST(Snippet, APhraseIsPaintedOverTheEndOfALine) {
  const auto found = snippet("and so to bed we went", {"so to bed"});
  EXPECT_EQ(snippet_text(found, 0, 60, kColours), "and " + strong("so to bed") + " we went\n");
  EXPECT_EQ(snippet_text(found, 0, 9, kColours), "and " + strong("so to") + "\n" + strong("bed") + " we\nwent\n");
}

TEST(Snippet, NothingForeignReachesTheTerminalAsItCame) {
  if (!std::filesystem::exists(nasty_folder())) {
    GTEST_SKIP() << "NOT RUN: no samples at " << nasty_folder() << "; DUOLOG_SHARED says where they are";
  }
  for (const auto& file : nasty_files()) {
    const auto text = file_text(file).substr(0, 1 << 16);
    if (utf8_fault(text) != std::string_view::npos) continue;  // a message is refused where it is none
    auto found = snippet("lake " + text + " lake", {"lake", "lake"});
    auto& within = *found.add_matches();
    within.set_begin(6);
    within.set_end(7);
    for (const auto& style : {kPlain, kColours}) {
      auto shown = snippet_text(found, 2, 40, style);
      const auto paint = strong("|");
      for (const auto& sign : {paint.substr(0, paint.find('|')), paint.substr(paint.find('|') + 1)}) {
        for (auto at = shown.find(sign); at != std::string::npos; at = shown.find(sign)) shown.erase(at, sign.size());
      }
      EXPECT_FALSE(has_raw_control(shown) || has_bidi_control(shown)) << file;
    }
  }
}

TEST(Snippet, RangesThatFitNowhereAreOverlooked) {
  control::Snippet found;
  found.set_text("日本 text");
  for (const auto& [begin, end] : {std::pair{1U, 2U}, {0U, 400U}, {5U, 3U}, {7U, 11U}, {0U, 6U}}) {
    auto& range = *found.add_matches();
    range.set_begin(begin);
    range.set_end(end);
  }
  EXPECT_EQ(snippet_text(found, 0, 60, kColours), "日本 " + strong("text") + "\n");
}

TEST(Snippet, AnItemThatWasFoundShowsWhyAndNotAll) {
  const Output out(Colour::kNever, false);
  control::Item item;
  item.set_id("3fa9c2d1e5");
  item.set_kind("entry");
  item.set_author("Ada");
  item.set_written_at("2026-11-22T21:14:05+01:00");
  item.set_text("a very long text");
  item.set_visibility("shared");
  item.mutable_delivery()->set_state("here");
  *item.mutable_snippet() = snippet("long text", {"long"});
  EXPECT_EQ(item_text(item, out, {}), "21:14  Ada · 3fa9c2d1\n       long text\n");
}

TEST(Snippet, AListGoesOnUnderItsDay) {
  const Output out(Colour::kNever, false);
  control::Item item;
  item.set_kind("entry");
  item.set_written_at("2026-11-22T21:14:05+01:00");
  ItemPage page(out, {});
  page.add(item);
  const auto first = page.take();
  page.add(item);
  EXPECT_THAT(first, HasSubstr("22 november 2026"));
  EXPECT_THAT(page.take(), Not(HasSubstr("november")));
}

// ---- how much ----

control::StatsReport::Voice& add_voice(control::StatsReport& report, const std::string& person, bool mine) {
  auto& voice = *report.add_voices();
  voice.set_person(person);
  voice.set_mine(mine);
  return voice;
}
void add_month(control::StatsReport::Voice& voice, const std::string& month, std::uint32_t written) {
  auto& one = *voice.add_months();
  one.set_month(month);
  one.set_written(written);
}

TEST(StatsText, TwoVoicesInTwoSignsAndEveryNumber) {
  control::StatsReport report;
  auto& ada = add_voice(report, "Ada", true);
  ada.set_entries(12);
  ada.set_answers(1);
  ada.set_words(340);
  ada.set_days(9);
  ada.set_oldest("2026-10-03");
  ada.set_newest("2026-11-22");
  add_month(ada, "2026-10", 4);
  add_month(ada, "2026-11", 8);
  auto& bo = add_voice(report, "Bo", false);
  bo.set_entries(1);
  bo.set_words(1);
  bo.set_days(1);
  add_month(bo, "2026-11", 1);
  EXPECT_EQ(stats_text(report, "", 60, kPlain),
            "o you: 12 entries, 1 answer and 340 words on 9 days\n"
            "x Bo: 1 entry and 1 word on 1 day\n"
            "from 3 oct 2026 to 22 nov 2026\n"
            "\n"
            "written\n"
            "2026-10  oooooooooooooooooooo 4\n"
            "2026-11  oooooooooooooooooooooooooooooooooooooooo 8\n"
            "         xxxxx 1\n");
  EXPECT_THAT(stats_text(report, "year", 60, kPlain),
              HasSubstr("\n2026  oooooooooooooooooooooooooooooooooooooooo 12\n"));
}

TEST(StatsText, ManyMonthsAreShownAsYearsUnlessAskedFor) {
  control::StatsReport report;
  auto& ada = add_voice(report, "Ada", true);
  for (int year = 2001; year < 2028; ++year) add_month(ada, std::to_string(year) + "-01", 1);
  EXPECT_THAT(stats_text(report, "", 60, kPlain), HasSubstr("\n2001  o"));
  EXPECT_THAT(stats_text(report, "month", 60, kPlain), HasSubstr("\n2001-01  o"));
}

TEST(StatsText, NoLineIsWiderThanThePageAndNothingForeignIsObeyed) {
  for (const auto* text : {"\x1b[2J", "\u202Eob", "a name that is much too long for a line of forty columns", "\n\n"}) {
    control::StatsReport report;
    auto& voice = add_voice(report, text, false);
    voice.set_oldest(text);
    voice.set_newest(text);
    add_month(voice, "2026-11", 4'000'000'000);
    const auto shown = stats_text(report, "", 40, kPlain);
    EXPECT_FALSE(has_raw_control(shown) || has_bidi_control(shown)) << shown;
    for (const auto& line : wrap(shown, 1000)) EXPECT_LE(display_width(line), 40U) << line;
  }
}

TEST(StatsText, AnEmptyJournalSaysSo) { EXPECT_EQ(stats_text({}, "", 60, kPlain), "nothing here yet\n"); }

// ---- today ----

TEST(OtherYears, AreNamedInOneLineWhereThereAreAny) {
  const Output out(Colour::kNever, false);
  control::TodayReport report;
  report.set_date("2026-11-22");
  report.set_entries(3);
  EXPECT_THAT(today_text(report, out, false), Not(HasSubstr("on this day")));
  report.mutable_other_years()->set_count(1);
  report.mutable_other_years()->set_years_ago(1);
  EXPECT_THAT(today_text(report, out, false), HasSubstr("\non this day, a year ago: duolog on-this-day\n"));
  report.mutable_other_years()->set_count(3);
  report.mutable_other_years()->set_years_ago(5);
  EXPECT_THAT(today_text(report, out, false), HasSubstr("\non this day, up to 5 years ago: duolog on-this-day\n"));
  EXPECT_EQ(today_line(report), "") << "nothing waits";
  report.set_paused(true);
  EXPECT_THAT(today_text(report, out, false), Not(HasSubstr("on this day")));
}

// ---- what is typed ----

Invocation typed(std::vector<const char*> words) {
  words.insert(words.begin(), "duolog");
  return parse_command_line(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, ASearchKeepsItsWordsAsTheyWereTyped) {
  const auto call =
      typed({"search", "-t", "us", "-t", "lake", "--mood", "4", "-n", "3", "--", "don't", "[a]", "-swans"});
  EXPECT_EQ(call.verb, Verb::kSearch);
  EXPECT_THAT(call.search.words, ElementsAre("don't", "[a]", "-swans"));
  EXPECT_THAT(call.search.which.tags, ElementsAre("us", "lake"));
  EXPECT_EQ(call.search.which.mood, 4U);
  EXPECT_EQ(call.search.which.limit, 3U);
  EXPECT_EQ(typed({"search", "a"}).search.which.limit, kAsFits);
  EXPECT_EQ(typed({"list", "-n", "0"}).list.limit, 0U);
  EXPECT_EQ(typed({"on-this-day", "06-14", "--days", "3"}).on_this_day.date, "06-14");
  EXPECT_THROW(typed({"stats", "--by", "streak"}), Failure);
}

}  // namespace
}  // namespace duolog::client
