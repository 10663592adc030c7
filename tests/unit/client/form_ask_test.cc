// A practice's questions at a terminal of forty columns.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form_ask.h"

#include <gmock/gmock.h>

#include <sstream>

#include "client/failure.h"
#include "client/form_draft.h"
#include "client/form_text.h"
#include "client/layout.h"
#include "proto/control.pb.h"
#include "terminal.h"

namespace duolog::client {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int kWhole = 10;
constexpr int kLater = 11;
constexpr int kStopped = 12;
constexpr const char* kCtrlC = "\x03";
constexpr const char* kCtrlD = "\x04";

control::FormField& add(control::RoundReport& round, const std::string& id, const std::string& kind, bool optional) {
  auto& field = *round.add_form();
  field.set_id(id);
  field.set_kind(kind);
  field.set_optional(optional);
  field.set_question("What about " + id + ", seen from where you are sitting at this moment?");
  return field;
}

control::RoundReport three_questions() {
  control::RoundReport round;
  auto& scale = add(round, "connection", "scale", false);
  scale.set_low(1);
  scale.set_high(10);
  scale.set_low_means("far apart");
  scale.set_high_means("very close");
  add(round, "highlight", "text", true);
  add(round, "wish", "text", false);
  round.set_gentle("One occasion is easier to hear.");
  return round;
}

// What was kept last is told at the end, as "id=value;" and the question that comes next.
std::string told(const control::AnswerForm& form) {
  std::string text;
  for (const auto& value : form.fields()) {
    text += value.id() + "=";
    if (value.has_number()) text += std::to_string(value.number());
    text += value.text();
    for (const auto& item : value.items()) text += "<" + item + ">";
    text += ";";
  }
  return text;
}

int converse(const control::RoundReport& round, control::AnswerForm form, Asking how) {
  std::string kept = "nothing";
  how.keep = [&kept](const control::AnswerForm& now, std::size_t next) {
    kept = told(now) + " next " + std::to_string(next);
  };
  int ended = kStopped;
  try {
    ended = ask_form(form, round, Output(Colour::kNever, false), how) == Asked::kWhole ? kWhole : kLater;
  } catch (const Failure& failure) {
    if (failure.code() != "INTERRUPTED") return 1;
  }
  say("[kept " + kept + "]\n");
  return ended;
}

class Person : public Terminal {
 public:
  explicit Person(const control::RoundReport& round, const control::AnswerForm& form = {}, const Asking& how = {})
      : Terminal([round, form, how] { return converse(round, form, how); }, 40) {}
  void types(const std::string& line) {
    ASSERT_TRUE(shows("> ")) << screen();
    type(line);
  }
  void saves() {
    ASSERT_TRUE(shows("before it is saved\n")) << screen();
    types("\n");
  }
};

TEST(Asking, EachQuestionHasItsLineItsScaleAndItsTurn) {
  Person person(three_questions());
  ASSERT_TRUE(person.shows("1 of 3\n"));
  ASSERT_TRUE(person.shows("1 far apart … 10 very close\n"));
  person.types("7\n");
  ASSERT_TRUE(person.shows("2 of 3 · may be left out\n"));
  person.types("\n");
  person.types("a walk\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7;wish=a walk; next 3]"));
}

TEST(Asking, NothingIsWiderThanTheTerminalOrMovesTheCursor) {
  Person person(three_questions());
  person.types("11\n");
  person.types("back\n");
  person.types("7\n");
  person.types("<\n");
  person.types("\n");
  person.types("\n");
  person.types("you never sleep\n");
  person.types("\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), Not(HasSubstr("\x1b")));
  std::istringstream lines(person.screen());
  for (std::string line; std::getline(lines, line);) {
    const auto ours = line.starts_with("[kept");
    EXPECT_TRUE(ours || display_width(line) <= 40) << line;
  }
}

TEST(Asking, BackShowsWhatWasAnsweredAndEnterKeepsIt) {
  Person person(three_questions());
  person.types("7\n");
  person.types("<\n");
  ASSERT_TRUE(person.shows("so far: 7\n"));
  person.types("\n");
  person.types("the lake\n");
  person.types("back\n");
  ASSERT_TRUE(person.shows("so far: the lake\n"));
  person.types("the hill\n");
  person.types("a walk\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7;highlight=the hill;wish=a walk; next 3]"));
}

TEST(Asking, WhatStandsThereIsShownWhateverKindItIs) {
  for (const char* kind : {"text", "day", "time", "of a newer version"}) {
    control::FormField field;
    field.set_kind(kind);
    control::FieldValue value;
    value.set_text("saturday 19:00");
    EXPECT_THAT(so_far_text(field, value, 40), HasSubstr("so far: saturday 19:00\n")) << kind;
  }
}

TEST(Asking, AHyphenTakesAnAnswerAway) {
  Person person(three_questions());
  person.types("7\n");
  person.types("the lake\n");
  person.types("<\n");
  person.types("-\n");
  person.types("a walk\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7;wish=a walk; next 3]"));
}

TEST(Asking, WhatMustBeAnsweredIsAskedAgain) {
  Person person(three_questions());
  person.types("\n");
  ASSERT_TRUE(person.shows("a few words are enough"));
  person.types("eleven\n");
  ASSERT_TRUE(person.shows("whole number from 1"));
  person.types("later\n");
  EXPECT_EQ(person.end(), kLater);
}

TEST(Asking, LaterStopsAndKeeps) {
  Person person(three_questions());
  person.types("7\n");
  person.types("later\n");
  EXPECT_EQ(person.end(), kLater);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7; next 1]"));
}

TEST(Asking, CtrlCLosesNotEvenTheUnfinishedLine) {
  Person person(three_questions());
  person.types("7\n");
  person.types("the lake, and th");
  person.type(kCtrlC);
  EXPECT_EQ(person.end(), kStopped);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7;highlight=the lake, and th; next 1]"));
}

TEST(Asking, CtrlCInTheMiddleOfSeveralLinesKeepsThemAll) {
  Person person(three_questions());
  person.types("7\n");
  person.types("one\\\n");
  ASSERT_TRUE(person.shows("… "));
  person.type("two");
  person.type(kCtrlC);
  EXPECT_EQ(person.end(), kStopped);
  EXPECT_THAT(person.screen(), HasSubstr("highlight=one\ntwo; next 1]"));
}

TEST(Asking, CtrlDStopsAndKeeps) {
  Person person(three_questions());
  person.types("7\n");
  person.types(kCtrlD);
  EXPECT_EQ(person.end(), kStopped);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7; next 1]"));
}

TEST(Asking, ALineThatEndsWithABackslashGoesOn) {
  Person person(three_questions());
  person.types("7\n");
  person.types("one\\\n");
  ASSERT_TRUE(person.shows("… "));
  person.type("two\n");
  person.types("a walk\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("highlight=one\ntwo;"));
}

TEST(Asking, AKindWordIsSaidOnceAndTheTextMayStay) {
  Person person(three_questions());
  person.types("7\n");
  person.types("you always ran\n");
  ASSERT_TRUE(person.shows("One occasion is easier to hear."));
  person.types("\n");
  person.types("you never stop\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("highlight=you always ran;wish=you never stop;"));
}

TEST(Asking, AfterAKindWordItMayBeWrittenAnew) {
  Person person(three_questions());
  person.types("7\n");
  person.types("you never call\n");
  person.types("on Tuesday I waited\n");
  person.types("a walk\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("highlight=on Tuesday I waited;"));
}

TEST(Asking, AfterAKindWordACommandIsACommandAndTheTextStays) {
  Person later(three_questions());
  later.types("7\n");
  later.types("you never call\n");
  later.types("later\n");
  EXPECT_EQ(later.end(), kLater);
  EXPECT_THAT(later.screen(), HasSubstr("[kept connection=7;highlight=you never call; next 1]"));
  Person back(three_questions());
  back.types("7\n");
  back.types("you never call\n");
  back.types("<\n");
  ASSERT_TRUE(back.shows("so far: 7\n"));
  back.types("8\n");
  ASSERT_TRUE(back.shows("so far: you never call\n"));
  back.types("back\n");
  back.types("later\n");
  EXPECT_EQ(back.end(), kLater);
  EXPECT_THAT(back.screen(), HasSubstr("[kept connection=8;highlight=you never call; next 0]"));
}

TEST(Asking, AHyphenAfterAKindWordTakesTheTextAway) {
  Person person(three_questions());
  person.types("7\n");
  person.types("you never call\n");
  person.types("-\n");
  ASSERT_TRUE(person.shows("taken away"));
  person.types("a walk\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7;wish=a walk; next 3]"));
}

TEST(Asking, AllOfItIsShownBeforeItIsSaved) {
  Person person(three_questions());
  person.types("7\n");
  person.types("\n");
  person.types("that we walk round the lake before the frost, and take the long way home\n");
  ASSERT_TRUE(
      person.shows("before it is saved\n"
                   "  1 connection: 7\n"
                   "  2 highlight, left out\n"
                   "  3 wish: that we walk round the lake …\n"
                   "Enter saves it, < or a number goes back,\nlater keeps it > "))
      << person.screen();
  person.type("so be it\n");
  ASSERT_TRUE(person.shows("a number from 1 to"));
  person.types("2\n");
  ASSERT_TRUE(person.shows("2 of 3"));
  person.types("the lake\n");
  ASSERT_TRUE(person.shows("  2 highlight: the lake\n"));
  person.types("<\n");
  ASSERT_TRUE(person.shows("3 of 3"));
  person.types("\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("highlight=the lake;wish=that we walk"));
}

TEST(Asking, TheLastLookStopsAndKeeps) {
  for (const std::string how : {"later\n", kCtrlC}) {
    Person person(three_questions());
    person.types("7\n");
    person.types("\n");
    person.types("a walk\n");
    ASSERT_TRUE(person.shows("before it is saved\n"));
    person.types(how);
    EXPECT_EQ(person.end(), how == kCtrlC ? kStopped : kLater);
    EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7;wish=a walk; next 3]"));
  }
}

TEST(Asking, OneQuestionIsNotAskedAboutTwice) {
  control::RoundReport round;
  add(round, "answer", "text", false);
  Person person(round);
  person.types("the kitchen\n");
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), Not(HasSubstr("before it is saved")));
}

TEST(Asking, WhatIsInAListAlreadyStaysThereForLater) {
  control::RoundReport round;
  add(round, "thanks", "list", false).set_at_least(3);
  Person person(round);
  person.types("one\n");
  person.types("two\n");
  person.types("later\n");
  EXPECT_EQ(person.end(), kLater);
  EXPECT_THAT(person.screen(), HasSubstr("[kept thanks=<one><two>; next 0]"));
}

TEST(Asking, AListEndsWithAnEmptyLineWhenThereAreEnough) {
  control::RoundReport round;
  add(round, "thanks", "list", false).set_at_least(2);
  Person person(round);
  ASSERT_TRUE(person.shows("1. > "));
  person.type("one\n");
  ASSERT_TRUE(person.shows("2. > "));
  person.type("\n");
  ASSERT_TRUE(person.shows("1 more, please"));
  person.types("two\n");
  person.types("-\n");
  person.types("three\n");
  person.types("\n");
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("thanks=<one><three>;"));
}

TEST(Asking, ARankingIsGivenAtOnceOrOneByOne) {
  control::RoundReport round;
  for (const char* id : {"receive", "give"}) {
    auto& field = add(round, id, "list", false);
    for (const char* choice : {"words", "time", "help"}) field.add_choices(choice);
    field.set_at_least(3);
    field.set_at_most(3);
  }
  Person person(round);
  person.types("3 1 2\n");
  person.types("time\n");
  ASSERT_TRUE(person.shows("so far: time\n"));
  person.types("3\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("receive=<help><words><time>;give=<time><help><words>;"));
}

TEST(Asking, OneOfTheOptionalOnesIsNeededWhereThePracticeSaysSo) {
  control::RoundReport round;
  add(round, "thought", "text", true);
  round.set_at_least_one(true);
  Person person(round);
  person.types("\n");
  ASSERT_TRUE(person.shows("one of them is enough"));
  person.types("rain\n");
  EXPECT_EQ(person.end(), kWhole);
}

TEST(Asking, AResumedFormGoesOnWhereItStopped) {
  control::AnswerForm form;
  auto& value = *form.add_fields();
  value.set_id("connection");
  value.set_number(7);
  Person person(three_questions(), form, {.begin = 1, .keep = {}});
  ASSERT_TRUE(person.shows("2 of 3"));
  person.types("\n");
  person.types("a walk\n");
  person.saves();
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), HasSubstr("[kept connection=7;wish=a walk; next 3]"));
}

TEST(Asking, OnlyWhatIsMissingIsAskedWhereWordsWereGiven) {
  control::AnswerForm form;
  auto& value = *form.add_fields();
  value.set_id("connection");
  value.set_number(7);
  Person person(three_questions(), form, {.only_missing = true, .keep = {}});
  person.types("a walk\n");
  EXPECT_EQ(person.end(), kWhole);
  EXPECT_THAT(person.screen(), Not(HasSubstr("highlight")));
}

TEST(FormDraft, IsFoundAgainForItsHomeItsJournalAndItsPractice) {
  control::AnswerForm form;
  form.set_practice("a-draft-of-this-test");
  form.set_journal("Bo");
  form.set_period("2026-W47");
  form.add_fields()->set_text("the lake");
  ASSERT_EQ(Terminal([&form] { return FormDraft("/h").keep(form, 2) ? kWhole : 1; }).end(), kWhole);
  auto same = form;
  same.clear_fields();
  same.set_period("2026-W48");
  EXPECT_FALSE(FormDraft::left_behind("/other", same));
  auto other = same;
  other.set_journal("Cy");
  EXPECT_FALSE(FormDraft::left_behind("/h", other));
  auto draft = FormDraft::left_behind("/h", same);
  ASSERT_TRUE(draft);
  EXPECT_EQ(draft->position(), 2U);
  EXPECT_EQ(same.SerializeAsString(), form.SerializeAsString());
  EXPECT_TRUE(draft->keep(form, 3));
  draft->shred();
  EXPECT_FALSE(FormDraft::left_behind("/h", same));
}

}  // namespace
}  // namespace duolog::client
