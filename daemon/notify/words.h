// words.h: what a notice says. Plain, kind, short, lower-case; nobody is urged, nothing is counted against anybody.
//
// Without `content` it says only that there is something: not who, not which practice, not which journal. A sealed
// answer is only said to be there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/journal/report.h"

namespace duolog::notify {

inline constexpr std::size_t kFirstWords = 80;  // characters of an entry
inline constexpr std::size_t kNameWords = 40;   // characters of a name or a title

// Of what is new; `more`: there is so much that it was not counted. REQUIRES: at least one item.
std::string words_of(std::span<const journal::Item> items, bool more, bool content);
std::string reminder_of(std::string_view practice, bool content);
// Something is wrong with a journal: what, `duolog status` says.
std::string alarm();

// One line of somebody else's text, at most so many characters and "…" where it was longer: no control, format, private
// or unassigned character, white space folded, valid UTF-8.
std::string plain_line(std::string_view foreign, std::size_t characters);
// For a service that reads markup in what it is told.
std::string escape_markup(std::string_view text);

}  // namespace duolog::notify
