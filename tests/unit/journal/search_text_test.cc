// search_text_test.cc: what folding makes one, and where tokens say they came from.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/search_text.h"

#include <gmock/gmock.h>

#include <ctime>
#include <random>

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Without breaks.
std::vector<std::string> tokens(const Stream& stream) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < stream.tokens.size(); ++i)
    if (stream[i] != kBreak) out.emplace_back(stream[i]);
  return out;
}
std::vector<std::string> words(std::string_view text) { return tokens(fold(text).words); }
std::vector<std::string> pairs(std::string_view text) { return tokens(fold(text).pairs); }
// What the n-th word was in the original.
std::string original(std::string_view text, std::size_t n) {
  const ByteRange at = fold(text).words.tokens.at(n + 1).at;
  return std::string(text.substr(at.begin, at.end - at.begin));
}

TEST(SearchText, CaseIsFolded) {
  EXPECT_EQ(words("LAKE Lake lake"), words("lake lake lake"));
  EXPECT_EQ(words("ÄÖÜ ΣΊΣΥΦΟΣ ЛОСЬ"), words("äöü σίσυφος лось"));
  EXPECT_EQ(words("STRASSE"), words("Straße"));
}

TEST(SearchText, AccentsAreFoldedHoweverTheyAreSpelled) {
  EXPECT_THAT(words("Été"), ElementsAre("ete"));
  EXPECT_THAT(words("E\u0301te\u0301"), ElementsAre("ete"));
  EXPECT_THAT(words("nguyễn smørrebrød łódź İstanbul ılık"),
              ElementsAre("nguyen", "smorrebrod", "lodz", "istanbul", "ilik"));
  EXPECT_EQ(words("שָׁלוֹם"), words("שלום"));
  EXPECT_EQ(words("مُحَمَّد"), words("محمد"));
}

TEST(SearchText, MarksThatMakeAnotherWordStay) {
  EXPECT_NE(words("कि"), words("का"));
  EXPECT_NE(words("ที่"), words("ท"));
  EXPECT_NE(words("が"), words("か"));
}

TEST(SearchText, WhatIsNotSeenIsNotThere) {
  EXPECT_THAT(words("to\u00ADma\u200Bto\u2060es\uFEFF"), ElementsAre("tomatoes"));
  EXPECT_THAT(words("\u202Etomatoes\u202C"), ElementsAre("tomatoes"));
  EXPECT_EQ(pairs("東\u200B京"), pairs("東京"));
}

TEST(SearchText, WidthFormsAndLigaturesAreFolded) {
  EXPECT_THAT(words("ＬＡＫＥ ﬁnd ﬀ Æsir Ⅳ ½"), ElementsAre("lake", "find", "ff", "aesir", "iv", "1", "2"));
  EXPECT_EQ(words("ｶﾞｷﾞ"), words("ガギ"));
}

TEST(SearchText, ApostrophesAndNoBreakSpacesEndAWord) {
  EXPECT_THAT(words("don't don’t l’eau"), ElementsAre("don", "t", "don", "t", "l", "eau"));
  EXPECT_THAT(words("at\u00A0last\u202Fhere\u3000now"), ElementsAre("at", "last", "here", "now"));
  EXPECT_THAT(words("-- ?! …"), IsEmpty());
}

TEST(SearchText, ScriptsWithoutSpacesAreCutIntoCharactersAndPairs) {
  EXPECT_THAT(words("東京都へ"), ElementsAre("東", "京", "都", "へ"));
  EXPECT_THAT(pairs("東京都へ"), ElementsAre("東京", "京都", "都へ"));
  EXPECT_EQ(pairs("한국").size(), 1U);
  EXPECT_EQ(words("한국"), words("\u1112\u1161\u11AB\u1100\u116E\u11A8")) << "Korean in parts";
  EXPECT_EQ(words("ที่นี่").size(), 2U) << "a vowel and a tone sit on their consonant";
  EXPECT_EQ(words("ລາວ ខ្មែរ မြန်မာ").size(), words("ລາວ").size() + words("ខ្មែរ").size() + words("မြန်မာ").size());
  EXPECT_THAT(pairs("lake"), IsEmpty());
}

TEST(SearchText, NoPairReachesOverAGap) {
  EXPECT_THAT(pairs("東 京, 都a人"), IsEmpty());
  const Folded folded = fold("東京 京都");
  EXPECT_EQ(folded.pairs.text, std::string(kBreak) + " 東京 " + std::string(kBreak) + " 京都");
}

TEST(SearchText, NoPhraseReachesFromOnePartIntoTheNext) {
  Folded folded = fold("one");
  fold_into(folded, "two", 4);
  EXPECT_EQ(folded.words.text, std::string(kBreak) + " one " + std::string(kBreak) + " two");
  EXPECT_EQ(folded.words.tokens.back().at, (ByteRange{4, 7}));
}

TEST(SearchText, ATokenKnowsWhereItStood) {
  EXPECT_EQ(original("the E\u0301te\u0301 came", 1), "E\u0301te\u0301");
  EXPECT_EQ(original("a to\u00ADmato", 1), "to\u00ADmato");
  EXPECT_EQ(original("in 東京", 2), "京");
  EXPECT_EQ(original("x ﬁ y", 1), "ﬁ");
}

TEST(SearchText, APictureIsAToken) {
  EXPECT_EQ(words("red 🍅🍅 here").size(), 4U);
  EXPECT_EQ(words("👩‍👧").size(), 1U) << "joined, it is one picture";
  EXPECT_EQ(original("a ❤️ b", 1), "❤️");
}

TEST(SearchText, WordsAreCountedAsPeopleCountThem) {
  EXPECT_EQ(count_words(fold("we walked to the lake")), 5U);
  EXPECT_EQ(count_words(fold("東京都")), 3U);
  EXPECT_EQ(count_words(fold("")), 0U);
}

TEST(SearchText, ALongTokenIsCutAndNothingElse) {
  const auto cut = words(std::string(1 << 20, 'a') + " end");
  ASSERT_EQ(cut.size(), 2U);
  EXPECT_EQ(cut[0], std::string(kTokenLimit, 'a'));
  EXPECT_EQ(original(std::string(1000, 'a') + " end", 0).size(), 1000U);
}

// Everything that could be costly, a mebibyte of each.
TEST(SearchText, HostileTextCostsNoMoreThanItsLength) {
  const auto repeated = [](std::string_view piece) {
    std::string text;
    while (text.size() < (1 << 20)) text += piece;
    return text;
  };
  for (const std::string_view piece : {"\u0301", "\u0E34", "東\u3099", "\uFDFA", "\u200B", "👩\u200D", "\xF0\x9F",
                                       "\x80", "\u1100", "\u11FF", "한", "\uFFFF", "-", "a\u0301"}) {
    const std::clock_t begin = std::clock();  // of this process: how busy the machine is does not matter
    const Folded folded = fold(repeated(piece));
    EXPECT_LT(std::clock() - begin, 20 * CLOCKS_PER_SEC) << piece;
    for (const Stream* stream : {&folded.words, &folded.pairs})
      for (std::size_t i = 0; i < stream->tokens.size(); ++i) ASSERT_LE((*stream)[i].size(), kTokenLimit);
  }
  EXPECT_EQ(words("a" + repeated("\u0301")), words("a"));
}

TEST(SearchText, WhatAnIndexIsFedIsCutWhereTheTokensAre) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) text += static_cast<char>(random());
    const Folded folded = fold(text);
    for (const Stream* stream : {&folded.words, &folded.pairs}) {
      std::size_t spaces = 0;
      for (const char c : stream->text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
        ASSERT_TRUE(plain || c == ' ') << stream->text;
        spaces += c == ' ' ? 1 : 0;
      }
      ASSERT_EQ(spaces + 1, stream->tokens.size());
      for (const Token& token : stream->tokens) ASSERT_LE(token.at.end, text.size());
    }
  }
}

TEST(SearchText, ACutFallsBeforeACharacterThatStandsByItself) {
  const std::string text = "e\u0301x";
  EXPECT_EQ(clean_cut(text, 1), 3U);
  EXPECT_EQ(clean_cut(text, 2), 3U);
  EXPECT_EQ(clean_cut(text, 0), 0U);
  EXPECT_EQ(clean_cut("👩\u200D👧x", 1), std::string_view("👩\u200D👧").size());
  EXPECT_EQ(clean_cut(text, 100), 100U);
}

}  // namespace
}  // namespace duolog::journal
