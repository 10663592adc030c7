// records.h: the records of one journal as its readers ask for them: by kind, voice, day, practice, by what they are
// about; always in the journal's one order.
//
// The order is the same wherever the same records are held. Every device's records stand in the order of its chain, and
// an event stands after everything its writer had seen; what that leaves open is settled by the writers' clocks, then
// by record id (order.h).
//
// Two things answer: the view (view.h), an indexed database, and, while that is being made anew, the log itself
// (scan.h). Both say the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "daemon/journal/answers.h"
#include "daemon/journal/noted.h"

namespace duolog::journal {

using Kinds = std::uint32_t;
constexpr Kinds only(Kind kind) { return Kinds{1} << static_cast<int>(kind); }
template <class... More>
constexpr Kinds only(Kind kind, More... more) {
  return only(kind) | only(more...);
}
inline constexpr Kinds kShown = only(kFirstHidden) - 1;
inline constexpr Kinds kSettings = only(Kind::kCalendar, Kind::kOwnPractice, Kind::kWish);
inline constexpr Kinds kAnswers = only(Kind::kAnswer, Kind::kSealed);
// Of a practice: those that were taken back count as well.
inline constexpr Kinds kAnswered = kAnswers | only(Kind::kTakenBack);
inline constexpr Kinds kVersions = only(Kind::kEdit, Kind::kGoneEdit);

// A part of one device's chain, both ends included.
struct Stretch {
  DeviceId device;
  std::uint64_t from = 1;
  std::uint64_t to = UINT64_MAX;
};

// What somebody looks for; what is set narrows it.
struct Wanted {
  Kinds kinds = kShown;
  std::optional<bool> mine;
  std::optional<std::int64_t> civil_from;  // both ends included
  std::optional<std::int64_t> civil_to;
  std::optional<std::string> practice;
  std::optional<std::string> period;  // REQUIRES: practice
  std::optional<RecordId> target;
  std::optional<RecordId> id;
  std::string id_begins;  // hex digits
  std::optional<Stretch> stretch;
  std::string tag;
  std::uint32_t mood = 0;  // what its line says; 0: any
  bool with_files = false;
  Bytes source;  // of an entry that was imported
  bool newest_first = false;
  std::optional<std::int64_t> beyond;  // Line::at: only what comes after it in the order that is asked for
  // Also what does not fit, where it is walked past and not found by an index: so that whoever stops at a line has
  // looked at all before it, and need not do so again.
  bool passed_too = false;
  std::size_t about_so_many = 0;  // what is looked at before the visitor stops, as far as one knows; 0: all
  // As match_text() prints it. What an index knows not to have such words is left out; the rest may have them.
  std::string match;         // REQUIRES: no tag
  bool not_indexed = false;  // only what the index does not know yet
};
// Remarks and reactions to a thing. Whoever wants them all reads one after the other: there may be any number.
Wanted said_about(const RecordId& id);
// All but the tag, which a Line does not have.
bool fits(const Wanted& wanted, const Line& line);

struct Version;   // versions.h
struct Versions;  // the same

class Records {
 public:
  Records() = default;
  virtual ~Records() = default;
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  // In order, until `see` says false. Whoever sees may ask for more.
  using SeeLine = std::function<bool(const Line&)>;
  virtual void each_line(const Wanted& wanted, const SeeLine& see) const = 0;
  // A Line::at: of what readers see everything from there on has reached this time, and nothing before it has.
  [[nodiscard]] virtual std::int64_t first_since(std::int64_t time) const = 0;
  // With its words; of an entry that was edited what is shown of it. REQUIRES: the line is of these records.
  [[nodiscard]] Noted read(const Line& line) const;
  // As its own record says it. REQUIRES: as read().
  [[nodiscard]] virtual Noted read_record(const Line& line) const = 0;
  // Those of an entry that count, by its author's person; in any order, and without their words.
  [[nodiscard]] virtual std::vector<Version> edits_of(const RecordId& entry, bool mine) const = 0;
  // Of an entry whose own record this is, with the words of what is shown. `mine`: its author is a device of this
  // person; nobody edits the other's words. REQUIRES: may_have_versions().
  [[nodiscard]] Versions put_together(const Noted& record, bool mine) const;
  // What is shown of it; of anything else the record.
  [[nodiscard]] Noted as_it_reads(Noted record, bool mine) const;

  // What the index finds, the best first; where there is none, nothing.
  struct Ranked {
    std::int64_t score = 0;
    std::int64_t place = 0;
  };
  [[nodiscard]] virtual std::vector<Ranked> ranked(const std::string&) const { return {}; }
  // REQUIRES: `place` is of ranked().
  [[nodiscard]] virtual Line line_at(std::int64_t) const { return {}; }

  // ---- what would otherwise be counted by hand ----
  // Rounds of which somebody has given an answer; of one practice, or of all where that is empty; of this period and
  // later ones.
  [[nodiscard]] virtual std::vector<RoundKey> rounds(const std::string& practice, const std::string& from) const = 0;
  // The last period before this one in which anybody answered or passed. nullopt: none.
  [[nodiscard]] virtual std::optional<std::string> period_before(const std::string& practice,
                                                                 const std::string& period) const = 0;
  // What readers see that was written from here to there, by which of the two; in any order.
  using SeeWritten = std::function<void(std::int64_t written_ms, bool mine)>;
  virtual void each_written(std::int64_t from_ms, std::int64_t to_ms, const SeeWritten& see) const = 0;
  // The moods of entries, in order.
  struct Mood {
    std::int64_t written_ms = 0;
    std::int32_t offset_minutes = 0;
    bool mine = false;
    std::uint32_t mood = 0;
  };
  // Of all that readers see, the earliest day and hour it is about, or an earlier one of another journal.
  // nullopt: there is none.
  [[nodiscard]] virtual std::optional<std::int64_t> earliest_civil() const = 0;
  using SeeMood = std::function<void(const Mood&)>;
  virtual void each_mood(const SeeMood& see) const = 0;
  // How much was written of each day that it is about (tally.h), as far as somebody has kept count; in any order, and
  // one day more than once. False: nobody has, or is too far behind: it must be counted.
  struct OfADay {
    bool mine = false;
    std::optional<std::int64_t> day;  // since 1970, on its writers' calendars; none: what has no time
    std::uint32_t entries = 0;
    std::uint32_t answers = 0;
    std::uint32_t remarks = 0;
    std::uint32_t words = 0;
  };
  using SeeDay = std::function<void(const OfADay&)>;
  [[nodiscard]] virtual bool each_day(const SeeDay&) const { return false; }
  struct Counts {
    std::uint32_t entries = 0;  // entries, letters and answers
    std::uint32_t unreadable = 0;
    std::uint32_t newer = 0;

    void add(Kind kind, std::uint32_t times = 1);
  };
  [[nodiscard]] virtual Counts counts() const = 0;

  // ---- the same for short ----
  using See = std::function<bool(const Noted&)>;
  void each(const Wanted& wanted, const See& see) const;
  [[nodiscard]] std::vector<Line> lines(const Wanted& wanted) const;
  [[nodiscard]] std::vector<Noted> all(const Wanted& wanted) const;
  [[nodiscard]] std::optional<Line> line(const RecordId& id) const;    // silent ones too
  [[nodiscard]] std::optional<Noted> by_id(const RecordId& id) const;  // silent ones too
  [[nodiscard]] bool any(Wanted wanted) const;
};

}  // namespace duolog::journal
