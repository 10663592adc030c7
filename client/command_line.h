// command_line.h: what was typed, as values. CLI11 is known to command_line.cc and declare_*.cc alone.
//
// A verb's options are a struct; `verb` says which of them was filled. The texts of --help stand where the verbs are
// declared, with examples: help names only what exists.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
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
  bool operator==(const Globals&) const = default;
};

enum class Verb {
  kHelp,  // `text` is all there is to do
  kToday,
  kInit,
  kWords,
  kPair,
  kDevice,
  kRecover,
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
  kPart,
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
  kBundle,
  kMailbox,
  kDaemon,
  kAttachment,
  kImport,
  kExport,
};

struct InitOptions {
  std::string name, device;
  bool operator==(const InitOptions&) const = default;
};
struct PairOptions {
  std::vector<std::string> invitation;
  std::string picture, at, relationship, name;
  bool restore = false;
  bool operator==(const PairOptions&) const = default;
};
struct RecoverOptions {
  std::vector<std::string> invitation;
  std::string picture, at, name, device, words_file;
  std::vector<std::string> from;  // bundles: the notebook's first
  bool operator==(const RecoverOptions&) const = default;
};
struct DeviceOptions {
  std::string action;              // empty: list
  std::vector<std::string> words;  // of the code, the link or the name
  std::string picture, at, name;
  bool operator==(const DeviceOptions&) const = default;
};
struct TodayOptions {
  bool line = false;
  bool operator==(const TodayOptions&) const = default;
};
struct WriteOptions {
  std::vector<std::string> words, tags, files;
  std::string on, open_on;
  std::uint32_t mood = 0;
  bool private_entry = false;
  bool between_us = false;
  bool operator==(const WriteOptions&) const = default;
};
inline constexpr std::uint32_t kAsFits = UINT32_MAX;  // as many as suits a person, or a script
struct ListOptions {
  std::uint32_t limit = kAsFits;  // 0: all
  std::string from, since, until, kind, before;
  std::vector<std::string> tags;
  std::uint32_t mood = 0;
  bool operator==(const ListOptions&) const = default;
};
struct SearchOptions {
  ListOptions which;
  std::vector<std::string> words;
  bool phrase = false;
  bool relevance = false;
  bool operator==(const SearchOptions&) const = default;
};
struct OnThisDayOptions {
  std::string date, from;
  std::uint32_t days = 0;
  bool whole = false;
  bool operator==(const OnThisDayOptions&) const = default;
};
struct StatsOptions {
  std::string since, until, by;
  bool operator==(const StatsOptions&) const = default;
};
struct ShowOptions {
  std::string id;
  bool operator==(const ShowOptions&) const = default;
};
struct ReplyOptions {
  std::string id, manner;
  std::vector<std::string> words;
  bool reflect = false, ask = false, validate = false;
  bool operator==(const ReplyOptions&) const = default;
};
struct ReactOptions {
  std::string id, emoji;
  bool none = false;
  bool operator==(const ReactOptions&) const = default;
};
struct ShareOptions {
  std::string id;
  bool operator==(const ShareOptions&) const = default;
};
struct EditOptions {
  std::string id;
  std::vector<std::string> words, tags;
  std::string mood, on;  // empty: as it is; "none": none any more
  bool no_tags = false;
  bool operator==(const EditOptions&) const = default;
};
struct HistoryOptions {
  std::string id;
  bool operator==(const HistoryOptions&) const = default;
};
struct DeleteOptions {
  std::vector<std::string> ids;
  std::string tag, since, until;
  std::uint32_t count = 0;  // that so many are meant
  bool operator==(const DeleteOptions&) const = default;
};
struct DoOptions {
  std::string practice, period;
  std::vector<std::string> words, set;
  bool pass = false;   // "not this one", or "your turn"
  bool ideas = false;  // of languages; `words` may name one
  bool operator==(const DoOptions&) const = default;
};
struct PracticesOptions {
  std::string action, what;
  bool toml = false;
  bool operator==(const PracticesOptions&) const = default;
};
struct GuideOptions {
  std::string topic;
  bool operator==(const GuideOptions&) const = default;
};
struct TrendsOptions {
  std::string practice, since, until;
  bool operator==(const TrendsOptions&) const = default;
};
struct PauseOptions {
  std::string until;
  bool operator==(const PauseOptions&) const = default;
};
struct PartOptions {
  bool keep = false, forget = false, tell = false;
  std::uint32_t count = 0;  // that so many entries are meant
  bool operator==(const PartOptions&) const = default;
};
struct AnswersOptions {
  std::string practice;
  std::uint32_t limit = 0;
  bool operator==(const AnswersOptions&) const = default;
};
struct WatchOptions {
  bool backlog = false;
  bool operator==(const WatchOptions&) const = default;
};
struct SyncOptions {
  bool wait = false;
  std::uint32_t timeout_seconds = 60;
  bool operator==(const SyncOptions&) const = default;
};
struct PassphraseOptions {
  std::string new_file;
  bool key_file = false;
  bool operator==(const PassphraseOptions&) const = default;
};
struct ConfigOptions {
  std::string key, value;
  std::string zone, turn, week;  // of the calendar
  bool agree = false;
  bool operator==(const ConfigOptions&) const = default;
};
struct AttachmentOptions {
  std::string action, id, to;
  std::uint32_t number = 0;  // 0: all
  bool operator==(const AttachmentOptions&) const = default;
};
struct ImportOptions {
  std::string format, file, dates;
  bool dry_run = false, private_entry = false, no_media = false;
  bool operator==(const ImportOptions&) const = default;
};
struct ExportOptions {
  std::string format, place, since, until;
  std::vector<std::string> tags;
  bool mine = false;
  bool no_attachments = false;  // they are named, and stay here
  bool folder = false;          // a keepsake with its pictures beside its page; json with what is attached
  bool operator==(const ExportOptions&) const = default;
};
struct DoctorOptions {
  bool repair = false;
  std::uint32_t timeout_seconds = 30;
  bool operator==(const DoctorOptions&) const = default;
};
struct BackupOptions {
  std::string file;
  bool operator==(const BackupOptions&) const = default;
};
struct RestoreOptions {
  std::string file, new_file;
  bool gone = false;  // the old device
  bool operator==(const RestoreOptions&) const = default;
};
struct BundleOptions {
  std::string action;
  std::vector<std::string> files;
  bool everything = false;
  bool attachments = false;
  bool operator==(const BundleOptions&) const = default;
};
struct MailboxOptions {
  std::string action;
  std::vector<std::string> words;  // the link
  bool operator==(const MailboxOptions&) const = default;
};
struct DaemonOptions {
  std::string action;
  bool operator==(const DaemonOptions&) const = default;
};

struct Invocation {
  Verb verb = Verb::kToday;
  std::string text;  // of help
  Globals globals;
  InitOptions init;
  PairOptions pair;
  DeviceOptions device;
  RecoverOptions recover;
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
  PartOptions part;
  WatchOptions watch;
  SyncOptions sync;
  PassphraseOptions passphrase;
  ConfigOptions config;
  DoctorOptions doctor;
  BackupOptions backup;
  RestoreOptions restore;
  BundleOptions bundle;
  MailboxOptions mailbox;
  DaemonOptions daemon;
  AttachmentOptions attachment;
  ImportOptions import;
  ExportOptions exporting;
  bool operator==(const Invocation&) const = default;
};

// Reads DUOLOG_HOME and DUOLOG_PASSPHRASE_FILE where the option is absent. Throws Failure (wrong usage).
Invocation parse_command_line(int argc, const char* const* argv);
// The two ways in which it reads, which come to the same. With those verbs declared alone that are among the words, it
// is quick; nullopt: help is asked for or something is wrong, and what to say of it takes all verbs.
// REQUIRES: the words are UTF-8.
std::optional<Invocation> parse_with_named_verbs(int argc, const char* const* argv);
Invocation parse_with_all_verbs(int argc, const char* const* argv);
// Before anything could be parsed: is an error to be written as JSON?
bool wants_json(int argc, const char* const* argv);
// Every verb that help names. For the tests, which hold the texts to it.
std::vector<std::string> all_verbs();

}  // namespace duolog::client
