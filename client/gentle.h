// gentle.h: whether a text says "you always" or "you never", which a practice may have a kind word about.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace duolog::client {

// In any case of letters, over any white space, also as "you're always", with either apostrophe. By whole words: "thank
// you. Never mind" is something else. The words that say it, in small letters; empty: it does not.
std::string always_or_never(std::string_view text);

}  // namespace duolog::client
