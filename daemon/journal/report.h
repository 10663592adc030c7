// report.h: what this room tells about itself, as plain values that control turns into its messages.
//
// Names are resolved, times are RFC 3339 with the writer's offset. Text is as its author sent it: valid UTF-8 and
// nothing more; whoever shows it sanitises it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "crypto/bytes.h"
#include "daemon/journal/practice.h"

namespace duolog::journal {

enum class ItemKind {
  kEntry,
  kAnswer,
  kUnreadable,  // kept, but it does not open, or what is in it is malformed
  kNewer,       // from a newer version
};
std::string_view name(ItemKind kind);  // "entry", "answer", "unreadable", "newer"

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
  bool delivered = false;
  std::string at;      // when the receipt came, this device's time; empty until delivered
  std::string device;  // whose: the device's name, untrusted
  std::string person;
};

struct Item {
  RecordId id;
  JournalId journal_id;
  std::string journal;
  ItemKind kind = ItemKind::kEntry;
  std::string author;
  bool mine = false;
  std::string written_at;  // empty where it cannot be known
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
  Form fields;  // empty unless readable
  AnswerState state = AnswerState::kReadable;
  bool after_reveal = false;  // sealed after its author could have read the other's
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
  std::string title;
  std::string why;
  std::vector<FormField> form;
};

struct Saved {
  RecordId id;
  JournalId journal_id;
  std::string journal;
  Visibility visibility = Visibility::kPrivate;
  std::string shared_with;  // the other person's name; empty where private
  std::string written_at;
  bool repeated = false;  // this request had been answered before: nothing was written twice
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
};

struct Today {
  std::string name;
  std::string date;  // "2026-11-22" in the couple's calendar, or one's own
  std::vector<Item> news;
  std::vector<Round> waiting;  // current rounds that want an answer, and any that only you hold up
  bool alone = false;          // no shared journal
  bool words_unconfirmed = false;
  std::uint32_t entries = 0;
  std::vector<std::string>
      warnings;  // codes: "words-unconfirmed", "fork:<device>", "zone:<name>", "damaged:<journal>", …
};

// What `watch` tells as it happens.
struct News {
  enum class Kind { kEntry, kAnswer, kOpened, kDelivered, kAlarm };
  Kind kind = Kind::kEntry;
  JournalId journal_id;
  std::string journal;
  std::string at;              // this device's time
  std::string name;            // whose
  std::optional<Item> item;    // entry, answer, delivered
  std::optional<Round> round;  // answer, opened
  std::string detail;          // alarm: a code such as "fork:<device>" or "epoch-without-slot:<device>"
};
std::string_view name(News::Kind kind);  // "entry", "answer", "opened", "delivered", "alarm"

}  // namespace duolog::journal
