// What each format's reader makes of small files like those that people have.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/day_one_text.h"
#include "client/import/json_items.h"
#include "tests/unit/client/foreign_files.h"

namespace duolog::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ---- Day One ----

class DayOne : public ForeignFiles {
 protected:
  void entry(const std::string& members) {
    read(read_day_one, put("Tagebuch.json", R"({"metadata":{"version":"2024.14"},"entries":[{)" + members + "}]}"));
  }
};

TEST_F(DayOne, TheDayIsThatOfItsZoneAndNotOfUtc) {
  entry(R"("uuid":"A","creationDate":"2024-04-16T23:00:00Z","timeZone":"Europe\/Dublin","isAllDay":true,"text":"sun")");
  ASSERT_EQ(found_.size(), 1U);
  EXPECT_EQ(day(found_[0].at), "2024-04-17");
  EXPECT_EQ(found_[0].key, "A");
  entry(R"("creationDate":"2019-01-01T00:00:00-08:00","text":"x")");
  EXPECT_EQ(day(found_.at(0).at), "2019-01-01 00:00 -480");
}

TEST_F(DayOne, BackslashesThatChangeNothingComeOffAndHyphensStayHyphens) {
  entry(
      R"("creationDate":"2024-04-16T23:00:00Z","text":"mice\\. 30\\-minutes \\(a\\) \\*b\\* \\# c\n\\# d\n```\na\\.b\n```\n2 \\\\ 3")");
  EXPECT_THAT(texts(), ElementsAre("mice. 30-minutes (a) \\*b\\* # c\n\\# d\n```\na\\.b\n```\n2 \\\\ 3"));
}

TEST_F(DayOne, OfMediaThatAreNotThereThePlaceIsKeptAndTold) {
  entry(R"("creationDate":"2024-04-16T23:00:00Z","photos":[{"md5":"aa"},{"md5":"bb"}],
    "text":"![](dayone-moment:\/\/AA)\nbefore ![](dayone-moment:\/video\/BB) after","location":{"placeName":"Hotel"}})"
        R"(,{"creationDate":"2024-04-17T23:00:00Z","text":"b","weather":{"conditionsDescription":"Fog"}, "moods":3)");
  EXPECT_THAT(texts(), ElementsAre("[photo]\nbefore [video] after", "b"));
  EXPECT_THAT(whats(findings_.dropped()),
              ElementsAre("photographs, which this file alone does not hold 2", "places 1",
                          "\"moods\", which this version does not know 1", "the weather 1"));
  EXPECT_THAT(findings_.dropped()[1].samples, ElementsAre("Hotel"));
  EXPECT_THAT(whats(findings_.bent()), ElementsAre("media in the text, of which only the place is kept 2"));
}

TEST_F(DayOne, MediaThatAreNoListAreTold) {
  entry(R"("creationDate":"2024-04-16T23:00:00Z","text":"a","photos":{"md5":"aa"},"photo":{"md5":"bb"},"videos":[])");
  EXPECT_THAT(whats(findings_.dropped()), ElementsAre("\"photo\", which this version does not know 1",
                                                      "\"photos\", which this version does not know 1"));
}

TEST_F(DayOne, StarsPinsAndTagsBecomeTags) {
  entry(
      R"("creationDate":"2024-04-16T23:00:00Z","text":"a","starred":true,"pinned":true,"tags":["long walks","ä","long walks"])");
  EXPECT_THAT(found_.at(0).tags, ElementsAre("long-walks", "ä", "starred", "pinned"));
}

TEST_F(DayOne, ATextThatIsMissingIsLookedForBeside) {
  entry(
      R"("creationDate":"2024-04-16T23:00:00Z","richText":"{\"contents\":[{\"text\":\"from \"},{\"text\":\"beside\"}]}")");
  EXPECT_THAT(texts(), ElementsAre("from beside"));
  entry(R"("creationDate":"2024-04-16T23:00:00Z","richText":"no JSON","text":"")");
  EXPECT_THAT(texts(), IsEmpty());
  EXPECT_THAT(whats(findings_.missed()), ElementsAre("entries without a word 1"));
}

TEST_F(DayOne, APictureAndALinkEndWithTheirLineAndBeforeLong) {
  const auto plain = [this](const std::string& text) { return plain_markdown(text, findings_); };
  const std::string name(600, 'a');
  for (const auto& text : {"![" + name + "](dayone-moment://AA) b", "![](dayone-moment://" + name + ") b",
                           std::string("![a\n](dayone-moment://AA)"), std::string("![](dayone-moment://A\nA)")})
    EXPECT_EQ(plain(text), text);
  EXPECT_EQ(plain("![](dayone-moment://AA) b"), "[photo] b");
}

TEST_F(DayOne, AHundredThousandPicturesThatNeverEndCostNoMoreThanTheirLength) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "![dayone://";
  EXPECT_EQ(plain_markdown(text, findings_), text);
}

TEST_F(DayOne, FormattingWithoutTextIsReadUpToTwoMebibytes) {
  const auto rich = [this](std::size_t bytes) {
    entry(R"("creationDate":"2024-04-16T23:00:00Z","richText":"{\"contents\":[{\"text\":\")" + std::string(bytes, 'x') +
          R"(\"}]}")");
  };
  rich(1 << 20);
  EXPECT_EQ(found_.size(), 1U);
  rich(2 << 20);
  EXPECT_THAT(texts(), IsEmpty());
  EXPECT_THAT(whats(findings_.missed()), ElementsAre("entries without text whose formatting is over 2 MiB 1"));
}

TEST_F(DayOne, AFileOfJsonHasALimit) {
  const auto place = put("Tagebuch.json", "{");
  std::filesystem::resize_file(place, kJsonFileLimit + 1);  // and takes no room on the disk
  for (auto* reader : {read_day_one, read_duolog})
    EXPECT_THAT(refused([&] { read(reader, place); }), HasSubstr("is longer than 512 MiB"));
}

TEST_F(DayOne, WhatIsWrongWithOneEntryIsToldAndTheOthersAreRead) {
  entry(R"("uuid":"A","creationDate":"2024-04-16T23:00:00Z","text":{"no":"text"}},7,{"text":"no date"},)"
        R"({"creationDate":"2024-04-16T23:00:00Z","timeZone":"Mars/Base","text":"b")");
  EXPECT_THAT(texts(), ElementsAre("b"));
  EXPECT_THAT(whats(findings_.missed()),
              ElementsAre("entries whose text is none 1", "entries that are none 1", "entries without a date 1"));
  EXPECT_THAT(whats(findings_.bent()), ElementsAre(HasSubstr("a zone that this computer does not know")));
}

TEST_F(DayOne, AnArchiveHoldsAFileForEachJournal) {
  ZipMaker zip;
  zip.add("Journal.json", R"({"entries":[{"creationDate":"2024-04-16T23:00:00Z","text":"a"}]})");
  zip.add("Das Zweite.json", R"({"entries":[{"creationDate":"2024-04-16T23:00:00Z","text":"b"}]})");
  read(read_day_one, put("export.zip", zip.bytes()));
  EXPECT_THAT(texts(), ElementsAre("b", "a"));
  EXPECT_THAT(findings_.missed(), IsEmpty());
}

TEST_F(DayOne, AnotherJsonFileIsRefused) {
  EXPECT_THAT(refused([&] { read(read_day_one, put("a.json", R"({"foo":1})")); }),
              HasSubstr("holds no Day One journal"));
  EXPECT_THAT(refused([&] { read(read_day_one, put("a.json", "{\"foo\":\n}")); }), HasSubstr("no JSON"));
}

TEST_F(DayOne, ClassicIsAFolderOfPropertyLists) {
  const auto entry = [](const char* more) {
    return std::string(R"(<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "aaaa">]><plist version="1.0"><dict>
      <key>Creation Date</key><date>2013-06-17T22:38:29Z</date><key>Entry Text</key><string>A &lt;b&gt; c</string>
      <key>UUID</key><string>0B</string><key>Tags</key><array><string>one two</string></array>)") +
           more + "</dict></plist>";
  };
  put("x.dayone/entries/0B.doentry",
      entry("<key>Time Zone</key><string>Europe/Berlin</string><key>Starred</key><true/>"));
  put("x.dayone/entries/0C.doentry", "<plist><dict>");
  read(read_day_one, folder_.path() / "x.dayone");
  EXPECT_THAT(texts(), ElementsAre("A <b> c"));
  EXPECT_THAT(found_.at(0).tags, ElementsAre("one-two", "starred"));
  EXPECT_EQ(day(found_.at(0).at), "2013-06-18 00:38 120");
  EXPECT_THAT(whats(findings_.missed()), ElementsAre("entries that cannot be read 1"));
}

// ---- jrnl ----

class Jrnl : public ForeignFiles {
 protected:
  void text(const std::string& text) { read(read_jrnl, put("journal.txt", text)); }
};

TEST_F(Jrnl, AnEntryBeginsAtABracketThatHoldsADate) {
  text(
      "[2019-07-08 05:42] Entry subject\n[1] line starting with 1\n[2019-07-09] No time\n\n[2019-07-10 1:00 PM] Third. "
      "*\nbody *\n");
  EXPECT_THAT(texts(), ElementsAre("Entry subject\n[1] line starting with 1", "No time", "Third.\nbody *"));
  EXPECT_EQ(day(found_[0].at), "2019-07-08 05:42 120");
  EXPECT_TRUE(found_[1].at.day_only);
  EXPECT_THAT(found_[2].tags, ElementsAre("starred"));
  EXPECT_THAT(whats(findings_.bent()), Contains(HasSubstr("brackets at the beginning of a line")));
}

TEST_F(Jrnl, TagsBeginAWordAndAddressesAreNone) {
  text("[2013-06-10 15:40] I programmed for @OS/2 and @C++.\n@Newline kyla@example.org Kyla's @email is x\n");
  EXPECT_THAT(found_.at(0).tags, ElementsAre("os/2", "c++", "newline", "email"));
}

TEST_F(Jrnl, TheFirstVersionWroteNoBrackets) {
  text("2010-06-10 15:00 A life.\n\n2013-06-10 15:40 He said \"[this]\".\nLorem\n\n[2019-08-03 12:55] Some chat log\n");
  EXPECT_THAT(texts(), ElementsAre("A life.", "He said \"[this]\".\nLorem\n\n[2019-08-03 12:55] Some chat log"));
}

TEST_F(Jrnl, TextWithoutADateIsOneEntryOfTheFilesOwnDaySoThatTheNextImportFindsItAgain) {
  const auto place = put("journal.txt", "[ashasd7] Entry subject\nI've lost track of time.\n");
  std::filesystem::last_write_time(place, std::filesystem::file_time_type::clock::now() - std::chrono::hours(48));
  read(read_jrnl, place);
  const auto first = found_.at(0).at;
  read(read_jrnl, place);
  EXPECT_EQ(found_.at(0).at, first);
  EXPECT_THAT(texts(), ElementsAre("[ashasd7] Entry subject\nI've lost track of time."));
}

TEST_F(Jrnl, OfAFolderTheFilesWithADayForTheirNameAreRead) {
  put("j/2020/08/29.txt", "[2020-08-29 11:11:00 AM] Entry the first.\n");
  put("j/2020/09/should-be-ignored.txt", "[2022-03-02 9:25:00 AM] This\n");
  read(read_jrnl, folder_.path() / "j");
  EXPECT_THAT(texts(), ElementsAre("Entry the first."));
  EXPECT_THAT(findings_.missed().at(0).samples, ElementsAre("2020/09/should-be-ignored.txt"));
}

TEST_F(Jrnl, ItsJson) {
  text(
      R"({"tags":{},"entries":[{"title":"T","body":"b\n","date":"2019-01-01","time":"00:00","starred":true,"tags":["@x"]},
    {"title":"","body":""}]})");
  EXPECT_THAT(texts(), ElementsAre("T\n\nb"));
  EXPECT_THAT(found_.at(0).tags, ElementsAre("x", "starred"));
  EXPECT_THAT(whats(findings_.missed()), ElementsAre("entries without a date 1"));
}

TEST_F(Jrnl, WhatIsEncryptedSaysSo) {
  EXPECT_THAT(refused([&] { text(std::string("JRNLv3\0abc", 10)); }), HasSubstr("encrypted"));
  EXPECT_THAT(refused([&] { text("gAAAAABfb4gQBMqqGn_W8v"); }), HasSubstr("encrypted"));
  EXPECT_THAT(refused([&] { text("\xb3\xd3\xdd)J"); }), HasSubstr("not UTF-8"));
}

// ---- Markdown ----

using Markdown = ForeignFiles;

TEST_F(Markdown, TheDayIsInTheFrontMatterOrInTheName) {
  put("n/2024-05-01.md", "one\n");
  put("n/2024-05-02 a walk.md",
      "---\ntags: [lake, \"long walk\"]\nweather: sunny\n---\n\ntwo #evening\n```\n#no\n```\n");
  put("n/third.md", "---\ndate: 2024-05-03T08:30\ntags:\n  - a\n  - b\ntitle: A title\nmood: 4\n---\nthree\n");
  put("n/none.md", "no date\n");
  put("n/picture.png", "x");
  read(read_markdown, folder_.path() / "n");
  EXPECT_THAT(texts(), ElementsAre("one", "two #evening\n```\n#no\n```", "# A title\n\nthree"));
  EXPECT_EQ(day(found_[0].at), "2024-05-01");
  EXPECT_THAT(found_[1].tags, ElementsAre("lake", "long-walk", "evening"));
  EXPECT_EQ(day(found_[2].at), "2024-05-03 08:30 120");
  EXPECT_EQ(found_[2].mood, 4U);
  EXPECT_EQ(found_[1].key, "2024-05-02 a walk.md");
  EXPECT_THAT(whats(findings_.dropped()), ElementsAre("\"weather\" of the front matter 1"));
  EXPECT_THAT(whats(findings_.missed()), ElementsAre("notes with no date in their name or front matter 1",
                                                     "files that are no notes, and that no note names 1"));
}

TEST_F(Markdown, FrontMatterThatNeverEndsIsText) {
  put("n/2024-05-01.md", "---\nnot: ended\n");
  read(read_markdown, folder_.path() / "n");
  EXPECT_THAT(texts(), ElementsAre("---\nnot: ended"));
}

TEST_F(Markdown, FrontMatterThatEndsFarTooLateIsText) {
  std::string long_one = "---\n";
  for (int i = 0; i < 20'000; ++i) long_one += "a: b\n";
  put("n/2024-05-01.md", long_one + "---\nwords\n");
  read(read_markdown, folder_.path() / "n");
  ASSERT_EQ(found_.size(), 1U);
  EXPECT_TRUE(found_[0].text.starts_with("---\na: b\n")) << found_[0].text.substr(0, 80);
}

TEST_F(Markdown, OneNoteThatIsNoTextLeavesTheOthers) {
  put("n/2024-05-01.md", "\xff\xfe");
  put("n/2024-05-02.md", "two\r\nlines\r\n");
  read(read_markdown, folder_.path() / "n");
  EXPECT_THAT(texts(), ElementsAre("two\nlines"));
  EXPECT_THAT(whats(findings_.missed()), ElementsAre("files that are not UTF-8 text 1"));
}

// ---- plain text ----

using PlainText = ForeignFiles;

TEST_F(PlainText, ALineThatIsADateBeginsAnEntry) {
  read(read_text,
       put("d.txt",
           "## Monday, 1 January 2024\n\nfirst\n\n2024-01-02\nsecond\n2024-01-03: third\nmay be\n4. 1. 2024\n"));
  EXPECT_THAT(texts(), ElementsAre("first", "second", "third\nmay be\n4. 1. 2024"));
}

TEST_F(PlainText, TextBeforeTheFirstDateIsKept) {
  read(read_text, put("d.txt", "a foreword\n\n2024-01-02\nsecond\n"));
  EXPECT_THAT(texts(), ElementsAre("second", "a foreword"));
  EXPECT_THAT(whats(findings_.bent()), ElementsAre(HasSubstr("text before the first date")));
}

TEST_F(PlainText, DayOnesTextExport) {
  read(read_text,
       put("d.txt",
           "\tDate:\t01 January 2019 at 00:00:00 GMT\n\tWeather:\t3 degrees\n\nDiary Entry 1\n\nThis.\n\n\n\n"
           "\tDate:\t02 January 2019 at 00:00:00 GMT\n\nDiary Entry 2\n\n\n\n"));
  EXPECT_THAT(texts(), ElementsAre("Diary Entry 1\n\nThis.", "Diary Entry 2"));
  EXPECT_EQ(day(found_.at(0).at), "2019-01-01 00:00 0");
  EXPECT_THAT(whats(findings_.dropped()), ElementsAre("\"Weather\" of an entry 1"));
}

TEST_F(PlainText, AFileWithNoDateIsOfTheDayInItsNameOrRefused) {
  read(read_text, put("2024-05-01.txt", "words\n"));
  EXPECT_EQ(day(found_.at(0).at), "2024-05-01");
  EXPECT_THAT(refused([&] { read(read_text, put("d.txt", "03/04/2019\nwords\n")); }), HasSubstr("no date was found"));
  read(read_text, put("d.txt", "03/04/2019\nwords\n"), DateOrder::kDayFirst);
  EXPECT_EQ(day(found_.at(0).at), "2019-04-03");
}

// ---- Duolog's own ----

class DuologsOwn : public ForeignFiles {
 protected:
  void items(const std::string& items, bool into_notebook = true) {
    read(read_duolog,
         put("e.json", R"({"duolog":1,"practices":[{"id":"tea","toml":"id = 'tea'"}],"items":[)" + items + "]}"),
         DateOrder::kUnknown, into_notebook);
  }
};

TEST_F(DuologsOwn, OnesOwnWordsAreReadAndTheOthersAreTold) {
  items(
      R"({"id":"aa","kind":"entry","mine":true,"text":"a","written_at":"2026-11-22T21:14:05+01:00","tags":["t"],"mood":2,
    "reactions":[{"emoji":"🌿","mine":true},{"emoji":"x","mine":false}]},
    {"id":"bb","kind":"entry","mine":false,"text":"theirs","written_at":"2026-11-22T21:14:05+01:00"},
    {"id":"cc","kind":"entry","mine":true,"text":"c","on":"2026-11-01","day_only":true,"written_at":"2026-11-22T21:14:05+01:00"},
    {"id":"dd","kind":"remark","mine":true,"to":"aa","manner":"","text":"r"},
    {"id":"ee","kind":"answer","mine":true,"practice":"checkin","period":"2026-W47","fields":[{"id":"n","number":8},{"id":"t","text":"x"}]})");
  ASSERT_EQ(found_.size(), 6U);
  EXPECT_EQ(found_[0].toml, "id = 'tea'");
  EXPECT_EQ(found_[1].key, "aa");
  EXPECT_EQ(day(found_[1].at), "2026-11-22 21:14 60");
  EXPECT_EQ(found_[1].mood, 2U);
  EXPECT_EQ(found_[2].emoji, "🌿");
  EXPECT_EQ(day(found_[3].at), "2026-11-01");
  EXPECT_EQ(found_[4].to, "aa");
  EXPECT_EQ(found_[5].fields.at(0).number, 8);
  EXPECT_THAT(whats(findings_.dropped()), ElementsAre("reactions of the other, who alone can give them 1",
                                                      "what the other wrote, and only the other can write 1"));
}

TEST_F(DuologsOwn, VersionsThatStoodBesideEachOtherBecomeOne) {
  items(R"({"id":"aa","kind":"entry","mine":true,"text":"b","written_at":"2026-11-22T21:14:05+01:00",
    "versions":[{"text":"a"},{"text":"b"},7]})");
  EXPECT_EQ(found_.at(1).text, "a\n\n---\n\nb");
  EXPECT_EQ(findings_.bent().size(), 1U);
}

TEST_F(DuologsOwn, WhatIsAttachedIsTold) {
  items(R"({"id":"aa","kind":"entry","mine":true,"text":"a","written_at":"2026-11-22T21:14:05+01:00",
    "attachments":[{"name":"lake.jpg","size":5,"held":5},7]},
    {"id":"bb","kind":"entry","mine":true,"text":"","written_at":"2026-11-22T21:14:05+01:00","attachments":[{"name":"b"}]},
    {"id":"cc","kind":"entry","mine":true,"text":"c","written_at":"2026-11-22T21:14:05+01:00","attachments":[]})");
  ASSERT_EQ(found_.size(), 3U);
  EXPECT_EQ(found_[1].text + found_[2].text, "ac");
  EXPECT_THAT(whats(findings_.dropped()), ElementsAre("attachments, of which this export has the names alone 3"));
}

TEST_F(DuologsOwn, WhatLiesBesideTheDocumentComesWithItsEntry) {
  put("out/attachments/2026-11-22/lake.jpg", "water");
  put("out/attachments/2026-11-22/lake-2.jpg", "more water");
  put("out/attachments/2026-11-22/theirs.jpg", "their water");
  put("out/attachments/2026-11-22/stray.jpg", "?");
  const auto folder = put("out/journal.json",
                          R"({"duolog":1,"agreements":[{"other":"Bo"}],"items":[
    {"id":"aa","kind":"entry","mine":true,"text":"","written_at":"2026-11-22T21:14:05+01:00",
     "attachments":[{"name":"lake.jpg"},{"name":"lake.jpg"},{"name":"far.jpg"},{"name":"gone.jpg"},{"name":"../x"}],
     "files":["attachments/2026-11-22/lake.jpg","attachments/2026-11-22/lake-2.jpg","",
              "attachments/gone.jpg","../../../etc/passwd"]},
    {"id":"bb","kind":"entry","mine":false,"text":"b","written_at":"2026-11-22T21:14:05+01:00",
     "attachments":[{"name":"theirs.jpg"}],"files":["attachments/2026-11-22/theirs.jpg"]}]})")
                          .parent_path();
  read(read_duolog, folder);
  ASSERT_EQ(found_.size(), 1U);
  ASSERT_EQ(found_[0].media.size(), 2U);
  EXPECT_EQ(found_[0].media[0].name, "lake.jpg");
  EXPECT_EQ(found_[0].media[0].place, "attachments/2026-11-22/lake.jpg");
  EXPECT_EQ(found_[0].media[1].place, "attachments/2026-11-22/lake-2.jpg");
  EXPECT_EQ(found_[0].media[1].size, 10U);
  EXPECT_THAT(whats(findings_.dropped()), ElementsAre("what the two had agreed on, and only both can 1",
                                                      "attachments, of which this export has the names alone 1",
                                                      "what the other wrote, and only the other can write 1",
                                                      "what the other has attached, and only the other can 1"));
  EXPECT_THAT(whats(findings_.missed()),
              ElementsAre("attachments whose file is not there 2", "files that no entry names 1"));
}

TEST_F(DuologsOwn, AFolderThatWasPackedIsReadAsItIs) {
  ZipMaker zip;
  zip.add("ada/attachments/2026-11-22/lake.jpg", "water");
  zip.add("ada/journal.json",
          R"({"duolog":1,"items":[{"id":"aa","kind":"entry","mine":true,"text":"a","written_at":"2026-11-22T21:14:05Z",
              "attachments":[{"name":"lake.jpg"}],"files":["attachments/2026-11-22/lake.jpg"]}]})");
  read(read_duolog, put("ada.zip", zip.bytes()));
  ASSERT_EQ(found_.size(), 1U);
  ASSERT_EQ(found_[0].media.size(), 1U);
  EXPECT_EQ(found_[0].media[0].place, "ada/attachments/2026-11-22/lake.jpg");
  EXPECT_THAT(findings_.missed(), IsEmpty());
}

TEST_F(DuologsOwn, WhatIsSealedGoesIntoTheNotebookAlone) {
  const auto letter =
      R"({"id":"aa","kind":"letter","mine":true,"text":"a","visibility":"sealed","written_at":"2026-11-22T21:14:05+01:00"})";
  items(letter, true);
  EXPECT_EQ(found_.size(), 2U);
  items(letter, false);
  EXPECT_EQ(found_.size(), 1U);
}

TEST_F(DuologsOwn, AnotherFileIsRefused) {
  EXPECT_THAT(refused([&] { read(read_duolog, put("e.json", R"({"items":[]})")); }),
              HasSubstr("no export of Duolog's"));
  EXPECT_THAT(refused([&] { read(read_duolog, put("notes/e.md", "words").parent_path()); }),
              HasSubstr("has no journal.json in it"));
}

// ---- of all ----

TEST(FittingTags, AreOneShortWordEach) {
  Findings findings;
  EXPECT_THAT(fitting_tags({"#a b", "", "ä\u00a0ö", "a-b", std::string(100, 'x'), "\t"}, findings),
              ElementsAre("a-b", "ä-ö", std::string(64, 'x')));
  EXPECT_EQ(findings.bent().size(), 1U);
  std::vector<std::string> many;
  for (int i = 0; i < 70; ++i) many.push_back("t" + std::to_string(i));
  EXPECT_EQ(fitting_tags(many, findings).size(), 64U);
  EXPECT_EQ(findings.dropped().at(0).count, 6U);
}

TEST(Once, WhatStandsThereTwiceIsToldAndWhatOnlySharesANameIsKept) {
  Findings findings;
  Once once(findings);
  std::uint32_t again = 0;
  const auto found = [](const char* key, const char* text) {
    Found one;
    one.key = key;
    one.text = text;
    return one;
  };
  auto a = found("A", "a"), same = found("A", "a"), other = found("A", "b");
  EXPECT_TRUE(once.first(a, again));
  EXPECT_FALSE(once.first(same, again));
  EXPECT_TRUE(once.first(other, again));
  EXPECT_EQ(other.key, "A #2");
  auto x = found("", "x"), x2 = found("", "x");
  EXPECT_TRUE(once.first(x, again));
  EXPECT_EQ(again, 0U);
  EXPECT_TRUE(once.first(x2, again));
  EXPECT_EQ(again, 1U);
}

}  // namespace
}  // namespace duolog::client
