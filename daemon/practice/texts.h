// texts.h: what stands in texts/, as the build has put it into the program.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace duolog::practice {

struct Text {
  std::string_view file;  // "checkin.toml"
  std::string_view words;
};

std::span<const Text> practice_texts();  // in the order in which they are listed
std::string_view deck_text();
std::string_view languages_text();
std::string_view prompts_text();

}  // namespace duolog::practice
