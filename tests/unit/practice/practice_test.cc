// practice_test.cc: a form is filled as its practice asks, and what does not fit is named.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/practice.h"

#include <gmock/gmock.h>

#include "crypto/bytes.h"
#include "daemon/practice/library.h"

namespace duolog::practice {
namespace {

using ::testing::ElementsAre;

const Practice& checkin() {
  static const Library library("partner");
  return *library.practice("checkin");
}

// "field: why" of the refusal; empty when it was accepted.
std::string fault_of(const Practice& practice, const std::vector<FieldValue>& values) {
  try {
    fill(practice, values);
  } catch (const Unfit& unfit) {
    return unfit.field + ": " + unfit.why;
  }
  return {};
}

Practice with(FormField field) {
  Practice practice;
  practice.id = "p";
  practice.fields.push_back(std::move(field));
  return practice;
}

TEST(Practice, TheCheckInAsksForANumberAndFourThings) {
  std::vector<std::string> ids;
  for (const FormField& field : checkin().fields) ids.push_back(field.id);
  EXPECT_THAT(ids, ElementsAre("connection", "highlight", "distance", "wish", "unsaid"));
  EXPECT_EQ(checkin().sharing, Sharing::kSealedUntilBoth);
  EXPECT_EQ(checkin().rhythm, Rhythm::kWeekly);
}

TEST(Practice, ConnectionIsAskedAndTheRestMayBeSkipped) {
  EXPECT_EQ(fault_of(checkin(), {{"connection", 7}}), "");
  EXPECT_EQ(fault_of(checkin(), {{"wish", std::string("rest")}}), "connection: missing");
}

TEST(Practice, AScaleHasEnds) {
  for (const std::int32_t inside : {1, 10}) EXPECT_EQ(fault_of(checkin(), {{"connection", inside}}), "");
  for (const std::int32_t outside : {0, 11, -7}) {
    EXPECT_EQ(fault_of(checkin(), {{"connection", outside}}), "connection: range");
  }
}

TEST(Practice, AFieldIsGivenOnceAndIsOneOfTheForm) {
  EXPECT_EQ(fault_of(checkin(), {{"connection", 7}, {"connection", 8}}), "connection: twice");
  EXPECT_EQ(fault_of(checkin(), {{"connection", 7}, {"mood", 8}}), "mood: unknown");
}

TEST(Practice, AFieldIsOfItsKind) {
  EXPECT_EQ(fault_of(checkin(), {{"connection", std::string("seven")}}), "connection: kind");
  EXPECT_EQ(fault_of(checkin(), {{"connection", 7}, {"wish", 3}}), "wish: kind");
}

TEST(Practice, TheFormIsInThePracticesOrderWithoutWhatWasLeftEmpty) {
  const Form form =
      fill(checkin(), {{"wish", std::string("rest")}, {"highlight", std::string("  ")}, {"connection", 7}});
  EXPECT_EQ(form, (Form{{"connection", 7}, {"wish", std::string("rest")}}));
}

TEST(Practice, TextHasALimitAndIsUtf8) {
  const std::string longest(kFieldTextLimit, 'x');
  EXPECT_EQ(fault_of(checkin(), {{"connection", 7}, {"wish", longest}}), "");
  EXPECT_EQ(fault_of(checkin(), {{"connection", 7}, {"wish", longest + "x"}}), "wish: too long");
  EXPECT_EQ(fault_of(checkin(), {{"connection", 7}, {"wish", std::string("a\xff")}}), "wish: not UTF-8");
}

TEST(Practice, AListHasAtLeastSoMany) {
  FormField field;
  field.id = "things";
  field.kind = FieldKind::kList;
  field.at_least = 2;
  const Practice practice = with(field);
  EXPECT_EQ(fault_of(practice, {{"things", std::vector<std::string>{"a"}}}), "things: too few");
  EXPECT_EQ(fault_of(practice, {{"things", std::vector<std::string>{"a", "b"}}}), "");
  EXPECT_EQ(fault_of(practice, {{"things", std::vector<std::string>(kFieldItemLimit, "a")}}), "");
  EXPECT_EQ(fault_of(practice, {{"things", std::vector<std::string>(kFieldItemLimit + 1, "a")}}), "things: too many");
}

TEST(Practice, AChoiceIsOneOfItsChoices) {
  FormField field;
  field.id = "how";
  field.kind = FieldKind::kChoice;
  field.choices = {{"walk", "a walk"}, {"talk", "a talk"}};
  EXPECT_EQ(fault_of(with(field), {{"how", std::string("walk")}}), "");
  EXPECT_EQ(fault_of(with(field), {{"how", std::string("run")}}), "how: choice");
}

TEST(Practice, ARankingNamesEachOnce) {
  FormField field;
  field.id = "order";
  field.kind = FieldKind::kList;
  field.choices = {{"a", "A"}, {"b", "B"}};
  const auto order = [](std::vector<std::string> items) {
    return std::vector<FieldValue>{{"order", std::move(items)}};
  };
  EXPECT_EQ(fault_of(with(field), order({"b", "a"})), "");
  EXPECT_EQ(fault_of(with(field), order({"b", "b"})), "order: twice");
  EXPECT_EQ(fault_of(with(field), order({"c"})), "order: choice");
}

TEST(Practice, OneOfItsFieldsIsWantedWhereItSaysSo) {
  const Library library("friend");
  const Practice& reflect = *library.practice("reflect");
  EXPECT_EQ(fault_of(reflect, {}), reflect.fields.front().id + ": empty");
  EXPECT_EQ(fault_of(reflect, {{"feeling", std::string("light")}}), "");
}

TEST(Practice, ThereIsNoneOfAnotherName) { EXPECT_EQ(Library("partner").find("checkout"), nullptr); }

}  // namespace
}  // namespace duolog::practice
