// The pages of the guide.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/guide.h"

#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "client/command_line.h"
#include "client/failure.h"
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
  for (const char* other : {"letters", "nudges", "reminders", "calendar", "leaving", "part"})
    EXPECT_NE(find_page(other), nullptr) << other;
  for (const char* barrier : {"fear", "time", "styles", "wounds", "help", "safety"}) {
    EXPECT_NE(find_page(barrier), nullptr) << barrier;
  }
  EXPECT_EQ(find_page("nonsense"), nullptr);
}

// What a person fills in for themselves.
std::string filled_in(const std::string& word) {
  static const std::map<std::string, std::string> kFilled = {{"ID", "3fa9"}, {"CODE", "7-guitar-banana"}};
  const auto found = kFilled.find(word);
  return found == kFilled.end() ? word : found->second;
}

// The words of a line as a shell takes them: split at spaces, but not between quotes.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false;
  bool begun = false;
  for (const char c : line + " ") {
    if (c == '\'') quoted = !quoted;
    if (c == '\'') continue;
    if (c != ' ' || quoted) {
      word += c;
      begun = true;
    } else if (begun) {
      words.push_back(filled_in(word));
      word.clear();
      begun = false;
    }
  }
  EXPECT_FALSE(quoted) << line;
  return words;
}

// The commands of a page, each on one line.
std::vector<std::string> commands_in(const std::string& text) {
  std::vector<std::string> commands;
  bool goes_on = false;
  for (auto line : lines_of(text)) {
    if (!line.starts_with("  ") || (!goes_on && line.starts_with("    "))) continue;
    const bool more = line.ends_with('\\');
    if (more) line.pop_back();
    if (goes_on) commands.back() += line;
    if (!goes_on) commands.push_back(line);
    goes_on = more;
  }
  EXPECT_FALSE(goes_on) << text;
  return commands;
}

TEST(Guide, EveryCommandOnAPageIsOneOfTheProgram) {
  std::size_t commands = 0;
  for (const auto& page : guide_pages()) {
    for (const auto& command : commands_in(std::string(page.text))) {
      const auto words = words_of(command);
      ASSERT_FALSE(words.empty());
      EXPECT_EQ(words.front(), "duolog") << page.name << ": " << command;
      std::vector<const char*> typed;
      for (const auto& word : words) typed.push_back(word.c_str());
      try {
        const auto call = parse_command_line(static_cast<int>(typed.size()), typed.data());
        const bool a_page =
            call.verb != Verb::kGuide || call.guide.topic.empty() || find_page(call.guide.topic) != nullptr;
        EXPECT_TRUE(a_page) << page.name << ": " << command;
        ++commands;
      } catch (const Failure& failure) {
        ADD_FAILURE() << page.name << ": " << command << ": " << failure.what();
      }
    }
  }
  EXPECT_GT(commands, 50U);
}

TEST(Guide, APageIsPlainText) {
  for (const auto& page : guide_pages()) EXPECT_EQ(sanitise(page.text), page.text) << page.name;
}

}  // namespace
}  // namespace duolog::client
