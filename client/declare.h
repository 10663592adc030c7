// declare.h: how a verb and its options are told to CLI11. Only command_line.cc and declare_*.cc know it.
//
// A text option goes through text(): CLI11 would otherwise take "[a]" for a list and "{}" for an empty one, and words
// that somebody writes down must arrive as they are. "DATE  the day": the name of the value, two spaces, what it is.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/command_line.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace duolog::client {

// Put before what CLI11 would read as more than text, taken off again by text() and its kin.
std::string marked(const char* argument);
std::string unmarked(const std::string& text);

struct Help {
  Help(const char* help);
  std::string value, text;
};

CLI::Option* text(CLI::App& app, const std::string& name, std::string& into, const Help& help);
CLI::Option* texts(CLI::App& app, const std::string& name, std::vector<std::string>& into, const Help& help);
CLI::Option* number(CLI::App& app, const std::string& names, std::uint32_t& into, const Help& help);
CLI::Option* choice(CLI::App& app, const std::string& names, std::string& into, const Help& help,
                    const std::vector<std::string>& choices);
// Given once for each value: `-t a b` is the tag a and the word b.
CLI::Option* repeated(CLI::App& app, const std::string& name, std::vector<std::string>& into, const Help& help);
void flag(CLI::App& app, const std::string& names, bool& into, const std::string& help);

// The headings of `duolog --help`, in its order.
inline constexpr const char* kOptions = "options";
inline constexpr const char* kDays = "writing and reading";
inline constexpr const char* kPractices = "practices";
inline constexpr const char* kTogether = "the two of you";
inline constexpr const char* kDevice = "this device";

struct Declared {
  CLI::App& app;
  Invocation& call;

  CLI::App& verb(Verb which, const std::string& name, const char* group, const std::string& help,
                 const std::string& examples, const std::string& more = {});
};

void declare_globals(CLI::App& app, Globals& globals);
void declare_days(Declared& d);  // declare_days.cc
void declare_answering(Declared& d);
void declare_changing(Declared& d);
void declare_attachments(Declared& d);      // declare_attachments.cc
void declare_finding(Declared& d);          // declare_finding.cc
void declare_house_practices(Declared& d);  // declare_practices.cc
void declare_practices(Declared& d);
void declare_together(Declared& d);  // declare_together.cc
void declare_inout(Declared& d);     // declare_inout.cc
void declare_device(Declared& d);    // declare_device.cc

// Verbs that are declared together. To tell CLI11 of all of them takes longer than most commands: what was typed says
// which are needed.
struct VerbGroup {
  const char* names;  // separated by single spaces, in the order in which they are declared
  void (*declare)(Declared& d);

  [[nodiscard]] std::vector<std::string_view> verbs() const;
};
std::span<const VerbGroup> verb_groups();  // in the order of `duolog --help`

}  // namespace duolog::client
