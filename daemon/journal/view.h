// view.h: what a journal's records add up to for a reader: who wrote what, in which order. In memory alone.
//
// The order is the same wherever the same records are held. Every device's records stand in the order of its chain, and
// an event stands after everything its writer had seen; what that leaves open is settled by the writers' clocks, then
// by record id. It is computed as a merge of the chains: of the records that are next in their chain and whose writer
// has seen nothing that still waits, the one with the earliest time comes next. (Liars could claim to have seen each
// other's future; then, when nothing is free to come, the earliest comes all the same.)
//
// What is newer than everything here, as nearly all is that comes, is put at the end without merging anew.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "daemon/journal/event.h"
#include "daemon/practice/library.h"

namespace duolog::journal {

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

// One record as the view keeps it.
struct Noted {
  RecordId id;
  DeviceId device;
  std::uint64_t seq = 0;
  std::optional<std::int64_t> written_ms;  // none: unreadable, or no event
  std::int32_t offset_minutes = 0;
  std::vector<Seen> seen;
  std::variant<Silent, Unreadable, Newer, Entry, Answer, SealedNote, Remark, Reaction, Calendar, OwnNote, Wish, Pass>
      what;

  [[nodiscard]] bool is_entry() const { return std::holds_alternative<Entry>(what); }
  [[nodiscard]] bool lacks_body() const {
    const auto* unreadable = std::get_if<Unreadable>(&what);
    return unreadable != nullptr && unreadable->body_missing;
  }
  [[nodiscard]] bool is_letter() const {
    const auto* sealed = std::get_if<SealedNote>(&what);
    return sealed != nullptr && sealed->practice == kLetterPractice;
  }
  [[nodiscard]] bool is_answer() const {
    return std::holds_alternative<Answer>(what) || (std::holds_alternative<SealedNote>(what) && !is_letter());
  }
  [[nodiscard]] bool is_remark() const { return std::holds_alternative<Remark>(what); }
  // What two people have settled between them, in silence.
  [[nodiscard]] bool is_setting() const {
    return std::holds_alternative<Calendar>(what) || std::holds_alternative<OwnNote>(what) ||
           std::holds_alternative<Wish>(what);
  }
  [[nodiscard]] bool is_visible() const {
    return !std::holds_alternative<Silent>(what) && !std::holds_alternative<Reaction>(what) &&
           !std::holds_alternative<Pass>(what) && !is_setting();
  }
};

class View {
 public:
  View();
  View(View&&) = default;
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  View& operator=(View&&) = delete;
  ~View() = default;

  // A record seen again (its epoch was learnt since) takes its own place.
  void put(Noted noted);

  // Everything in order, silent records too. Valid until the next put().
  [[nodiscard]] const std::vector<const Noted*>& ordered() const;
  // Records whose id begins with these hex digits, visible ones only.
  [[nodiscard]] std::vector<const Noted*> find(std::string_view hex_prefix) const;
  [[nodiscard]] const Noted* by_id(const RecordId& id) const;  // null: not here
  // One device's records by seq. Null: none here.
  [[nodiscard]] const std::map<std::uint64_t, Noted>* of(const DeviceId& device) const;
  // Calendars, wishes, practices of their own: in order. Valid until the next put().
  [[nodiscard]] const std::vector<const Noted*>& settings() const;
  // Changes whenever settings() may have.
  [[nodiscard]] std::uint64_t settings_version() const;
  // Remarks on this record and reactions to it, in order. Valid until the next put().
  [[nodiscard]] std::span<const Noted* const> about(const RecordId& id) const;

  struct Counts {
    std::uint32_t entries = 0;  // entries, letters and answers
    std::uint32_t unreadable = 0;
    std::uint32_t newer = 0;
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }

 private:
  static constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();
  struct Chain {
    std::map<std::uint64_t, Noted> records;
    std::uint64_t dated = 0;                  // the last record that has a time …
    std::int64_t time = kNoTime;              // … which is this: the undated that follow stay beside it
    mutable std::uint64_t claimed_up_to = 0;  // somebody says to have seen this log up to here
  };
  struct Cursor;
  using Cursors = std::map<DeviceId, Cursor>;

  // By their ids. What an id hashes to cannot be foreseen by whoever chose the record: the seed is an address.
  struct IdHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard library's name
    std::uint64_t seed;
    std::size_t operator()(const RecordId& id) const;
    std::size_t operator()(const Noted* noted) const { return (*this)(noted->id); }
  };
  struct SameId {
    using is_transparent = void;  // NOLINT(readability-identifier-naming)
    bool operator()(const Noted* a, const Noted* b) const { return a->id == b->id; }
    bool operator()(const RecordId& a, const Noted* b) const { return a == b->id; }
    bool operator()(const Noted* a, const RecordId& b) const { return a->id == b; }
  };

  [[nodiscard]] bool comes_last(const Noted& noted) const;
  void place_last(const Noted& noted, std::int64_t time) const;
  void note_claims(const Noted& noted) const;
  static void note_time(Chain& chain, const Noted& noted);
  void merge() const;
  void count(const Noted& noted, std::uint32_t times);
  void file() const;
  static bool is_free(const Noted& noted, const Cursors& cursors);
  static bool earlier(const Cursor& a, const Cursor& b);

  std::map<DeviceId, Chain> chains_;
  Counts counts_;
  // ---- by id, as far as somebody has asked for one: a start and a first sync put thousands for which nobody does, and
  // a place in a table of so many costs as much as opening a record ----
  mutable std::unordered_set<const Noted*, IdHash, SameId> ids_;
  mutable std::vector<const Noted*> unfiled_;
  // ---- the order, as far as somebody has asked for it ----
  mutable bool stale_ = false;  // something belongs further up: merged anew when asked for
  mutable std::vector<const Noted*> ordered_;
  mutable std::vector<const Noted*> settings_;
  mutable std::uint64_t settings_version_ = 0;
  mutable std::unordered_map<RecordId, std::vector<const Noted*>, IdHash> about_;
  mutable std::int64_t newest_ = kNoTime;  // the latest time of them
  mutable bool liars_ = false;             // the merge met records of which none was free to come
};

}  // namespace duolog::journal
