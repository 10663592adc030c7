// Pictures and files beside a journal: which go with an entry, which are told, and that no name leads out.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/media.h"

#include "client/attach.h"
#include "client/draft.h"
#include "client/import/day_one_text.h"
#include "client/import/markdown_media.h"
#include "tests/unit/client/foreign_files.h"

namespace duolog::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ImportMedia : public ForeignFiles {
 protected:
  // "called < where it lies" of the entry's files.
  std::vector<std::string> media(std::size_t entry = 0) const {
    std::vector<std::string> all;
    for (const auto& one : found_.at(entry).media) all.push_back(one.name + " < " + one.place);
    return all;
  }
  std::vector<std::string> dropped() const { return whats(findings_.dropped()); }
  std::vector<std::string> missed() const { return whats(findings_.missed()); }
};

// ---- Day One ----

class DayOneMedia : public ImportMedia {
 protected:
  static std::string entry(const std::string& members) {
    return R"({"creationDate":"2024-04-16T20:00:00Z",)" + members + "}";
  }
  // An archive of a journal with these entries and of these files.
  void archive(const std::string& entries, const std::vector<std::string>& names) {
    ZipMaker zip;
    zip.add("Journal.json", R"({"entries":[)" + entries + "]}");
    for (const auto& name : names) zip.add(name, "the bytes of " + name);
    read(read_day_one, put("export.zip", zip.bytes()));
  }
};

TEST_F(DayOneMedia, EachKindIsFoundByItsSumAndItsNameStandsInTheText) {
  archive(
      entry(R"json("text":"![](dayone-moment:\/\/A1) x ![](dayone-moment:\/audio\/B1) ![](dayone-moment:\/video\/D1)",
    "photos":[{"md5":"aa","identifier":"A1","type":"jpeg","orderInEntry":1,"filename":"IMG_1807.HEIC"}],
    "audios":[{"md5":"bb","identifier":"B1","format":"aac","orderInEntry":0,"title":"a hum"}],
    "pdfAttachments":[{"md5":"cc","identifier":"C1","pdfName":"plan.pdf"}],
    "videos":[{"md5":"dd","identifier":"D1","type":"mp4","orderInEntry":3}])json"),
      {"photos/aa.jpeg", "audios/bb.m4a", "pdfs/cc.pdf", "videos/other.mp4"});
  EXPECT_THAT(media(),
              ElementsAre("a hum.m4a < audios/bb.m4a", "IMG_1807.jpeg < photos/aa.jpeg", "plan.pdf < pdfs/cc.pdf"));
  EXPECT_EQ(found_[0].media[1].size, std::string("the bytes of photos/aa.jpeg").size());
  EXPECT_THAT(texts(), ElementsAre("[IMG_1807.jpeg] x [a hum.m4a] [video]"));
  EXPECT_THAT(dropped(), ElementsAre("videos whose file is not there 1"));
  EXPECT_THAT(whats(findings_.bent()), ElementsAre("media in the text, of which only the place is kept 1"));
  EXPECT_THAT(missed(), ElementsAre("files that no entry names 1"));
}

TEST_F(DayOneMedia, TheExactTypeIsTakenBeforeAnotherAndTheIdentifierWhereThereIsNoSum) {
  archive(entry(R"("text":"a","photos":[{"md5":"aa","type":"png"},{"identifier":"B1","type":"heic"}])"),
          {"photos/aa.jpeg", "photos/aa.png", "photos/B1.jpg"});
  EXPECT_THAT(media(), ElementsAre("photo-1.png < photos/aa.png", "photo-2.jpg < photos/B1.jpg"));
}

TEST_F(DayOneMedia, AJournalInAFolderOfTheArchiveHasItsMediaBesideIt) {
  ZipMaker zip;
  zip.add("My export/Journal.json",
          R"({"entries":[)" + entry(R"("text":"a","photos":[{"md5":"aa","type":"png"}])") + "]}");
  zip.add("My export/photos/aa.png", "x");
  zip.add("photos/aa.png", "of another one");
  read(read_day_one, put("export.zip", zip.bytes()));
  EXPECT_THAT(media(), ElementsAre("photo-1.png < My export/photos/aa.png"));
}

TEST_F(DayOneMedia, TwoEntriesMayHaveOnePictureAndOneEntryHasItOnce) {
  archive(entry(R"json("text":"![](dayone-moment:\/\/A) ![](dayone-moment:\/\/B)",
    "photos":[{"md5":"aa","identifier":"A","type":"png"},{"md5":"aa","identifier":"B","type":"png"}])json") +
              "," + entry(R"("text":"b","photos":[{"md5":"aa","type":"png"}])"),
          {"photos/aa.png"});
  EXPECT_THAT(media(0), ElementsAre("photo-1.png < photos/aa.png"));
  EXPECT_EQ(found_[0].text, "[photo-1.png] [photo-1.png]");
  EXPECT_THAT(media(1), ElementsAre("photo-1.png < photos/aa.png"));
  EXPECT_THAT(missed(), IsEmpty());
}

TEST_F(DayOneMedia, NamesThatMeanHarmFindNothingAndBecomeNoPath) {
  put("secret.jpg", "not yours");
  put("x/photos/aa.jpg", "x");
  put("x/photos/sub/bb.jpg", "x");
  put("x/Journal.json", R"({"entries":[)" + entry(R"("text":"a","photos":[
    {"md5":"../../secret","type":"jpg"},{"md5":"..\/aa","type":"jpg"},{"identifier":"/etc/passwd","type":""},
    {"md5":"sub/bb","type":"jpg"},{"md5":"zz","type":"../aa.jpg"},{"md5":"","identifier":""},7,{"md5":[]},
    {"md5":"aa","type":"x","filename":"../../.bashrc\u001b[2J"}])") +
                            "]}");
  read(read_day_one, folder_.path() / "x");
  ASSERT_EQ(found_.at(0).media.size(), 1U);
  EXPECT_EQ(found_[0].media[0].place, "photos/aa.jpg");
  const auto& name = found_[0].media[0].name;
  EXPECT_EQ(name.find_first_of("/\\\x1b"), std::string::npos) << name;
  EXPECT_FALSE(name.starts_with('.'));
  EXPECT_THAT(dropped(), ElementsAre("photographs whose file is not there 8"));
  EXPECT_THAT(missed(), ElementsAre("files that no entry names 1"));
}

TEST_F(DayOneMedia, AnEntryOfAPictureAloneIsOne) {
  archive(entry(R"("photos":[{"md5":"aa","type":"png"}])") + "," + entry(R"("photos":[{"md5":"zz"}])"),
          {"photos/aa.png"});
  EXPECT_THAT(texts(), ElementsAre(""));
  EXPECT_THAT(media(), ElementsAre("photo-1.png < photos/aa.png"));
  EXPECT_THAT(missed(), ElementsAre("entries without a word 1"));
}

TEST_F(DayOneMedia, WithoutMediaTheirPlaceIsKeptAndTold) {
  with_media_ = false;
  archive(entry(R"json("text":"![](dayone-moment:\/\/A)","photos":[{"md5":"aa","identifier":"A","type":"png"}])json"),
          {"photos/aa.png"});
  EXPECT_THAT(media(), IsEmpty());
  EXPECT_THAT(texts(), ElementsAre("[photo]"));
  EXPECT_THAT(dropped(), ElementsAre("photographs, left out as --no-media says 1"));
}

TEST_F(DayOneMedia, MoreThanAnEntryHoldsIsTold) {
  std::string photos;
  std::vector<std::string> names;
  for (int i = 0; i < 66; ++i) {
    photos += (i == 0 ? "" : ",") + std::string(R"({"type":"png","md5":"p)") + std::to_string(i) + "\"}";
    names.push_back("photos/p" + std::to_string(i) + ".png");
  }
  archive(entry(R"("text":"a","photos":[)" + photos + "]"), names);
  EXPECT_EQ(found_.at(0).media.size(), kMediaOfOneEntry);
  EXPECT_THAT(dropped(), ElementsAre("pictures and files beyond the 64th of an entry 2"));
  EXPECT_THAT(missed(), IsEmpty());
}

TEST_F(DayOneMedia, AFileOfOneGibibyteIsTakenAndALongerOneIsTold) {
  put("x/Journal.json", R"({"entries":[)" + entry(R"("text":"a","videos":[{"md5":"a"},{"md5":"b"}])") + "]}");
  std::filesystem::resize_file(put("x/videos/a.mp4", "x"), kAttachmentLimit);  // and take no room on the disk
  std::filesystem::resize_file(put("x/videos/b.mp4", "x"), kAttachmentLimit + 1);
  read(read_day_one, folder_.path() / "x");
  EXPECT_THAT(media(), ElementsAre("video-1.mp4 < videos/a.mp4"));
  EXPECT_THAT(dropped(), ElementsAre("pictures and files of more than 1.0 GiB 1"));
}

TEST_F(DayOneMedia, ThePictureOfAClassicEntryHasItsName) {
  const auto of = [](const std::string& uuid, const std::string& text) {
    return "<plist><dict><key>Creation Date</key><date>2013-06-17T22:38:29Z</date><key>Time Zone</key>"
           "<string>Europe/Berlin</string><key>Entry Text</key><string>" +
           text + "</string><key>UUID</key><string>" + uuid + "</string></dict></plist>";
  };
  put("x.dayone/entries/0A.doentry", of("0A", "a"));
  put("x.dayone/entries/0B.doentry", of("0B", ""));
  put("x.dayone/entries/0C.doentry", of("../../0C", "c"));
  put("x.dayone/photos/0A.jpg", "x");
  put("x.dayone/photos/0B.jpg", "x");
  put("0C.jpg", "x");
  read(read_day_one, folder_.path() / "x.dayone");
  EXPECT_THAT(texts(), ElementsAre("a", "", "c"));
  EXPECT_THAT(media(0), ElementsAre("photo.jpg < photos/0A.jpg"));
  EXPECT_THAT(media(1), ElementsAre("photo.jpg < photos/0B.jpg"));
  EXPECT_THAT(media(2), IsEmpty());
}

// ---- notes ----

class NoteMedia : public ImportMedia {
 protected:
  void note(const std::string& text) {
    put("n/daily/2024-05-01.md", text);
    read(read_markdown, folder_.path() / "n");
  }
};

TEST_F(NoteMedia, WhatANoteShowsOrLinksToInItsFolderGoesWithItAndTheTextStays) {
  for (const auto* name : {"daily/a b.png", "pics/c.png", "pics/deep/d.png", "paper (1).pdf", "daily/e f.jpg", "g.m4a"})
    put(std::string("n/") + name, name);
  const std::string text =
      "![one](a%20b.png) ![](../pics/c.png \"a title\")\n![[d.png|300]] and [the paper](<../paper (1).pdf>)\n"
      "- [ ] ![x [y] z](./e%20f.jpg) [[g.m4a#t=3]] ![](pics/c.png)";
  note(text);
  EXPECT_THAT(texts(), ElementsAre(text));
  EXPECT_THAT(media(), ElementsAre("a b.png < daily/a b.png", "c.png < pics/c.png", "d.png < pics/deep/d.png",
                                   "paper (1).pdf < paper (1).pdf", "e f.jpg < daily/e f.jpg", "g.m4a < g.m4a"));
  EXPECT_THAT(dropped(), IsEmpty());
  EXPECT_THAT(missed(), IsEmpty());
}

TEST_F(NoteMedia, NothingOutsideTheFolderIsReachedAndWhatIsMissingIsTold) {
  put("out.png", "not yours");
  put("n/.hidden.png", "x");
  put("n/pics/kept.png", "x");
  std::filesystem::create_symlink(folder_.path() / "out.png", folder_.path() / "n" / "link.png");
  std::filesystem::create_directory_symlink(folder_.path(), folder_.path() / "n" / "up");
  note(
      "![](../../out.png) ![](/etc/passwd) ![](../up/out.png) ![[link.png]] ![[../../out.png]] "
      "![](%2e%2e/%2e%2e/out.png)\n"
      "![](.hidden.png) ![](file:///etc/passwd) ![](..) ![]() ![[]] ![](../../n/pics/kept.png) "
      "![](daily/../../../out.png)");
  EXPECT_THAT(media(), IsEmpty());
  EXPECT_THAT(dropped(), Contains(HasSubstr("pictures and files that are not in the folder")));
}

TEST_F(NoteMedia, PicturesOnTheNetworkAndOtherNotesStayText) {
  put("n/Other note.md", "---\ndate: 2024-05-02\n---\nx\n");
  note(
      "![](https://example.org/a.png) ![[Other note]] [[Other note]] "
      "[o](../Other%20note.md)\n```\n![](gone.png)\n```\n");
  EXPECT_THAT(found_.at(0).media.size() + found_.at(1).media.size(), 0U);
  EXPECT_THAT(whats(findings_.bent()), ElementsAre("pictures elsewhere on the network, of which the address is kept 1",
                                                   "embedded notes, of which only the name is kept 1"));
  EXPECT_THAT(dropped(), IsEmpty());
}

TEST_F(NoteMedia, OfTwoWithOneNameTheOneBesideTheNoteIsMeantAndBothMayGo) {
  put("n/a.png", "x");
  put("n/daily/a.png", "x");
  note("![[a.png]] ![](../a.png)");
  EXPECT_THAT(media(), ElementsAre("a.png < daily/a.png", "a (2).png < a.png"));
}

TEST_F(NoteMedia, ANoteAloneHasNothingBesideIt) {
  put("n/a.png", "x");
  read(read_markdown, put("n/2024-05-01.md", "![](a.png) [2024-05-01.md](2024-05-01.md)"));
  EXPECT_THAT(media(), IsEmpty());
  EXPECT_THAT(dropped(), ElementsAre("pictures and files beside a note that is imported alone 1"));
}

TEST_F(NoteMedia, WithoutMediaTheFilesAreTold) {
  with_media_ = false;
  put("n/a.png", "x");
  note("![[a.png]]");
  EXPECT_THAT(media(), IsEmpty());
  EXPECT_THAT(dropped(), ElementsAre("pictures and files, left out as --no-media says 1"));
}

TEST_F(NoteMedia, LinksThatNeverEndCostNoMoreThanTheirLength) {
  for (const auto* piece : {"![[", "![](", "[](x", "[", "](", "![a](<"}) {
    std::string text;
    for (int i = 0; i < 60'000; ++i) text += piece;
    std::size_t links = 0;
    each_link(text, [&links](const NoteLink&) { ++links; });
    EXPECT_LE(links, 60'000U);
  }
}

// ---- room, and what happens between looking and reading ----

TEST_F(ImportMedia, AnEntryHasRoomForSoManyPiecesBesideItsText) {
  Found found;
  found.media = {{"a.mp4", "a.mp4", kAttachmentLimit}, {"b.mp4", "b.mp4", kAttachmentLimit}};
  const auto weight = weight_of(found.media[0]);
  EXPECT_GT(weight, std::size_t{32} * 4096);
  found.text = std::string(kTextLimit - 2 * weight, 'x');
  keep_what_has_room(found, findings_);
  EXPECT_EQ(found.media.size(), 2U);
  found.text += 'x';
  keep_what_has_room(found, findings_);
  EXPECT_EQ(found.media.size(), 1U);
  EXPECT_THAT(dropped(), ElementsAre("pictures and files for which an entry has no room 1"));
}

TEST_F(ImportMedia, WhatHasBecomeALinkSinceItWasSeenIsNotFollowed) {
  namespace fs = std::filesystem;
  put("out/a.png", "not yours");
  put("n/pics/a.png", "mine");
  put("n/b.png", "mine");
  const auto files = open_files(folder_.path() / "n");
  EXPECT_EQ(files->read(*files->find("pics/a.png"), 100), "mine");
  fs::remove_all(folder_.path() / "n" / "pics");
  fs::create_directory_symlink(folder_.path() / "out", folder_.path() / "n" / "pics");
  fs::remove(folder_.path() / "n" / "b.png");
  fs::create_symlink(folder_.path() / "out" / "a.png", folder_.path() / "n" / "b.png");
  for (const auto* name : {"pics/a.png", "b.png"})
    EXPECT_THAT(refused([&] { static_cast<void>(files->read(*files->find(name), 100)); }), HasSubstr("cannot be read"));
}

TEST_F(ImportMedia, AFileIsFoundByItsWholeNameOrItsBeginning) {
  put("n/photos/aa.jpg", "x");
  put("n/photos/aa.sub/b.jpg", "x");
  put("n/photos/aab.jpg", "x");
  const auto files = open_files(folder_.path() / "n");
  EXPECT_EQ(files->find("photos/aa"), nullptr);
  EXPECT_EQ(files->find("photos/aa.jpg")->name, "photos/aa.jpg");
  EXPECT_EQ(files->find_beginning("photos/aa.")->name, "photos/aa.jpg");
  EXPECT_EQ(files->find_beginning("photos/aa.s"), nullptr);
  EXPECT_EQ(files->find_beginning("photos/b"), nullptr);
}

}  // namespace
}  // namespace duolog::client
