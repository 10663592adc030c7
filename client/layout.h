// layout.h: how much room text takes on a terminal, and where a line of it ends.
//
// Widths are those of utf8proc and never depend on the locale. Where terminals disagree (emoji sequences) the larger
// is assumed: a line may end early, it never runs over. REQUIRES: sanitised text everywhere; nothing here escapes.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace duolog::client {

std::size_t display_width(std::string_view text);

// Breaks at spaces, inside a word only where it alone is wider than `width`; keeps leading spaces and empty lines.
// At least one line; no line ends in a space. REQUIRES: width >= 2.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// wrap(), each line after `indent` spaces and before a newline. `width` is that of the whole line.
std::string paragraph(std::string_view text, std::size_t indent, std::size_t width);

// Its first line, with a sign where more follows. REQUIRES: width >= 8.
std::string one_line(std::string_view text, std::size_t width);
// A label before what it is for: a colon follows, unless its last sign does the same.
std::string with_colon(std::string text);
// Without the full stop or question mark at its end.
std::string without_end_mark(std::string text);

// "1 entry", "3 entries"; and as in a sentence: "one entry", "3 entries".
std::string counted(std::size_t count, std::string_view one, std::string_view many);
std::string so_many(std::size_t count, std::string_view one, std::string_view many);
// Padded with spaces on the right; as it is where it is wider.
std::string padded(std::string_view text, std::size_t width);

}  // namespace duolog::client
