// versions.h: what an entry has been, what of it is shown, and what was taken back.
//
// An edit names the versions that its writer saw. Those that nobody has replaced are shown: one, or, where two of a
// person's devices edited without knowing of each other, each of them, until an edit replaces them all. A version that
// was taken back replaces nothing and is shown nowhere; what was written without knowing of that stays.
//
// All of it is the same in whatever order the records came: nothing here looks at places, only at what versions name,
// their times and their ids. What a device writes without end is bounded: of its edits of one entry the first
// kEditsCounted count, and of what stands beside each other the latest kShownBeside are shown. A version's words are
// read where it is shown, else by whoever wants them (read_version).
//
//   record of an entry ─┐
//   its edits ──────────┴─► put_together() ─► as_shown(): what every reader gets (Records::read)
//                                        └──► found_by(): the line that an index has of it
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/records.h"

namespace duolog::journal {

inline constexpr std::size_t kEditsCounted = 4096;
inline constexpr std::size_t kShownBeside = 8;

struct Version {
  Line line;                     // of its own record; without a time: taken back
  std::optional<Entry> content;  // of what is shown
  std::vector<RecordId> replaces;
  std::optional<TakenBack> gone;
  bool shown = false;
};

struct Versions {
  std::vector<Version> all;  // the first record first, then by time

  [[nodiscard]] std::vector<const Version*> shown() const;  // the newest last; none: all were taken back
  [[nodiscard]] const Version* newest() const;              // of those; null: none
};

// With its words. REQUIRES: an entry, an edit, or one that was taken back.
Version version_of(const Noted& record, bool mine);
// `first`: of the entry's own record. Which are shown follows.
Versions put_together(Version first, std::vector<Version> edits);

// Whether this may be an entry: one that was taken back may have been.
bool may_have_versions(const Noted& noted);
// The newest of what is shown in the place of what the record says, and all versions beside it. One that was taken back
// and edited on another device has no time of its own any more: it has that of what is left. Where nothing is left,
// the mark stays.
Noted as_shown(Noted record, Versions versions);
// REQUIRES: may_have_versions(), and a reader has it.
Versions versions_of(const Noted& noted, bool mine);
// What stands beside each other of an entry as a reader has it, the newest last; nearly always one. Of anything else
// nothing. Valid as long as `noted`.
std::vector<const Entry*> shown_of(const Noted& noted);

// By what an entry is found: its line, but for its place, and its tags. `record`: its own.
struct Findable {
  Line line;
  std::vector<std::string> tags;
};
Findable found_by(const Noted& record, bool mine, Versions versions);

// ---- what was taken back ----

// What an event may be that its author can take back. Nothing that a machine needs, and no tombstone.
bool can_be_taken_back(const Event& event);
// As the view keeps it: the event by which one record was taken back, and no other.
Bytes encode_taken_back(const TakenBack& taken);
std::optional<TakenBack> taken_back_by(const Event& event);

}  // namespace duolog::journal
