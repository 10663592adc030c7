// practice_file_test.cc: a practice is read whole, or refused with its file, its line and its key.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/practice/practice_file.h"

#include <gmock/gmock.h>

#include "daemon/practice/library.h"
#include "daemon/practice/texts.h"

namespace duolog::practice {
namespace {

using ::testing::HasSubstr;

constexpr const char* kWalk = R"(id = "walk"
title = "A walk"
why = "Fresh air."
rhythm = "weekly"
sharing = "open"

[[fields]]
id = "where"
kind = "text"
question = "Where to?"
)";

std::string fault_of(const std::string& toml) {
  try {
    read_practice(toml, "walk.toml", "partner");
  } catch (const BadPractice& bad) {
    return bad.what();
  }
  return {};
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = kWalk;
  return text.replace(text.find(from), from.size(), to);
}

TEST(PracticeFile, IsReadWhole) {
  const auto walk = read_practice(kWalk, "walk.toml", "partner");
  ASSERT_TRUE(walk);
  EXPECT_EQ(walk->id, "walk");
  EXPECT_EQ(walk->rhythm, Rhythm::kWeekly);
  ASSERT_EQ(walk->fields.size(), 1U);
  EXPECT_EQ(walk->fields[0].question, "Where to?");
}

TEST(PracticeFile, AFaultIsNamedWithFileLineAndKey) {
  EXPECT_EQ(fault_of(with("weekly", "hourly")),
            "walk.toml:4: rhythm must be one of: daily, weekly, monthly, quarterly, when needed");
  EXPECT_EQ(fault_of(with("kind = \"text\"", "kind = \"scale\"\nlow = 3\nhigh = 3")),
            "walk.toml:11: fields 1: high must be above low");
  EXPECT_THAT(fault_of(with("title = \"A walk\"", "")), HasSubstr("title is missing"));
  EXPECT_EQ(fault_of(with("sharing", "colour = 7\nsharing")), "walk.toml:5: colour is not a key that a practice has");
  EXPECT_THAT(fault_of("id = "), HasSubstr("walk.toml:1: "));
}

TEST(PracticeFile, WhatIsOutOfLimitsIsRefused) {
  EXPECT_EQ(fault_of(with("A walk", std::string(kLabelLimit, 'x'))), "");
  EXPECT_THAT(fault_of(with("A walk", std::string(kLabelLimit + 1, 'x'))), HasSubstr("title is longer than 128 bytes"));
  EXPECT_EQ(fault_of(with("where", std::string(kIdLimit, 'x'))), "");
  EXPECT_THAT(fault_of(with("where", std::string(kIdLimit + 1, 'x'))), HasSubstr("fields 1: id is longer"));
  EXPECT_THAT(fault_of(with("where", "../etc")), HasSubstr("must begin with a letter"));
  EXPECT_THAT(fault_of(std::string(kFileLimit + 1, '#')), HasSubstr("holds more than"));
  EXPECT_THAT(fault_of("title = \"\xff\""), HasSubstr("is not UTF-8"));
  std::string fields;
  for (std::size_t i = 0; i < kFieldLimit; ++i)
    fields += "[[fields]]\nid = \"f" + std::to_string(i) + "\"\nkind = \"text\"\nquestion = \"?\"\n";
  EXPECT_THAT(fault_of(std::string(kWalk) + fields), HasSubstr("fields has more than 32"));
}

TEST(PracticeFile, ARefusalIsOneLineWhateverStandsInTheFile) {
  EXPECT_THAT(fault_of("optional = tru\ne"), ::testing::Not(HasSubstr("\n")));
}

TEST(PracticeFile, DeepNestingIsRefusedAndNotFollowed) {
  EXPECT_NE(fault_of("a = " + std::string(20'000, '[') + std::string(20'000, ']')), "");
}

TEST(PracticeFile, CutAtAnyByteItIsRefusedOrWhole) {
  const std::string whole(practice_texts().front().words);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    try {
      read_practice(whole.substr(0, cut), "cut", "friend");
    } catch (const BadPractice&) {
      continue;
    }
  }
}

TEST(PracticeFile, SpeaksInTheWordsForItsTwo) {
  const std::string text = with("[[fields]]", "[instead.friend]\nwhy = \"Gossip.\"\n\n[[fields]]");
  EXPECT_EQ(read_practice(text, "f", "friend")->why, "Gossip.");
  EXPECT_EQ(read_practice(text, "f", "family")->why, "Fresh air.");
}

TEST(PracticeFile, IsForThoseWhomItNames) {
  const std::string text = with("title", "for = [\"friend\"]\ntitle");
  EXPECT_TRUE(read_practice(text, "f", "friend"));
  EXPECT_FALSE(read_practice(text, "f", "partner"));
  EXPECT_TRUE(read_practice(text, "f", "")) << "alone, everything can be tried";
}

bool add(Library& library, std::string_view toml, bool mine = true) {
  const auto own = read_own(toml, "partner");
  return own && library.add(*own, mine);
}

TEST(PracticeFile, AMisspeltKeyIsNamedAndNotTheOneThatIsMissing) {
  EXPECT_EQ(fault_of(with("title =", "titel =")), "walk.toml:2: titel is not a key that a practice has");
}

TEST(Library, HasFourteenFormsForEveryRelationship) {
  for (const char* kind : {"partner", "friend", "family", ""}) {
    const Library library(kind);
    EXPECT_EQ(library.all().size(), 14U) << kind;
    for (const char* id : {"checkin", "appreciate", "question", "reflect", "prompt", "languages", "gesture", "need",
                           "promise", "repair", "plan", "mood", "closeness", "talk"})
      EXPECT_NE(library.practice(id), nullptr) << id;
  }
}

TEST(Library, OnesOwnTakesThePlaceOfABuiltInOne) {
  Library library("partner");
  std::string toml = with("walk", "checkin");
  toml.replace(toml.find("\"open\""), 6, "\"sealed until both\"");
  EXPECT_TRUE(add(library, toml));
  EXPECT_EQ(library.practice("checkin")->title, "A walk");
  EXPECT_TRUE(library.find("checkin")->own);
  EXPECT_EQ(library.all().size(), 14U);
  EXPECT_FALSE(add(library, "no practice"));
}

// Else one of the two could open a sealed exercise, or a private one, under the other's hands.
TEST(Library, NobodySharesOtherwiseWhatIsThere) {
  Library library("partner");
  EXPECT_FALSE(add(library, with("walk", "checkin"))) << "open, and the check-in is sealed";
  EXPECT_TRUE(add(library, kWalk));
  std::string daily = kWalk;
  EXPECT_FALSE(add(library, daily.replace(daily.find("weekly"), 6, "daily")));
  std::string closed = kWalk;
  EXPECT_FALSE(add(library, closed.replace(closed.find("\"open\""), 6, "\"private\"")));
  EXPECT_FALSE(add(library, with("walk", "letter")));
  EXPECT_EQ(library.practice("checkin")->sharing, Sharing::kSealedUntilBoth);
}

TEST(PracticeFile, AKeyOfManyPartsIsRefusedBeforeItIsRead) {
  std::string key = "a";
  for (int i = 0; i < 30'000; ++i) key += ".a";
  EXPECT_EQ(fault_of(key + " = 1"), "walk.toml:1: the line has more than 64 dots");
}

TEST(Library, KeepsNoMoreOfItsOwnThanItsLimit) {
  Library library("partner");
  for (std::size_t i = 0; i < kOwnLimit; ++i) EXPECT_TRUE(add(library, with("walk", "w" + std::to_string(i))));
  EXPECT_FALSE(add(library, with("walk", "one-more")));
  EXPECT_TRUE(add(library, with("walk", "w7"))) << "a new text of one that is there";
  EXPECT_TRUE(add(library, with("walk", "one-more"), false)) << "the other has room of their own";
}

}  // namespace
}  // namespace duolog::practice
