// noted.h: one record as a reader of this room meets it: where it stands, what it is, what it says. A value: it holds
// nothing of the view or the log that it came from.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/journal/event.h"
#include "daemon/practice/library.h"

namespace duolog::journal {

struct Versions;  // versions.h

struct Silent {};             // means something to the machine alone: an epoch, an opening, what the notebook keeps
struct Unreadable {           // does not open, or is malformed
  bool body_missing = false;  // or its body is not here, or no longer: it is wanted
};
struct SealedNote {  // the words are in Answers
  std::string practice;
  std::string period;
  crypto::SealRule rule;
};

struct OwnNote {                                   // a practice of their own, read once
  std::shared_ptr<const practice::Kept> practice;  // null: it cannot be read, or its author has written too many
};

struct TakenBack {         // its author has erased it: the words are nowhere any more
  std::int64_t at_ms = 0;  // when, by its author's clock
  std::int32_t offset_minutes = 0;
  Erase::One what;
};

// In the order in which the view's indexes know them: what a reader sees comes first. The numbers stand in the view's
// file: whoever changes one counts kViewVersion up.
enum class Kind : std::uint8_t {
  kEntry = 1,
  kAnswer = 2,
  kLetter = 3,
  kSealed = 4,  // a sealed answer, opened or not
  kRemark = 5,
  kUnreadable = 6,
  kLacking = 7,  // its body is not here
  kNewer = 8,
  kTakenBack = 9,
  kReaction = 10,  // from here on: seen by no reader
  kPass = 11,
  kCalendar = 12,
  kOwnPractice = 13,
  kWish = 14,
  kEdit = 15,
  kGoneEdit = 16,  // one that was taken back
  kSilent = 20,
};
inline constexpr Kind kFirstHidden = Kind::kReaction;
inline bool is_shown(Kind kind) { return kind < kFirstHidden; }

struct Noted {
  RecordId id;
  DeviceId device;
  std::uint64_t seq = 0;
  std::optional<std::int64_t> written_ms;  // none: unreadable, or no event
  std::int32_t offset_minutes = 0;
  std::vector<Seen> seen;
  std::variant<Silent, Unreadable, Newer, Entry, Answer, SealedNote, Remark, Reaction, Calendar, OwnNote, Wish, Pass,
               Edit, TakenBack>
      what;
  // Of an entry that was edited, where a reader has it: everything it has been. `what` is what is shown of it.
  std::shared_ptr<const Versions> versions;

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is_entry() const { return std::holds_alternative<Entry>(what); }
  [[nodiscard]] bool lacks_body() const { return kind() == Kind::kLacking; }
  [[nodiscard]] bool is_letter() const { return kind() == Kind::kLetter; }
  [[nodiscard]] bool is_answer() const { return kind() == Kind::kAnswer || kind() == Kind::kSealed; }
  [[nodiscard]] bool is_remark() const { return std::holds_alternative<Remark>(what); }
  // What two people have settled between them, in silence.
  [[nodiscard]] bool is_setting() const {
    return kind() == Kind::kCalendar || kind() == Kind::kOwnPractice || kind() == Kind::kWish;
  }
  [[nodiscard]] bool is_visible() const { return is_shown(kind()); }
};

// A record without its words: what finds it and gives it its place among others.
struct Line {
  RecordId id;
  DeviceId device;
  std::uint64_t seq = 0;
  Kind kind = Kind::kSilent;
  bool mine = false;
  std::optional<std::int64_t> written_ms;
  std::int32_t offset_minutes = 0;
  std::optional<std::int64_t> civil_ms;  // of what it is about, else of when it was written; on its writer's calendar
  std::string practice;                  // of answers, letters and passes
  std::string period;
  std::optional<RecordId> target;  // of remarks, reactions and edits
  std::uint32_t mood = 0;          // of entries
  std::uint32_t files = 0;         // attachments of entries and edits
  Bytes source;                    // of entries that were imported
  bool edited = false;             // an entry of which there are other versions
  // Once it has its place in the order of its journal:
  std::int64_t at = 0;       // which one
  std::int64_t reached = 0;  // the latest time up to here: it places a record among those of other journals
  bool indexed = false;      // an index was asked for what is wanted, and knows that its words are such

  // Also one that was taken back: the question stays answered.
  [[nodiscard]] bool is_answer() const {
    return kind == Kind::kAnswer || kind == Kind::kSealed || (kind == Kind::kTakenBack && !practice.empty());
  }
};
inline constexpr std::int64_t kNoTime = INT64_MIN;

// All but its place.
Line line_of(const Noted& noted, bool mine);
// Of an entry; else null.
const std::vector<std::string>* tags_of(const Noted& noted);
// What an entry or an edit says; else null.
const Entry* content_of(const Noted& noted);

// A record at its place, on its way into the view.
struct Place {
  DeviceId device;
  std::uint64_t seq = 0;
  RecordId id;
  crypto::Header header;
  bool mine = false;
  std::int64_t written_ms = 0;  // once it is opened: by its writer's clock
};

// What an event shows to a reader. In a place where it cannot mean anything it is kept silently. `shared`: two persons
// keep the journal.
struct Scene {
  bool shared = false;
  std::string relationship;
};
decltype(Noted::what) shown_by(const Place& place, const Event& event, const Scene& scene);

}  // namespace duolog::journal
