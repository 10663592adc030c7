// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/gentle.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "client/unicode.h"

namespace duolog::client {
namespace {

constexpr char32_t kCurly = 0x2019;
constexpr char32_t kNoBreakSpace = 0xA0;
constexpr char32_t kNarrowNoBreakSpace = 0x202F;
constexpr std::array kYou = {"you", "you're", "you've", "you'd", "you'll"};
constexpr std::array kBetween = {"are", "were", "have", "had", "do", "did", "will", "would", "can", "could"};

// Words in small letters. What ends a clause is a word of its own, so that nothing is joined over it.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (std::size_t at = 0; at < text.size();) {
    const auto now = decode(text, at);
    at += now.length;
    const auto point = now.point == kCurly ? U'\'' : now.point;
    const bool ascii = point < 0x80;
    const bool space = point == kNoBreakSpace || point == kNarrowNoBreakSpace ||
                       (ascii && std::isspace(static_cast<unsigned char>(point)) != 0);
    const bool letter = !space && (!ascii || point == '\'' || std::isalnum(static_cast<unsigned char>(point)) != 0);
    if (letter) {
      append_utf8(words.back(), ascii ? static_cast<char32_t>(std::tolower(static_cast<int>(point))) : point);
      continue;
    }
    if (!words.back().empty()) words.emplace_back();
    if (!space) {
      words.back().push_back('.');  // it is empty here
      words.emplace_back();
    }
  }
  return words;
}

bool is_one_of(const auto& known, const std::string& word) {
  return std::ranges::any_of(known, [&word](const char* one) { return word == one; });
}

}  // namespace

std::string always_or_never(std::string_view text) {
  const auto words = words_of(text);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (!is_one_of(kYou, words[i])) continue;
    const bool between = is_one_of(kBetween, words[i + 1]);
    const auto next = i + 1 + (between ? 1 : 0);
    if (next >= words.size() || (words[next] != "always" && words[next] != "never")) continue;
    return words[i] + (between ? " " + words[i + 1] : "") + " " + words[next];
  }
  return {};
}

}  // namespace duolog::client
