// versions.h: what an entry has been, what of it is shown, and what was taken back.
//
// An edit names the versions that its writer saw. Those that nobody has replaced are shown: one, or, where two of a
// person's devices edited without knowing of each other, each of them, until an edit replaces them all. A version that
// was taken back replaces nothing and is shown nowhere; what was written without knowing of that stays.
//
// All of it is the same in whatever order the records came: nothing here looks at places, only at what versions name,
// their times and their ids.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/records.h"

namespace duolog::journal {

struct Version {
  RecordId id;
  DeviceId device;
  std::optional<std::int64_t> written_ms;  // none: taken back
  std::int32_t offset_minutes = 0;
  Entry content;
  std::vector<RecordId> replaces;
  std::optional<TakenBack> gone;
  bool shown = false;
};

struct Versions {
  std::vector<Version> all;  // the first record first, then by time

  [[nodiscard]] std::vector<const Version*> shown() const;  // the newest last; none: all were taken back
  [[nodiscard]] const Version* newest() const;              // of those; null: none
};

// REQUIRES: an entry, an edit, or one that was taken back.
Version version_of(const Noted& noted);
// `first`: of the entry's own record. Which are shown follows.
Versions put_together(Version first, std::vector<Version> edits);

// Whether this may be an entry: one that was taken back may have been.
bool may_have_versions(const Noted& noted);
// REQUIRES: may_have_versions(). `mine`: its author is a device of this person; nobody edits the other's words.
Versions versions_of(const Records& records, const Noted& entry, bool mine);
// What of an entry is shown. nullopt: it is none, or it was taken back.
std::optional<Entry> shown_entry(const Records& records, const Noted& noted, bool mine);

// An entry's line and tags by the versions of it that are shown: what it is found by.
struct Finding {
  Line line;
  std::vector<std::string> tags;
};
Finding found_by(const Noted& entry, bool mine, const Versions& versions);

// ---- what was taken back ----

// What an event may be that its author can take back. Nothing that a machine needs, and no tombstone.
bool can_be_taken_back(const Event& event);
// As the view keeps it: the event by which one record was taken back, and no other.
Bytes encode_taken_back(const TakenBack& taken);
std::optional<TakenBack> taken_back_by(const Event& event);

}  // namespace duolog::journal
