// unicode.h: what a single code point is, as far as a terminal cares. Over utf8proc's tables (Unicode 15).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace duolog::client {

struct Decoded {
  char32_t point = 0;
  std::size_t length = 1;  // bytes used; 1 for a byte that begins nothing
  bool valid = false;
};
// REQUIRES: at < text.size().
Decoded decode(std::string_view text, std::size_t at);
void append_utf8(std::string& out, char32_t point);
std::string lowered(std::string_view text);   // A to Z; no other letter
std::string composed(std::string_view text);  // each accent joined to its letter, where there is such a letter
// What some file system takes for the same name is the same: composed, and without case.
std::string folded_name(std::string_view name);

enum class Kind {
  kVisible,    // a base: letter, digit, sign, space
  kMark,       // sits on a base, or joins it without a width of its own
  kJoiner,     // ZWJ, ZWNJ
  kSelector,   // variation selectors
  kForbidden,  // never shown as it is
};
Kind kind_of(char32_t point);

int width_of(char32_t point);        // columns: 0, 1 or 2
bool is_pictograph(char32_t point);  // may take part in an emoji sequence
// A letter or mark of a script in which ZWJ and ZWNJ change how a word is written (Arabic, Indic and their kin).
bool wants_joiners(char32_t point);
bool takes_selector(char32_t base, char32_t selector);
// A single cluster that begins with a picture or a symbol: a flag, a keycap, a family, a plain "✓". No letters.
bool is_one_emoji(std::string_view text);

}  // namespace duolog::client
