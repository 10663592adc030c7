// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/manners.h"

#include <algorithm>
#include <array>

#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

struct Word {
  std::string_view manner;
  const char* done;   // "Bo …"
  const char* state;  // of what it was done to
};

constexpr std::array kWords = {
    Word{"", "", ""},
    Word{"open", "", "open"},
    Word{"reflect", "says back what was heard", "heard"},
    Word{"ask", "asks about it", "asked about"},
    Word{"validate", "says that it makes sense", "heard"},
    Word{"thank", "says thank you", "thanked"},
    Word{"agree", "says yes", "agreed"},
    Word{"boundary", "names a limit", "answered with a limit"},
    Word{"compromise", "offers something in between", "answered with something in between"},
    Word{"accept", "says yes", "accepted"},
    Word{"suggest", "suggests something else", "something else is suggested"},
    Word{"decline", "says not this time", "declined"},
    Word{"done", "says that it took place", "it took place"},
    Word{"cancelled", "calls it off", "off"},
    Word{"kept", "kept it", "kept"},
    Word{"owned", "did not keep it, and says so", "not kept, and owned"},
    Word{"forgive", "forgives", "forgiven"},
    Word{"later", "needs a little time", "seen; an answer comes later"},
    Word{"answer", "answers", "answered"},
};

const Word* find(std::string_view manner) {
  const auto* found = std::ranges::find(kWords, manner, &Word::manner);
  return found == kWords.end() ? nullptr : found;
}

}  // namespace

std::string manner_text(std::string_view manner) {
  const auto* word = find(manner);
  return word == nullptr ? sanitise_line(manner) : word->done;
}

std::string state_text(std::string_view state) {
  const auto* word = find(state);
  return word == nullptr ? sanitise_line(state) : word->state;
}

std::string manner_option(std::string_view manner) {
  if (manner.empty()) return "";
  if (manner == "reflect" || manner == "ask" || manner == "validate") return "--" + std::string(manner);
  return "--as " + typeable(manner);
}

}  // namespace duolog::client
