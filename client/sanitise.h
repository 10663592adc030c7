// sanitise.h: the one gate between what somebody else wrote and a terminal.
//
// Text, names, tags, device names, file names and the details of errors came from another machine. A terminal obeys
// what it is sent: it moves the cursor, sets its title, answers questions as if they had been typed, turns the reading
// direction around. So nothing foreign is printed before it went through here. The rules:
//
//   kept      printable characters of every script; newline in text (in a name it is escaped); CR LF as a newline;
//             a tab as four spaces; up to eight marks on a base; one variation selector where its base can use it;
//             ZWJ inside emoji, ZWJ and ZWNJ after a letter or mark of a script that is written with them
//   escaped   everything else, visibly, as ‹U+202E› or, for bytes that are no UTF-8, ‹0xFF›; a repetition is counted
//             (‹U+0000 ×900›), marks over eight likewise (‹+9992 marks›):
//             C0 and C1 in either encoding, DEL, bidi controls, zero-width and other format characters, fillers that
//             look like nothing, tag characters, line and paragraph separators, private use, unassigned
//
// The output is valid UTF-8 in which the only control byte is the newline, and it is made in linear time. JSON goes
// through the same rules: what would be escaped here stands there as \uXXXX, so that nothing is lost (escape_json).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace duolog::client {

inline constexpr std::size_t kMarksPerBase = 8;
inline constexpr std::size_t kTabWidth = 4;

// For text of many lines.
std::string sanitise(std::string_view foreign);
// For what stands in a line of ours: names, tags, details.
std::string sanitise_line(std::string_view foreign);

// `json` is valid JSON; so is the result, and it means the same. REQUIRES: no raw newline between tokens.
std::string escape_json(std::string_view json);

// Where `text` stops being UTF-8 (no overlong forms, no surrogates); npos when all of it is.
std::size_t utf8_fault(std::string_view text);

}  // namespace duolog::client
