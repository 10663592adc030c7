// words_test.cc: what a notice says, and what of somebody else's text gets into it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notify/words.h"

#include <gmock/gmock.h>

namespace duolog::notify {
namespace {

using journal::Item;

Item entry(const std::string& author, const std::string& text) {
  Item item;
  item.author = author;
  item.text = text;
  return item;
}

Item answer(journal::AnswerState state) {
  Item item = entry("Bo", "");
  item.kind = journal::ItemKind::kAnswer;
  item.practice = "checkin";
  item.state = state;
  return item;
}

std::string told(const std::vector<Item>& items, bool more = false) { return words_of(items, more, true); }

TEST(Words, WithoutContentNameNobodyAndNothing) {
  EXPECT_EQ(words_of(std::vector{entry("Bo", "hello")}, false, false), "something new");
  EXPECT_EQ(words_of(std::vector{answer(journal::AnswerState::kSealed)}, false, false), "something new");
  EXPECT_EQ(words_of(std::vector{entry("Bo", "a"), entry("Cy", "b")}, false, false), "2 new things");
  EXPECT_EQ(words_of(std::vector{entry("Bo", "a")}, true, false), "many new things");
  EXPECT_EQ(reminder_of("checkin", false), "a quiet moment for your journal, if you like");
}

TEST(Words, WithContentSayWhoAndTheFirstOfIt) {
  EXPECT_EQ(told({entry("Bo", "the sea\nwas  warm ")}), "Bo: the sea was warm");
  EXPECT_EQ(told({entry("Bo", "")}), "something new from Bo");
  Item reply = entry("Bo", "");
  reply.kind = journal::ItemKind::kRemark;
  EXPECT_EQ(told({reply}), "Bo has replied to you");
  reply.text = "gladly";
  EXPECT_EQ(told({reply}), "Bo: gladly");
  Item letter = entry("Bo", "dear you");
  letter.kind = journal::ItemKind::kLetter;
  EXPECT_EQ(told({letter}), "a letter from Bo is open");
  EXPECT_EQ(told({entry("Bo", "a"), entry("Cy", "b"), entry("Bo", "c")}), "3 new things from Bo, Cy");
  EXPECT_EQ(told({entry("A", ""), entry("B", ""), entry("C", ""), entry("D", "")}), "4 new things");
  EXPECT_EQ(told({entry("Bo", "a")}, true), "many new things from Bo");
  EXPECT_EQ(reminder_of("checkin", true), "Check-in: it is there for you, whenever you like");
}

TEST(Words, OfAnAnswerSayWhetherItCanBeReadAndNeverWhatItSays) {
  EXPECT_EQ(told({answer(journal::AnswerState::kSealed)}), "Bo has answered: Check-in");
  EXPECT_EQ(told({answer(journal::AnswerState::kGarbage)}), "Bo has answered: Check-in");
  EXPECT_EQ(told({answer(journal::AnswerState::kReadable)}), "Bo has answered: Check-in; you can read it");
}

TEST(Words, OfALongTextAreItsFirstEightyCharacters) {
  EXPECT_EQ(plain_line(std::string(80, 'x'), 80), std::string(80, 'x'));
  EXPECT_EQ(plain_line(std::string(81, 'x'), 80), std::string(80, 'x') + "…");
  EXPECT_EQ(plain_line("äöü", 2), "äö…");
  EXPECT_EQ(plain_line("ab  \n", 2), "ab");
}

TEST(Words, HoldNoControlFormatPrivateOrBrokenCharacter) {
  EXPECT_EQ(plain_line("a\x1b[31mb\a\r\n\tc\x7f", 80), "a [31mb c");
  EXPECT_EQ(plain_line("a\u202Eb\u2066c\u200Bd\uFEFFe\u00ADf", 80), "abcdef");
  EXPECT_EQ(plain_line("a\u0085b\u2028c\u2029d", 80), "a b c d");
  EXPECT_EQ(plain_line("\uE000x\U000E0041y", 80), "xy");
  EXPECT_EQ(plain_line("a\xff\xc3", 80), "a\uFFFD\uFFFD");
  EXPECT_EQ(plain_line(std::string_view("a\0b", 3), 80), "a b");
}

TEST(Words, KeepEmojiAndScriptsThatAreJoined) {
  EXPECT_EQ(plain_line("👩‍❤️‍👨 می‌خواهم", 80), "👩‍❤️‍👨 می‌خواهم");
}

TEST(Words, ForAServiceThatReadsMarkupHoldNone) {
  EXPECT_EQ(escape_markup("<b>\"a\" & 'b'</b> &amp;"), "&lt;b&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/b&gt; &amp;amp;");
}

}  // namespace
}  // namespace duolog::notify
