// deck_test.cc: the question of the day is the same for whoever holds the same, and comes back only when its deck is
// through.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/deck.h"

#include <gmock/gmock.h>

#include <limits>
#include <map>
#include <set>

#include "daemon/practice/care.h"
#include "daemon/practice/practice_file.h"

namespace duolog::practice {
namespace {

constexpr Day kToday = 20'779;  // 2026-11-22

crypto::QuestionSeed seed_of(std::uint8_t value) {
  return crypto::question_seed(*crypto::EpochSecret::from(Bytes(32, value)));
}

std::vector<std::string> drawn(const Deck& deck, const crypto::QuestionSeed& seed, const Depths& depths, Day from,
                               Day days) {
  std::vector<std::string> ids;
  for (Day day = from; day < from + days; ++day) ids.push_back(question_of(deck, seed, "partner", depths, day)->id);
  return ids;
}

std::string small_deck(int light, const std::string& more = {}) {
  std::string text;
  for (int i = 0; i < light; ++i)
    text += "[[questions]]\nid = \"a" + std::to_string(100 + i) + "\"\ndepth = 1\ntext = \"q\"\n";
  return text + more;
}

TEST(Deck, HoldsAYearOfQuestionsForEachRelationship) {
  for (const char* kind : {"partner", "friend", "family"}) {
    std::size_t fitting = 0;
    for (std::uint32_t depth = 1; depth <= kDeepest; ++depth) {
      const std::size_t at_depth = deck().pool(depth, kind, kToday).size();
      EXPECT_GE(at_depth, 100U) << kind << depth;
      fitting += at_depth;
    }
    EXPECT_GE(fitting, 365U) << kind;
  }
}

TEST(Deck, ADayIsReadStrictly) {
  EXPECT_EQ(parse_day("2026-11-22"), kToday);
  for (const char* bad : {"2026-11-31", "2026-1-01", "26-11-22", "2026-11-22 ", "2026/11/22", ""})
    EXPECT_EQ(parse_day(bad), std::nullopt) << bad;
}

TEST(Deck, TheSameSeedDrawsTheSameAndAnotherDoesNot) {
  const auto here = drawn(deck(), seed_of(1), {kToday, {}}, kToday, 30);
  EXPECT_EQ(here, drawn(deck(), seed_of(1), {kToday, {}}, kToday, 30));
  EXPECT_NE(here, drawn(deck(), seed_of(2), {kToday, {}}, kToday, 30));
}

TEST(Deck, StaysLightUntilBothWishToGoDeeper) {
  const Depths depths{kToday, {{kToday + 10, 3}}};
  for (Day day = kToday; day < kToday + 10; ++day)
    EXPECT_EQ(question_of(deck(), seed_of(1), "partner", depths, day)->depth, 1U);
  std::set<std::uint32_t> seen;
  for (Day day = kToday + 10; day < kToday + 13; ++day)
    seen.insert(question_of(deck(), seed_of(1), "partner", depths, day)->depth);
  EXPECT_EQ(seen, (std::set<std::uint32_t>{1, 2, 3}));
}

TEST(Deck, APassingIsAnotherOrderOfTheSame) {
  const Deck small(small_deck(7));
  const Depths depths{kToday, {}};
  const auto first = drawn(small, seed_of(3), depths, kToday, 7);
  EXPECT_EQ(std::set<std::string>(first.begin(), first.end()).size(), 7U);
  const auto second = drawn(small, seed_of(3), depths, kToday + 7, 7);
  EXPECT_THAT(second, ::testing::UnorderedElementsAreArray(first));
  EXPECT_NE(second, first) << "drawn anew";
}

// Whatever two people agree on and when: each depth is gone through whole before any of it comes back.
TEST(Deck, FromTheFoundingDayOnNothingComesBackBeforeItsDepthIsThrough) {
  for (const auto& [kind, founded] :
       {std::pair{"partner", kToday}, std::pair{"friend", kToday + 7}, std::pair{"family", kToday + 50}}) {
    const Depths depths{founded, {{founded + 9, 2}, {founded + 40, 3}, {founded + 41, 1}, {founded + 200, 3}}};
    std::map<std::uint32_t, std::set<std::string>> asked;
    std::set<std::uint32_t> through;
    for (Day day = founded; day < founded + 500; ++day) {
      const Question* question = question_of(deck(), seed_of(4), kind, depths, day);
      std::set<std::string>& passing = asked[question->depth];
      if (passing.size() == deck().pool(question->depth, kind, day).size()) {
        passing.clear();
        through.insert(question->depth);
      }
      ASSERT_TRUE(passing.insert(question->id).second) << kind << ": " << question->id << " on " << day_text(day);
    }
    EXPECT_TRUE(through.contains(1)) << "long enough for one";
  }
}

// Who computes tomorrow's question for each depth that they could agree on finds one of each depth, and no choice.
TEST(Deck, WhateverIsAgreedTheNextQuestionOfADepthIsTheSame) {
  for (Day day = kToday + 60; day < kToday + 90; ++day) {
    std::map<std::uint32_t, std::set<std::string>> next;
    for (std::uint32_t agreed = 1; agreed <= kDeepest; ++agreed) {
      const Depths depths{kToday, {{kToday + 20, 3}, {kToday + 45, 2}, {day, agreed}}};
      std::set<std::uint32_t> met;
      for (Day each = day; each < day + 3; ++each) {
        const Question* question = question_of(deck(), seed_of(4), "partner", depths, each);
        if (met.insert(question->depth).second) next[question->depth].insert(question->id);
      }
      EXPECT_EQ(met.size(), agreed);
    }
    for (const auto& [depth, ids] : next) EXPECT_EQ(ids.size(), 1U) << depth << " on " << day_text(day);
  }
}

TEST(Deck, GoingDeeperAndBackLosesAndMovesNoQuestion) {
  const Depths there_and_back{kToday, {{kToday + 20, 3}, {kToday + 60, 1}}};
  std::vector<std::string> light;
  for (const std::string& id : drawn(deck(), seed_of(4), there_and_back, kToday, 100))
    if (deck().find(id)->depth == 1) light.push_back(id);
  EXPECT_EQ(light, drawn(deck(), seed_of(4), {kToday, {}}, kToday, static_cast<Day>(light.size())));
  EXPECT_LT(light.size(), 100U - 20U);
}

TEST(Deck, ANewerDeckChangesNoPassingThatHadBegun) {
  const Deck before(small_deck(7));
  const Depths depths{kToday, {}};
  const Deck after(small_deck(7, "[[questions]]\nid = \"a900\"\ndepth = 1\ntext = \"new\"\nsince = \"2026-11-23\"\n"));
  EXPECT_EQ(drawn(before, seed_of(5), depths, kToday, 7), drawn(after, seed_of(5), depths, kToday, 7));
  EXPECT_THAT(drawn(after, seed_of(5), depths, kToday + 7, 8), ::testing::Contains("a900"));
}

// As proto/README.md 3.10 says it: passing after passing, from the founding day on.
TEST(Deck, PassingsFollowEachOtherFromTheFoundingDayWhateverIsAdded) {
  const auto added = [](const char* id, const char* since) {
    return std::string("[[questions]]\nid = \"") + id + "\"\ndepth = 1\ntext = \"new\"\nsince = \"" + since + "\"\n";
  };
  const Deck deck(small_deck(3, added("b1", "2026-11-22") + added("b2", "2026-11-26") + added("b3", "2026-11-27") +
                                    added("b4", "2028-02-29")));
  Day day = kToday;
  for (std::uint32_t passing = 1; day < kToday + 1500; ++passing) {
    std::map<Bytes, std::string> ranked;
    for (const Question* question : deck.pool(1, "partner", day))
      ranked[to_bytes(crypto::question_rank(seed_of(8), 1, passing, question->id).bytes)] = question->id;
    for (const auto& [rank, id] : ranked)
      ASSERT_EQ(question_of(deck, seed_of(8), "partner", {kToday, {}}, day++)->id, id);
  }
}

// The host's clock was ahead when the two founded their journal.
TEST(Deck, ADayBeforeTheFoundingDayIsCountedFromTheBeginning) {
  const Depths depths{kToday + 30, {}};
  const auto before = drawn(deck(), seed_of(6), depths, kToday, 30);
  EXPECT_EQ(before, drawn(deck(), seed_of(6), {0, {}}, kToday, 30));
  EXPECT_EQ(drawn(deck(), seed_of(6), depths, kToday + 30, 9), drawn(deck(), seed_of(6), {kToday, {}}, kToday, 9));
  for (const Day founded : {std::numeric_limits<Day>::min(), std::numeric_limits<Day>::max()})
    EXPECT_EQ(drawn(deck(), seed_of(6), {founded, {}}, kToday, 30), before);
}

TEST(Deck, ADayOfAnyClockIsAnsweredAtOnce) {
  EXPECT_EQ(question_of(deck(), seed_of(1), "partner", {}, -1), nullptr);
  EXPECT_EQ(question_of(deck(), seed_of(1), "partner", {}, std::numeric_limits<Day>::max()), nullptr);
  EXPECT_NE(question_of(deck(), seed_of(1), "partner", {}, *parse_day("2199-12-31")), nullptr);
}

TEST(Deck, TwoOfOneIdAreRefused) { EXPECT_THROW(Deck(small_deck(2, small_deck(1))), BadPractice); }

TEST(Care, HasAtLeastTwelveIdeasOfEachKindForEachRelationship) {
  for (const char* kind : {"partner", "friend", "family"}) {
    const auto all = languages(kind);
    ASSERT_EQ(all.size(), 5U);
    for (const Language& language : all) EXPECT_GE(language.ideas.size(), 12U) << kind << language.id;
  }
}

TEST(Care, TwoRankingsMeetWhereWhatIsWishedIsGiven) {
  const Match found = match({"words", "time", "help"}, {"time", "gifts", "words"});
  EXPECT_EQ(found.meets, std::vector<std::string>{"time"});
  EXPECT_EQ(found.missed, std::vector<std::string>{"words"});
}

TEST(Care, OffersAPromptForEveryWeekOfAYear) {
  for (const char* kind : {"partner", "friend", "family"}) EXPECT_GE(prompts(kind).size(), 52U) << kind;
}

}  // namespace
}  // namespace duolog::practice
