// Widths and line ends.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/layout.h"

#include <gmock/gmock.h>

namespace duolog::client {
namespace {

using testing::ElementsAre;

TEST(Layout, WidthCountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("lake"), 4U);
  EXPECT_EQ(display_width("grüße"), 5U);
  EXPECT_EQ(display_width("東京"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("‹U+202E›"), 8U);
}

TEST(Layout, AnEmojiIsNeverThoughtNarrowerThanItIs) {
  EXPECT_EQ(display_width("❤️"), 2U);
  EXPECT_EQ(display_width("👍🏽"), 4U);  // two on most terminals, four on those that do not join
}

TEST(Layout, BreaksAtSpaces) {
  EXPECT_THAT(wrap("we walked to the lake", 10), ElementsAre("we walked", "to the", "lake"));
}

TEST(Layout, AWordThatFitsExactlyStays) {
  EXPECT_THAT(wrap("1234567890", 10), ElementsAre("1234567890"));
  EXPECT_THAT(wrap("12345 6789", 10), ElementsAre("12345 6789"));
  EXPECT_THAT(wrap("12345 67890", 10), ElementsAre("12345", "67890"));
}

TEST(Layout, OnlyAWordWiderThanTheLineIsBroken) {
  EXPECT_THAT(wrap("a 123456789012", 10), ElementsAre("a 12345678", "9012"));
}

TEST(Layout, WideCharactersNeverStickOut) { EXPECT_THAT(wrap("東京東京東", 5), ElementsAre("東京", "東京", "東")); }

TEST(Layout, AMarkIsNotTornFromItsBase) { EXPECT_THAT(wrap("aae\u0301bb", 3), ElementsAre("aae\u0301", "bb")); }

TEST(Layout, EmptyLinesAndIndentsAreKept) {
  EXPECT_THAT(wrap("one\n\n  two", 20), ElementsAre("one", "", "  two"));
  EXPECT_THAT(wrap("", 20), ElementsAre(""));
}

TEST(Layout, NoLineIsWiderThanAskedFor) {
  const std::string text =
      "a longer text with 東京 and ❤️ and aveeeeeeeeeeeeeeeeeeeeeeeeeeeeerylongword in it, wrapped at every width";
  for (std::size_t width = 2; width < 120; ++width) {
    for (const auto& line : wrap(text, width)) EXPECT_LE(display_width(line), width) << line;
  }
}

TEST(Layout, NothingButSpacesIsLostByWrapping) {
  const std::string text = "a longer text with 東京 and ❤️ and averyveryverylongword";
  for (std::size_t width = 2; width < 60; ++width) {
    std::string joined;
    for (const auto& line : wrap(text, width)) joined += line;
    std::erase(joined, ' ');
    auto bare = text;
    std::erase(bare, ' ');
    EXPECT_EQ(joined, bare) << width;
  }
}

TEST(Layout, AParagraphIsIndentedButItsEmptyLinesAreNot) {
  EXPECT_EQ(paragraph("one two\n\nthree", 2, 20), "  one two\n\n  three\n");
}

TEST(Layout, OneLineIsTheFirstOfThem) {
  EXPECT_EQ(one_line("short enough", 12), "short enough");
  EXPECT_EQ(one_line("a little longer than that", 12), "a little …");
  EXPECT_EQ(one_line("two\nlines", 12), "two …");
}

TEST(Layout, MarksDoNotPileUp) {
  EXPECT_EQ(with_colon("the lake"), "the lake:");
  for (const char* marked : {"the lake.", "the lake?", "the lake …", "the lake:"})
    EXPECT_EQ(with_colon(marked), marked);
  EXPECT_EQ(without_end_mark("How was it?"), "How was it");
  EXPECT_EQ(without_end_mark("?"), "?");
}

TEST(Layout, PaddingGoesByColumns) {
  EXPECT_EQ(padded("東", 4), "東  ");
  EXPECT_EQ(padded("toolong", 4), "toolong");
}

}  // namespace
}  // namespace duolog::client
