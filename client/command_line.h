// command_line.h: what was typed, as values. CLI11 is known to command_line.cc and declare_*.cc alone.
//
// A verb's options are a struct; `verb` says which of them was filled. The texts of --help stand where the verbs are
// declared, with examples: help names only what exists.
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
  kLetters,
  kSearch,
  kOnThisDay,
  kStats,
  kReply,
  kReact,
  kShare,
  kEdit,
  kHistory,
  kDelete,
  kDo,  // `doing.practice` says which
  kAnswers,
  kPractices,
  kTrends,
  kGuide,
  kPause,
  kResume,
  kStatus,
  kWatch,
  kSync,
  kLock,
  kUnlock,
  kPassphrase,
  kConfig,
  kDoctor,
  kBackup,
  kRestore,
  kDaemon,
  kAttachment,
  kImport,
  kExport,
};

struct InitOptions {
  std::string name, device;
};
struct PairOptions {
  std::vector<std::string> invitation;
  std::string picture, at, relationship, name;
};
struct TodayOptions {
  bool line = false;
};
struct WriteOptions {
  std::vector<std::string> words, tags, files;
  std::string on, open_on;
  std::uint32_t mood = 0;
  bool private_entry = false;
  bool between_us = false;
};
inline constexpr std::uint32_t kAsFits = UINT32_MAX;  // as many as suits a person, or a script
struct ListOptions {
  std::uint32_t limit = kAsFits;  // 0: all
  std::string from, since, until, kind, before;
  std::vector<std::string> tags;
  std::uint32_t mood = 0;
};
struct SearchOptions {
  ListOptions which;
  std::vector<std::string> words;
  bool phrase = false;
  bool relevance = false;
};
struct OnThisDayOptions {
  std::string date, from;
  std::uint32_t days = 0;
  bool whole = false;
};
struct StatsOptions {
  std::string since, until, by;
};
struct ShowOptions {
  std::string id;
};
struct ReplyOptions {
  std::string id, manner;
  std::vector<std::string> words;
  bool reflect = false, ask = false, validate = false;
};
struct ReactOptions {
  std::string id, emoji;
  bool none = false;
};
struct ShareOptions {
  std::string id;
};
struct EditOptions {
  std::string id;
  std::vector<std::string> words, tags;
  std::string mood, on;  // empty: as it is; "none": none any more
  bool no_tags = false;
};
struct HistoryOptions {
  std::string id;
};
struct DeleteOptions {
  std::vector<std::string> ids;
  std::string tag, since, until;
  std::uint32_t count = 0;  // that so many are meant
};
struct DoOptions {
  std::string practice, period;
  std::vector<std::string> words, set;
  bool pass = false;   // "not this one", or "your turn"
  bool ideas = false;  // of languages; `words` may name one
};
struct PracticesOptions {
  std::string action, what;
  bool toml = false;
};
struct GuideOptions {
  std::string topic;
};
struct TrendsOptions {
  std::string practice, since, until;
};
struct PauseOptions {
  std::string until;
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
  std::string zone, turn, week;  // of the calendar
  bool agree = false;
};
struct AttachmentOptions {
  std::string action, id, to;
  std::uint32_t number = 0;  // 0: all
};
struct ImportOptions {
  std::string format, file, dates;
  bool dry_run = false, private_entry = false, no_media = false;
};
struct ExportOptions {
  std::string format, place, since, until, tag;
  bool mine = false;
  bool no_attachments = false;  // they are named, and stay here
  bool folder = false;          // a keepsake with its pictures beside its page
};
struct DoctorOptions {
  bool repair = false;
  std::uint32_t timeout_seconds = 30;
};
struct BackupOptions {
  std::string file;
};
struct RestoreOptions {
  std::string file, new_file;
  bool gone = false;  // the old device
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
  SearchOptions search;
  OnThisDayOptions on_this_day;
  StatsOptions stats;
  ShowOptions show;
  TodayOptions today;
  ReplyOptions reply;
  ReactOptions react;
  ShareOptions share;
  EditOptions edit;
  HistoryOptions history;
  DeleteOptions erase;
  DoOptions doing;
  AnswersOptions answers;
  PracticesOptions practices;
  GuideOptions guide;
  TrendsOptions trends;
  PauseOptions pause;
  WatchOptions watch;
  SyncOptions sync;
  PassphraseOptions passphrase;
  ConfigOptions config;
  DoctorOptions doctor;
  BackupOptions backup;
  RestoreOptions restore;
  DaemonOptions daemon;
  AttachmentOptions attachment;
  ImportOptions import;
  ExportOptions exporting;
};

// Reads DUOLOG_HOME and DUOLOG_PASSPHRASE_FILE where the option is absent. Throws Failure (wrong usage).
Invocation parse_command_line(int argc, const char* const* argv);
// Before anything could be parsed: is an error to be written as JSON?
bool wants_json(int argc, const char* const* argv);
// Every verb that help names. For the tests, which hold the texts to it.
std::vector<std::string> all_verbs();

}  // namespace duolog::client
