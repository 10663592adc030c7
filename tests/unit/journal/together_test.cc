// together_test.cc: what two people say to and settle with each other: letters, remarks, promises, agreements, today.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sstream>

#include "daemon/journal/refusal.h"
#include "daemon/journal/standing.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Together : public TwoPeople {
 protected:
  static std::string id_of(const Saved& saved) { return hex(saved.id.view()); }
  static Item shown(Person& who, const Saved& what) { return show(who.shelf(), {id_of(what)}); }
  static Saved done(Person& who, const std::string& practice, std::vector<FieldValue> fields) {
    FilledForm form;
    form.practice = practice;
    form.fields = std::move(fields);
    return who.shelf().answer(form, {});
  }
  static Saved said(Person& who, const Saved& about, const std::string& manner, const std::string& text = {}) {
    return who.shelf().remark({id_of(about)}, manner, text, {});
  }
  static Reason refused(const std::function<void()>& work) {
    try {
      work();
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    ADD_FAILURE() << "was done";
    return Reason::kBadRequest;
  }
  void pass_time(std::int64_t ms) {
    ada.now += ms;
    bo.now += ms;
    ada.shelf().time_passed();
    bo.shelf().time_passed();
    meet(ada, bo);
  }
  Round question(Person& who) { return *today(who.shelf()).question; }
};

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

TEST_F(Together, NobodyRemarksOnWhatTheyCannotRead) {
  Draft draft{"sealed"};
  draft.open_on = "2027-01-01";
  const Saved letter = ada.shelf().write(draft, {});
  meet(ada, bo);
  EXPECT_EQ(refused([&] { said(bo, letter, "", "what is in it?"); }), Reason::kNotItsKind);
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
    who.shelf().agree(wishes);
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
  EXPECT_EQ(make_round(bo.journal(bo.shared()), {"checkin", "2026-W47"},
                       {bo.shelf().calendar_of(bo.journal(bo.shared())), bo.now, Zone("UTC")})
                .answers[0]
                .state,
            AnswerState::kSealed);
}

TEST_F(Together, WhereBothWishItAnUnmetAnswerOpensAfterItsWeek) {
  Wishes wishes;
  wishes.unanswered = "open";
  ada.shelf().agree(wishes);
  meet(ada, bo);
  const Saved alone = ada.answer(3, "before Bo agreed");
  bo.shelf().agree(wishes);
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
  EXPECT_EQ(turn(ada), "yours");
  round.practice = "mood";
  EXPECT_EQ(refused([&] { bo.shelf().pass(round, {}); }), Reason::kNotItsKind);
}

// ---- agreements ----

TEST_F(Together, ACalendarHoldsOnceBothHaveSetIt) {
  Wishes wishes;
  wishes.zone = "Pacific/Auckland";
  wishes.turn_hour = 5;
  bo.shelf().agree(wishes);
  meet(ada, bo);
  EXPECT_EQ(ada.shelf().calendar_of(ada.journal(ada.shared())).zone, "Europe/Berlin");
  EXPECT_EQ(today(ada.shelf()).proposal, "Bo");
  Wishes yes;
  yes.accept_calendar = true;
  ada.shelf().agree(yes);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    const Calendar calendar = who->shelf().calendar_of(who->journal(who->shared()));
    EXPECT_EQ(calendar.zone, "Pacific/Auckland");
    EXPECT_EQ(calendar.turn_hour, 5U);
    EXPECT_EQ(today(who->shelf()).proposal, "");
  }
  wishes.zone = "Mars/Olympus";
  EXPECT_EQ(refused([&] { bo.shelf().agree(wishes); }), Reason::kBadField);
}

TEST_F(Together, AWishDatedFarAheadBindsNobodyElse) {
  const std::int64_t now = bo.now;
  bo.now = 253'402'300'000'000;  // the last day of 9999
  Wishes wishes;
  wishes.depth = 3;
  wishes.pause = "on";
  bo.shelf().agree(wishes);
  bo.now = now;
  Wishes mine;
  mine.depth = 2;
  mine.pause = "";
  ada.shelf().agree(mine);
  meet(ada, bo);
  mine.depth = 1;
  ada.shelf().agree(mine);
  pass_time(kDay);
  EXPECT_FALSE(today(ada.shelf()).paused);
  EXPECT_EQ(question(ada).period[11], 'a');
}

TEST_F(Together, ABackdatedCalendarDoesNotTakeTheFoundersPlace) {
  const auto bytes = encode_event({1, 0, {}, Calendar{"Asia/Tokyo", 4, 1, 0}});
  forge_bytes(bo, bo.shared(), bytes.view());
  meet(ada, bo);
  for (Person* who : {&ada, &bo})
    EXPECT_EQ(who->shelf().calendar_of(who->journal(who->shared())).zone, "Europe/Berlin");
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

TEST_F(Together, ProposalsThatCrossDecideNothing) {
  Wishes wishes;
  wishes.zone = "Europe/Paris";
  ada.shelf().agree(wishes);
  wishes.zone = "Europe/Rome";
  bo.shelf().agree(wishes);
  meet(ada, bo);
  for (Person* who : {&ada, &bo})
    EXPECT_EQ(who->shelf().calendar_of(who->journal(who->shared())).zone, "Europe/Berlin");
}

TEST_F(Together, APauseNeedsOneAloneAndEndsByItself) {
  Wishes wishes;
  wishes.pause = "2026-11-30";
  bo.shelf().agree(wishes);
  meet(ada, bo);
  EXPECT_TRUE(today(ada.shelf()).paused);
  EXPECT_EQ(today(ada.shelf()).paused_until, "2026-11-30");
  pass_time(9 * kDay);
  EXPECT_FALSE(today(ada.shelf()).paused);
  wishes.pause = "on";
  ada.shelf().agree(wishes);
  meet(ada, bo);
  pass_time(300 * kDay);
  EXPECT_TRUE(today(bo.shelf()).paused);
  wishes.pause = "";
  bo.shelf().agree(wishes);
  EXPECT_TRUE(today(bo.shelf()).paused) << "it is Ada's";
  ada.shelf().agree(wishes);
  meet(ada, bo);
  EXPECT_FALSE(today(bo.shelf()).paused);
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
