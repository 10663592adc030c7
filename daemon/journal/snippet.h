// snippet.h: the part of a text that shows best why it was found.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "daemon/journal/search_query.h"

namespace duolog::journal {

inline constexpr std::size_t kSnippetLength = 200;  // bytes, about

struct Snippet {
  std::string text;                // a piece of the original; a line's end, a tab and the like are a space in it
  std::vector<ByteRange> matches;  // in `text`: in order, none empty, none touching another
  bool text_before = false;        // more of the original comes before it, or after it
  bool text_after = false;
};

// The window with the most different phrases of the query, then with the most hits, then the first. Without hits, the
// beginning. `hits`: sorted, within `text`. Begins and ends between words, where there are any near.
Snippet cut_snippet(std::string_view text, std::span<const Hit> hits);

}  // namespace duolog::journal
