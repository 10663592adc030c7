// word_diff.h: what has changed from one text to another, word by word, readable without colour:
//
//     we walked to the [-lake-] {+sea+} and back
//
// Spaces count for nothing; the end of a line is a word. Texts too different to be compared are shown one after the
// other.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/output.h"

namespace duolog::client {

// Indented and broken into lines as paragraph() does. REQUIRES: sanitised text.
std::string word_diff(std::string_view before, std::string_view after, std::size_t indent, std::size_t width,
                      const Style& style);

}  // namespace duolog::client
