// The gate between foreign text and a terminal.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/sanitise.h"

#include <gmock/gmock.h>

#include <chrono>
#include <sstream>

#include "nasty.h"

namespace duolog::client {
namespace {

using std::chrono::steady_clock;
using testing::HasSubstr;
using testing::Not;

std::string repeat(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

bool is_safe(const std::string& text) {
  return !has_raw_control(text) && !has_bidi_control(text) && utf8_fault(text) == std::string::npos;
}

TEST(Sanitise, PlainTextIsLeftAlone) {
  for (const char* text : {"", "we walked to the lake", "two\nlines\n", "grüße · 東京 · ñandú", "שלום עולם", "مرحبا"}) {
    EXPECT_EQ(sanitise(text), text);
  }
}

TEST(Sanitise, EveryByteAloneIsSafeAndPrintableAsciiUnchanged) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_TRUE(is_safe(sanitise(text))) << byte;
    const bool printable = (byte >= 0x20 && byte < 0x7F) || byte == '\n';
    EXPECT_EQ(sanitise(text) == text, printable) << byte;
  }
}

TEST(Sanitise, EveryPairOfBytesIsSafe) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      ASSERT_TRUE(is_safe(sanitise(text))) << first << ' ' << second;
      ASSERT_EQ(sanitise_line(text).find('\n'), std::string::npos) << first << ' ' << second;
    }
  }
}

TEST(Sanitise, EveryTwoByteControlIsEscapedByItsNumber) {
  EXPECT_EQ(sanitise("\u009b31m"), "‹U+009B›31m");
  EXPECT_EQ(sanitise("\x9b"
                     "31m"),
            "‹0x9B›31m");
  EXPECT_EQ(sanitise("\x1b]0;title\x07"), "‹U+001B›]0;title‹U+0007›");
}

TEST(Sanitise, TabBecomesSpacesAndWindowsLineEndsBecomeNewlines) {
  EXPECT_EQ(sanitise("a\tb\r\nc\rd"), "a    b\nc‹U+000D›d");
}

TEST(Sanitise, NewlineInAnameIsEscaped) {
  EXPECT_EQ(sanitise_line("Bo\nroot# "), "Bo‹U+000A›root# ");
  EXPECT_EQ(sanitise_line("Bo\r\n"), "Bo‹U+000D›‹U+000A›");
}

TEST(Sanitise, BidiControlsAndInvisibleCharactersAreShown) {
  for (const char* hidden : {"\u202e",     "\u2066",     "\u200b", "\u200e",     "\u2060", "\ufeff", "\u00ad",
                             "\u2028",     "\u2029",     "\u115f", "\u3164",     "\u034f", "\u180e", "\ufff9",
                             "\U000E0041", "\U000E0001", "\ue000", "\U0010FFFD", "\u0378", "\ufdd0", "\U0001D173"}) {
    const auto shown = sanitise(std::string("a") + hidden + "b");
    EXPECT_THAT(shown, HasSubstr("‹U+")) << shown;
    EXPECT_THAT(shown, Not(HasSubstr(hidden)));
  }
}

TEST(Sanitise, InvalidUtf8IsShownByteByByte) {
  EXPECT_EQ(sanitise("a\xff"
                     "b"),
            "a‹0xFF›b");
  EXPECT_EQ(sanitise("\xc0\xaf"), "‹0xC0›‹0xAF›");                   // overlong
  EXPECT_EQ(sanitise("\xed\xa0\x80"), "‹0xED›‹0xA0›‹0x80›");         // a surrogate
  EXPECT_EQ(sanitise("\xf4\x90\x80\x80"), "‹0xF4›‹0x90›‹0x80 ×2›");  // over the last code point
  EXPECT_EQ(sanitise("\xe2\x82"), "‹0xE2›‹0x82›");                   // cut off
}

TEST(Sanitise, EightMarksAreShownAndTheNinthIsCounted) {
  EXPECT_EQ(sanitise("a" + repeat("\u0301", 8)), "a" + repeat("\u0301", 8));
  EXPECT_EQ(sanitise("a" + repeat("\u0301", 9)), "a" + repeat("\u0301", 8) + "‹+1 mark›");
  EXPECT_EQ(sanitise("a" + repeat("\u0301", 10000) + "b"), "a" + repeat("\u0301", 8) + "‹+9992 marks›b");
}

TEST(Sanitise, AMarkNeedsSomethingOfItsOwnToSitOn) {
  EXPECT_EQ(sanitise("\u0301"), "‹U+0301›");
  EXPECT_EQ(sanitise("a\n\u0301"), "a\n‹U+0301›");
  EXPECT_EQ(sanitise("\x07\u0301"), "‹U+0007›‹U+0301›");
}

TEST(Sanitise, HangulVowelsWithoutWidthCountAsMarks) {
  EXPECT_EQ(sanitise("\u1100\u1161\u11a8"), "\u1100\u1161\u11a8");
  EXPECT_THAT(sanitise("\u1100" + repeat("\u1161", 1000)), HasSubstr("‹+992 marks›"));
}

TEST(Sanitise, JoinersStayWhereAScriptNeedsThem) {
  EXPECT_EQ(sanitise("می‌خواهم"), "می‌خواهم");  // Persian, ZWNJ
  EXPECT_EQ(sanitise("क्‍ष"), "क्‍ष");            // Devanagari, ZWJ
  EXPECT_THAT(sanitise("pay\u200dpal"), HasSubstr("‹U+200D›"));
  EXPECT_THAT(sanitise("pay\u200cpal"), HasSubstr("‹U+200C›"));
  EXPECT_THAT(sanitise("م\u200c\u200c\u200cا"), HasSubstr("‹U+200C ×2›"));
}

TEST(Sanitise, OneVariationSelectorIsShownAndNoFlood) {
  EXPECT_EQ(sanitise("❤️"), "❤️");
  EXPECT_EQ(sanitise("1️⃣"), "1️⃣");
  EXPECT_THAT(sanitise("❤" + repeat("\ufe0f", 500)), HasSubstr("‹U+FE0F ×499›"));
  EXPECT_EQ(sanitise("a\ufe01"), "a‹U+FE01›");
  EXPECT_EQ(sanitise("a\U000E0101"), "a‹U+E0101›");
}

TEST(Sanitise, ARepetitionIsCounted) { EXPECT_EQ(sanitise(std::string(900, '\0')), "‹U+0000 ×900›"); }

TEST(Sanitise, AMegabyteOfAnythingTakesLinearTime) {
  for (const char* unit :
       {"a", "\x1b", "\u0301", "\xff", "\u202e", "❤\ufe0f\ufe0f", "👩\u200d", "\u1161", "\U000E0041\x07"}) {
    const auto text = repeat(unit, (1U << 20) / std::string(unit).size());
    const auto begin = steady_clock::now();
    const auto shown = sanitise(text);
    EXPECT_LT(steady_clock::now() - begin, std::chrono::seconds(5)) << unit;  // a square would take hours
    EXPECT_TRUE(is_safe(shown));
  }
}

// ---- the samples ----

class Nasty : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(nasty_folder())) {
      GTEST_SKIP() << "NOT RUN: no samples at " << nasty_folder() << "; DUOLOG_SHARED says where they are";
    }
  }
};

TEST_F(Nasty, EverySampleComesOutSafe) {
  const auto files = nasty_files();
  ASSERT_GT(files.size(), 50U);
  for (const auto& path : files) EXPECT_TRUE(is_safe(sanitise(file_text(path)))) << path;
}

TEST_F(Nasty, DeclarationsInTenLanguagesAreShownAsTheyAre) {
  for (const char* language : {"eng", "arb", "heb", "pes_1", "urd", "hin", "jpn", "kor", "cmn_hans", "tha"}) {
    const auto text = file_text(nasty_folder() / "udhr" / (std::string(language) + ".txt"));
    ASSERT_FALSE(text.empty()) << language;
    EXPECT_EQ(sanitise(text), text) << language;
  }
}

// The characters before ';' are hexadecimal code points.
std::vector<std::string> emoji(const std::filesystem::path& path, const std::string& status) {
  std::vector<std::string> found;
  std::istringstream lines(file_text(path));
  for (std::string line; std::getline(lines, line);) {
    const auto semicolon = line.find(';');
    if (line.empty() || line[0] == '#' || semicolon == std::string::npos) continue;
    if (line.substr(semicolon + 2).rfind(status, 0) != 0) continue;
    const auto hash = line.find("# ");
    const auto end = line.find(' ', hash + 2);
    found.push_back(line.substr(hash + 2, end - hash - 2));
  }
  return found;
}

TEST_F(Nasty, EveryEmojiIsShownButFlagsMadeOfTagCharacters) {
  const auto all = emoji(nasty_folder() / "emoji-test.txt", "fully-qualified");
  ASSERT_GT(all.size(), 3600U);
  std::size_t escaped = 0;
  for (const auto& one : all) {
    if (sanitise(one) == one) continue;
    ++escaped;
    EXPECT_THAT(one, HasSubstr("\U000E007F")) << one;
  }
  EXPECT_EQ(escaped, 3U);  // England, Scotland, Wales
}

}  // namespace
}  // namespace duolog::client
