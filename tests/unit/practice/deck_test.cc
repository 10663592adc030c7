// deck_test.cc: the question of the day is the same for whoever holds the same, and comes back only when its deck is
// through.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/deck.h"

#include <gmock/gmock.h>

#include <array>
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

std::vector<std::string> drawn(const Deck& deck, const crypto::QuestionSeed& seed, std::span<const Depth> depths,
                               Day from, Day days) {
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
  const auto here = drawn(deck(), seed_of(1), {}, kToday, 30);
  EXPECT_EQ(here, drawn(deck(), seed_of(1), {}, kToday, 30));
  EXPECT_NE(here, drawn(deck(), seed_of(2), {}, kToday, 30));
}

TEST(Deck, StaysLightUntilBothWishToGoDeeper) {
  const std::array depths{Depth{kToday + 10, 3}};
  for (Day day = kToday; day < kToday + 10; ++day)
    EXPECT_EQ(question_of(deck(), seed_of(1), "partner", depths, day)->depth, 1U);
  std::set<std::uint32_t> seen;
  for (Day day = kToday + 10; day < kToday + 13; ++day)
    seen.insert(question_of(deck(), seed_of(1), "partner", depths, day)->depth);
  EXPECT_EQ(seen, (std::set<std::uint32_t>{1, 2, 3}));
}

TEST(Deck, NothingComesBackBeforeItsDepthIsThrough) {
  const Deck small(small_deck(7));
  const Day begins = kToday - kToday % 7;  // a passing of seven begins on such days
  for (Day passing = 0; passing < 5; ++passing) {
    const auto ids = drawn(small, seed_of(3), {}, begins + 7 * passing, 7);
    EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 7U);
  }
  EXPECT_NE(drawn(small, seed_of(3), {}, begins, 7), drawn(small, seed_of(3), {}, begins + 7, 7)) << "drawn anew";
}

TEST(Deck, GoingDeeperAndBackMovesNothing) {
  const std::array depths{Depth{kToday + 20, 3}, Depth{kToday + 60, 1}};
  EXPECT_EQ(drawn(deck(), seed_of(4), depths, kToday + 60, 60), drawn(deck(), seed_of(4), {}, kToday + 60, 60));
}

TEST(Deck, InEveryDepthNothingComesBackBeforeItIsThrough) {
  const std::array depths{Depth{0, 3}};
  const auto pool = static_cast<Day>(deck().pool(3, "partner", kToday).size());
  const Day begins = 3 * (kToday / 3 / pool + 1) * pool;  // a passing through the deep ones
  std::set<std::string> deep;
  for (const std::string& id : drawn(deck(), seed_of(4), depths, begins, 3 * pool)) {
    if (id.front() != 'c') continue;
    EXPECT_TRUE(deep.insert(id).second) << id;
  }
  EXPECT_EQ(deep.size(), static_cast<std::size_t>(pool));
}

TEST(Deck, ANewerDeckChangesNoPassingThatHadBegun) {
  const Deck before(small_deck(7));
  const Day begins = kToday - kToday % 7;
  const Deck after(small_deck(7, "[[questions]]\nid = \"a900\"\ndepth = 1\ntext = \"new\"\nsince = \"2026-11-20\"\n"));
  EXPECT_EQ(drawn(before, seed_of(5), {}, begins, 7), drawn(after, seed_of(5), {}, begins, 7));
  const auto later = drawn(after, seed_of(5), {}, begins + 7, 8);
  EXPECT_THAT(later, ::testing::Contains("a900"));
}

// As proto/README.md 3.10 says it: passing after passing, from the first day there is.
TEST(Deck, PassingsFollowEachOtherFromTheFirstDayWhateverIsAdded) {
  const auto added = [](const char* id, const char* since) {
    return std::string("[[questions]]\nid = \"") + id + "\"\ndepth = 1\ntext = \"new\"\nsince = \"" + since + "\"\n";
  };
  const Deck deck(small_deck(3, added("b1", "1970-01-05") + added("b2", "1970-01-11") + added("b3", "1970-01-12") +
                                    added("b4", "1972-02-29")));
  Day day = 0;
  for (std::uint32_t passing = 1; day < 1500; ++passing) {
    std::map<Bytes, std::string> ranked;
    for (const Question* question : deck.pool(1, "partner", day))
      ranked[to_bytes(crypto::question_rank(seed_of(8), 1 + 256, passing, question->id).bytes)] = question->id;
    for (const auto& [rank, id] : ranked) ASSERT_EQ(question_of(deck, seed_of(8), "partner", {}, day++)->id, id);
  }
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
