// together_test.cc: what two people say to each other: letters, remarks, promises, rounds.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// ---- letters ----

TEST_F(Together, ALetterOpensOnItsDayAndNotBefore) {
  Draft draft{"in a year", {"us"}};
  draft.open_on = "2027-01-01";
  const Saved letter = ada.shelf().write(draft, {});
  EXPECT_EQ(letter.visibility, Visibility::kSealed);
  EXPECT_EQ(letter.opens_at, "2027-01-01T00:00:00+01:00");
  meet(ada, bo);
  EXPECT_EQ(shown(ada, letter).text, "in a year");
  EXPECT_EQ(shown(bo, letter).text, "");
  EXPECT_THAT(today(bo.shelf()).letters, ElementsAre("2027-01-01"));
  pass_time(39 * kDay);
  EXPECT_EQ(shown(bo, letter).state, AnswerState::kSealed);
  pass_time(kDay);
  EXPECT_EQ(shown(bo, letter).text, "in a year");
  EXPECT_THAT(shown(bo, letter).tags, ElementsAre("us"));
  EXPECT_FALSE(shown(bo, letter).opened_early);
  EXPECT_THAT(today(bo.shelf()).letters, IsEmpty());
}

TEST_F(Together, ALetterOpensByTheClockOfItsDayAndOfItsReader) {
  Draft draft{"in summer"};
  draft.open_on = "2027-07-01";
  const Saved letter = ada.shelf().write(draft, {});
  EXPECT_EQ(letter.opens_at, "2027-07-01T00:00:00+02:00");
  meet(ada, bo);
  bo.travel("America/New_York");
  EXPECT_EQ(shown(bo, letter).opens_at, "2027-06-30T18:00:00-04:00");
}

TEST_F(Together, ALetterBetweenUsStaysSoWhenItIsOpen) {
  Draft draft{"for you alone"};
  draft.open_on = "2026-12-01";
  draft.mood = 4;
  draft.between_us = true;
  const Saved letter = ada.shelf().write(draft, {});
  meet(ada, bo);
  EXPECT_FALSE(shown(bo, letter).between_us) << "nothing of it is told before its day";
  pass_time(20 * kDay);
  EXPECT_TRUE(shown(bo, letter).between_us);
  EXPECT_EQ(shown(bo, letter).mood, 4u);
}

TEST_F(Together, ALettersDayLiesAhead) {
  Draft draft{"too late"};
  draft.open_on = "2026-11-22";
  EXPECT_EQ(refused([&] { ada.shelf().write(draft, {}); }), Reason::kTooEarly);
  draft.open_on = "some day";
  EXPECT_EQ(refused([&] { ada.shelf().write(draft, {}); }), Reason::kBadDate);
}

TEST_F(Together, ADoubtedClockOpensNoLetter) {
  Draft draft{"wait"};
  draft.open_on = "2026-12-01";
  const Saved letter = ada.shelf().write(draft, {});
  ada.shelf().doubt_clock(true);
  pass_time(20 * kDay);
  EXPECT_EQ(shown(bo, letter).state, AnswerState::kSealed);
  ada.shelf().doubt_clock(false);
  pass_time(kSecond);
  EXPECT_EQ(shown(bo, letter).state, AnswerState::kReadable);
}

TEST_F(Together, ALetterOpenedBeforeItsDayIsShownAsSuch) {
  Draft draft{"I could not wait"};
  draft.open_on = "2027-01-01";
  const Saved letter = ada.shelf().write(draft, {});
  ada.now += 60 * kDay;  // a clock that runs ahead, or a liar
  ada.shelf().time_passed();
  ada.now -= 60 * kDay;
  meet(ada, bo);
  EXPECT_EQ(shown(bo, letter).text, "I could not wait");
  EXPECT_FALSE(shown(bo, letter).opened_early) << "by that clock it was the day";
  const auto next = ada.shelf().next_moment();
  EXPECT_EQ(next, std::nullopt);
}

TEST_F(Together, ALetterToOneselfStaysInTheNotebook) {
  Draft draft{"dear me"};
  draft.private_entry = true;
  draft.open_on = "2027-01-01";
  const Saved letter = ada.shelf().write(draft, {});
  EXPECT_EQ(shown(ada, letter).kind, ItemKind::kLetter);
  EXPECT_EQ(shown(ada, letter).opens_at, "2027-01-01T00:00:00+01:00");
  meet(ada, bo);
  EXPECT_THAT(list(bo.shelf(), {}), IsEmpty());
}

// ---- remarks and reactions ----

TEST_F(Together, AReplyStandsWithWhatItIsAbout) {
  const Saved entry = ada.write("the lake was cold");
  meet(ada, bo);
  said(bo, entry, "reflect", "you swam all the same");
  meet(ada, bo);
  const Item item = shown(ada, entry);
  ASSERT_THAT(item.remarks, SizeIs(1));
  EXPECT_EQ(item.remarks[0].text, "you swam all the same");
  EXPECT_EQ(item.remarks[0].manner, "reflect");
  EXPECT_EQ(item.remarks[0].author, "Bo");
}

TEST_F(Together, APersonHasOneReactionAndMayTakeItBack) {
  const Saved entry = ada.write("the lake was cold");
  meet(ada, bo);
  const auto react = [&](const std::string& emoji) {
    bo.shelf().react({id_of(entry)}, emoji, {});
    meet(ada, bo);
  };
  react("\xe2\x9d\xa4");
  react("\xf0\x9f\x8c\x8a");
  ASSERT_THAT(shown(ada, entry).reactions, SizeIs(1));
  EXPECT_EQ(shown(ada, entry).reactions[0].emoji, "\xf0\x9f\x8c\x8a");
  react("");
  EXPECT_THAT(shown(ada, entry).reactions, IsEmpty());
  EXPECT_EQ(refused([&] { react("two words"); }), Reason::kBadField);
}

TEST_F(Together, AChoiceIsToldAsItReads) {
  const std::vector<std::string> ranking{"touch", "words", "time", "help", "gifts"};
  done(ada, "languages", {{"receive", ranking}, {"give", ranking}});
  const Saved talk = done(ada, "talk", {{"about", std::string("the summer")}, {"when", std::string("no-hurry")}});
  const Item said_so = shown(ada, talk);
  ASSERT_THAT(said_so.chosen, SizeIs(2));
  EXPECT_THAT(said_so.chosen[0], IsEmpty());
  EXPECT_THAT(said_so.chosen[1], ::testing::ElementsAre("no hurry"));
  const Item ranked = list(ada.shelf(), {}).front();
  ASSERT_THAT(ranked.chosen, SizeIs(2));
  EXPECT_EQ(ranked.chosen[0].front(), "a hug, a hand on the shoulder");
  EXPECT_EQ(std::get<std::vector<std::string>>(ranked.fields[0].value), ranking);
}

TEST_F(Together, NobodyRemarksOnWhatTheyCannotRead) {
  Draft draft{"sealed"};
  draft.open_on = "2027-01-01";
  const Saved letter = ada.shelf().write(draft, {});
  meet(ada, bo);
  EXPECT_EQ(refused([&] { said(bo, letter, "", "what is in it?"); }), Reason::kSealed);
}

TEST_F(Together, OnlyItsAuthorKeepsAPromiseAndOnlyTheOtherAnswersANeed) {
  const Saved promise = done(ada, "promise", {{"promise", std::string("to call")}});
  meet(ada, bo);
  EXPECT_EQ(refused([&] { said(bo, promise, "kept"); }), Reason::kNotItsKind);
  forge(bo, bo.shared(), Remark{promise.id, "kept", ""});  // a liar's
  meet(ada, bo);
  EXPECT_EQ(shown(ada, promise).standing, kOpen);
  EXPECT_THAT(today(bo.shelf()).promises, SizeIs(1));
  said(ada, promise, "kept");
  meet(ada, bo);
  EXPECT_EQ(shown(bo, promise).standing, "kept");
  EXPECT_THAT(today(bo.shelf()).promises, IsEmpty());
}

TEST_F(Together, WhatItsAuthorHasEndedIsNotAcceptedAnyMore) {
  const Saved plan = done(
      ada, "plan",
      {{"kind", std::string("quiet")}, {"what", std::string("reading")}, {"start", std::string("2026-12-01 18:00")}});
  meet(ada, bo);
  EXPECT_EQ(shown(bo, plan).may.front().manner, "accept");
  said(ada, plan, "cancelled");
  meet(ada, bo);
  EXPECT_EQ(shown(bo, plan).may.front().manner, "");
  EXPECT_EQ(refused([&] { said(bo, plan, "accept"); }), Reason::kNotItsKind);
}

TEST_F(Together, AWishToTalkStaysUntilTheOtherAnswers) {
  const Saved talk = done(ada, "talk", {{"when", std::string("today")}});
  meet(ada, bo);
  pass_time(400 * kDay);
  EXPECT_THAT(today(bo.shelf()).talks, SizeIs(1));
  EXPECT_THAT(today(ada.shelf()).talks, SizeIs(1));
  said(bo, talk, "later");
  EXPECT_THAT(today(bo.shelf()).talks, SizeIs(1)) << "seen, and not answered";
  said(bo, talk, "answer", "tonight?");
  meet(ada, bo);
  EXPECT_THAT(today(ada.shelf()).talks, IsEmpty());
}

TEST_F(Together, ANeedMayBeAnsweredWithALimit) {
  const Saved need = done(ada, "need",
                          {{"when", std::string("a")},
                           {"feel", std::string("b")},
                           {"need", std::string("c")},
                           {"would_you", std::string("d")}});
  meet(ada, bo);
  EXPECT_THAT(today(bo.shelf()).needs, SizeIs(1));
  EXPECT_THAT(today(ada.shelf()).needs, IsEmpty());
  EXPECT_EQ(refused([&] { said(bo, need, "boundary"); }), Reason::kEmpty);
  said(bo, need, "boundary", "not on weekdays");
  EXPECT_EQ(shown(bo, need).standing, "boundary");
}

TEST_F(Together, APrivateEntryIsSharedWithItsDay) {
  Draft draft{"mine alone"};
  draft.private_entry = true;
  const Saved entry = ada.shelf().write(draft, {});
  ada.now += 30 * kDay;
  const Saved shared = ada.shelf().share({id_of(entry)}, {}, {});
  EXPECT_EQ(shared.visibility, Visibility::kShared);
  meet(ada, bo);
  EXPECT_EQ(shown(bo, shared).text, "mine alone");
  EXPECT_EQ(shown(bo, shared).first_written, "2026-11-22T13:00:00+01:00");
  EXPECT_EQ(refused([&] { ada.shelf().share({id_of(shared)}, {}, {}); }), Reason::kNotItsKind);
}

TEST_F(Together, AMoodAndWhatStaysBetweenUsGoWithTheWords) {
  Draft draft{"a good day"};
  draft.mood = 5;
  draft.between_us = true;
  const Saved entry = ada.shelf().write(draft, {});
  meet(ada, bo);
  EXPECT_EQ(shown(bo, entry).mood, 5U);
  EXPECT_TRUE(shown(bo, entry).between_us);
  draft.mood = 6;
  EXPECT_EQ(refused([&] { ada.shelf().write(draft, {}); }), Reason::kBadField);
}

// ---- rounds ----

TEST_F(Together, TheQuestionOfTheDayIsTheSameOnBothWithNoMessage) {
  for (int day = 0; day < 10; ++day) {
    EXPECT_EQ(question(ada).period, question(bo).period);
    EXPECT_NE(question(ada).about->fields.front().question, "{question}");
    ada.now += kDay;
    bo.now += kDay;
  }
}

TEST_F(Together, TheQuestionIsAnsweredBlind) {
  done(ada, "question", {{"answer", std::string("pancakes")}});
  meet(ada, bo);
  EXPECT_EQ(question(bo).state, RoundState::kWaitingForYou);
  EXPECT_THAT(question(bo).answers[0].fields, IsEmpty());
  done(bo, "question", {{"answer", std::string("porridge")}});
  meet(ada, bo);
  EXPECT_EQ(question(ada).state, RoundState::kBothIn);
  EXPECT_THAT(question(ada).answers[1].fields, SizeIs(1));
}

TEST_F(Together, QuestionsGoAsDeepAsBothWishFromTheNextDayOn) {
  const auto wish = [&](Person& who, std::uint32_t depth) {
    Wishes wishes;
    wishes.depth = depth;
    who.shelf().agree(wishes, {});
    meet(ada, bo);
  };
  wish(ada, 3);
  EXPECT_EQ(bo.journal(bo.shared()).agreements().depth, 1U);
  const std::string before = question(bo).period;
  wish(bo, 2);
  EXPECT_EQ(ada.journal(ada.shared()).agreements().depth, 2U);
  EXPECT_EQ(question(bo).period, before) << "today's stays";
  std::string seen;
  for (int day = 0; day < 4; ++day) {
    ada.now += kDay;
    bo.now += kDay;
    EXPECT_EQ(question(ada).period, question(bo).period);
    seen += question(ada).period[11];
  }
  EXPECT_TRUE(seen == "abab" || seen == "baba") << seen;
}

TEST_F(Together, AnUnansweredRoundWaitsAndFadesWithoutAMark) {
  ada.answer(7);
  meet(ada, bo);
  pass_time(7 * kDay);
  EXPECT_THAT(today(bo.shelf()).waiting, SizeIs(2));
  pass_time(7 * kDay);
  EXPECT_THAT(today(bo.shelf()).waiting, SizeIs(1)) << "this week's";
  EXPECT_EQ(round_of(bo, {"checkin", "2026-W47"}).answers[0].state, AnswerState::kSealed);
}

TEST_F(Together, WhereBothWishItAnUnmetAnswerOpensAfterItsWeek) {
  Wishes wishes;
  wishes.unanswered = "open";
  ada.shelf().agree(wishes, {});
  meet(ada, bo);
  const Saved alone = ada.answer(3, "before Bo agreed");
  bo.shelf().agree(wishes, {});
  meet(ada, bo);
  const Saved both = ada.answer(7, "after");
  meet(ada, bo);
  EXPECT_EQ(shown(bo, both).state, AnswerState::kSealed);
  pass_time(kDay);  // Monday
  EXPECT_EQ(shown(bo, both).state, AnswerState::kReadable);
  EXPECT_EQ(shown(bo, alone).state, AnswerState::kSealed) << "was sealed until both";
}

TEST_F(Together, ATurnPassesByWritingOrByPassing) {
  const auto turn = [](Person& who) {
    return rounds(who.shelf(), {.practice = "appreciate", .current_only = true}).front().turn;
  };
  EXPECT_EQ(turn(ada), "yours");
  EXPECT_EQ(turn(bo), "theirs");
  done(ada, "appreciate", {{"appreciations", std::vector<std::string>{"a", "b", "c"}}});
  meet(ada, bo);
  EXPECT_EQ(turn(ada), "theirs");
  EXPECT_EQ(turn(bo), "yours");
  FilledForm round;
  round.practice = "appreciate";
  bo.shelf().pass(round, {});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) EXPECT_EQ(turn(*who), "") << "each has had theirs";
  done(ada, "appreciate", {{"appreciations", std::vector<std::string>{"d", "e", "f"}}});
  meet(ada, bo);
  EXPECT_EQ(turn(bo), "");
  pass_time(7 * kDay);
  EXPECT_EQ(turn(ada), "theirs") << "who begins changes";
  EXPECT_EQ(turn(bo), "yours");
  round.practice = "mood";
  EXPECT_EQ(refused([&] { bo.shelf().pass(round, {}); }), Reason::kNotItsKind);
}

TEST_F(Together, ARepairIsAnsweredOnceAndWaitsForNobodyThen) {
  const std::vector<FieldValue> repair{{"happened", std::string("a")}};
  const practice::Practice& practice = *ada.journal(ada.shared()).library().practice("repair");
  std::vector<FieldValue> filled;
  for (const practice::FormField& field : practice.fields)
    if (!field.optional) filled.push_back({field.id, field.choices.empty() ? "words" : field.choices.front().id});
  const auto turn = [&](Person& who) { return rounds(who.shelf(), {.practice = "repair"}).front().turn; };
  EXPECT_EQ(turn(ada), "") << "nobody has begun";
  done(ada, "repair", filled);
  meet(ada, bo);
  EXPECT_EQ(turn(bo), "yours");
  pass_time(3 * kDay);
  done(bo, "repair", filled);
  meet(ada, bo);
  EXPECT_EQ(turn(ada), "");
  EXPECT_EQ(turn(bo), "");
  const Saved next = done(ada, "repair", filled);
  meet(ada, bo);
  EXPECT_EQ(turn(bo), "yours");
  said(bo, next, "forgive", "let us go on");
  meet(ada, bo);
  EXPECT_EQ(turn(ada), "") << "a word is an answer, too";
}

TEST_F(Together, WhoBeginsFollowsTheLatestPeriodAndNotTheLatestMove) {
  const auto begins = [](const std::vector<Move>& moves) { return turn_in("2026-W47", moves, true)->mine; };
  EXPECT_TRUE(begins({}));
  EXPECT_FALSE(begins({{"2026-W45", true}, {"2026-W46", true}, {"2026-W46", false}}));
  EXPECT_FALSE(begins({{"2026-W46", true}, {"2026-W45", false}})) << "late";
  EXPECT_TRUE(begins({{"9999-W01", true}})) << "a clock ahead";
}

// Whoever answers while the two change what they have agreed may answer by another rule than the other.
TEST_F(Together, AnswersByDifferentRulesAreNotBothInAndTheLooserIsGivenOnceMore) {
  Wishes wishes;
  wishes.unanswered = "open";
  ada.shelf().agree(wishes, {});
  bo.shelf().agree(wishes, {});
  meet(ada, bo);
  ada.answer(7);  // by Monday at the latest
  wishes.unanswered = "wait";
  bo.shelf().agree(wishes, {});
  bo.answer(4);  // not before both
  meet(ada, bo);
  const RoundKey key{"checkin", "2026-W47"};
  EXPECT_EQ(round_of(ada, key).state, RoundState::kWaitingForYou);
  EXPECT_EQ(round_of(bo, key).state, RoundState::kWaitingForOther);
  for (Person* who : {&ada, &bo}) EXPECT_TRUE(round_of(*who, key).unmet);
  EXPECT_THAT(today(ada.shelf()).waiting, SizeIs(1));
  ada.answer(7);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_EQ(round_of(*who, key).state, RoundState::kBothIn);
    EXPECT_FALSE(round_of(*who, key).unmet);
  }
}

// Each keeps a practice of one name before they meet, and answers: one of the two openly. Both have the first one's
// then.
class TwoOfOneName : public Together {
 protected:
  static void keep_and_answer(Person& who, const std::string& sharing) {
    who.now += kSecond;
    who.shelf().keep_practice(
        "id = \"walk\"\ntitle = \"A walk\"\nwhy = \"Because.\"\nrhythm = \"weekly\"\nsharing = \"" + sharing +
            "\"\n[[fields]]\nid = \"note\"\nkind = \"text\"\nquestion = \"And?\"\n",
        "walk.toml", {}, {});
    answer(who);
  }
  static void answer(Person& who) { done(who, "walk", {{"note", std::string("to the lake")}}); }
  void expect_bo_is_asked_again() {
    meet(ada, bo);
    const RoundKey key{"walk", "2026-W47"};
    EXPECT_EQ(round_of(ada, key).state, RoundState::kWaitingForOther);
    EXPECT_EQ(round_of(bo, key).state, RoundState::kWaitingForYou);
    for (Person* who : {&ada, &bo}) {
      EXPECT_TRUE(round_of(*who, key).unmet);
      who->now += 30 * kDay;
      EXPECT_TRUE(round_of(*who, key).over) << "it fades for both";
      who->now -= 30 * kDay;
    }
    answer(bo);
    meet(ada, bo);
    for (Person* who : {&ada, &bo}) EXPECT_EQ(round_of(*who, key).state, RoundState::kBothIn);
  }
};

TEST_F(TwoOfOneName, WhereItIsSealedWhoeverWasOpenAnswersOnceMore) {
  keep_and_answer(ada, "sealed until both");
  bo.now += kSecond;
  keep_and_answer(bo, "open");
  expect_bo_is_asked_again();
}

TEST_F(TwoOfOneName, WhereItIsOpenWhoeverWasSealedAnswersOnceMore) {
  keep_and_answer(ada, "open");
  bo.now += kSecond;
  keep_and_answer(bo, "sealed until both");
  expect_bo_is_asked_again();
}

TEST_F(Together, NothingCanBeDoneWithALetterThatIsSealed) {
  Draft draft{"in a year"};
  draft.open_on = "tomorrow";
  const Saved letter = ada.shelf().write(draft, {});
  EXPECT_EQ(letter.opens_at, "2026-11-23T00:00:00+01:00");
  meet(ada, bo);
  EXPECT_THAT(today(bo.shelf()).news, IsEmpty()) << "it waits among the letters";
  EXPECT_THAT(shown(bo, letter).may, IsEmpty());
  pass_time(kDay);
  EXPECT_THAT(today(bo.shelf()).news, SizeIs(1));
  EXPECT_THAT(shown(bo, letter).may, ::testing::Not(IsEmpty()));
}

// ---- days and times in forms ----

TEST_F(Together, ADayIsTypedAsPeopleSayItAndStoredAsADay) {
  const auto by = [&](const std::string& typed) {
    const Saved promise = done(ada, "promise", {{"promise", std::string("to call")}, {"by", typed}});
    return std::string(practice::text_in(shown(ada, promise).fields, "by"));
  };
  EXPECT_EQ(by("tomorrow"), "2026-11-23");
  EXPECT_EQ(by("sunday"), "2026-11-29") << "today is one";
  EXPECT_EQ(by("fri"), "2026-11-27");
  EXPECT_EQ(by("2026-12-24"), "2026-12-24");
  EXPECT_EQ(refused([&] { by("soon"); }), Reason::kBadField);
  EXPECT_EQ(refused([&] { by("2026-02-30"); }), Reason::kBadField);
}

TEST_F(Together, APlanHasTimesAndFadesWhenItsDayIsOver) {
  const auto plan = [&](const std::string& start, const std::string& until) {
    return done(ada, "plan",
                {{"kind", std::string("quiet")}, {"what", std::string("a walk")}, {"start", start}, {"until", until}});
  };
  const Saved late = plan("tomorrow 22:00", "01:00");
  EXPECT_EQ(practice::text_in(shown(ada, late).fields, "start"), "2026-11-23 22:00");
  EXPECT_EQ(practice::text_in(shown(ada, late).fields, "until"), "2026-11-24 01:00");
  EXPECT_EQ(refused([&] { plan("after dinner", ""); }), Reason::kBadField);
  meet(ada, bo);
  EXPECT_THAT(today(bo.shelf()).plans, SizeIs(1));
  pass_time(kDay);
  EXPECT_THAT(today(bo.shelf()).plans, SizeIs(1));
  pass_time(kDay);
  EXPECT_THAT(today(bo.shelf()).plans, IsEmpty()) << "nobody has answered, and its day is over";
}

TEST_F(Together, APlanThatSomethingElseIsSuggestedForWaitsForItsAuthor) {
  const Saved plan =
      done(ada, "plan",
           {{"kind", std::string("quiet")}, {"what", std::string("a walk")}, {"start", std::string("tomorrow 18:00")}});
  meet(ada, bo);
  said(bo, plan, "suggest", "on Sunday?");
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_EQ(shown(*who, plan).standing, kSuggested);
    EXPECT_THAT(today(who->shelf()).plans, SizeIs(1));
  }
  said(bo, plan, "accept");
  said(bo, plan, "suggest", "no, all the same on Sunday");
  meet(ada, bo);
  EXPECT_EQ(shown(ada, plan).standing, "accept") << "what is agreed is called off, not suggested away";
}

TEST_F(Together, WhatNobodyElseCanAnswerWaitsForNothingInANotebook) {
  const auto alone = [&](const std::string& practice, std::vector<FieldValue> fields) {
    FilledForm form;
    form.practice = practice;
    form.journal = hex(ada.notebook().view());
    form.fields = std::move(fields);
    return ada.shelf().answer(form, {});
  };
  const Saved talk = alone("talk", {{"when", std::string("today")}});
  const Saved promise = alone("promise", {{"promise", std::string("to sleep more")}});
  EXPECT_EQ(talk.afterwards, "");
  EXPECT_NE(done(ada, "talk", {{"when", std::string("today")}}).afterwards, "");
  EXPECT_EQ(shown(ada, talk).standing, "");
  EXPECT_THAT(today(ada.shelf()).talks, SizeIs(1)) << "the one in the shared journal";
  EXPECT_THAT(today(ada.shelf()).promises, SizeIs(1));
  said(ada, promise, "kept");
  EXPECT_THAT(today(ada.shelf()).promises, IsEmpty());
}

TEST_F(Together, AReactionIsNoWord) {
  const Saved entry = ada.write("here");
  meet(ada, bo);
  const Target to{id_of(entry)};
  for (const char* word : {"nice", "\xE2\x9D\xA4 nice", ":-)", "1"})
    EXPECT_EQ(refused([&] { bo.shelf().react(to, word, {}); }), Reason::kBadField) << word;
  bo.shelf().react(to, "\xE2\x9D\xA4\xEF\xB8\x8F", {});
}

TEST_F(Together, AnHourAloneLiesAhead) {
  const auto start = [&](const std::string& typed) {
    const Saved plan =
        done(ada, "plan", {{"kind", std::string("quiet")}, {"what", std::string("a walk")}, {"start", typed}});
    return std::string(practice::text_in(shown(ada, plan).fields, "start"));
  };
  EXPECT_EQ(start("18:00"), "2026-11-22 18:00") << "it is one in the afternoon";
  EXPECT_EQ(start("09:00"), "2026-11-23 09:00");
}

TEST_F(Together, APlansHoursAreThoseOfBothWhereverOneOfThemTypesIt) {
  ada.travel("America/New_York");
  const Saved plan = done(ada, "plan",
                          {{"kind", std::string("phone-free")},
                           {"what", std::string("supper")},
                           {"start", std::string("tomorrow 18:00")},
                           {"until", std::string("21:00")}});
  meet(ada, bo);
  said(bo, plan, "accept");
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    const std::vector<PhoneFree> times = phone_free(who->shelf());
    ASSERT_THAT(times, SizeIs(1));
    EXPECT_EQ(rfc3339(times[0].from_ms, 60), "2026-11-23T18:00:00+01:00");
    EXPECT_EQ(times[0].to_ms - times[0].from_ms, 3 * kHour);
  }
}

// ---- much of it ----

TEST_F(Together, WhoWritesMuchHidesNothingOfTheOthers) {
  done(ada, "promise", {{"promise", std::string("small")}});
  meet(ada, bo);
  for (int i = 0; i < 5; ++i) {
    forge(bo, bo.shared(), Answer{"promise", "2026-11-22", {{"promise", std::string(60'000, 'x')}}});
    forge(bo, bo.shared(), Sealed{"unheard-of", "zzz" + std::to_string(i), {}, {true, std::nullopt}});
  }
  meet(ada, bo);
  const Today page = today(ada.shelf());
  EXPECT_EQ(std::count_if(page.promises.begin(), page.promises.end(), [](const Item& one) { return one.mine; }), 1);
  for (const Round& round : page.waiting) EXPECT_NE(round.practice, "unheard-of") << "nobody could answer it";
}

TEST_F(Together, APageHoldsWhatFitsAndTheRestComesNext) {
  const std::string longest(60'000, 'x');
  const Saved entry = ada.write("here");
  meet(ada, bo);
  for (int i = 0; i < 60; ++i) {
    bo.write(longest);
    forge(bo, bo.shared(), Remark{entry.id, "", longest});
    forge(bo, bo.shared(), Answer{"promise", "2026-11-22", {{"promise", longest}}});
  }
  meet(ada, bo);
  std::size_t seen = 0;
  for (int page = 0; page < 100 && seen < 180; ++page) {
    const Today today = journal::today(ada.shelf());
    EXPECT_EQ(today.news_count, 180 - seen);
    ASSERT_FALSE(today.news.empty());
    EXPECT_LT(today.news.size(), 20U);
    EXPECT_LT(today.promises.size(), 3U);
    seen += today.news.size();
    ada.shelf().mark_seen(today.news);
  }
  EXPECT_EQ(seen, 180U);
  EXPECT_EQ(shown(ada, entry).remark_count, 60U);
  EXPECT_THAT(shown(ada, entry).remarks, SizeIs(34)) << "the newest";
}

}  // namespace
}  // namespace duolog::journal
