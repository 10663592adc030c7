// report.h: what this room tells about itself, as plain values that control turns into its messages.
//
// Names are resolved, times are RFC 3339 with the writer's offset. Text is as its author sent it: valid UTF-8 and
// nothing more; whoever shows it sanitises it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "crypto/bytes.h"
#include "daemon/practice/practice.h"

namespace duolog::journal {

enum class ItemKind {
  kEntry,
  kAnswer,
  kLetter,
  kRemark,
  kUnreadable,  // kept, but it does not open, or what is in it is malformed
  kNewer,       // from a newer version
  kTakenBack,   // by its author: no words
};
std::string_view name(ItemKind kind);  // "entry", "answer", "letter", "remark", "unreadable", "newer", "taken back"

enum class Visibility { kPrivate, kShared, kSealed };
std::string_view name(Visibility visibility);  // "private", "shared", "sealed"

// Of an answer: what of it may be read.
enum class AnswerState {
  kReadable,  // plain, one's own, or opened
  kSealed,    // not opened yet: only that it is there is known
  kWrongKey,  // its author published a key that is not the one committed to
  kGarbage,   // its author sealed something that is no form
};
std::string_view name(AnswerState state);  // "readable", "sealed", "wrong key", "garbage"

struct Delivery {
  enum class State { kHere, kInBundle, kInMailbox, kDelivered } state = State::kHere;
  std::string at;      // when it was put there, or the receipt came, this device's time; empty of kHere
  std::string device;  // whose: the device's name, untrusted
  std::string person;
};

// Of a thing that waits for something: "open", or the manner that has settled it ("kept", "accept", "answer", …).
inline constexpr std::string_view kOpen = "open";
// Of a plan that the other would have otherwise, and has not accepted yet.
inline constexpr std::string_view kSuggested = "suggest";

struct Reacted {
  std::string emoji;
  std::string person;
  bool mine = false;
};

// An attachment as a reader sees it. Its name is data from a stranger and never a path.
struct AttachedFile {
  std::string name;
  std::string media_type;
  std::uint64_t size = 0;
  std::uint64_t held = 0;  // bytes of it that are on this device
};

// Of an entry.
struct ItemVersion {
  RecordId id;
  std::string written_at;  // empty where it was taken back
  std::string device;      // its name
  std::string text;
  std::vector<std::string> tags;
  std::uint32_t mood = 0;
  std::string on;
  bool day_only = false;
  std::string taken_back_at;
  bool shown = false;  // no other has replaced it
  std::vector<RecordId> replaces;
  bool left_out = false;  // the text is too long to stand in an Item: history() has it
};

struct Item {
  RecordId id;
  JournalId journal_id;
  std::string journal;
  ItemKind kind = ItemKind::kEntry;
  std::string author;
  bool mine = false;
  std::string written_at;           // empty where it cannot be known
  std::int32_t offset_minutes = 0;  // its writer's, then
  std::string text;
  std::vector<std::string> tags;
  Visibility visibility = Visibility::kPrivate;
  std::optional<Delivery> delivery;  // of what is mine and shared
  std::string on;                    // the day ("2026-11-21") or moment it is about, where given
  bool day_only = false;
  bool is_new = false;  // from the other, and not listed or shown here before

  // answers
  std::string practice;
  std::string period;
  practice::Form fields;  // empty unless readable
  AnswerState state = AnswerState::kReadable;
  bool after_reveal = false;                     // sealed after its author could have read the other's
  std::string title;                             // of the practice
  std::vector<std::string> labels;               // of `fields`, in their order: what was asked
  std::vector<std::vector<std::string>> chosen;  // of `fields`: how a choice reads, or a ranking; empty: no choice

  std::uint32_t mood = 0;  // 1 to 5; 0: not said
  bool between_us = false;
  std::string first_written;   // of a private entry that was shared later
  Bytes source;                // of what was imported
  std::string opens_at;        // of a letter
  bool opened_early = false;   // its author has opened it before that
  std::optional<RecordId> to;  // of a remark
  std::string manner;          // of a remark
  std::vector<AttachedFile> attachments;

  std::string edited_at;              // when the version was written that is shown; empty: the first
  std::uint32_t version_count = 0;    // of an entry that was edited
  std::vector<ItemVersion> versions;  // where several are shown beside each other, else empty; the newest last
  std::string taken_back_at;
  // Written on a device that was removed, behind what whoever removed it had of it: whoever had the device may have
  // written it.
  bool from_removed_device = false;

  // What was said about it: set by the questions of reading.h, never in news.
  std::vector<Reacted> reactions;
  std::vector<Item> remarks;  // where it is shown whole
  std::uint32_t remark_count = 0;
  std::string standing;               // as kOpen says; empty: it waits for nothing
  std::vector<practice::Manner> may;  // what this person can do with it now; where it is shown whole
};

// As many items as go into one reply: by count, and by the length of what is in them.
class Page {
 public:
  Page(std::size_t items, std::size_t bytes) : items_(items), bytes_(bytes) {}
  // False: there is no more room, for this one or any other. The first always has its place.
  bool takes(const Item& item);

 private:
  std::size_t items_;
  std::size_t bytes_;
  bool begun_ = false;
};

enum class RoundState { kOpenToAnswer, kWaitingForYou, kWaitingForOther, kBothIn, kAlone };
// The phrases of control.proto; kWaitingForOther needs the other's name.
std::string describe(RoundState state, std::string_view other);

struct Round {
  std::string practice;
  std::string period;
  std::string journal;
  JournalId journal_id;
  RoundState state = RoundState::kOpenToAnswer;
  bool mine_in = false;
  bool theirs_in = false;
  std::string other;
  std::vector<Item> answers;  // every version, in order
  bool current = false;
  // Of a practice this version knows; else empty.
  std::optional<practice::Practice> about;
  std::string turn;  // of a practice in turns: "yours", "theirs"; empty: nobody's, or each has had one
  bool mine_passed = false;
  bool theirs_passed = false;
  bool unmet = false;    // both answered, by different rules of sealing: `state` says whose answer is given once more
  bool over = false;     // its time has gone by without both answers: nothing is asked any more
  std::string opens_at;  // of sealed ones that open after their period
  std::string offered;   // a prompt for this week
};

struct Saved {
  RecordId id;
  JournalId journal_id;
  std::string journal;
  Visibility visibility = Visibility::kPrivate;
  std::string shared_with;  // the other person's name; empty where private
  std::string written_at;
  bool repeated = false;   // this request had been answered before: nothing was written twice
  std::string afterwards;  // what the practice says then
  std::string opens_at;    // of a letter
};

struct Changed {
  RecordId id;
  std::string journal;
  bool unchanged = false;  // nothing was written
  std::string edited_at;
  std::string shared_with;
  bool repeated = false;
};

// What goes when it is taken back, as it was before.
struct TakenAway {
  std::vector<Item> items;
  std::vector<std::string> shared_with;  // the other persons
};

struct JournalStatus {
  JournalId id;
  std::string name;
  bool shared = false;
  std::string other;
  std::string relationship;
  std::string paired_by;
  std::uint32_t entries = 0;  // entries and answers
  std::uint32_t records = 0;
  std::uint32_t unreadable = 0;
  std::uint32_t newer = 0;
  bool frozen = false;  // some device's log in it has forked
  std::string zone;
  bool parted = false;  // kept to be read
};

struct Today {
  std::string name;
  std::string date;            // "2026-11-22" in the couple's calendar, or one's own
  std::vector<Item> news;      // the oldest first; at most a page of them
  std::size_t news_count = 0;  // of all
  std::vector<Round> waiting;  // current rounds that want an answer, and any that only you hold up
  bool alone = false;          // no shared journal
  bool words_unconfirmed = false;
  std::uint32_t entries = 0;
  std::vector<std::string>
      warnings;                   // codes: "words-unconfirmed", "fork:<device>", "zone:<name>", "damaged:<journal>", …
  std::optional<Round> question;  // of the day
  std::vector<Item> promises;     // open ones of both
  std::vector<Item> plans;        // that lie ahead or want an answer
  std::vector<Item> talks;        // "I'd like to talk", not answered yet
  std::vector<Item> needs;        // of the other, not answered yet: needs, repairs, prompts
  bool paused = false;
  std::string paused_until;  // a day; empty: until further notice
  std::string other;         // of the journal that is paused
  bool paused_by_me = false;
  bool paused_by_other = false;
  struct Week {
    std::string period;
    bool kept = false;  // both wrote something in it
    bool paused = false;
  };
  std::vector<Week> weeks;           // the newest last
  std::vector<std::string> letters;  // days on which letters from the other open
  std::string proposal;              // who proposes another calendar
};

// One line of a chart: one person's answers to one scale.
struct Series {
  struct Point {
    std::string day;  // on which it was written, in the couple's calendar
    std::string period;
    std::int32_t value = 0;
  };
  std::string journal;
  std::string practice;  // empty: the mood of entries
  std::string field;
  std::string label;
  std::string person;
  bool mine = false;
  std::int32_t low = 0;
  std::int32_t high = 0;
  std::vector<Point> points;
};

// What `watch` tells as it happens.
struct News {
  enum class Kind { kEntry, kAnswer, kOpened, kDelivered, kAlarm, kLetter, kRemark };
  Kind kind = Kind::kEntry;
  JournalId journal_id;
  std::string journal;
  std::string at;              // this device's time
  std::string name;            // whose
  std::optional<Item> item;    // entry, answer, letter, remark, delivered
  std::optional<Round> round;  // answer, opened
  std::string detail;          // alarm: a code such as "fork:<device>" or "epoch-without-slot:<device>"
};
std::string_view name(News::Kind kind);  // "entry", "answer", "opened", "delivered", "alarm", "letter", "remark"

}  // namespace duolog::journal
