// sieve.h: what a filter may ask of a record, beyond what its line says. For lists and for searches.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/journal.h"
#include "daemon/journal/reading.h"

namespace duolog::journal {

// Civil times that somebody means, both included: a day, a moment, and of long spans "2026" or "2026-03".
struct CivilSpan {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};
std::optional<CivilSpan> civil_span(std::string_view text, std::int64_t now_ms, const Zone& zone);

bool is_kind(std::string_view kind);
bool is_of_kind(const Noted& noted, std::string_view kind);  // "": any
// The words of a letter, once it may be met by accident: its day has come, or its author has opened it. nullopt: not
// yet.
std::optional<Form> open_letter(const Journal& journal, const Noted& noted);
bool has_tag(const Journal& journal, const Noted& noted, std::string_view tag);  // with or without '#'
std::uint32_t mood_of(const Journal& journal, const Noted& noted);               // 0: none was said
// What a filter asks of words: tags and moods, which may be a letter's, whose words no line knows.
bool needs_words(const Filter& filter);
bool words_pass(const Journal& journal, const Noted& noted, const Filter& filter);
bool may_pass(const Line& line, const Filter& filter);  // false: its words need not be read
// When it belongs: the day or moment it is about, where that was said, else when it was written. On the writer's own
// calendar. nullopt: cannot be known.
std::optional<Moment> moment_of(const Noted& noted);

}  // namespace duolog::journal
