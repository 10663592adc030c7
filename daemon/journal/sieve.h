// sieve.h: which records a filter lets through, and what a filter may ask of one. For lists and for searches.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/reading.h"

namespace duolog::journal {

// A filter whose dates and kinds have been understood. It outlives neither the filter nor the shelf.
class Sieve {
 public:
  // Throws Refusal: kBadDate, kBadRequest ("kind": there is none of that name; "mood": none of 1 to 5).
  Sieve(const Shelf& shelf, const Filter& filter);
  [[nodiscard]] bool passes(const Journal& journal, const Noted& noted) const;

 private:
  const Filter& filter_;
  std::optional<std::int64_t> since_;
  std::optional<std::int64_t> until_;
};

// Civil times that somebody means, both included: a day, a moment, and of long spans "2026" or "2026-03".
struct CivilSpan {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};
std::optional<CivilSpan> civil_span(std::string_view text, std::int64_t now_ms, const Zone& zone);

bool is_kind(std::string_view kind);
bool is_of_kind(const Noted& noted, std::string_view kind);                       // "": any
bool is_by(const Journal& journal, const Noted& noted, std::string_view person);  // "me", a name; "": anybody
// The words of a letter, once it may be met by accident: its day has come, or its author has opened it. nullptr: not
// yet.
const Form* open_letter(const Journal& journal, const Noted& noted);
bool has_tag(const Journal& journal, const Noted& noted, std::string_view tag);  // with or without '#'
std::uint32_t mood_of(const Journal& journal, const Noted& noted);               // 0: none was said
// When it belongs: the day or moment it is about, where that was said, else when it was written. On the writer's own
// calendar. nullopt: cannot be known.
std::optional<Moment> moment_of(const Noted& noted);

}  // namespace duolog::journal
