// photograph_test.cc: what is a picture by its bytes, and how large it says it is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/photograph.h"

#include <gmock/gmock.h>

#include "attached_files.h"
#include "client/export/picture_tag.h"

namespace duolog::client {
namespace {

template <std::size_t kLength>
std::string bytes(const char (&text)[kLength]) {
  return {text, kLength - 1};
}

std::string told(const std::string& beginning) {
  const auto found = photograph_of(beginning);
  if (!found) return "none";
  return std::string(found->type) + " " + std::to_string(found->width) + "x" + std::to_string(found->height);
}

const std::string kFrame = bytes("\xff\xc2\0\x0b\x08\x01\x2c\x01\x90\x01\x01\x11\0");  // 400 by 300
std::string jpeg(const std::string& before_the_frame) { return bytes("\xff\xd8") + before_the_frame + kFrame; }
std::string exif(const std::string& orientation, bool little) {
  const auto tiff = little ? bytes("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0") + orientation + bytes("\0\0\0")
                           : bytes("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0") + orientation + bytes("\0\0");
  const auto body = bytes("Exif\0\0") + tiff;
  return bytes("\xff\xe1\0") + static_cast<char>(body.size() + 2) + body;
}

TEST(Photographs, SayHowLargeTheyAre) {
  EXPECT_EQ(told(png_head(4000, 3000)), "png 4000x3000");
  EXPECT_EQ(told(bytes("GIF89a\x03\x01\x02\0")), "gif 259x2");
  EXPECT_EQ(told(bytes("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x02\x01\0\x01\0\0")), "webp 259x2");
  EXPECT_EQ(told(bytes("RIFF\0\0\0\0WEBPVP8L\x05\0\0\0\x2f\x02\x40\0\0and on")), "webp 3x2");
  EXPECT_EQ(told(bytes("RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x03\0\x02\0")), "webp 3x2");
  EXPECT_EQ(told(jpeg("")), "jpeg 400x300");
}

TEST(Photographs, OfACameraHeldSidewaysAreAsHighAsTheyAreShown) {
  for (const bool little : {true, false}) {
    EXPECT_EQ(told(jpeg(exif("\x06", little))), "jpeg 300x400");
    EXPECT_EQ(told(jpeg(exif("\x03", little))), "jpeg 400x300");
  }
}

TEST(Photographs, WhatACameraHasWrittenBeforeItIsSteppedOver) {
  EXPECT_EQ(told(jpeg(bytes("\xff\xe0\0\x04\xff\xc0\xff\xff\xdb\0\x03x"))), "jpeg 400x300");
  std::string long_one = bytes("\xff\xd8");  // its frame is in another piece
  for (int i = 0; i < 5; ++i) long_one += bytes("\xff\xe1\xff\xff") + std::string(0xffff - 2, 'x');
  EXPECT_EQ(told(long_one.substr(0, 256 << 10)), "jpeg 0x0");
  EXPECT_EQ(told(long_one.substr(0, (256 << 10) - 1)), "none");
}

TEST(Photographs, AreNothingElse) {
  const auto none = [](const std::string& text) { return told(text) == "none"; };
  EXPECT_TRUE(none("<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"));
  EXPECT_TRUE(none("<!DOCTYPE html><script>alert(1)</script>") && none("") && none("BM") && none("%PDF-1.7"));
  EXPECT_TRUE(none(bytes("\0\0\0\x18"
                         "ftypheic\0\0\0\0")) &&
              none(bytes("RIFF\0\0\0\0WAVEfmt ")));
  EXPECT_TRUE(none(" " + png_head(1, 1)) && none(png_head(0, 5)) && none(bytes("\xff\xd8\xffx")));
}

TEST(Photographs, ThatNoBrowserCouldShowAreNone) {
  EXPECT_EQ(told(png_head(1 << 14, 1 << 14)), "png 16384x16384");
  EXPECT_EQ(told(png_head(1 << 14, (1 << 14) + 1)), "none");
  EXPECT_EQ(told(png_head(0xffffffffU, 0xffffffffU)), "none");
}

TEST(Photographs, CutAtAnyByteSayWhatIsTrueOrNothing) {
  const std::vector<std::string> whole{png_head(3, 2), bytes("GIF89a\x03\0\x02\0"), jpeg(exif("\x06", true)),
                                       bytes("RIFF\0\0\0\0WEBPVP8L\x05\0\0\0\x2f\x02\x40\0\0and on"),
                                       bytes("RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\x03\0\x02\0")};
  for (const auto& one : whole) {
    const auto truth = told(one);
    for (std::size_t length = 0; length < one.size(); ++length) {
      const auto cut = told(one.substr(0, length));
      EXPECT_TRUE(cut == truth || cut == "none") << cut << " for " << truth;
    }
  }
}

TEST(Photographs, AsBase64AreTheirBytes) {  // RFC 4648, section 10
  const std::vector<std::pair<std::string, std::string>> known{
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [text, written] : known) EXPECT_EQ(in_base64(text), written);
  EXPECT_EQ(in_base64(bytes("\xfb\xff\xfe\0")), "+//+AA==");
}

TEST(Photographs, InAPageAreOneTagInWhichANameIsText) {
  const auto tag = picture_tag({"png", "png", 3, 2}, "\"><script>\x1b[1m' onerror=x.png");
  EXPECT_EQ(tag.before + "…" + tag.after,
            "<img src=\"…\" alt=\"&quot;&gt;&lt;script&gt;‹U+001B›[1m&#39; onerror=x.png\" width=\"3\" height=\"2\">");
  EXPECT_EQ(picture_tag({"jpeg", "jpg"}, "a").after, "\" alt=\"a\">");
  EXPECT_EQ(picture_name({"jpeg", "jpg"}, 12), "pictures/12.jpg");
}

}  // namespace
}  // namespace duolog::client
