// What leaves the house: pages that do nothing, files that are whole or not there.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "client/export/html_text.h"
#include "client/export/keepsake.h"
#include "client/export/markdown_days.h"
#include "client/export/private_file.h"
#include "client/failure.h"
#include "proto/control.pb.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

std::string contents(const fs::path& place) {
  std::ifstream stream(place);
  std::stringstream all;
  all << stream.rdbuf();
  return all.str();
}

// ---- text in a page ----

TEST(HtmlText, MarkdownBecomesBlocks) {
  EXPECT_EQ(html_of_markdown("a *b*\nc\n\n- d"), "<p>a <em>b</em><br />\nc</p>\n<ul>\n<li>d</li>\n</ul>\n");
}

TEST(HtmlText, HtmlStaysText) {
  EXPECT_EQ(html_of_markdown("<script>alert(1)</script>"), "<p>&lt;script&gt;alert(1)&lt;/script&gt;\n</p>\n");
  EXPECT_EQ(html_of_markdown("a <b onclick=x>c</b>"), "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>\n");
  EXPECT_THAT(html_of_markdown("<!-- hidden -->"), HasSubstr("&lt;!-- hidden --&gt;"));
}

TEST(HtmlText, LinksAndPicturesAreTheirWordsAndNothingLeadsAnywhere) {
  EXPECT_EQ(html_of_markdown("[here](https://example.org/?a=1&b=2)"),
            "<p>here (https://example.org/?a=1&amp;b=2)</p>\n");
  EXPECT_EQ(html_of_markdown("<https://example.org>"), "<p>https://example.org</p>\n");
  EXPECT_EQ(html_of_markdown("![a *cat*](http://example.org/x.png \"t\")"),
            "<p>a <em>cat</em> (http://example.org/x.png)</p>\n");
  EXPECT_EQ(html_of_markdown("[x](javascript:alert%281%29)"), "<p>x (javascript:alert%281%29)</p>\n");
  EXPECT_THAT(html_of_markdown("[![in](a.png)](b)"), Not(HasSubstr("<a")));
}

TEST(HtmlText, ALanguageOfCodeIsNoAttribute) {
  EXPECT_EQ(html_of_markdown("```evil x\na\n```\n"), "<pre><code>a\n</code></pre>\n");
}

TEST(HtmlText, HeadingsStandBelowThoseOfTheBook) { EXPECT_EQ(html_of_markdown("# A"), "<h4>A</h4>\n"); }

TEST(HtmlText, ControlsAreShownAsLost) {
  EXPECT_EQ(html_escape(std::string("a\0b\x1b[1m", 7)),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd[1m");
  EXPECT_EQ(html_escape("\"'<>&"), "&quot;&#39;&lt;&gt;&amp;");
}

TEST(HtmlText, AVeryLongPieceCostsNoMoreThanItsLength) {
  const std::string nested(1 << 20, '>');
  EXPECT_THAT(html_of_markdown(nested + "\n\nend"), HasSubstr("<p>end</p>"));
}

TEST(HtmlText, WhatIsNestedFarTooDeepIsParagraphs) {
  const auto nested = [](const std::string& sign, std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += sign;
    return html_of_markdown("first\n\n" + text + "a");
  };
  for (const auto* sign : {"- ", "> ", "1. ", ">"}) {
    EXPECT_THAT(nested(sign, 60), Not(HasSubstr(html_escape(sign) + html_escape(sign)))) << sign;
    EXPECT_THAT(nested(sign, 8000), HasSubstr("<p>first</p>\n<p>" + html_escape(sign) + html_escape(sign))) << sign;
  }
  EXPECT_THAT(html_of_markdown("- a\n" + std::string(60, '\t') + "- b"), Not(HasSubstr("<ul>")));
  EXPECT_THAT(html_of_markdown("a\n\n" + std::string(300, '-') + "\n"), HasSubstr("<hr />"));
}

// ---- files ----

class PrivateFiles : public ::testing::Test {
 protected:
  std::size_t names() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), {}));
  }
  testing::TemporaryFolder folder_;
};

TEST_F(PrivateFiles, AreReadableByTheirOwnerAloneWhateverTheMaskSays) {
  ::umask(0);
  PrivateFile file(folder_ / "a");
  file.write("words");
  EXPECT_FALSE(fs::exists(folder_ / "a"));
  file.keep(false);
  EXPECT_EQ(contents(folder_ / "a"), "words");
  EXPECT_EQ(fs::status(folder_ / "a").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(names(), 1U);
}

TEST_F(PrivateFiles, WhatIsNotKeptLeavesNothing) {
  {
    PrivateFile(folder_ / "a").write("words");
  }
  EXPECT_EQ(names(), 0U);
}

TEST_F(PrivateFiles, WhatIsThereIsReplacedWhenThatIsSaidAlone) {
  std::ofstream(folder_ / "a") << "before";
  EXPECT_THROW(check_place(folder_ / "a", false, false), Failure);
  {
    PrivateFile file(folder_ / "a");
    file.write("after");
    EXPECT_THROW(file.keep(false), Failure);
  }
  EXPECT_EQ(contents(folder_ / "a"), "before");
  EXPECT_EQ(names(), 1U);
  check_place(folder_ / "a", false, true);
  PrivateFile file(folder_ / "a");
  file.write("after");
  file.keep(true);
  EXPECT_EQ(contents(folder_ / "a"), "after");
}

TEST_F(PrivateFiles, ALinkIsNotFollowed) {
  std::ofstream(folder_ / "target") << "before";
  fs::create_symlink(folder_ / "target", folder_ / "a");
  PrivateFile file(folder_ / "a");
  file.write("after");
  file.keep(true);
  EXPECT_EQ(contents(folder_ / "target"), "before");
}

TEST_F(PrivateFiles, AFullDiskLeavesWhatWasThere) {
  std::ofstream(folder_ / "a") << "before";
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit little{1 << 16, before.rlim_max};
  static_cast<void>(std::signal(SIGXFSZ, SIG_IGN));
  ::setrlimit(RLIMIT_FSIZE, &little);
  std::string why;
  try {
    PrivateFile file(folder_ / "a");
    file.write(std::string(1 << 20, 'x'));
    file.keep(true);
  } catch (const Failure& failure) {
    why = failure.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THAT(why, HasSubstr("not exported"));
  EXPECT_EQ(contents(folder_ / "a"), "before");
  EXPECT_EQ(names(), 1U);
}

TEST_F(PrivateFiles, AFolderIsReplacedOnlyWhereItIsAnEarlierExport) {
  const auto make = [&](const char* words, bool replace) {
    check_place(folder_ / "d", true, replace);
    PrivateFolder folder(folder_ / "d");
    PrivateFile file(folder.path() / "a");
    file.write(words);
    file.keep(false);
    folder.keep(replace);
  };
  make("one", false);
  EXPECT_EQ(contents(folder_.path() / "d" / "a"), "one");
  EXPECT_EQ(fs::status(folder_ / "d").permissions(), fs::perms::owner_all);
  EXPECT_THROW(make("two", false), Failure);
  make("two", true);
  EXPECT_EQ(contents(folder_.path() / "d" / "a"), "two");
  EXPECT_EQ(names(), 1U);
  fs::create_directory(folder_ / "mine");
  std::ofstream(folder_.path() / "mine" / "photo") << "x";
  EXPECT_THROW(check_place(folder_ / "mine", true, true), Failure);
}

TEST_F(PrivateFiles, WhatAKilledExportHasLeftIsTakenAwayByTheNextOne) {
  const auto file = folder_ / ".keep.unfinished-0123456789abcdef";
  const auto dir = folder_ / ".keep.unfinished-00000000deadbeef";
  std::ofstream(file) << "words";
  fs::create_directories(dir / "2026");
  std::ofstream(dir / "2026" / "2026-11-20.md") << "words";
  for (const auto* other : {".keep.unfinished-mine", ".keep.unfinished-0123456789abcdef0",
                            ".other.unfinished-0123456789abcdef", "keep.unfinished-0123456789abcdef"})
    std::ofstream(folder_ / other) << "somebody's";
  const PrivateFolder being_written(folder_ / "keep");
  const PrivateFile written_too(folder_ / "keep");
  sweep_unfinished(folder_ / "keep");
  EXPECT_FALSE(fs::exists(file) || fs::exists(dir));
  EXPECT_TRUE(fs::exists(being_written.path()));
  EXPECT_EQ(names(), 6U);
}

TEST_F(PrivateFiles, AnEarlierExportThatSteppedAsideStaysWhileItIsTheOnlyOne) {
  const auto earlier = folder_ / ".keep.earlier-0123456789abcdef";
  fs::create_directory(earlier);
  sweep_unfinished(folder_ / "keep");
  EXPECT_TRUE(fs::exists(earlier));
  fs::create_directory(folder_ / "keep");
  sweep_unfinished(folder_ / "keep");
  EXPECT_FALSE(fs::exists(earlier));
}

TEST_F(PrivateFiles, WhatIsPutAsideHasNoName) {
  Aside aside(folder_ / "a");
  const auto first = aside.put("one");
  const auto second = aside.put(std::string(200'000, 'x'));
  EXPECT_EQ(names(), 0U);
  EXPECT_EQ(aside.get(second, 200'000).size(), 200'000U);
  EXPECT_EQ(aside.get(first, 3), "one");
  aside.put("more");
  EXPECT_EQ(aside.get(200'003, 4), "more");
}

// ---- the book ----

class Keepsake : public ::testing::Test {
 protected:
  control::Item& item(const std::string& author, const std::string& on, const std::string& text) {
    auto& one = items_.emplace_back();
    one.set_id(std::to_string(items_.size()));
    one.set_kind("entry");
    one.set_author(author);
    one.set_mine(author == "Ada");
    one.set_written_at("2026-11-22T21:14:05+01:00");
    one.set_on(on);
    one.set_day_only(on.size() == 10);
    one.set_text(text);
    return one;
  }
  std::string page(const std::vector<control::Series>& series = {}) {
    Days days(folder_ / "x.html");
    for (const auto& one : items_) days.add(one);
    days.sort();
    std::string html;
    Pictures pictures(attachments_, Form::kOneFile, folder_ / "x.html");
    write_keepsake({"Ada & Bo", {"About <it>"}}, series, days, pictures, [&](std::string_view text) { html += text; });
    return html;
  }
  testing::TemporaryFolder folder_;
  std::vector<control::Item> items_;
  Daemon nobody_{folder_.path().string(), AutoStart::kNever};  // nothing is attached, so nothing is asked
  Attachments attachments_{nobody_, Attachments::Wanted::kCopied};
};

TEST_F(Keepsake, TwoVoicesStandSideBySideUnderTheirDay) {
  item("Bo", "2026-11-20T10:00:00+01:00", "second");
  item("Ada", "2026-11-20T09:00:00+01:00", "first");
  item("Ada", "2025-01-02", "earlier");
  const auto html = page();
  EXPECT_LT(html.find("<p>earlier"), html.find("<p>first"));
  EXPECT_LT(html.find("<p>first"), html.find("<p>second"));
  EXPECT_THAT(html, HasSubstr("<h2>January 2025</h2>"));
  EXPECT_THAT(html, HasSubstr("<h3>Friday 20 November</h3>\n<div class=\"two\">"));
  EXPECT_THAT(html, HasSubstr("<a href=\"#m2026-11\">November 2026</a></td><td>1</td><td>1</td>"));
  EXPECT_THAT(html, HasSubstr("Ada &amp; Bo"));
}

TEST_F(Keepsake, VersionsThatStandBesideEachOtherAreAllInIt) {
  auto& two = item("Ada", "2026-11-20", "on the telephone");
  two.add_versions()->set_text("on the laptop");
  two.add_versions()->set_text("on the telephone");
  EXPECT_THAT(page(), HasSubstr("<p>on the laptop</p>"));
  EXPECT_THAT(page(), HasSubstr("<p>on the telephone</p>"));
}

TEST_F(Keepsake, WhatWasSaidStandsBelowWhatItIsAboutAndByItselfWhereThatWasLeftOut) {
  item("Ada", "2026-11-20", "about this");
  auto& reply = item("Bo", "", "a reply");
  reply.set_kind("remark");
  reply.set_to("1");
  auto& lonely = item("Ada", "", "a lonely one");
  lonely.set_kind("remark");
  lonely.set_to("77");
  const auto html = page();
  EXPECT_LT(html.find("about this"), html.find("a reply"));
  EXPECT_LT(html.find("a reply"), html.find("Sunday 22 November"));
  EXPECT_LT(html.find("Sunday 22 November"), html.find("a lonely one"));
}

TEST_F(Keepsake, HoldsNothingThatRunsLoadsOrLeads) {
  const auto hostile =
      "<script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:x) ![b](http://e/x) </article></main>";
  auto& one = item(hostile, "2026-11-20", hostile);
  one.add_tags("<i>");
  one.set_mood(3);
  one.set_kind("answer");
  one.set_practice("<p>");
  one.set_title(hostile);
  one.set_period("<x>");
  one.add_labels(hostile);
  auto& field = *one.add_fields();
  field.set_id("x");
  field.set_text(hostile);
  auto& reaction = *one.add_reactions();
  reaction.set_emoji("<b>");
  reaction.set_person(hostile);
  control::Series series;
  series.set_person(hostile);
  series.set_label(hostile);
  series.set_practice(hostile);
  series.set_high(10);
  for (const auto* day : {"2026-11-20", "2026-11-21"}) {
    auto& point = *series.add_points();
    point.set_day(day);
    point.set_value(4);
  }
  const auto html = page({series});
  for (const auto* bad : {"<script", "<img", "onerror=alert(1)>", "href=\"http", "href=\"java", " src=\"", "url(",
                          "@import", "<i>", "</article></main>"})
    EXPECT_THAT(html, Not(HasSubstr(bad)));
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr("<polyline"));
}

TEST_F(Keepsake, AsMarkdownNobodysWordsPassForAHeading) {
  item("Ada", "2026-11-20T09:00:00+01:00", "first");
  item("Bo", "2026-11-20T10:00:00+01:00",
       "## 23:59 · Ada · mood 1\r## and so\r\n  # so\nAda\n===\nAda\n- \n> # a\n- # b\n#lake - <H2>c</H2>\n");
  auto& list = item("Bo", "2026-11-20T11:00:00+01:00", "");
  auto& field = *list.add_fields();
  field.set_id("x");
  field.add_items("# one\n## two");
  auto& reply = item("Bo", "", "so\r## 10:00 · Ada");
  reply.set_kind("remark");
  reply.set_to("1");
  Days days(folder_ / "d");
  for (const auto& one : items_) days.add(one);
  days.sort();
  write_markdown(folder_.path(), days, attachments_);
  EXPECT_EQ(
      contents(folder_.path() / "2026" / "2026-11-20.md"),
      "---\ndate: 2026-11-20\n---\n\n## 09:00 · Ada\n\nfirst\n\n"
      "> **Bo** · 2026-11-22\n> \n> so\n> \\## 10:00 · Ada\n\n"
      "## 10:00 · Bo\n\n\\## 23:59 · Ada · mood 1\n\\## and so\n  \\# so\nAda\n\\===\nAda\n\\- \n> \\# a\n- \\# b\n"
      "#lake - \\<H2>c</H2>\n\n\n"
      "## 11:00 · Bo\n\n*x*\n\n- \\# one\n\\## two\n\n");
}

TEST_F(Keepsake, AsMarkdownVersionsThatStandBesideEachOtherHaveARuleBetweenThem) {
  auto& two = item("Ada", "2026-11-20T09:00:00+01:00", "on the telephone");
  two.add_versions()->set_text("on the laptop\n---");
  two.add_versions()->set_text("on the telephone");
  Days days(folder_ / "d");
  for (const auto& one : items_) days.add(one);
  days.sort();
  write_markdown(folder_.path(), days, attachments_);
  EXPECT_THAT(contents(folder_.path() / "2026" / "2026-11-20.md"),
              HasSubstr("on the laptop\n\\---\n\n---\n\non the telephone\n"));
}

TEST_F(Keepsake, NothingIsABookToo) { EXPECT_THAT(page(), HasSubstr("About &lt;it&gt;")); }

TEST_F(Keepsake, AsMarkdownThereIsAFileForEachDay) {
  item("Ada", "2026-11-20T09:00:00+01:00", "first").add_tags("lake");
  item("Bo\n# not a heading", "2026-11-20T10:00:00+01:00", "second");
  Days days(folder_ / "d");
  for (const auto& one : items_) days.add(one);
  days.sort();
  EXPECT_EQ(write_markdown(folder_.path(), days, attachments_), 1U);
  EXPECT_EQ(contents(folder_.path() / "2026" / "2026-11-20.md"),
            "---\ndate: 2026-11-20\ntags:\n  - \"lake\"\n---\n\n## 09:00 · Ada\n\nfirst\n\n#lake\n\n"
            "## 10:00 · Bo # not a heading\n\nsecond\n\n");
}

}  // namespace
}  // namespace duolog::client
