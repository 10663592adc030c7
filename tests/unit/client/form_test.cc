// Answers given by --set, as the words of a verb, and by number or label.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/form.h"

#include <gmock/gmock.h>

#include "client/failure.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

class Forms : public testing::Test {
 protected:
  Forms() {
    add("connection", "scale", false);
    round_.mutable_form(0)->set_low(1);
    round_.mutable_form(0)->set_high(10);
    add("highlight", "text", true);
    add("thanks", "list", true);
    add("mood", "choice", true);
    round_.mutable_form(3)->add_choices("calm");
    add("order", "list", true);
    auto& ranking = *round_.mutable_form(4);
    for (const char* id : {"words", "time", "help"}) ranking.add_choices(id);
    for (const char* label : {"kind words", "time for each other", "help"}) ranking.add_choice_labels(label);
    ranking.set_at_least(3);
    ranking.set_at_most(3);
  }
  std::string ranked(const std::string& text) {
    control::FieldValue value;
    const auto wrong = take_answer(value, round_.form(4), text);
    if (!wrong.empty()) return wrong;
    complete_ranking(value, round_.form(4));
    std::string order;
    for (const auto& item : value.items()) order += (order.empty() ? "" : " ") + item;
    return order;
  }
  control::AnswerForm filled(const std::vector<std::string>& settings) {
    control::AnswerForm form;
    fill_form(form, round_, settings);
    check_whole(form, round_);
    return form;
  }
  std::string refusal(const std::vector<std::string>& settings) {
    try {
      filled(settings);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.status(), Exit::kUsage);
      return failure.what();
    }
    return "taken";
  }
  control::RoundReport round_;

 private:
  void add(const std::string& id, const std::string& kind, bool optional) {
    auto& field = *round_.add_form();
    field.set_id(id);
    field.set_kind(kind);
    field.set_optional(optional);
  }
};

TEST(Setting, IsSplitAtTheFirstEqualsSign) {
  EXPECT_EQ(parse_setting("a=b=c").field, "a");
  EXPECT_EQ(parse_setting("a=b=c").value, "b=c");
  EXPECT_EQ(parse_setting("a=").value, "");
  EXPECT_THROW(parse_setting("a"), Failure);
  EXPECT_THROW(parse_setting("=b"), Failure);
  EXPECT_THROW(parse_setting(""), Failure);
}

TEST_F(Forms, EachKindIsTakenAsWhatItIs) {
  const auto form = filled({"connection=7", "highlight=the lake", "thanks=a", "thanks=b", "mood=calm"});
  ASSERT_EQ(form.fields_size(), 4);
  EXPECT_EQ(form.fields(0).number(), 7);
  EXPECT_EQ(form.fields(1).text(), "the lake");
  EXPECT_THAT(form.fields(2).items(), testing::ElementsAre("a", "b"));
  EXPECT_EQ(form.fields(3).text(), "calm");
}

TEST_F(Forms, ANumberOutOfRangeIsRefusedWithTheRange) {
  for (const char* wrong :
       {"connection=0", "connection=11", "connection=", "connection=7.5", "connection=seven", "connection= 7"}) {
    EXPECT_THAT(refusal({wrong}), testing::HasSubstr("from 1 to 10")) << wrong;
  }
  EXPECT_EQ(refusal({"connection=1"}), "taken");
  EXPECT_EQ(refusal({"connection=10"}), "taken");
}

TEST_F(Forms, AnUnknownFieldIsRefused) {
  EXPECT_THAT(refusal({"connection=7", "colour=red"}), testing::HasSubstr("colour"));
}

TEST_F(Forms, AFieldTwiceIsRefusedUnlessItIsAList) {
  EXPECT_THAT(refusal({"connection=7", "connection=8"}), testing::HasSubstr("twice"));
}

TEST_F(Forms, AChoiceIsOneOfThem) { EXPECT_THAT(refusal({"connection=7", "mood=wild"}), testing::HasSubstr("calm")); }

TEST_F(Forms, ARequiredFieldLeftOutIsNamed) { EXPECT_THAT(refusal({"highlight=x"}), testing::HasSubstr("connection")); }

TEST_F(Forms, ARankingIsTakenAsNumbersIdsOrALabel) {
  EXPECT_EQ(ranked("3 1 2"), "help words time");
  EXPECT_EQ(ranked("3, 1, 2"), "help words time");
  EXPECT_EQ(ranked("time > help > words"), "time help words");
  EXPECT_EQ(ranked("Time for each other"), "time");
  EXPECT_EQ(ranked("help"), "help");
}

TEST_F(Forms, TheLastPlaceOfARankingFillsItself) {
  EXPECT_EQ(ranked("3 1"), "help words time");
  EXPECT_EQ(ranked("3"), "help");
}

TEST_F(Forms, ARankingRefusesWhatIsThereTwiceOrNotAtAll) {
  EXPECT_THAT(ranked("1 1"), testing::HasSubstr("has its place already"));
  EXPECT_THAT(ranked("1 4"), testing::HasSubstr("takes its choices in order"));
  EXPECT_THAT(ranked("0"), testing::HasSubstr("takes its choices in order"));
  EXPECT_THAT(ranked("flowers"), testing::HasSubstr("takes its choices in order"));
}

TEST_F(Forms, ARankingMayComeInPieces) {
  const auto form = filled({"connection=7", "order=time", "order=words help"});
  EXPECT_THAT(form.fields(1).items(), testing::ElementsAre("time", "words", "help"));
}

TEST_F(Forms, AChoiceIsTakenByItsNumberOrItsLetters) {
  for (const char* text : {"mood=1", "mood=Calm", "mood=calm"}) {
    EXPECT_EQ(filled({"connection=7", text}).fields(1).text(), "calm") << text;
  }
  EXPECT_THAT(refusal({"connection=7", "mood=2"}), testing::HasSubstr("calm"));
}

TEST_F(Forms, WordsFillTheFieldsInOrderAndTheLastTakesTheRest) {
  using testing::ElementsAre;
  EXPECT_THAT(settings_of_words(round_, "connection highlight", {"4", "a", "long", "day"}),
              ElementsAre("connection=4", "highlight=a long day"));
  EXPECT_THAT(settings_of_words(round_, "highlight", {"a=b"}), ElementsAre("highlight=a=b"));
  EXPECT_THAT(settings_of_words(round_, "thanks", {"you sang", "you came"}),
              ElementsAre("thanks=you sang", "thanks=you came"));
  EXPECT_THROW(settings_of_words(round_, "connection", {"4", "5"}), Failure);
  EXPECT_THROW(settings_of_words(round_, "", {"4"}), Failure);
}

TEST_F(Forms, AListThatIsTooShortSaysHowManyItTakes) {
  round_.mutable_form(2)->set_at_least(3);
  EXPECT_EQ(refusal({"connection=7", "thanks=a", "thanks=b"}),
            "thanks takes at least 3, and there are 2; nothing was saved");
  EXPECT_EQ(refusal({"connection=7", "thanks=a"}), "thanks takes at least 3, and there is 1; nothing was saved");
  EXPECT_EQ(refusal({"connection=7"}), "taken");
  EXPECT_EQ(refusal({"connection=7", "order=help"}),
            "order takes all of its 3 in order, and there is 1; nothing was saved");
  EXPECT_EQ(refusal({"connection=7", "order=help time"}), "taken");  // the last place fills itself
  EXPECT_EQ(refusal({"connection=7", "order=help", "order=time", "order=words"}), "taken");
}

TEST_F(Forms, WhatWasAnsweredBeforeStaysWhereNothingElseIsSet) {
  auto& theirs = *round_.add_answers();
  theirs.add_fields()->set_id("highlight");
  auto& mine = *round_.add_answers();
  mine.set_mine(true);
  for (const auto& [id, text] : {std::pair{"highlight", "the lake"}, {"mood", "calm"}, {"gone", "by now"}}) {
    auto& field = *mine.add_fields();
    field.set_id(id);
    field.set_text(text);
  }
  control::AnswerForm form;
  fill_form(form, round_, {"connection=7", "mood="});
  EXPECT_TRUE(take_over(form, round_));
  EXPECT_EQ(form.fields_size(), 3);
  EXPECT_EQ(find_value(form, "highlight")->text(), "the lake");
  EXPECT_EQ(find_value(form, "mood")->text(), "");
  EXPECT_EQ(find_value(form, "gone"), nullptr);
  EXPECT_FALSE(take_over(form, round_));
}

TEST_F(Forms, HarshWordsAreFoundWhereThePracticeHasAKindOne) {
  control::AnswerForm form;
  fill_form(form, round_, {"highlight=that you never call"});
  EXPECT_EQ(harsh_words(form, round_), "");
  round_.set_gentle("One occasion is easier to hear.");
  EXPECT_EQ(harsh_words(form, round_), "you never");
  form.clear_fields();
  fill_form(form, round_, {"thanks=a walk", "thanks=you always wait up"});
  EXPECT_EQ(harsh_words(form, round_), "you always");
}

}  // namespace
}  // namespace duolog::client
