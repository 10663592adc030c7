// care.h: the five ways of showing care (the practice "languages"): ideas for each, and where two rankings meet; and
// the prompts that a week offers.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/practice/practice.h"

namespace duolog::practice {

struct Language {
  std::string id;     // "words"
  std::string title;  // "kind words"
  std::string what;
  std::vector<std::string> ideas;  // for this kind of relationship
};
// In the order of their file. "partner", "friend", "family"; anything else: the ideas for all of them.
std::vector<Language> languages(std::string_view relationship);

// One direction: what one likes to receive beside what the other tends to give, both with the dearest first.
struct Match {
  std::vector<std::string> meets;   // among the first two of both
  std::vector<std::string> missed;  // among the first two of what is wished, and not of what is given
};
Match match(const std::vector<std::string>& receives, const std::vector<std::string>& gives);

struct Prompt {
  std::string id;
  std::string theme;
  std::string text;
};
std::vector<Prompt> prompts(std::string_view relationship);

}  // namespace duolog::practice
