// The quick way to read a command line, with the named verbs alone, comes to the same as the one with all of them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <random>
#include <regex>
#include <sstream>

#include "client/command_line.h"
#include "client/declare.h"
#include "client/failure.h"

namespace duolog::client {
namespace {

using Line = std::vector<std::string>;

// What a program is told, one way or the other.
struct Told {
  std::optional<Invocation> call;
  std::string failure;
  bool operator==(const Told&) const = default;
};

template <typename Parse>
Told told(const Line& line, Parse parse) {
  std::vector<const char*> words = {"duolog"};
  for (const auto& word : line) words.push_back(word.c_str());
  try {
    return {parse(static_cast<int>(words.size()), words.data()), {}};
  } catch (const Failure& failure) {
    return {std::nullopt, failure.code() + ": " + failure.what() + " hint: " + failure.hint()};
  }
}

std::string shown(const Line& line) {
  std::string text = "duolog";
  for (const auto& word : line) text += " <" + word + ">";
  return text;
}

std::string shown(const Told& what) {
  if (!what.call) return what.failure;
  return "verb " + std::to_string(static_cast<int>(what.call->verb)) + " " + what.call->text;
}

class VerbGroups : public testing::Test {
 protected:
  // parse_command_line() takes what the quick way says, and where that says nothing, the other. Is it something to do?
  bool both_ways(const Line& line) {
    const auto all = told(line, parse_with_all_verbs);
    const auto quick = told(line, parse_with_named_verbs);
    const bool read = quick.call.has_value() || !quick.failure.empty();
    if (read) EXPECT_TRUE(quick == all) << shown(line) << "\n" << shown(quick) << "\nbut:\n" << shown(all);
    const bool done = all.call && all.call->verb != Verb::kHelp;
    (!done ? not_read_ : read ? quickly_read_ : slowly_read_) += 1;
    return done;
  }
  std::size_t quickly_read_ = 0, slowly_read_ = 0, not_read_ = 0;
};

TEST_F(VerbGroups, EachNamesTheVerbsThatItDeclares) {
  for (const auto& group : verb_groups()) {
    Invocation call;
    CLI::App app;
    Declared declared{app, call};
    group.declare(declared);
    std::vector<std::string_view> names;
    for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(verb->get_name());
    EXPECT_EQ(group.verbs(), names);
  }
}

// "  duolog write -t work a long day   said quietly": what would be typed.
std::vector<Line> examples() {
  std::vector<Line> lines;
  for (const auto& verb : all_verbs()) {
    std::istringstream help(told({verb, "--help"}, parse_with_all_verbs).call->text);
    for (std::string text; std::getline(help, text);) {
      if (!text.starts_with("  duolog ")) continue;
      text = text.substr(9, text.find("   ", 9) - 9);
      Line line;
      const std::regex word(R"('([^']*)'|([^ ]+))");
      for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at)
        line.push_back((*at)[1].matched ? (*at)[1] : (*at)[2]);
      lines.push_back(line);
    }
  }
  return lines;
}

TEST_F(VerbGroups, EveryExampleIsReadQuicklyAndAlike) {
  for (const auto& line : examples()) {
    const bool done = both_ways(line);
    auto crowded = line;
    crowded.insert(crowded.begin(), {"--color", "never", "--home", "write"});
    EXPECT_EQ(both_ways(crowded), done) << shown(crowded);
  }
  EXPECT_EQ(slowly_read_, 0U);
  EXPECT_GT(quickly_read_, 200U);
  EXPECT_LT(not_read_, 20U);  // what a shell would cut or join
}

TEST_F(VerbGroups, WhatTheQuickWayCannotReadIsReadWithAllVerbs) {
  for (const Line& line :
       {Line{"--help"}, {"help", "need"}, {"wriet"}, {"write", "--bogus"}, {"write", "--mood", "x"}}) {
    EXPECT_FALSE(told(line, parse_with_named_verbs).call || !told(line, parse_with_named_verbs).failure.empty());
    EXPECT_TRUE(told(line, parse_command_line) == told(line, parse_with_all_verbs)) << shown(line);
  }
}

TEST_F(VerbGroups, NothingButOptionsIsReadQuickly) {
  for (const Line& line : {Line{}, {"--json"}, {"--yes", "--home", "/x"}, {"-j", "list"}}) both_ways(line);
  EXPECT_EQ(quickly_read_, 4U);
}

// Verbs and what looks like them, options with their values and without, and all that may stand between.
Line vocabulary() {
  Line words = {"",           "-",         "--",      "help",       "--help",  "-h",   "--version",
                "--json",     "--yes",     "-v",      "--color",    "never",   "pink", "--color=always",
                "--home",     "/x",        "-j",      "--journal",  "Bo",      "last", "3fa9",
                "text",       "json",      "jrnl",    "markdown",   "list",    "save", "open",
                "start",      "show",      "today",   "2026-11-20", "4",       "-4",   "-n",
                "-n3",        "-t",        "-tlake",  "[a]",        "{}",      "%%",   "write.text",
                "--write.on", "Write",     "writ",    "--on",       "--write", "a=b",  "🌿",
                "write list", "\x1fwrite", "--set",   "--set=a",    "-vt",     "-p",   "-o",
                "--at",       "😀",        "--bogus", "--yes=foo",  "-x",      "none", "write,list"};
  for (const auto& verb : all_verbs()) {
    words.push_back(verb);
    const auto help = told({verb, "--help"}, parse_with_all_verbs).call->text;
    const std::regex option("--[a-z-]+");
    for (std::sregex_iterator at(help.begin(), help.end(), option), end; at != end; ++at) words.push_back(at->str());
  }
  return words;
}

TEST_F(VerbGroups, AnyWordsAreReadAlike) {
  const auto words = vocabulary();
  const Line harmless = {"--json", "--yes", "-v", "--home", "-j", "list", "show", "last", "4", "Bo"};
  const auto verbs = all_verbs();
  std::mt19937 chance(20261130);  // NOLINT: the same lines each time
  const auto any_of = [&chance](const Line& from) { return from[chance() % from.size()]; };
  for (int i = 0; i < 200; ++i) {
    const auto& some = i % 2 == 0 ? harmless : words;
    Line line;
    for (auto before = chance() % 3; before > 0; --before) line.push_back(any_of(some));
    if (i % 5 != 0) line.push_back(any_of(verbs));
    for (auto after = chance() % 4; after > 0; --after) line.push_back(any_of(some));
    both_ways(line);
  }
  EXPECT_EQ(slowly_read_, 0U);
  EXPECT_GT(quickly_read_, 30U);
  EXPECT_GT(not_read_, 100U);
}

}  // namespace
}  // namespace duolog::client
