// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/word_diff.h"

#include <gtest/gtest.h>

namespace duolog::client {
namespace {

std::string diff(std::string_view before, std::string_view after, bool colours = false, std::size_t width = 80) {
  return word_diff(before, after, 0, width, Style(colours));
}

TEST(AWordDiff, MarksWhatWentAndWhatCame) {
  EXPECT_EQ(diff("we walked to the lake and back", "we walked to the sea and back"),
            "we walked to the [-lake-] {+sea+} and back\n");
  EXPECT_EQ(diff("one two", "one two three four"), "one two {+three four+}\n");
  EXPECT_EQ(diff("one two three", "three"), "[-one two-] three\n");
  EXPECT_EQ(diff("", "all of it"), "{+all of it+}\n");
  EXPECT_EQ(diff("same", "same"), "same\n");
}

TEST(AWordDiff, KeepsLinesAndShowsWhereOneCameOrWent) {
  EXPECT_EQ(diff("one\ntwo", "one\nthree"), "one\n[-two-] {+three+}\n");
  EXPECT_EQ(diff("one two", "one\ntwo"), "one {+¶+}\ntwo\n");
  EXPECT_EQ(diff("one\ntwo", "one two"), "one [-¶-] two\n");
}

TEST(AWordDiff, IsTheSameWithColourAsideFromThat) {
  const std::string painted = diff("lake", "sea", true);
  EXPECT_NE(painted.find("[-lake-]"), std::string::npos);
  EXPECT_NE(painted.find("\x1b["), std::string::npos);
  EXPECT_EQ(painted.substr(painted.size() - 5), "\x1b[0m\n");
}

TEST(AWordDiff, NeverRunsOverTheLine) {
  const std::string text = diff("aaaa bbbb cccc dddd", "aaaa eeee cccc " + std::string(30, 'x'), false, 12);
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  EXPECT_LE(longest, 12U);
}

TEST(AWordDiff, OfTwoThatHaveNothingInCommonIsDoneInTime) {
  std::string before;
  std::string after;
  for (int i = 0; i < 20'000; ++i) {
    before += "a" + std::to_string(i) + " ";
    after += "b" + std::to_string(i) + " ";
  }
  EXPECT_GT(diff(before, after).size(), before.size() + after.size());
}

}  // namespace
}  // namespace duolog::client
