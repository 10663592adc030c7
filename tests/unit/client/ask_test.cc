// Questions at a terminal.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/ask.h"

#include <gmock/gmock.h>

#include <sstream>

#include "client/layout.h"
#include "client/output.h"
#include "terminal.h"

namespace duolog::client {
namespace {

constexpr int kYes = 10;
constexpr int kNo = 11;

int asks_yes() { return ask_yes("go on?", false) ? kYes : kNo; }

TEST(Asking, SomethingElseThanYesOrNoIsAskedAgain) {
  Terminal terminal(asks_yes);
  ASSERT_TRUE(terminal.shows("go on? [y/N] "));
  terminal.type("perhaps\n");
  ASSERT_TRUE(terminal.shows("y or n, please\ngo on? [y/N] "));
  terminal.type(" YES \n");
  EXPECT_EQ(terminal.end(), kYes);
}

TEST(Asking, EnterTakesWhatIsOffered) {
  Terminal terminal(asks_yes);
  ASSERT_TRUE(terminal.shows("[y/N] "));
  terminal.type("\n");
  EXPECT_EQ(terminal.end(), kNo);
}

TEST(Asking, CtrlCAndCtrlDEndTheLineAndSayNo) {
  for (const char* key : {"\x03", "\x04"}) {
    Terminal terminal([] { return ask_yes("go on?", true) ? kYes : kNo; });
    ASSERT_TRUE(terminal.shows("[Y/n] "));
    terminal.type(key);
    EXPECT_EQ(terminal.end(), kNo);
    EXPECT_TRUE(terminal.screen().ends_with("\n")) << terminal.screen();
  }
}

TEST(Asking, LongPromptsAreBrokenAtANarrowTerminal) {
  Terminal terminal([] { return ask_line("a question that takes more than forty columns of room: ") ? kYes : kNo; },
                    40);
  ASSERT_TRUE(terminal.shows("room: "));
  terminal.type("\n");
  EXPECT_EQ(terminal.end(), kYes);
  std::istringstream lines(terminal.screen());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 40U) << line;
}

TEST(Asking, WhatIsSaidToAFileIsNotBroken) {
  Terminal terminal([] {
    std::array<int, 2> ends{};
    static_cast<void>(::pipe(ends.data()) < 0);
    ::dup2(ends[1], STDERR_FILENO);
    const std::string said = std::string(100, 'x') + " " + std::string(100, 'y') + "\n";
    say_wrapped(said);
    std::string heard(said.size(), '\0');
    static_cast<void>(::read(ends[0], heard.data(), heard.size()) < 0);
    return heard == said ? kYes : kNo;
  });
  EXPECT_EQ(terminal.end(), kYes);
}

}  // namespace
}  // namespace duolog::client
