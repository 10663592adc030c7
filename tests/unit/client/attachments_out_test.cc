// attachments_out_test.cc: what came with an entry, on its way into a folder of Markdown and into the book.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <deque>
#include <fstream>
#include <sstream>

#include "attached_files.h"
#include "client/export/keepsake.h"
#include "client/export/markdown_days.h"
#include "client/export/picture_tag.h"
#include "client/failure.h"
#include "tests/fuzz/tame_picture.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

std::string contents(const fs::path& place) {
  std::ifstream stream(place, std::ios::binary);
  std::stringstream all;
  all << stream.rdbuf();
  return all.str();
}

class AttachmentsOut : public WithAttachedFiles {
 protected:
  control::Item& entry(const std::string& text, const std::string& on = "2026-11-20T09:00:00+01:00") {
    auto& one = items_.emplace_back();
    one.set_id("3fa9c2d1e" + std::to_string(items_.size()));
    one.set_kind("entry");
    one.set_author("Ada");
    one.set_mine(true);
    one.set_written_at("2026-11-22T21:14:05+01:00");
    one.set_on(on);
    one.set_text(text);
    return one;
  }
  void fill(Days& days) {
    for (const auto& one : items_) days.add(one);
    days.sort();
  }
  // The day's file.
  std::string markdown(const GoOn& go_on = [] {}) {
    Days days(folder_ / "d");
    fill(days);
    Attachments attachments(daemon_, wanted_, go_on);
    write_markdown(folder_.path(), days, attachments);
    carried_ = attachments.carried();
    return contents(year() / "2026-11-20.md");
  }
  std::string page(Form form = Form::kOneFile) {
    Days days(folder_ / "x.html");
    fill(days);
    Attachments attachments(daemon_, wanted_);
    Pictures pictures(attachments, form, form == Form::kOneFile ? folder_ / "x.html" : folder_.path());
    std::string html;
    write_keepsake({"Ada", {}}, {}, days, pictures, [&](std::string_view text) { html += text; });
    carried_ = attachments.carried();
    return html;
  }
  std::vector<std::size_t> carried() const {
    return {carried_.copied, carried_.not_here, carried_.garbled, carried_.named};
  }
  fs::path year() const { return folder_ / "2026"; }
  fs::path day() const { return year() / "attachments" / "2026-11-20"; }
  // All there is below the export's folder, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& one : fs::recursive_directory_iterator(folder_.path()))
      if (!one.is_directory()) all.push_back(fs::relative(one.path(), folder_.path()).string());
    std::ranges::sort(all);
    return all;
  }

  const std::string picture_ = png_head(400, 300) + std::string(kPieceLength + 7, '\xc3');  // two pieces
  testing::TemporaryFolder folder_;
  std::deque<control::Item> items_;
  Attachments::Wanted wanted_ = Attachments::Wanted::kCopied;
  Carried carried_;
};

// ---- a folder of Markdown ----

TEST_F(AttachmentsOut, AsMarkdownLieBesideTheDayByteForByteAndAreLinked) {
  auto& one = entry("by the lake");
  attach(one, "lake (1).png", picture_);
  attach(one, "what_it_was.pdf", "%PDF");
  attach(one, "nothing", "");
  hand_out();
  EXPECT_THAT(markdown(), HasSubstr("\n\nby the lake\n\n"
                                    "![lake (1).png](attachments/2026-11-20/lake%20%281%29.png)\n\n"
                                    "attached: [what_it_was.pdf](attachments/2026-11-20/what_it_was.pdf)\n\n"
                                    "attached: [nothing](attachments/2026-11-20/nothing)\n\n"));
  EXPECT_EQ(contents(day() / "lake (1).png"), picture_);
  EXPECT_EQ(contents(day() / "what_it_was.pdf"), "%PDF");
  EXPECT_EQ(contents(day() / "nothing"), "");
  EXPECT_THAT(carried(), ElementsAre(3, 0, 0, 0));
  EXPECT_EQ(fs::status(day()).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(day() / "nothing").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(AttachmentsOut, AsMarkdownNoNameLeavesTheFolderOrSaysAnythingElse) {
  auto& one = entry("names");
  for (const auto* name : {"../../evil", "/etc/passwd", "..", ".duolog-export", "a](b) ![x](http:c)", "line\n# two",
                           "CON", "2026-11-20.md"})
    attach(one, name, "x");
  hand_out();
  const auto text = markdown();
  EXPECT_THAT(names(), ElementsAre("2026/2026-11-20.md", "2026/attachments/2026-11-20/2026-11-20.md",
                                   "2026/attachments/2026-11-20/_CON", "2026/attachments/2026-11-20/a](b) ![x](http_c)",
                                   "2026/attachments/2026-11-20/attachment",
                                   "2026/attachments/2026-11-20/duolog-export", "2026/attachments/2026-11-20/evil",
                                   "2026/attachments/2026-11-20/line_# two", "2026/attachments/2026-11-20/passwd"));
  EXPECT_THAT(text, HasSubstr("attached: [../../evil](attachments/2026-11-20/evil)\n"));
  EXPECT_THAT(text,
              HasSubstr("attached: [a\\](b) !\\[x\\](http:c)](attachments/2026-11-20/a%5D%28b%29%20%21%5Bx%5D%28http_"
                        "c%29)\n"));
  EXPECT_THAT(text, HasSubstr("[line‹U+000A›# two](attachments/2026-11-20/line_%23%20two)"));
}

TEST_F(AttachmentsOut, AsMarkdownOfOneNameAreNumberedAlsoWhereAnotherSystemTakesItForTheSame) {
  auto& one = entry("thrice");
  attach(one, "a.jpg", "1");
  attach(one, "A.JPG", "2");
  attach(one, "a (2).jpg", "3");
  attach(one, "a.jpg", "4");
  attach(entry("the same day"), "a.jpg", "5");
  attach(entry("another day", "2026-11-21"), "a.jpg", "6");
  hand_out();
  markdown();
  std::string all;
  for (const auto* name : {"a.jpg", "A (2).JPG", "a (2) (2).jpg", "a (3).jpg", "a (4).jpg"})
    all += contents(day() / name);
  EXPECT_EQ(all, "12345");
  EXPECT_EQ(std::distance(fs::directory_iterator(day()), {}), 5);
  EXPECT_EQ(contents(year() / "attachments" / "2026-11-21" / "a.jpg"), "6");
}

// As a Mac writes an accent, and as everybody else does: there the two are one file.
TEST_F(AttachmentsOut, AsMarkdownOfOneNameInTwoSpellingsAreNumbered) {
  auto& one = entry("twice");
  attach(one, "caf\u00e9.jpg", "1");
  attach(one, "cafe\u0301.jpg", "2");
  attach(one, "CAF\u00c9.JPG", "3");
  hand_out();
  markdown();
  EXPECT_EQ(contents(day() / "caf\u00e9.jpg"), "1");
  EXPECT_EQ(contents(day() / "caf\u00e9 (2).jpg"), "2");
  EXPECT_EQ(contents(day() / "CAF\u00c9 (3).JPG"), "3");
}

TEST_F(AttachmentsOut, WhatIsNotHereIsNamedAndCountedAndLeavesNoFile) {
  auto& one = entry("");
  attach(one, "later.png", picture_, 0);
  attach(one, "half.png", picture_, kPieceLength);
  attach(one, "rotten.png", picture_);
  fails(one, 1, control::Error::NOT_HERE_YET);
  attach(one, "lied.png", picture_);
  fails(one, 1, control::Error::GARBLED);
  hand_out();
  EXPECT_THAT(markdown(), HasSubstr("## 09:00 · Ada\n\nattached: later.png · 256.0 KiB · not here yet\n\n"
                                    "attached: half.png · 256.0 KiB · not here yet\n\n"
                                    "attached: rotten.png · 256.0 KiB · not here yet\n\n"
                                    "attached: lied.png · 256.0 KiB · cannot be read: it is not what its author's "
                                    "device said it is\n\n"));
  EXPECT_THAT(carried(), ElementsAre(0, 3, 1, 0));
  EXPECT_THAT(names(), ElementsAre("2026/2026-11-20.md"));
  EXPECT_FALSE(carried_.whole());
}

TEST_F(AttachmentsOut, WhereTheyAreNotWantedNobodyIsAsked) {
  wanted_ = Attachments::Wanted::kNamed;
  attach(entry("by the lake"), "lake.png", picture_);
  EXPECT_THAT(markdown(), HasSubstr("by the lake\n\nattached: lake.png · 256.0 KiB\n\n"));
  EXPECT_THAT(page(), HasSubstr("<p class=\"file\">attached: lake.png · 256.0 KiB</p>"));
  EXPECT_THAT(carried(), ElementsAre(0, 0, 0, 1));
  EXPECT_TRUE(carried_.whole());
}

TEST_F(AttachmentsOut, StoppedInTheMiddleOfAFileLeaveNothingOfIt) {
  attach(entry("long"), "long.bin", std::string(3 * kPieceLength, 'x'));
  hand_out();
  int pieces = 0;
  EXPECT_THROW(markdown([&pieces] {
                 if (++pieces == 3) throw Failure(Exit::kFailed, "INTERRUPTED", "stopped", "");
               }),
               Failure);
  EXPECT_THAT(names(), ElementsAre());
}

TEST_F(AttachmentsOut, APieceThatIsNoneIsNotTakenForOne) {
  auto& one = entry("too much of it");
  attach(one, "a", "abc");
  one.mutable_attachments(0)->set_size(2);
  one.mutable_attachments(0)->set_held(2);
  hand_out();
  EXPECT_THROW(markdown(), Failure);
}

// ---- the book ----

// Everything in the page that has an address is a picture that may have it, and leads nowhere else.
void expect_tame(const std::string& html) {
  for (auto at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const auto tag = std::string_view(html).substr(at + 1, html.find('>', at) - at - 1);
    const bool picture = fuzz::is_tame_picture(tag);
    EXPECT_EQ(picture, tag.starts_with("img")) << tag.substr(0, 200);
    if (picture || tag.starts_with("meta") || tag.starts_with("!DOCTYPE")) continue;
    for (const auto* bad : {"src", "srcset", "style=", "data", "action", " on", "href=\"h", "href=\"j", "href=\"/"})
      EXPECT_EQ(tag.find(bad), std::string_view::npos) << tag.substr(0, 200);
  }
}

TEST_F(AttachmentsOut, InTheBookPhotographsAreShownAndOtherFilesNamed) {
  auto& one = entry("by the lake");
  attach(one, "lake.png", picture_);
  attach(one, "drawing.png", "<svg onload=\"alert(1)\"/>");
  attach(one, "notes.pdf", "%PDF");
  attach(one, "later.png", picture_, 0);
  hand_out();
  const auto html = page();
  EXPECT_THAT(html, HasSubstr("<figure class=\"picture\"><img src=\"data:image/png;base64," + in_base64(picture_) +
                              "\" alt=\"lake.png\" width=\"400\" height=\"300\"></figure>\n"
                              "<p class=\"file\">attached: drawing.png · 24 bytes</p>\n"
                              "<p class=\"file\">attached: notes.pdf · 4 bytes</p>\n"
                              "<p class=\"file\">attached: later.png · 256.0 KiB · not here yet</p>\n"));
  EXPECT_THAT(html, HasSubstr("img-src data:; base-uri"));
  EXPECT_THAT(html, Not(HasSubstr("svg onload")));
  EXPECT_THAT(carried(), ElementsAre(1, 1, 0, 2));
  EXPECT_THAT(names(), ElementsAre());  // what waits has no name
  expect_tame(html);
}

TEST_F(AttachmentsOut, InTheBookAPictureOfWhichAPieceRotsIsNoHalfPicture) {
  auto& one = entry("by the lake");
  attach(one, "lake.png", picture_);
  fails(one, 1, control::Error::NOT_HERE_YET);
  attach(one, "sea.png", picture_);
  hand_out();
  const auto html = page();
  EXPECT_THAT(html, HasSubstr("</div>\n<p class=\"file\">attached: lake.png · 256.0 KiB · not here yet</p>\n"
                              "<figure class=\"picture\"><img src=\"data:image/png;base64," +
                              in_base64(picture_) + "\" alt=\"sea.png\""));
  expect_tame(html);
}

TEST_F(AttachmentsOut, InAFolderPicturesLieBesideThePageUnderNumbers) {
  auto& one = entry("by the lake");
  attach(one, "../../lake.exe", picture_);
  attach(one, "lost.png", picture_, 0);
  attach(one, "x.html", "GIF89a\x03\x01\x02\x01<script>");
  hand_out();
  const auto html = page(Form::kFolder);
  EXPECT_THAT(html, HasSubstr("<img src=\"pictures/1.png\" alt=\"../../lake.exe\" width=\"400\" height=\"300\">"));
  EXPECT_THAT(html, HasSubstr("<img src=\"pictures/2.gif\" alt=\"x.html\" width=\"259\" height=\"258\">"));
  EXPECT_THAT(html, HasSubstr("img-src 'self' file:; base-uri"));
  EXPECT_THAT(names(), ElementsAre("pictures/1.png", "pictures/2.gif"));
  EXPECT_EQ(contents(folder_ / "pictures/1.png"), picture_);
  expect_tame(html);
}

TEST_F(AttachmentsOut, InTheBookAHostileNameIsText) {
  const std::string hostile = "\"><script>alert(1)</script><img src=x onerror='alert(1)' srcset=\"y\".png";
  auto& one = entry("names");
  attach(one, hostile, picture_);
  attach(one, hostile, "no picture");
  hand_out();
  const auto html = page();
  expect_tame(html);
  EXPECT_THAT(html, HasSubstr("alt=\"&quot;&gt;&lt;script&gt;alert(1)"));
}

TEST_F(AttachmentsOut, ASurveyCountsPhotographsUpToWhereTheyAreTooMany) {
  auto& one = entry("by the lake");
  attach(one, "lake.png", picture_);
  attach(one, "large.zip", std::string(picture_.size(), 'z'));
  attach(one, "later.png", picture_, 0);
  hand_out();
  Days days(folder_ / "x.html");
  fill(days);
  Attachments attachments(daemon_, wanted_);
  const auto survey = survey_of(days, attachments, Form::kOneFile);
  EXPECT_EQ(survey.photographs, picture_.size());
  EXPECT_EQ(survey.not_here, 1U);
  EXPECT_EQ(survey_of(days, attachments, Form::kFolder).photographs, 0U);
}

}  // namespace
}  // namespace duolog::client
