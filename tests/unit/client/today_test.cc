// The day on one screen, and on one line.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/today.h"

#include <gmock/gmock.h>

#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using testing::HasSubstr;
using testing::Not;

class Today : public testing::Test {
 protected:
  Today() {
    report_.set_name("Ada");
    report_.set_date("2026-11-22");
    report_.set_entries(3);
  }
  control::RoundReport& waits(const std::string& practice) {
    auto& round = *report_.add_waiting();
    round.set_practice(practice);
    round.set_other("Bo");
    round.set_theirs_in(true);
    return round;
  }
  static void fill(control::Item& item, bool mine, const std::string& id, const std::string& text) {
    item.set_id("3fa9c2d1e5");
    item.set_author(mine ? "Ada" : "Bo");
    item.set_mine(mine);
    auto& field = *item.add_fields();
    field.set_id(id);
    field.set_text(text);
  }
  void question() {
    auto& round = *report_.mutable_question();
    round.set_practice("question");
    round.set_period("2026-11-22");
    round.set_current(true);
    round.add_form()->set_question("Which smell takes you back?");
  }
  std::string screen() { return today_text(report_, Output(Colour::kNever, false), false); }
  std::string line() { return today_line(report_); }

  control::TodayReport report_;
};

TEST_F(Today, NothingIsAnEmptyLine) {
  EXPECT_EQ(line(), "");
  EXPECT_THAT(screen(), HasSubstr("nothing new, and nothing waits"));
}

TEST_F(Today, TheLineNamesWhatWaitsAndNothingOfIt) {
  report_.set_news_count(2);
  waits("checkin").set_why("secret");
  waits("sunday-walk").set_title("secret");
  question();
  fill(*report_.add_talks(), false, "about", "secret");
  fill(*report_.add_needs(), false, "when", "secret");
  EXPECT_EQ(line(), "2 new · talk · check-in · a practice · question · a reply");
}

TEST_F(Today, APromiseIsOnTheLineOnItsDayAndThatOfTheOtherNever) {
  auto& promise = *report_.add_promises();
  fill(promise, true, "promise", "secret");
  auto& by = *promise.add_fields();
  by.set_id("by");
  by.set_text("2026-11-23");
  EXPECT_EQ(line(), "");
  by.set_text("2026-11-22");
  EXPECT_EQ(line(), "promise");
  promise.set_mine(false);
  EXPECT_EQ(line(), "");
}

TEST_F(Today, TheQuestionIsAskedOnceAndNotAmongWhatWaits) {
  question();
  *report_.add_waiting() = report_.question();
  const auto shown = screen();
  const auto first = shown.find("Which smell");
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(shown.find("Which smell", first + 1), std::string::npos);
  EXPECT_THAT(shown, Not(HasSubstr("waiting for you")));
  EXPECT_EQ(line(), "question");
  report_.mutable_question()->set_mine_passed(true);
  EXPECT_THAT(screen(), Not(HasSubstr("Which smell")));
  EXPECT_EQ(line(), "");
}

TEST_F(Today, TheReadingOrderIsNewWaitingQuestionPromisesPlansBetween) {
  auto& news = *report_.add_news();
  news.set_author("Bo");
  news.set_text("hello");
  waits("checkin");
  question();
  fill(*report_.add_promises(), true, "promise", "call the landlord");
  fill(*report_.add_plans(), false, "what", "the long way round");
  fill(*report_.add_talks(), false, "about", "the summer");
  const auto shown = screen();
  std::size_t at = 0;
  for (const char* part : {"new\n", "hello", "waiting for you", "check-in", "→ duolog checkin",
                           "the question of the day", "Which smell", "promises", "you: call the landlord",
                           "time together", "the long way round", "between you", "Bo would like to talk: the summer"}) {
    const auto found = shown.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << " in\n" << shown;
    at = found;
  }
}

TEST_F(Today, WhatIsNewIsNotNamedTwice) {
  fill(*report_.add_needs(), false, "when", "the guests stayed");
  report_.mutable_needs(0)->set_practice("need");
  EXPECT_THAT(screen(), HasSubstr("between you"));
  *report_.add_news() = report_.needs(0);
  report_.mutable_news(0)->set_kind("answer");
  report_.set_news_count(1);
  const auto shown = screen();
  const auto first = shown.find("the guests stayed");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(shown.find("the guests stayed", first + 1), std::string::npos) << shown;
  EXPECT_THAT(shown, Not(HasSubstr("between you")));
  EXPECT_THAT(shown, HasSubstr("waits for your answer: duolog reply 3fa9c2d1\n"));
}

TEST_F(Today, WhatIsSealedIsNotNew) {
  auto& letter = *report_.add_news();
  letter.set_kind("letter");
  letter.set_answer_state("sealed");
  letter.set_opens_at("9027-01-01");
  report_.add_news()->set_answer_state("sealed");
  report_.set_news_count(2);
  EXPECT_EQ(line(), "");
  report_.add_news()->set_text("hello");
  report_.set_news_count(3);
  EXPECT_EQ(line(), "1 new");
}

TEST_F(Today, AnEarlierRoundIsNamedInItsCommand) {
  auto& round = waits("checkin");
  round.set_period("2026-W46");
  EXPECT_THAT(screen(), HasSubstr("→ duolog checkin --period 2026-W46\n"));
  round.set_current(true);
  EXPECT_THAT(screen(), HasSubstr("→ duolog checkin\n"));
}

TEST_F(Today, WeeksAreToldOnlyWhereThereAreSome) {
  for (int i = 0; i < 5; ++i) report_.add_weeks();
  EXPECT_THAT(screen(), Not(HasSubstr("together")));
  report_.mutable_weeks(4)->set_kept(true);
  EXPECT_THAT(screen(), HasSubstr("together this week"));
  report_.mutable_weeks(1)->set_kept(true);
  report_.mutable_weeks(2)->set_paused(true);
  EXPECT_THAT(screen(), HasSubstr("together in 2 of the last 3 weeks"));
}

TEST_F(Today, AWeekThatHasJustBegunIsNobodysGap) {
  for (int i = 0; i < 3; ++i) report_.add_weeks();
  report_.mutable_weeks(1)->set_kept(true);
  EXPECT_THAT(screen(), HasSubstr("together last week"));
  report_.mutable_weeks(0)->set_kept(true);
  EXPECT_THAT(screen(), HasSubstr("together in 2 of the last 2 weeks"));
}

TEST_F(Today, WhatIsDueTodaySaysSo) {
  report_.set_date("2027-03-13");
  auto& promise = *report_.add_promises();
  promise.set_author("Bo");
  auto& words = *promise.add_fields();
  words.set_id("promise"), words.set_text("I call the landlord");
  auto& by = *promise.add_fields();
  by.set_id("by"), by.set_text("2027-03-13");
  auto& plan = *report_.add_plans();
  auto& kind = *plan.add_fields();
  kind.set_id("kind"), kind.set_text("quiet"), kind.add_labels("quiet company");
  auto& start = *plan.add_fields();
  start.set_id("start"), start.set_text("2027-03-13 15:00");
  EXPECT_THAT(screen(), HasSubstr("I call the landlord · by today"));
  EXPECT_THAT(screen(), HasSubstr("  today 15:00  "));
  plan.mutable_fields(1)->set_text("2027-03-14 15:00");
  EXPECT_THAT(screen(), HasSubstr("  sun 14 mar 15:00  "));
  plan.mutable_fields(1)->set_text("soon");
  EXPECT_THAT(screen(), HasSubstr("  soon  "));
}

TEST_F(Today, APlanSaysForWhomItWaits) {
  auto& plan = *report_.add_plans();
  fill(plan, true, "what", "the long way round");
  plan.set_visibility("shared");
  plan.set_state("open");
  EXPECT_THAT(screen(), HasSubstr("not answered yet"));
  plan.set_state("suggest");
  EXPECT_THAT(screen(), HasSubstr("something else is suggested"));
  plan.set_mine(false);
  EXPECT_THAT(screen(), HasSubstr("you suggest something else"));
  EXPECT_THAT(screen(), Not(HasSubstr("waits for your answer")));
  plan.set_mine(true);
  plan.set_visibility("private");
  plan.set_state("open");
  EXPECT_THAT(screen(), Not(HasSubstr("not answered yet")));
}

TEST_F(Today, WhoIsAloneAndHasAnsweredIsAskedNothingMore) {
  question();
  report_.mutable_question()->set_state("alone");
  EXPECT_THAT(screen(), HasSubstr("the question of the day"));
  report_.mutable_question()->set_mine_in(true);
  EXPECT_THAT(screen(), Not(HasSubstr("the question of the day")));
}

TEST_F(Today, NobodyIsToldToAnswerTheirOwn) {
  auto& talk = *report_.add_talks();
  talk.set_mine(true);
  EXPECT_THAT(screen(), HasSubstr("you would like to talk"));
  EXPECT_THAT(screen(), Not(HasSubstr("answers")));
  report_.add_talks()->set_author("Bo");
  EXPECT_THAT(screen(), HasSubstr("duolog reply ID answers"));
}

TEST_F(Today, TheQuestionOfYesterdayThatTheOtherHasAnsweredWaits) {
  auto& round = waits("question");
  round.set_period("2026-11-21.a066");
  round.set_theirs_in(true);
  auto& asked = *round.add_form();
  asked.set_id("answer"), asked.set_question("Which bird?");
  EXPECT_THAT(screen(), HasSubstr("→ duolog question --period 2026-11-21\n"));
  EXPECT_THAT(screen(), HasSubstr("Which bird?"));
  EXPECT_EQ(line(), "question");
}

TEST_F(Today, APauseAndAProposalAreSaid) {
  report_.set_paused(true);
  report_.set_paused_until("2026-12-27");
  report_.set_proposal("Bo");
  EXPECT_THAT(screen(), HasSubstr("paused until 27 december 2026"));
  waits("checkin").set_theirs_in(false);
  EXPECT_THAT(screen(), Not(HasSubstr("duolog checkin")));
  EXPECT_EQ(line(), "");
  report_.mutable_waiting(0)->set_theirs_in(true);
  EXPECT_EQ(line(), "check-in");
  EXPECT_THAT(screen(), HasSubstr("Bo proposes another calendar: duolog config calendar"));
}

}  // namespace
}  // namespace duolog::client
