// day_one_text.h: Day One's Markdown as people would have typed it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "client/import/found.h"

namespace duolog::client {

// Of an entry's media that go with it, what each is called, by its identifier.
using Moments = std::unordered_map<std::string, std::string>;

// Takes off the backslashes that change nothing ("mice\.", "30\-minutes"), leaves those that would (\*, \_, \#), and
// all of them in code; puts "[lake.jpeg]" where a picture stood that goes with it, "[photo]" where it does not; takes
// out U+200B.
std::string plain_markdown(std::string_view text, Findings& findings, const Moments& moments = {});

}  // namespace duolog::client
