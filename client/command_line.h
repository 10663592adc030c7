// command_line.h: what was typed, as values. The one file beside it that knows CLI11.
//
// A verb's options are a struct; `verb` says which of them was filled. The texts of --help are here too, with examples:
// help names only what exists.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace duolog::client {

enum class Colour { kAuto, kAlways, kNever };

struct Globals {
  std::string home;  // absolute; empty: the XDG folders
  std::string journal;
  std::string passphrase_file;
  Colour colour = Colour::kAuto;
  bool yes = false;
  bool json = false;
  bool verbose = false;
};

enum class Verb {
  kHelp,  // `text` is all there is to do
  kToday,
  kInit,
  kWords,
  kPair,
  kWrite,
  kList,
  kShow,
  kCheckin,
  kAnswers,
  kStatus,
  kWatch,
  kSync,
  kLock,
  kUnlock,
  kPassphrase,
  kConfig,
  kDoctor,
  kDaemon,
};

struct InitOptions {
  std::string name, device;
};
struct PairOptions {
  std::vector<std::string> invitation;
  std::string picture, at, relationship, name;
};
struct WriteOptions {
  std::vector<std::string> words, tags;
  std::string on;
  bool private_entry = false;
};
struct ListOptions {
  std::uint32_t limit = 0;
  std::string from, since, until, tag, kind;
};
struct ShowOptions {
  std::string id;
};
struct CheckinOptions {
  std::vector<std::string> set;
};
struct AnswersOptions {
  std::string practice;
  std::uint32_t limit = 0;
};
struct WatchOptions {
  bool backlog = false;
};
struct SyncOptions {
  bool wait = false;
  std::uint32_t timeout_seconds = 60;
};
struct PassphraseOptions {
  std::string new_file;
  bool key_file = false;
};
struct ConfigOptions {
  std::string key, value;
};
struct DaemonOptions {
  std::string action;
};

struct Invocation {
  Verb verb = Verb::kToday;
  std::string text;  // of help
  Globals globals;
  InitOptions init;
  PairOptions pair;
  WriteOptions write;
  ListOptions list;
  ShowOptions show;
  CheckinOptions checkin;
  AnswersOptions answers;
  WatchOptions watch;
  SyncOptions sync;
  PassphraseOptions passphrase;
  ConfigOptions config;
  DaemonOptions daemon;
};

// Reads DUOLOG_HOME and DUOLOG_PASSPHRASE_FILE where the option is absent. Throws Failure (wrong usage).
Invocation parse_command_line(int argc, const char* const* argv);
// Before anything could be parsed: is an error to be written as JSON?
bool wants_json(int argc, const char* const* argv);
// Every verb that help names. For the tests, which hold the texts to it.
std::vector<std::string> all_verbs();

}  // namespace duolog::client
