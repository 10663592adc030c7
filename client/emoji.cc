// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/emoji.h"

#include <array>
#include <utility>

#include "client/unicode.h"

namespace duolog::client {
namespace {

// Few enough to be read in a hint; what somebody means who has no emoji at hand.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kNames = {{{"heart", "❤️"},
                                                                                   {"thanks", "🙏"},
                                                                                   {"hug", "🤗"},
                                                                                   {"smile", "🙂"},
                                                                                   {"laugh", "😄"},
                                                                                   {"tear", "😢"},
                                                                                   {"yes", "👍"},
                                                                                   {"star", "⭐"},
                                                                                   {"flower", "🌷"},
                                                                                   {"leaf", "🌿"}}};

}  // namespace

std::string emoji_of(std::string_view typed) {
  for (const auto& [name, emoji] : kNames) {
    if (typed == name) return std::string(emoji);
  }
  return is_one_emoji(typed) ? std::string(typed) : std::string();
}

std::string emoji_names() {
  std::string text;
  for (const auto& [name, emoji] : kNames) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

}  // namespace duolog::client
