// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace duolog::client {
namespace {

constexpr char32_t kZeroWidthNonJoiner = 0x200C;
constexpr char32_t kZeroWidthJoiner = 0x200D;
constexpr char32_t kTextStyle = 0xFE0E;
constexpr char32_t kEmojiStyle = 0xFE0F;
constexpr char32_t kInformation = 0x2139;  // a letter by category, an emoji by use

struct Range {
  char32_t first, last;
  [[nodiscard]] bool holds(char32_t point) const { return first <= point && point <= last; }
};

template <std::size_t N>
bool any(const std::array<Range, N>& ranges, char32_t point) {
  return std::ranges::any_of(ranges, [point](const Range& range) { return range.holds(point); });
}

// Format characters that have a shape of their own (they enclose the digits that follow).
constexpr std::array kVisibleFormat = {Range{0x0600, 0x0605},  Range{0x06DD, 0x06DD}, Range{0x070F, 0x070F},
                                       Range{0x0890, 0x0891},  Range{0x08E2, 0x08E2}, Range{0x110BD, 0x110BD},
                                       Range{0x110CD, 0x110CD}};
// Letters and marks by category that show nothing: fillers, the grapheme joiner, Khmer inherent vowels.
constexpr std::array kInvisible = {Range{0x034F, 0x034F}, Range{0x115F, 0x1160}, Range{0x17B4, 0x17B5},
                                   Range{0x2800, 0x2800}, Range{0x3164, 0x3164}, Range{0xFFA0, 0xFFA0}};
constexpr std::array kSelectors = {Range{0x180B, 0x180D}, Range{0x180F, 0x180F}, Range{0xFE00, 0xFE0F},
                                   Range{0xE0100, 0xE01EF}};
constexpr std::array kJoiningScripts = {Range{0x0600, 0x1CFF},  Range{0xA800, 0xABFF},   Range{0xFB50, 0xFDFF},
                                        Range{0xFE70, 0xFEFE},  Range{0x10A00, 0x10FFF}, Range{0x11000, 0x11FFF},
                                        Range{0x1E900, 0x1E95F}};
constexpr std::array kHan = {Range{0x3400, 0x9FFF}, Range{0xF900, 0xFAFF}, Range{0x20000, 0x3FFFF}};
constexpr Range kMongolian{0x1800, 0x18AF};
// Hangul vowels and tails: letters that terminals stack on the one before. They count as marks, or ten thousand of
// them would pile up in one cell.
constexpr std::array kStacked = {Range{0x1161, 0x11FF}, Range{0xD7B0, 0xD7FB}};

utf8proc_category_t category(char32_t point) { return utf8proc_category(static_cast<utf8proc_int32_t>(point)); }

bool is_mark(utf8proc_category_t c) { return c >= UTF8PROC_CATEGORY_MN && c <= UTF8PROC_CATEGORY_ME; }
bool is_letter(utf8proc_category_t c) { return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO; }
bool is_punctuation_or_symbol(utf8proc_category_t c) { return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_SO; }
bool is_digit(utf8proc_category_t c) { return c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO; }

bool never_shown(char32_t point, utf8proc_category_t c) {
  switch (c) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    case UTF8PROC_CATEGORY_CF:
      return !any(kVisibleFormat, point);
    default:
      return any(kInvisible, point);
  }
}

}  // namespace

Decoded decode(std::string_view text, std::size_t at) {
  utf8proc_int32_t point = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
  const auto left = static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size() - at, 4));
  const auto used = utf8proc_iterate(bytes, left, &point);
  if (used <= 0 || point < 0) return {};
  return {static_cast<char32_t>(point), static_cast<std::size_t>(used), true};
}

void append_utf8(std::string& out, char32_t point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto used = utf8proc_encode_char(static_cast<utf8proc_int32_t>(point), bytes.data());
  out.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(used));
}

Kind kind_of(char32_t point) {
  if (point >= 0x20 && point < 0x7F) return Kind::kVisible;  // nearly all of most texts
  if (point == kZeroWidthJoiner || point == kZeroWidthNonJoiner) return Kind::kJoiner;
  if (any(kSelectors, point)) return Kind::kSelector;
  const auto c = category(point);
  if (never_shown(point, c)) return Kind::kForbidden;
  return is_mark(c) || width_of(point) == 0 || any(kStacked, point) ? Kind::kMark : Kind::kVisible;
}

int width_of(char32_t point) { return utf8proc_charwidth(static_cast<utf8proc_int32_t>(point)); }

bool is_pictograph(char32_t point) {
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(point))->boundclass ==
         UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

bool wants_joiners(char32_t point) {
  const auto c = category(point);
  return (is_letter(c) || is_mark(c)) && any(kJoiningScripts, point);
}

bool takes_selector(char32_t base, char32_t selector) {
  const auto c = category(base);
  if (selector == kTextStyle || selector == kEmojiStyle) {
    return is_punctuation_or_symbol(c) || is_digit(c) || base == kInformation;
  }
  if (selector > kEmojiStyle) return any(kHan, base);  // ideographic variants
  if (selector < 0x2000) return kMongolian.holds(base);
  return any(kHan, base) || is_punctuation_or_symbol(c) || is_digit(c) || any(kJoiningScripts, base);
}

bool is_one_emoji(std::string_view text) {
  constexpr char32_t kKeycap = 0x20E3;
  char32_t before = 0;
  utf8proc_int32_t state = 0;
  bool pictured = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto now = decode(text, at);
    if (!now.valid) return false;
    if (at == 0) {
      const auto c = category(now.point);
      const bool ascii = now.point < 0x80;
      pictured = is_pictograph(now.point) || c == UTF8PROC_CATEGORY_SO || (c == UTF8PROC_CATEGORY_SM && !ascii);
    } else if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(before),
                                                static_cast<utf8proc_int32_t>(now.point), &state)) {
      return false;
    }
    pictured = pictured || now.point == kKeycap;
    before = now.point;
    at += now.length;
  }
  return pictured;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

namespace {

std::string mapped(std::string_view text, int how) {
  utf8proc_uint8_t* made = nullptr;
  const utf8proc_ssize_t length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &made, static_cast<utf8proc_option_t>(how));
  if (length < 0) return std::string(text);
  std::string out(reinterpret_cast<const char*>(made), static_cast<std::size_t>(length));
  std::free(made);  // NOLINT(cppcoreguidelines-no-malloc): it is given so
  return out;
}

}  // namespace

std::string composed(std::string_view text) { return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE); }
std::string folded_name(std::string_view name) {
  return mapped(name, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
}

}  // namespace duolog::client
