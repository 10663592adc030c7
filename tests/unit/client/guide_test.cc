// The pages of the guide.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/guide.h"

#include <gmock/gmock.h>

#include <sstream>

#include "client/layout.h"
#include "client/practice_verbs.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

constexpr std::size_t kNarrow = 40;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Guide, EveryPageFitsFortyColumnsAndItsCommandsStayWhole) {
  for (const auto& page : guide_pages()) {
    std::string commands;
    std::string shown;
    for (const auto& line : lines_of(std::string(page.text))) {
      if (line.starts_with("  ")) commands += line + "\n";
    }
    for (const auto& line : lines_of(page_text(page, kNarrow, Style(false)))) {
      if (line.starts_with("  ")) {
        shown += line + "\n";
      } else {
        EXPECT_LE(display_width(line), kNarrow) << page.name << ": " << line;
      }
    }
    EXPECT_EQ(shown, commands) << page.name;
  }
}

TEST(Guide, NoWordIsLost) {
  for (const auto& page : guide_pages()) {
    std::istringstream before{std::string(page.text)};
    std::istringstream after{page_text(page, kNarrow, Style(false))};
    std::string a;
    std::string b;
    while (before >> a) {
      ASSERT_TRUE(after >> b) << page.name;
      ASSERT_EQ(a, b) << page.name;
    }
    EXPECT_FALSE(after >> b) << page.name;
  }
}

TEST(Guide, ThereIsAPageForEachPractice) {
  for (const auto& verb : practice_verbs()) EXPECT_NE(find_page(verb.id), nullptr) << verb.id;
  for (const char* barrier : {"fear", "time", "styles", "wounds", "help", "safety"}) {
    EXPECT_NE(find_page(barrier), nullptr) << barrier;
  }
  EXPECT_EQ(find_page("nonsense"), nullptr);
}

TEST(Guide, APageIsPlainText) {
  for (const auto& page : guide_pages()) EXPECT_EQ(sanitise(page.text), page.text) << page.name;
}

}  // namespace
}  // namespace duolog::client
