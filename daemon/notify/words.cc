// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notify/words.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <set>

#include "daemon/practice/library.h"

namespace duolog::notify {
namespace {

constexpr std::size_t kNamesTold = 3;
constexpr utf8proc_int32_t kReplacement = 0xFFFD;
constexpr utf8proc_int32_t kNonJoiner = 0x200C;
constexpr utf8proc_int32_t kJoiner = 0x200D;  // inside emoji and in many scripts

enum class Shown { kAsItIs, kAsSpace, kNotAtAll };

Shown shown(utf8proc_int32_t character) {
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return Shown::kAsSpace;
    case UTF8PROC_CATEGORY_CF:
      return character == kJoiner || character == kNonJoiner ? Shown::kAsItIs : Shown::kNotAtAll;
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
      return Shown::kNotAtAll;
    default:
      return Shown::kAsItIs;
  }
}

void append_character(std::string& out, utf8proc_int32_t character) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t length = utf8proc_encode_char(character, bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
}

std::string title_of(std::string_view practice) {
  static const practice::Library general("");
  const practice::Practice* known = general.practice(practice);
  return plain_line(known != nullptr ? known->title : practice, kNameWords);
}

std::string title_of(const journal::Item& item) {
  return item.title.empty() ? title_of(item.practice) : plain_line(item.title, kNameWords);
}

std::string words_of_one(const journal::Item& item) {
  const std::string who = plain_line(item.author, kNameWords);
  if (item.kind == journal::ItemKind::kAnswer) {
    if (item.state != journal::AnswerState::kReadable) return fmt::format("{} has answered: {}", who, title_of(item));
    return fmt::format("{} has answered: {}; you can read it", who, title_of(item));
  }
  if (item.kind == journal::ItemKind::kLetter) return fmt::format("a letter from {} is open", who);
  const std::string words = plain_line(item.text, kFirstWords);
  if (item.kind == journal::ItemKind::kRemark && words.empty()) return fmt::format("{} has replied to you", who);
  return words.empty() ? fmt::format("something new from {}", who) : fmt::format("{}: {}", who, words);
}

std::string from_whom(std::span<const journal::Item> items) {
  std::set<std::string> names;
  for (const journal::Item& item : items) names.insert(plain_line(item.author, kNameWords));
  if (names.size() > kNamesTold) return {};
  return fmt::format(" from {}", fmt::join(names, ", "));
}

}  // namespace

std::string words_of(std::span<const journal::Item> items, bool more, bool content) {
  if (items.size() == 1 && !more) return content ? words_of_one(items.front()) : "something new";
  const std::string count = more ? "many" : std::to_string(items.size());
  return fmt::format("{} new things{}", count, content ? from_whom(items) : "");
}

std::string reminder_of(std::string_view practice, bool content) {
  if (!content) return "a quiet moment for your journal, if you like";
  return fmt::format("{}: it is there for you, whenever you like", title_of(practice));
}

std::string alarm() { return "something to look at: duolog status"; }

std::string plain_line(std::string_view foreign, std::size_t characters) {
  std::string line;
  std::size_t count = 0;
  bool space = false;
  while (!foreign.empty()) {
    utf8proc_int32_t character = kReplacement;
    const utf8proc_ssize_t length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(foreign.data()),
                                                     static_cast<utf8proc_ssize_t>(foreign.size()), &character);
    if (length <= 0) character = kReplacement;
    foreign.remove_prefix(length <= 0 ? 1 : static_cast<std::size_t>(length));
    const Shown how = shown(character);
    if (how == Shown::kAsSpace) space = true;
    if (how != Shown::kAsItIs) continue;
    if (count >= characters) return line + "…";
    if (space && !line.empty()) line += ' ', ++count;
    space = false;
    append_character(line, character);
    ++count;
  }
  return line;
}

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace duolog::notify
