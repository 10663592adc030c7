// Answers given by --set.
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
  }
  control::AnswerForm filled(const std::vector<std::string>& settings) {
    control::AnswerForm form;
    fill_form(form, round_, settings);
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

 private:
  void add(const std::string& id, const std::string& kind, bool optional) {
    auto& field = *round_.add_form();
    field.set_id(id);
    field.set_kind(kind);
    field.set_optional(optional);
  }
  control::RoundReport round_;
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

}  // namespace
}  // namespace duolog::client
