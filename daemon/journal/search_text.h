// search_text.h: text as it is searched: folded, and cut into tokens that know where they came from.
//
// Folded are case, accents, width forms, ligatures and presentation forms; soft hyphens, zero-width and other invisible
// characters are as if they were not there. An apostrophe, a no-break space, any punctuation ends a word.
//
//   "L’Été à 東京都"   words   l ete a 東 京 都           pairs   東京 京都
//
// Scripts that are written without spaces (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese and a few more) have no
// words to cut: each of their characters, with the marks that sit on it, is a token of `words`, and each two that stand
// side by side are one of `pairs`. So one character is found, and two are found as fast as a word. A picture or symbol
// is a token as well. A break stands at the beginning of every part of a text, so that no phrase reaches from one into
// the next, and between two runs of pairs.
//
// `text` of a stream is what an index is fed: its tokens with a space between, made of nothing but 0-9, a-z and bytes
// above 127, so that FTS5's tokenizer "ascii" cuts it exactly here. The n-th token there is tokens[n].
// Linear in time and memory, whatever the text is. Bytes that are no UTF-8 end a word.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace duolog::journal {

// DO NOT CHANGE what these functions make of a text without counting this up: an index holds it.
inline constexpr std::uint32_t kSearchTextVersion = 1;
// That, and which Unicode the library below knows: what an index was made by that holds what they make of a text.
std::string search_text_version();

// Bytes of a token; what is longer is cut, in a text and in a query alike.
inline constexpr std::size_t kTokenLimit = 64;
// No character: a token that no query can hold, and that every text begins with.
inline constexpr std::string_view kBreak = "\xef\xbf\xbf";

struct ByteRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const ByteRange&) const = default;
};

struct Token {
  ByteRange folded;  // in Stream::text
  ByteRange at;      // in the original; empty for a break. Marks that were dropped belong to it
};

struct Stream {
  std::string text;
  std::vector<Token> tokens;

  [[nodiscard]] std::string_view operator[](std::size_t place) const {
    const ByteRange& range = tokens[place].folded;
    return std::string_view(text).substr(range.begin, range.end - range.begin);
  }
  void add(std::string_view token, ByteRange at);
};

struct Folded {
  Stream words;
  Stream pairs;
};

// Adds a part of a text. `base`: where it begins in the original that the ranges are to count in.
// REQUIRES: base + text.size() < 2^32.
void fold_into(Folded& out, std::string_view text, std::uint32_t base = 0);
Folded fold(std::string_view text);

// How many words it has, as people count them: a character of a script without spaces counts as one.
std::size_t count_words(const Folded& folded);

// The first place at or after `at` where a text may be cut: before a character that stands by itself. Looks no further
// than a few characters, then cuts all the same, between two code points.
std::size_t clean_cut(std::string_view text, std::size_t at);

}  // namespace duolog::journal
