// What scripts read: complete, and harmless on a terminal.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/json.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "client/sanitise.h"
#include "nasty.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using testing::HasSubstr;

control::Item item_with(const std::string& text) {
  control::Item item;
  item.set_text(text);
  return item;
}

std::string text_in(const std::string& json) { return nlohmann::json::parse(json).at("text"); }

TEST(Json, NamesAreThoseOfTheMessageAndDefaultsArePrinted) {
  const auto json = to_json(item_with("hello"));
  for (const char* part :
       {R"("text":"hello")", R"("written_at":"")", R"("mine":false)", R"("tags":[])", R"("day_only":false)"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST(Json, CountsAreNumbers) {
  control::StatusReport report;
  report.add_journals()->set_entries(4294967295U);
  EXPECT_THAT(to_json(report), HasSubstr(R"("entries":4294967295)"));
}

TEST(Json, WhatIsMineAndSharedHasADeliveryAndNothingElseHas) {
  auto item = item_with("x");
  EXPECT_EQ(to_json(item).find("delivery"), std::string::npos);
  item.mutable_delivery()->set_state("here");
  EXPECT_THAT(to_json(item), HasSubstr(R"("delivery":{"state":"here")"));
}

TEST(Json, EveryCodePointComesBackAndNoneIsDangerous) {
  for (char32_t first = 1; first < 0x30000; first += 64) {
    std::string text;
    for (char32_t point = first; point < first + 64; ++point) {
      if (point >= 0xD800 && point <= 0xDFFF) continue;
      if (point < 0x80) {
        text += static_cast<char>(point);
      } else if (point < 0x800) {
        text += {static_cast<char>(0xC0 | (point >> 6)), static_cast<char>(0x80 | (point & 0x3F))};
      } else if (point < 0x10000) {
        text += {static_cast<char>(0xE0 | (point >> 12)), static_cast<char>(0x80 | ((point >> 6) & 0x3F)),
                 static_cast<char>(0x80 | (point & 0x3F))};
      } else {
        text += {static_cast<char>(0xF0 | (point >> 18)), static_cast<char>(0x80 | ((point >> 12) & 0x3F)),
                 static_cast<char>(0x80 | ((point >> 6) & 0x3F)), static_cast<char>(0x80 | (point & 0x3F))};
      }
    }
    const auto json = to_json(item_with(text));
    ASSERT_EQ(text_in(json), text) << static_cast<unsigned>(first);
    ASSERT_FALSE(has_raw_control(json) || has_bidi_control(json) || json.find('\n') != std::string::npos)
        << static_cast<unsigned>(first);
  }
}

TEST(Json, ControlsAndBidiControlsAreEscaped) {
  EXPECT_THAT(to_json(item_with("\u009b\u202e\x7f")), HasSubstr(R"("text":"\u009b\u202e\u007f")"));
  EXPECT_THAT(to_json(item_with("\U000E0041")), HasSubstr(R"(\udb40\udc41)"));
}

TEST(Json, AMarkSitsOnTheLastOfARunOfPlainLetters) {
  EXPECT_THAT(to_json(item_with("cafe\u0301 noir")), HasSubstr("cafe\u0301 noir"));
}

TEST(Json, MarksOverTheLimitAreEscapedAndStillThere) {
  std::string text = "a";
  for (int i = 0; i < 100; ++i) text += "\u0301";
  const auto json = to_json(item_with(text));
  EXPECT_EQ(text_in(json), text);
  EXPECT_THAT(json, HasSubstr("\\u0301\\u0301"));
}

TEST(Json, AStringOfOursIsQuotedAndEscaped) {
  EXPECT_EQ(json_string("say \"hi\"\\\n\x1b"), R"("say \"hi\"\\\n\u001b")");
}

TEST(Json, ErrorsKeepTheirCodesNames) {
  control::Error error;
  error.set_code(control::Error::MISTYPED_WORD);
  EXPECT_THAT(to_json(error), HasSubstr(R"("code":"MISTYPED_WORD")"));
}

}  // namespace
}  // namespace duolog::client
