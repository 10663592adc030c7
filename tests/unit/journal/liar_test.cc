// liar_test.cc: a partner who plays false with what is sealed. Each lie is shown as what it is, and none harms: nothing
// of one's own is had for it, nothing else is in the way, and both go on.
//
// Floods stand in flood_test.cc; a lie in every field of a message in lies_test.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kWeek = "2026-W47";
constexpr std::int64_t kFarAhead = 1'900'000'000;  // seconds: 2030

// Bo lies. What he seals for nobody, his own device cannot open by itself: he alone says when it opens, and with what.
class ALiar : public TwoPeople {
 protected:
  static Form words(const std::string& text) { return {{"highlight", text}}; }
  Sealed seal(const std::string& text, const crypto::SealRule& rule = {true, std::nullopt}) {
    return seal_in("checkin", kWeek, text, crypto::encode_rule(rule));
  }
  // Slots for the keys of `elsewhere_`, which is a device that Bo has beside this one.
  Sealed seal_in(const std::string& practice, const std::string& period, const std::string& text, ByteView rule) {
    const std::vector<WrapPublic> own{elsewhere_.public_keys().wrap};
    return {practice, period,
            crypto::seal_answer(bo.shared(), bo.device(), crypto::round_question(practice, period), rule,
                                encode_form(words(text)), own),
            crypto::decode_rule(rule).value_or(crypto::SealRule{})};
  }
  Opening open(const RecordId& id, const Sealed& sealed, std::vector<RecordId> counted = {}) {
    Opening opening{id, {}, std::move(counted)};
    const auto key = crypto::answer_key(bo.shared(), sealed.answer, elsewhere_.wrap());
    std::copy(key->view().begin(), key->view().end(), opening.key.begin());
    return opening;
  }
  static Item shown(Person& who, const RecordId& id) { return show(who.shelf(), {hex(id.view())}); }
  // Whatever Ada can be told: no word of it may be in there.
  static std::string told(Person& who) {
    std::string all;
    for (const Item& item : list(who.shelf(), {})) {
      all += item.text;
      for (const FieldValue& field : item.fields)
        if (const auto* text = std::get_if<std::string>(&field.value)) all += *text + "\n";
    }
    return all;
  }
  // How many keys of her own answers Ada has given away.
  std::size_t keys_given() {
    Wanted silent;
    silent.kinds = only(Kind::kSilent);
    silent.stretch = Stretch{ada.device(), first_records_ + 1};
    return bo.journal(bo.shared()).records().lines(silent).size();  // openings
  }
  // After the lie both go on as ever: entries, and next week's check-in opens for both.
  void expect_no_harm() {
    ada.write("from Ada, after the lie");
    bo.write("from Bo, after the lie");
    ada.now += 7 * kDay;
    bo.now += 7 * kDay;
    ada.answer(3, "Ada a week later");
    bo.answer(4, "Bo a week later");
    meet(ada, bo);
    for (Person* who : {&ada, &bo}) {
      EXPECT_THAT(who->texts(), Contains("from Ada, after the lie"));
      EXPECT_THAT(who->texts(), Contains("from Bo, after the lie"));
      EXPECT_EQ(who->round().state, RoundState::kBothIn);
      for (const Item& item : who->round().answers) EXPECT_EQ(item.state, AnswerState::kReadable);
    }
    EXPECT_EQ(ada.ids(), bo.ids());
    EXPECT_EQ(status(ada.shelf())[1].frozen, false);
    const auto before = told(ada);
    ada.restart();
    EXPECT_EQ(told(ada), before);
  }
  static void wish_that_the_unanswered_open(Person& who) {
    Wishes wishes;
    wishes.unanswered = "open";
    who.shelf().agree(wishes, {});
  }

 private:
  crypto::DeviceKeys elsewhere_{crypto::DeviceSeed::random()};
  std::uint64_t first_records_ = ada.log().head(ada.shared(), ada.device())->seq;
};

TEST_F(ALiar, WhoSealsTwoAnswersAndOpensTheNicerIsSeenToHaveSealedBoth) {
  const RecordId harsh = forge(bo, bo.shared(), seal("I was angry"));
  const Sealed kind = seal("all was well");
  const RecordId nicer = forge(bo, bo.shared(), kind);
  meet(ada, bo);
  ada.answer(7);
  meet(ada, bo);
  forge(bo, bo.shared(), open(nicer, kind));
  meet(ada, bo);
  const Round round = ada.round();
  ASSERT_THAT(round.answers, SizeIs(3));
  EXPECT_EQ(shown(ada, harsh).state, AnswerState::kSealed) << "that there is one, and that it is not opened";
  EXPECT_EQ(shown(ada, nicer).state, AnswerState::kReadable);
  EXPECT_EQ(told(ada).find("I was angry"), std::string::npos);
  expect_no_harm();
}

TEST_F(ALiar, WhoOpensWithAnotherKeyIsShownWithAWrongKey) {
  const RecordId id = forge(bo, bo.shared(), seal("the truth"));
  const Sealed other = seal("something else");
  forge(bo, bo.shared(), open(id, other));  // a good key, of another answer
  ada.answer(7);
  meet(ada, bo);
  EXPECT_EQ(shown(ada, id).state, AnswerState::kWrongKey);
  EXPECT_EQ(shown(ada, id).fields, Form{});
  expect_no_harm();
}

// Nobody has so much trouble with one's own key. What is behind the last one that is tried costs its author the answer.
TEST_F(ALiar, WhoGivesWrongKeysWithoutEndMakesNobodyTryThemAll) {
  const Sealed sealed = seal("the truth");
  const RecordId id = forge(bo, bo.shared(), sealed);
  for (std::uint8_t i = 0; i < kOpeningsTried; ++i) forge(bo, bo.shared(), Opening{id, {i}, {}});
  forge(bo, bo.shared(), open(id, sealed));
  ada.answer(7);
  meet(ada, bo);
  EXPECT_EQ(shown(ada, id).state, AnswerState::kWrongKey);
  expect_no_harm();
}

TEST_F(ALiar, WhoOpensARoundEarlyShowsNothingBeforeOnesOwnAnswer) {
  const Sealed sealed = seal("read me first");
  forge(bo, bo.shared(), open(forge(bo, bo.shared(), sealed), sealed));
  meet(ada, bo);
  EXPECT_EQ(told(ada).find("read me first"), std::string::npos);
  EXPECT_EQ(ada.round().state, RoundState::kWaitingForYou);
  ada.restart();
  EXPECT_EQ(told(ada).find("read me first"), std::string::npos);
  ada.answer(7, "my own words");
  EXPECT_NE(told(ada).find("read me first"), std::string::npos);
  meet(ada, bo);
  expect_no_harm();
}

TEST_F(ALiar, WhoOpensALetterBeforeItsDayIsShownToHave) {
  const Bytes rule = crypto::encode_rule({false, kFarAhead});
  const Sealed letter = seal_in(std::string(kLetterPractice), "00112233", "not yet", rule);
  const RecordId id = forge(bo, bo.shared(), letter);
  meet(ada, bo);
  EXPECT_EQ(shown(ada, id).state, AnswerState::kSealed);
  forge(bo, bo.shared(), open(id, letter));
  meet(ada, bo);
  EXPECT_TRUE(shown(ada, id).opened_early);
  EXPECT_EQ(shown(ada, id).state, AnswerState::kReadable);
  expect_no_harm();
  EXPECT_TRUE(shown(ada, id).opened_early) << "also after a restart";
}

TEST_F(ALiar, WhoNeverOpensIsShownAsOneWhoHasNotOpened) {
  const RecordId id = forge(bo, bo.shared(), seal("never told"));
  meet(ada, bo);
  ada.answer(7, "Ada's words");
  meet(ada, bo);
  EXPECT_EQ(ada.round().state, RoundState::kBothIn);
  EXPECT_EQ(shown(ada, id).state, AnswerState::kSealed);
  EXPECT_EQ(shown(ada, id).visibility, Visibility::kSealed);
  EXPECT_EQ(keys_given(), 1U) << "that is promised: for an answer that is there, whoever opens it or does not";
  expect_no_harm();
  EXPECT_EQ(shown(ada, id).state, AnswerState::kSealed);
}

TEST_F(ALiar, WhoOpensWhatIsNotTheirsOpensNothing) {
  ada.answer(7, "Ada's words");
  meet(ada, bo);
  const RecordId hers = bo.round().answers.at(0).id;
  forge(bo, bo.shared(), Opening{hers, {9}, {}});
  Opening nothing{RecordId{{1}}, {2}, {hers}};
  forge(bo, bo.shared(), nothing);  // of an answer that does not exist
  meet(ada, bo);
  EXPECT_EQ(shown(bo, hers).state, AnswerState::kSealed) << "not a wrong key: its author gave none";
  EXPECT_EQ(shown(ada, hers).state, AnswerState::kReadable);
  EXPECT_EQ(keys_given(), 0U);
  expect_no_harm();
}

TEST_F(ALiar, WhoSealsByAnotherRuleToHarvestGetsNoKey) {
  ada.answer(7, "Ada's words");
  const std::uint64_t past = 1;
  for (const crypto::SealRule& rule :
       {crypto::SealRule{false, past}, crypto::SealRule{true, past}, crypto::SealRule{true, kFarAhead}})
    forge(bo, bo.shared(), seal("bait", rule));
  forge(bo, bo.shared(), seal_in("checkin", kWeek, "bait", as_bytes("when-it-rains")));
  forge(bo, bo.shared(), seal_in("checkin", "2026-W46", "bait", crypto::rule_both()));
  forge(bo, bo.shared(), seal_in("closeness", kWeek, "bait", crypto::rule_both()));
  meet(ada, bo);
  EXPECT_EQ(keys_given(), 0U);
  EXPECT_EQ(told(bo).find("Ada's words"), std::string::npos);
  expect_no_harm();
}

// Where both wish that the unmet open, whoever answers late takes the other's rule: a moment long gone among them. That
// opens nothing to somebody who has not committed to an answer by that rule.
TEST_F(ALiar, WhoNamesAMomentLongGoneGetsAKeyForACommittedAnswerAlone) {
  wish_that_the_unanswered_open(ada);
  wish_that_the_unanswered_open(bo);
  forge(bo, bo.shared(), seal_in("checkin", kWeek, "bait", crypto::encode_rule({false, 1})));
  meet(ada, bo);
  ada.answer(7, "Ada's words");
  meet(ada, bo);
  EXPECT_EQ(told(bo).find("Ada's words"), std::string::npos) << "a moment alone is no rule of a round";
  const RecordId id = forge(bo, bo.shared(), seal_in("checkin", kWeek, "bait", crypto::encode_rule({true, 1})));
  meet(ada, bo);
  EXPECT_EQ(told(bo).find("Ada's words"), std::string::npos) << "she has answered by the rule that both agreed to";
  EXPECT_EQ(shown(ada, id).state, AnswerState::kSealed);
  ada.answer(8, "Ada's words again");
  meet(ada, bo);
  EXPECT_THAT(ada.round().answers, SizeIs(4)) << "and all that he has sealed stands there";
  expect_no_harm();
}

// Who answers again after having read says in the date that it was before. The other's opening has not counted it.
TEST_F(ALiar, WhoBackdatesAnAnswerIsShownToHaveGivenItAfterTheReveal) {
  const Sealed first = seal("first thought");
  forge(bo, bo.shared(), open(forge(bo, bo.shared(), first), first));
  ada.answer(7, "Ada's words");
  meet(ada, bo);
  EXPECT_NE(told(bo).find("Ada's words"), std::string::npos);
  const std::int64_t now = bo.now;
  bo.now -= 30 * kDay;
  const Sealed second = seal("just what you said!");
  const RecordId late = forge(bo, bo.shared(), second);
  forge(bo, bo.shared(), open(late, second));
  bo.now = now;
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) EXPECT_TRUE(shown(*who, late).after_reveal);
  EXPECT_THAT(ada.round().answers, SizeIs(3));
  expect_no_harm();
}

TEST_F(ALiar, WhoDatesAnOpeningLaterThanItIsGainsNothingByIt) {
  const Bytes rule = crypto::encode_rule({false, kFarAhead});
  const Sealed letter = seal_in(std::string(kLetterPractice), "00112233", "not yet", rule);
  const RecordId id = forge(bo, bo.shared(), letter);
  const std::int64_t now = bo.now;
  bo.now = (kFarAhead + 1) * 1000;
  forge(bo, bo.shared(), open(id, letter));
  bo.now = now;
  meet(ada, bo);
  EXPECT_EQ(shown(ada, id).state, AnswerState::kReadable) << "it is the author's own letter";
  EXPECT_THAT(told(bo), told(ada));
  expect_no_harm();
}

}  // namespace
}  // namespace duolog::journal
