// settling_test.cc: what two people settle with each other, and what it adds up to: agreements, pauses, weeks, trends.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- agreements ----

TEST_F(Together, ACalendarHoldsOnceBothHaveSetIt) {
  Wishes wishes;
  wishes.zone = "Pacific/Auckland";
  wishes.turn_hour = 5;
  bo.shelf().agree(wishes, {});
  meet(ada, bo);
  EXPECT_EQ(ada.shelf().calendar_of(ada.journal(ada.shared())).zone, "Europe/Berlin");
  EXPECT_EQ(today(ada.shelf()).proposal, "Bo");
  Wishes yes;
  yes.accept_calendar = true;
  ada.shelf().agree(yes, {});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    const Calendar calendar = who->shelf().calendar_of(who->journal(who->shared()));
    EXPECT_EQ(calendar.zone, "Pacific/Auckland");
    EXPECT_EQ(calendar.turn_hour, 5U);
    EXPECT_EQ(today(who->shelf()).proposal, "");
  }
  wishes.zone = "Mars/Olympus";
  EXPECT_EQ(refused([&] { bo.shelf().agree(wishes, {}); }), Reason::kBadField);
}

TEST_F(Together, AWishDatedFarAheadBindsNobodyElse) {
  const std::int64_t now = bo.now;
  bo.now = 253'402'300'000'000;  // the last day of 9999
  Wishes wishes;
  wishes.depth = 3;
  wishes.pause = "on";
  bo.shelf().agree(wishes, {});
  bo.now = now;
  Wishes mine;
  mine.depth = 2;
  mine.pause = "";
  ada.shelf().agree(mine, {});
  meet(ada, bo);
  mine.depth = 1;
  ada.shelf().agree(mine, {});
  pass_time(kDay);
  EXPECT_FALSE(today(ada.shelf()).paused);
  EXPECT_EQ(question(ada).period[11], 'a');
}

TEST_F(Together, QuestionsAreCountedFromTheFoundingDayAndNoneComesBackInItsFirstPassing) {
  std::set<std::string> asked;
  for (int day = 0; day < 100; ++day) {  // there are more of each depth
    if (day == 40) {  // another calendar, in which it is tomorrow already, moves the founding day nowhere
      Wishes wishes;
      wishes.zone = "Pacific/Auckland";
      wishes.turn_hour = 0;
      bo.shelf().agree(wishes, {});
      meet(ada, bo);
      Wishes yes;
      yes.accept_calendar = true;
      ada.shelf().agree(yes, {});
      meet(ada, bo);
    }
    const std::string period = question(ada).period;
    ASSERT_EQ(period, question(bo).period);
    EXPECT_TRUE(asked.insert(period.substr(11)).second) << period;
    ada.now += kDay;
    bo.now += kDay;
  }
  for (Person* who : {&ada, &bo})
    EXPECT_EQ(practice::day_text(who->journal(who->shared()).agreements().depths.founded), "2026-11-22");
}

TEST_F(Together, ABackdatedCalendarDoesNotTakeTheFoundersPlace) {
  const auto bytes = encode_event({1, 0, {}, Calendar{"Asia/Tokyo", 4, 1, 0}});
  forge_bytes(bo, bo.shared(), bytes.view());
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_EQ(who->shelf().calendar_of(who->journal(who->shared())).zone, "Europe/Berlin");
    EXPECT_EQ(practice::day_text(who->journal(who->shared()).agreements().depths.founded), "2026-11-22");
  }
}

TEST_F(Together, WhatWasShownAsSealedIsNeverSentOpen) {
  FilledForm form;
  form.practice = "mood";
  form.sharing = "sealed until both";
  form.fields = {{"mood", 3}, {"word", std::string("calm")}};
  EXPECT_EQ(refused([&] { ada.shelf().answer(form, {}); }), Reason::kBadField);
  form.sharing = "open";
  ada.shelf().answer(form, {});
}

TEST_F(Together, AnAgreementThatWasCutInTheMiddleIsRepeatedWithoutHarm) {
  Wishes wishes;
  wishes.zone = "Pacific/Auckland";
  bo.shelf().agree(wishes, {});
  meet(ada, bo);
  const Bytes request(16, 0x17);
  Wishes mine;
  mine.accept_calendar = true;
  mine.depth = 2;
  ada.killed_after = 1;
  EXPECT_THROW(ada.shelf().agree(mine, request), Person::Killed);
  ada.restart();
  for (int times = 0; times < 2; ++times) ada.shelf().agree(mine, request);
  const Agreements& agreed = ada.journal(ada.shared()).agreements();
  EXPECT_EQ(agreed.calendar.zone, "Pacific/Auckland");
  EXPECT_EQ(agreed.calendar_version, 2U);
  EXPECT_EQ(agreed.me.depth, 2U);
}

TEST_F(Together, ProposalsThatCrossDecideNothing) {
  Wishes wishes;
  wishes.zone = "Europe/Paris";
  ada.shelf().agree(wishes, {});
  wishes.zone = "Europe/Rome";
  bo.shelf().agree(wishes, {});
  meet(ada, bo);
  for (Person* who : {&ada, &bo})
    EXPECT_EQ(who->shelf().calendar_of(who->journal(who->shared())).zone, "Europe/Berlin");
}

TEST_F(Together, APauseNeedsOneAloneAndEndsByItself) {
  Wishes wishes;
  wishes.pause = "2026-11-30";
  bo.shelf().agree(wishes, {});
  meet(ada, bo);
  EXPECT_TRUE(today(ada.shelf()).paused);
  EXPECT_EQ(today(ada.shelf()).paused_until, "2026-11-30");
  pass_time(9 * kDay);
  EXPECT_FALSE(today(ada.shelf()).paused);
  wishes.pause = "on";
  ada.shelf().agree(wishes, {});
  meet(ada, bo);
  pass_time(300 * kDay);
  EXPECT_TRUE(today(bo.shelf()).paused);
  EXPECT_TRUE(today(bo.shelf()).paused_by_other);
  EXPECT_TRUE(today(ada.shelf()).paused_by_me);
  wishes.pause = "";
  EXPECT_EQ(refused([&] { bo.shelf().agree(wishes, {}); }), Reason::kNotYours);
  ada.shelf().agree(wishes, {});
  meet(ada, bo);
  EXPECT_FALSE(today(bo.shelf()).paused);
}

TEST_F(Together, APauseEndsOnADayThatLiesAhead) {
  Wishes wishes;
  wishes.pause = "2026-11-21";
  EXPECT_EQ(refused([&] { ada.shelf().agree(wishes, {}); }), Reason::kTooEarly);
  wishes.pause = "some day";
  EXPECT_EQ(refused([&] { ada.shelf().agree(wishes, {}); }), Reason::kBadDate);
  wishes.pause = "friday";
  ada.shelf().agree(wishes, {});
  EXPECT_EQ(today(ada.shelf()).paused_until, "2026-11-27");
}

TEST_F(Together, APauseAsksNothingOfAnybody) {
  done(bo, "promise", {{"promise", std::string("to call")}});
  done(bo, "prompt", {{"question", std::string("which song?")}});
  const Saved talk = done(bo, "talk", {{"when", std::string("today")}});
  meet(ada, bo);
  EXPECT_THAT(today(ada.shelf()).waiting, SizeIs(1));
  Wishes wishes;
  wishes.pause = "on";
  ada.shelf().agree(wishes, {});
  const Today page = today(ada.shelf());
  EXPECT_THAT(page.waiting, IsEmpty());
  EXPECT_THAT(page.promises, IsEmpty());
  EXPECT_THAT(page.needs, IsEmpty());
  EXPECT_FALSE(page.question.has_value());
  EXPECT_THAT(page.talks, SizeIs(1)) << "what one says to the other still stands there";
  bo.answer(4);
  meet(ada, bo);
  EXPECT_THAT(today(ada.shelf()).waiting, SizeIs(1)) << "and what one has answered";
}

TEST_F(Together, AWishThatIsAskedForTwiceIsWrittenOnce) {
  Wishes wishes;
  wishes.pause = "on";
  wishes.depth = 2;
  const Bytes request(16, 9);
  ada.shelf().agree(wishes, request);
  const auto before = ada.log().head(ada.shared(), ada.device())->seq;
  ada.shelf().agree(wishes, request);
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, before);
}

TEST_F(Together, APracticeOfOnesOwnIsTheSameOnBothSides) {
  const std::string toml = R"(id = "walk"
title = "A walk"
why = "Fresh air."
rhythm = "weekly"
sharing = "sealed until both"

[[fields]]
id = "where"
kind = "text"
question = "Where to?"
)";
  ada.shelf().keep_practice(toml, "walk.toml", {}, {});
  meet(ada, bo);
  EXPECT_EQ(bo.journal(bo.shared()).library().practice("walk")->title, "A walk");
  done(bo, "walk", {{"where", std::string("the lake")}});
  meet(ada, bo);
  EXPECT_EQ(rounds(ada.shelf(), {.practice = "walk"}).front().state, RoundState::kWaitingForYou);
  EXPECT_EQ(refused([&] { ada.shelf().keep_practice("id = 7", "x.toml", {}, {}); }), Reason::kBadPractice);
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string other = toml;
    return other.replace(other.find(from), from.size(), to);
  };
  for (const std::string& other : {changed("weekly", "monthly"), changed("\"walk\"", "\"question\""),
                                   changed("rhythm", "for = [\"family\"]\nrhythm")})
    EXPECT_EQ(refused([&] { ada.shelf().keep_practice(other, "walk.toml", {}, {}); }), Reason::kBadPractice) << other;
  ada.shelf().keep_practice(changed("A walk", "A long walk"), "walk.toml", {}, {});
}

// ---- over time ----

TEST_F(Together, AWeekIsKeptWhenBothWroteInIt) {
  ada.write("this week");
  meet(ada, bo);
  EXPECT_FALSE(today(ada.shelf()).weeks.back().kept);
  bo.write("me too");
  meet(ada, bo);
  EXPECT_TRUE(today(ada.shelf()).weeks.back().kept);
  EXPECT_THAT(today(ada.shelf()).weeks, SizeIs(12));
  pass_time(7 * kDay);
  EXPECT_FALSE(today(ada.shelf()).weeks.back().kept);
  EXPECT_TRUE(today(ada.shelf()).weeks[10].kept);
}

TEST_F(Together, EveryWeekIsThereOnceAlsoWhenTheClockHasChanged) {
  ada.now = 1'774'837'800'000;  // Monday 2026-03-30, 04:30 in Berlin, a day after summer time began
  std::set<std::string> weeks;
  for (const Today::Week& week : today(ada.shelf()).weeks) weeks.insert(week.period);
  EXPECT_THAT(weeks, SizeIs(12));
}

TEST_F(Together, TrendsShowBothVoicesAndNoSealedNumber) {
  ada.answer(7);
  meet(ada, bo);
  EXPECT_THAT(trends(bo.shelf(), {}), IsEmpty());
  bo.answer(4);
  meet(ada, bo);
  const std::vector<Series> all = trends(bo.shelf(), {});
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_TRUE(all[0].mine);
  EXPECT_EQ(all[0].points[0].value, 4);
  EXPECT_EQ(all[1].points[0].value, 7);
  EXPECT_EQ(all[1].points[0].day, "2026-11-22");
}

TEST_F(Together, FloodsOfWishesAndRemarksHarmNobody) {
  const Saved entry = ada.write("here");
  meet(ada, bo);
  for (int i = 0; i < 300; ++i) {
    forge(bo, bo.shared(), Remark{entry.id, "no-such-manner", "!"});
    forge(bo, bo.shared(), Wish{"depth", std::to_string(i)});
    forge(bo, bo.shared(), Wish{"pause", "9999-99-99"});
    forge(bo, bo.shared(), OwnPractice{"id = ["});
    forge(bo, bo.shared(), Reaction{ada.write("x").id, "y"});
  }
  meet(ada, bo);
  EXPECT_FALSE(today(ada.shelf()).paused);
  EXPECT_EQ(ada.journal(ada.shared()).agreements().depth, 1U);
  EXPECT_EQ(shown(ada, entry).remark_count, 300U);
}

}  // namespace
}  // namespace duolog::journal
