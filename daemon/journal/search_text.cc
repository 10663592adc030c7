// search_text.cc: one pass over the code points. Each is folded to none, one or a few; these go into the word or the
// character that is being read, or end it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/search_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace duolog::journal {
namespace {

using Point = utf8proc_int32_t;

constexpr Point kZeroWidthJoiner = 0x200D;
constexpr Point kNotUtf8 = -1;
constexpr std::size_t kMostOfOne = 32;  // code points that one folds to; the longest there is, U+FDFA, has 18

struct Interval {
  Point first;
  Point last;
};

template <std::size_t kCount>
bool is_in(const std::array<Interval, kCount>& sorted, Point point) {
  const auto after = std::upper_bound(sorted.begin(), sorted.end(), point,
                                      [](Point wanted, const Interval& one) { return wanted < one.first; });
  return after != sorted.begin() && point <= std::prev(after)->last;
}

// Accents and points of scripts that are also written without them: Latin, Greek, Cyrillic, Hebrew, Arabic. In others
// (Indic, Thai, kana) a mark makes another word, and stays.
constexpr std::array<Interval, 13> kAccents{{{0x0300, 0x036F},
                                             {0x0483, 0x0489},
                                             {0x0591, 0x05BD},
                                             {0x05BF, 0x05C7},
                                             {0x0610, 0x061A},
                                             {0x0640, 0x0640},  // tatweel, which only makes a word longer
                                             {0x064B, 0x065F},
                                             {0x0670, 0x0670},
                                             {0x06D6, 0x06ED},
                                             {0x1AB0, 0x1AFF},
                                             {0x1DC0, 0x1DFF},
                                             {0x20D0, 0x20FF},
                                             {0xFE20, 0xFE2F}}};

constexpr std::array<Interval, 20> kWithoutSpaces{{{0x0E00, 0x0E7F},      // Thai
                                                   {0x0E80, 0x0EFF},      // Lao
                                                   {0x1000, 0x109F},      // Burmese
                                                   {0x1100, 0x11FF},      // Korean, in parts
                                                   {0x1780, 0x17FF},      // Khmer
                                                   {0x1950, 0x19DF},      // Tai Le, New Tai Lue
                                                   {0x1A20, 0x1AAF},      // Tai Tham
                                                   {0x2E80, 0x2FDF},      // parts of Chinese characters
                                                   {0x3005, 0x3007},      // iteration mark, closing mark, zero
                                                   {0x3021, 0x3029},      // numerals of Hangzhou
                                                   {0x3031, 0x303C},      // kana repeat marks and kin
                                                   {0x3041, 0x312F},      // hiragana, katakana, bopomofo
                                                   {0x3131, 0x33FF},      // hangul parts, kana in circles and squares
                                                   {0x3400, 0x4DBF},      // Chinese
                                                   {0x4E00, 0xA4CF},      // Chinese; Yi
                                                   {0xA960, 0xA97F},      // Korean, in old parts
                                                   {0xA9E0, 0xAA7F},      // Burmese; Cham between
                                                   {0xAC00, 0xD7FF},      // Korean
                                                   {0xF900, 0xFAFF},      // Chinese
                                                   {0x1B000, 0x1B16F}}};  // kana
constexpr Interval kMoreChinese{0x20000, 0x3FFFD};

bool is_without_spaces(Point point) {
  return is_in(kWithoutSpaces, point) || (point >= kMoreChinese.first && point <= kMoreChinese.last);
}

// Letters that Unicode takes for letters of their own, and people who have no such key type otherwise.
std::string_view plain_spelling(Point folded) {
  switch (folded) {
    case 0x00E6:  // æ
      return "ae";
    case 0x00F0:  // ð
    case 0x0111:  // đ
      return "d";
    case 0x00F8:  // ø
      return "o";
    case 0x00FE:  // þ
      return "th";
    case 0x0127:  // ħ
      return "h";
    case 0x0131:  // ı
      return "i";
    case 0x0142:  // ł
      return "l";
    case 0x0153:  // œ
      return "oe";
    case 0x0167:  // ŧ
      return "t";
    default:
      return {};
  }
}

bool is_conjoining(Point point) { return point >= 0x1160 && point <= 0x11FF; }  // a Korean vowel or final

enum class Part { kSpace, kDropped, kLetter, kMark, kCharacter, kSymbol };

Part part_of(Point point) {
  if (point == kNotUtf8) return Part::kSpace;
  if (is_in(kAccents, point)) return Part::kDropped;
  const utf8proc_property_t* property = utf8proc_get_property(point);
  if (property->ignorable && !is_conjoining(point)) return Part::kDropped;
  switch (static_cast<utf8proc_category_t>(property->category)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return Part::kMark;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return is_conjoining(point) ? Part::kMark : is_without_spaces(point) ? Part::kCharacter : Part::kLetter;
    case UTF8PROC_CATEGORY_SO:
      return Part::kSymbol;
    case UTF8PROC_CATEGORY_CF:
      return Part::kDropped;
    case UTF8PROC_CATEGORY_SK:  // skin tones; an accent that stands alone is none of a word
      return point > 0xFFFF ? Part::kMark : Part::kSpace;
    default:
      return Part::kSpace;
  }
}

// A word or character as it is being read.
class Cutter {
 public:
  explicit Cutter(Folded& out) : out_(out) {
    out_.words.add(kBreak, {});
    out_.pairs.add(kBreak, {});
  }

  void take(Point point, std::string_view bytes, ByteRange at) {
    const Part part = part_of(point);
    if (part == Part::kSpace) return end_all();
    if (part == Part::kDropped) {
      if (open_ == Part::kSymbol && point == kZeroWidthJoiner) joined_ = true;
      if (open_) at_.end = at.end;
      return;
    }
    if (part == Part::kMark || (part == Part::kSymbol && joined_ && open_ == Part::kSymbol)) return extend(bytes, at);
    if (part == Part::kLetter) return letter(bytes, at);
    end_token();
    if (part != Part::kCharacter) end_run();
    begin(part, bytes, at);
  }

  void letter(std::string_view bytes, ByteRange at) {
    if (open_ == Part::kLetter) return extend(bytes, at);
    end_all();
    begin(Part::kLetter, bytes, at);
  }

  void end_all() {
    end_token();
    end_run();
  }

 private:
  void begin(Part part, std::string_view bytes, ByteRange at) {
    open_ = part;
    at_ = at;
    extend(bytes, at);
  }

  // A mark that sits on nothing is left out.
  void extend(std::string_view bytes, ByteRange at) {
    joined_ = false;
    if (!open_) return;
    at_.end = at.end;
    if (full_ || token_.size() + bytes.size() > kTokenLimit / 2 * (open_ == Part::kLetter ? 2 : 1)) {
      full_ = true;
    } else {
      token_ += bytes;
    }
  }

  void end_token() {
    if (!open_) return;
    out_.words.add(token_, at_);
    if (open_ == Part::kCharacter) add_pair();
    token_.clear();
    open_.reset();
    joined_ = full_ = false;
  }

  void add_pair() {
    if (!before_.empty()) {
      if (std::exchange(gap_, false)) out_.pairs.add(kBreak, {});
      before_ += token_;
      out_.pairs.add(before_, {before_at_.begin, at_.end});
      paired_ = true;
    }
    before_ = token_;
    before_at_ = at_;
  }

  void end_run() {
    if (open_ == Part::kCharacter) end_token();
    before_.clear();
    gap_ = gap_ || std::exchange(paired_, false);
  }

  Folded& out_;
  std::optional<Part> open_;  // what is being read, if anything
  std::string token_;
  ByteRange at_;
  bool full_ = false;    // it is as long as a token may be
  bool joined_ = false;  // a symbol, and what comes next belongs to it
  std::string before_;   // the character before, in the same run
  ByteRange before_at_;
  bool paired_ = false;  // this run has made a pair
  bool gap_ = false;     // an earlier one has: a break comes before the next pair
};

void take_folded(Cutter& cutter, Point point, ByteRange at) {
  const std::string_view plain = plain_spelling(point);
  if (!plain.empty()) {
    for (const char& letter : plain) cutter.take(letter, {&letter, 1}, at);
    return;
  }
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(point, bytes.data());
  cutter.take(point, {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length)}, at);
}

void take_point(Cutter& cutter, Point point, ByteRange at) {
  std::array<Point, kMostOfOne> folded{};
  int boundary = 0;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
  const auto count = utf8proc_decompose_char(point, folded.data(), folded.size(), options, &boundary);
  if (count < 0 || count > static_cast<utf8proc_ssize_t>(folded.size())) return cutter.take(kNotUtf8, {}, at);
  for (utf8proc_ssize_t i = 0; i < count; ++i) take_folded(cutter, folded[static_cast<std::size_t>(i)], at);
}

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

void take_ascii(Cutter& cutter, char c, ByteRange at) {
  const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (is_plain(lower)) return cutter.letter({&lower, 1}, at);
  cutter.end_all();
}

struct Read {
  Point point = kNotUtf8;
  std::size_t length = 1;
};

Read read_point(std::string_view text, std::size_t at) {
  Point point = kNotUtf8;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
                                       static_cast<utf8proc_ssize_t>(text.size() - at), &point);
  return length > 0 ? Read{point, static_cast<std::size_t>(length)} : Read{};
}

}  // namespace

void Stream::add(std::string_view token, ByteRange at) {
  if (!text.empty()) text += ' ';
  const auto begin = static_cast<std::uint32_t>(text.size());
  text += token;
  tokens.push_back({{begin, static_cast<std::uint32_t>(text.size())}, at});
}

void fold_into(Folded& out, std::string_view text, std::uint32_t base) {
  constexpr signed char kLastAscii = 0x7F;
  Cutter cutter(out);
  for (std::size_t at = 0; at < text.size();) {
    const bool ascii = static_cast<signed char>(text[at]) >= 0 && text[at] <= kLastAscii;
    const Read read = ascii ? Read{text[at], 1} : read_point(text, at);
    const ByteRange range{static_cast<std::uint32_t>(base + at), static_cast<std::uint32_t>(base + at + read.length)};
    if (ascii) {
      take_ascii(cutter, text[at], range);
    } else if (read.point == kNotUtf8) {
      cutter.end_all();
    } else {
      take_point(cutter, read.point, range);
    }
    at += read.length;
  }
  cutter.end_all();
}

Folded fold(std::string_view text) {
  Folded folded;
  fold_into(folded, text);
  return folded;
}

std::string search_text_version() {
  return std::to_string(kSearchTextVersion) + ", utf8proc " + utf8proc_version() + ", Unicode " +
         utf8proc_unicode_version();
}

std::size_t count_words(const Folded& folded) {
  const auto is_word = [](const Token& token) { return token.at.begin != token.at.end; };
  return static_cast<std::size_t>(std::count_if(folded.words.tokens.begin(), folded.words.tokens.end(), is_word));
}

std::size_t clean_cut(std::string_view text, std::size_t at) {
  constexpr int kFurthest = 16;  // code points
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  bool joined = false;
  for (int looked = 0; at < text.size() && looked < kFurthest; ++looked) {
    const Read read = read_point(text, at);
    const Part part = part_of(read.point);
    if (part != Part::kDropped && part != Part::kMark && !joined) break;
    joined = read.point == kZeroWidthJoiner;
    at += read.length;
  }
  return at;
}

}  // namespace duolog::journal
