// snippet.h: the piece of a text that shows why it was found. What was found is painted; it is readable without.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>

#include "client/output.h"

namespace duolog::control {
class Snippet;
}

namespace duolog::client {

// Lines after `indent` spaces, none wider than `width`. Sanitised here; ranges that fit nowhere are overlooked.
std::string snippet_text(const control::Snippet& snippet, std::size_t indent, std::size_t width, const Style& style);

}  // namespace duolog::client
