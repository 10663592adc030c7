// practice_verbs.h: the practices that come with the house, as far as the command line knows them: their verbs, and
// help that answers without a daemon. What they ask is the daemon's to say; here is only a short account of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace duolog::client {

struct PracticeVerb {
  const char* id;
  const char* help;
  const char* fields;    // one a line
  const char* examples;  // lines that begin with "  duolog"
  // `duolog mood 4 tired`: the fields that words fill, in order, separated by spaces; the last takes all that is left.
  const char* words = "";
  const char* pass = nullptr;  // the switch for not answering, where there is one
};

std::span<const PracticeVerb> practice_verbs();
const PracticeVerb* find_practice_verb(std::string_view id);  // nullptr: a practice of the two's own

}  // namespace duolog::client
