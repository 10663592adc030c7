// snippet_test.cc: the piece that is shown, and what is marked in it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/snippet.h"

#include <gmock/gmock.h>

#include <random>

#include "crypto/bytes.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool any_field(Field, std::string_view) { return true; }

Snippet snippet(std::string_view query, const std::string& text) {
  const auto hits = hits_in(*parse_query(query, any_field), fold(text));
  return cut_snippet(text, hits);
}
std::vector<std::string> marked(const Snippet& snippet) {
  std::vector<std::string> pieces;
  for (const ByteRange& range : snippet.matches)
    pieces.push_back(snippet.text.substr(range.begin, range.end - range.begin));
  return pieces;
}
std::string filler(std::size_t words) {
  std::string text;
  for (std::size_t i = 0; i < words; ++i) text += "so it went on ";
  return text;
}

TEST(Snippet, AShortTextIsShownWhole) {
  const Snippet whole = snippet("lake", "we walked to the lake\nand back");
  EXPECT_EQ(whole.text, "we walked to the lake and back");
  EXPECT_THAT(marked(whole), ElementsAre("lake"));
  EXPECT_FALSE(whole.text_before);
  EXPECT_FALSE(whole.text_after);
}

TEST(Snippet, OfALongOneThePlaceWithMostOfWhatWasAskedFor) {
  const Snippet best =
      snippet("lake cold", filler(50) + "lake lake lake " + filler(50) + "the lake was cold " + filler(50));
  EXPECT_THAT(marked(best), ElementsAre("lake", "cold"));
  EXPECT_TRUE(best.text_before);
  EXPECT_TRUE(best.text_after);
  EXPECT_LE(best.text.size(), kSnippetLength);
}

TEST(Snippet, BeginsAndEndsBetweenWords) {
  const Snippet best = snippet("lake", filler(50) + "lake " + filler(50));
  for (const std::string& word : {best.text.substr(0, best.text.find(' ')), best.text.substr(best.text.rfind(' ') + 1)})
    EXPECT_THAT((std::vector<std::string>{"so", "it", "went", "on"}), testing::Contains(word));
}

TEST(Snippet, WithoutHitsItIsTheBeginning) {
  const Snippet beginning = snippet("tag:us", "  the first words " + filler(50));
  EXPECT_TRUE(beginning.text.ends_with(" so") || beginning.text_after);
  EXPECT_THAT(beginning.text, HasSubstr("the first words"));
  EXPECT_TRUE(beginning.matches.empty());
}

TEST(Snippet, WhatTouchesIsMarkedOnce) {
  EXPECT_THAT(marked(snippet("東京 京都", "東京都")), ElementsAre("東京都"));
  EXPECT_THAT(marked(snippet("東 京", "東京")), ElementsAre("東京"));
}

TEST(Snippet, NoCharacterIsCut) {
  std::mt19937 random(3);
  const std::vector<std::string_view> pieces{"東京", "e\u0301", "👩\u200D👧", "lake", " ", "\n", "ที่", "\u0301", "🍅"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t i = random() % 300; i > 0; --i) text += pieces[random() % pieces.size()];
    const Snippet cut = snippet("lake OR 東 OR ที่", text);
    ASSERT_EQ(utf8_fault(as_bytes(cut.text)), std::nullopt) << text;
    ASSERT_LE(cut.text.size(), kSnippetLength + 128);
    std::uint32_t end = 0;
    for (const ByteRange& range : cut.matches) {
      ASSERT_LT(range.begin, range.end);
      ASSERT_TRUE(range.begin > end || end == 0);
      ASSERT_LE(range.end, cut.text.size());
      ASSERT_EQ(utf8_fault(as_bytes(cut.text.substr(range.begin, range.end - range.begin))), std::nullopt);
      end = range.end;
    }
  }
}

}  // namespace
}  // namespace duolog::journal
