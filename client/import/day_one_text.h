// day_one_text.h: Day One's Markdown as people would have typed it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "client/import/found.h"

namespace duolog::client {

// Takes off the backslashes that change nothing ("mice\.", "30\-minutes"), leaves those that would (\*, \_, \#), and
// all of them in code; puts "[photo]" where a picture stood; takes out U+200B.
std::string plain_markdown(std::string_view text, Findings& findings);

}  // namespace duolog::client
