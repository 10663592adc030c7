// keys_test.cc: the 24 words, genesis and agreement.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/keys.h"

#include <gmock/gmock.h>

#include "damage.h"
#include "people.h"

namespace duolog::crypto::testing {
namespace {

using ::testing::ElementsAre;

std::string words_of(const RootEntropy& entropy) { return std::string(words_from_entropy(entropy).text()); }

std::vector<std::string> split(const std::string& words) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    parts.push_back(words.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::string join(const std::vector<std::string>& parts) {
  std::string words;
  for (const std::string& part : parts) words += (words.empty() ? "" : " ") + part;
  return words;
}

class Words : public ::testing::Test {
 protected:
  RootEntropy entropy_ = RootEntropy::random();
  std::string words_ = words_of(entropy_);
};

TEST_F(Words, ComeBackAsTheSameEntropy) { EXPECT_TRUE(entropy_from_words(words_) == entropy_); }

TEST_F(Words, CaseAndSpacesDoNotMatter) {
  std::string shouted = "\n\t ";
  for (const char c : words_)
    shouted += c == ' ' ? std::string(" \n ") : std::string(1, static_cast<char>(c - 'a' + 'A'));
  EXPECT_TRUE(entropy_from_words(shouted + " ") == entropy_);
}

TEST_F(Words, OneMoreOrOneFewerIsRefused) {
  EXPECT_FALSE(entropy_from_words(words_ + " abandon"));
  EXPECT_FALSE(entropy_from_words(words_.substr(0, words_.rfind(' '))));
  EXPECT_FALSE(entropy_from_words(""));
}

TEST_F(Words, AWordNotOfTheListIsRefused) {
  std::vector<std::string> parts = split(words_);
  parts[7] = "duolog";
  EXPECT_FALSE(entropy_from_words(join(parts)));
  parts[7] = "abandonabandon";
  EXPECT_FALSE(entropy_from_words(join(parts)));
}

TEST_F(Words, AnotherWordIsCaughtByTheChecksumMostly) {
  const std::vector<std::string> parts = split(words_);
  int accepted = 0;
  for (std::size_t i = 0; i < kWordCount; ++i)
    for (std::size_t w = 0; w < 2048; w += 8) {
      std::vector<std::string> other = parts;
      other[i] = std::string(word_at(w));
      if (other[i] != parts[i]) accepted += entropy_from_words(join(other)) ? 1 : 0;
    }
  EXPECT_LT(accepted, 24 * 256 / 256 * 3);  // one in 256 is expected: eight bits
}

TEST(WordList, IsInOrderAndFindsItself) {
  for (std::size_t i = 0; i < 2048; ++i) EXPECT_EQ(word_index(word_at(i)), i);
  EXPECT_FALSE(word_index("abandonn"));
  EXPECT_FALSE(word_index(""));
}

TEST(WordListDeathTest, ANumberBeyondTheListStops) { EXPECT_DEATH((void)word_at(2048), "beyond the list"); }

TEST(WordsLike, NearestFirst) {
  EXPECT_THAT(words_like("guitra"), ElementsAre("guitar"));
  EXPECT_THAT(words_like("BANANNA"), ElementsAre("banana"));
  EXPECT_EQ(words_like("gutar").front(), "guitar");
  EXPECT_THAT(words_like("guitar"), ::testing::Contains("guitar"));
}

TEST(WordsLike, NoMoreThanThree) {
  EXPECT_LE(words_like("cat").size(), 3U);
  EXPECT_FALSE(words_like("cat").empty());
}

TEST(WordsLike, NothingNearOrTooLongGivesNothing) {
  EXPECT_TRUE(words_like("qzxqzxqz").empty());
  EXPECT_TRUE(words_like("").empty());
  EXPECT_TRUE(words_like(std::string(100'000, 'a')).empty());
}

class GenesisTest : public ::testing::Test {
 protected:
  People people_;
  Genesis notebook_{{1}, people_.anna.public_keys(), std::nullopt};
};

TEST_F(GenesisTest, ComesBackFromItsBytes) {
  EXPECT_EQ(Genesis::decode(people_.genesis.encode()), people_.genesis);
  EXPECT_EQ(Genesis::decode(notebook_.encode()), notebook_);
}

TEST_F(GenesisTest, EveryCutAndOneMoreByteIsRefused) {
  Bytes two = people_.genesis.encode();
  // Cut to a notebook's length it still says that it is of two.
  expect_each_cut_refused(two, [](ByteView bad) { return !Genesis::decode(bad); });
  expect_each_cut_refused(notebook_.encode(), [](ByteView bad) { return !Genesis::decode(bad); });
  two.push_back(0);
  EXPECT_FALSE(Genesis::decode(two));
}

TEST_F(GenesisTest, EveryByteChangedMakesAnotherJournal) {
  expect_each_flip_refused(people_.genesis.encode(), [&](ByteView bad) {
    const auto decoded = Genesis::decode(bad);
    return !decoded || decoded->id() != people_.journal;
  });
}

TEST_F(GenesisTest, OnePersonTwiceIsRefused) {
  Genesis twice = people_.genesis;
  twice.second = twice.first;
  EXPECT_FALSE(Genesis::decode(twice.encode()));
}

TEST_F(GenesisTest, NamesItsRootsAlone) {
  EXPECT_TRUE(people_.genesis.names(people_.ben.public_keys().id()));
  EXPECT_FALSE(notebook_.names(people_.ben.public_keys().id()));
  EXPECT_EQ(people_.genesis.roots().size(), 2U);
  EXPECT_EQ(notebook_.roots().size(), 1U);
}

TEST(Agreement, PointsOfLowOrderAreRefused) {
  // The canonical encodings of the points of order 1, 2, 4 and 8 on curve and twist.
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    ByteArray<32> out{};
    EXPECT_FALSE(dh(out, NoiseSecret::random().view(), *from_hex(point))) << point;
  }
}

TEST(Agreement, BothSidesAgree) {
  const NoiseSecret a = NoiseSecret::random();
  const NoiseSecret b = NoiseSecret::random();
  ByteArray<32> ab{};
  ByteArray<32> ba{};
  ASSERT_TRUE(dh(ab, a.view(), noise_public(b).bytes));
  ASSERT_TRUE(dh(ba, b.view(), noise_public(a).bytes));
  EXPECT_EQ(ab, ba);
  EXPECT_FALSE(dh(ab, a.view(), Bytes(31)));
}

}  // namespace
}  // namespace duolog::crypto::testing
