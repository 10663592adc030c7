// pair_code.cc: the code that is spoken: made, written, and read back forgivingly. Also the words compared at the end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/check.h"
#include "crypto/pairing.h"
#include "crypto/wordlist.h"

namespace duolog::crypto {
namespace {

constexpr int kLargestNameplate = 99;
constexpr std::size_t kLongestCode = 128;  // beyond it nobody has typed a code
constexpr std::size_t kComparedWords = 4;

std::string random_word() {
  Wiped<2> draw;
  fill_random(draw.bytes);
  return std::string(word_at(word_number(draw.view(), 0)));  // 2048 words: 11 bits, no bias
}

int random_nameplate() {
  constexpr int kEven = 256 / kLargestNameplate * kLargestNameplate;  // below it every nameplate is as likely
  ByteArray<1> draw{};
  do fill_random(draw);
  while (draw[0] >= kEven);
  return 1 + draw[0] % kLargestNameplate;
}

// Lower-cased pieces between spaces and hyphens.
std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  bool inside = false;
  for (const char c : text) {
    if (c == '-' || c == ' ' || (c >= '\t' && c <= '\r')) {
      inside = false;
      continue;
    }
    if (!inside) pieces.emplace_back();
    inside = true;
    pieces.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return pieces;
}

std::optional<int> nameplate_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 2) return std::nullopt;
  int number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  if (number == 0) return std::nullopt;
  return number;
}

}  // namespace

PairCode PairCode::random() {
  const int nameplate = random_nameplate();
  std::string first = random_word();
  return {nameplate, std::move(first), random_word()};
}

std::string PairCode::text() const { return std::to_string(nameplate) + "-" + first + "-" + second; }

std::variant<PairCode, MistypedWord, NotACode> parse_code(std::string_view text) {
  if (text.size() > kLongestCode) return NotACode{};
  std::vector<std::string> pieces = pieces_of(text);
  const auto nameplate = pieces.size() == 3 ? nameplate_of(pieces[0]) : std::nullopt;
  if (!nameplate) return NotACode{};
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    if (word_index(pieces[i])) continue;
    const std::vector<std::string_view> nearest = words_like(pieces[i]);
    return MistypedWord{pieces[i], {nearest.begin(), nearest.end()}};
  }
  return PairCode{*nameplate, std::move(pieces[1]), std::move(pieces[2])};
}

std::vector<std::string> comparison_words(const ByteArray<64>& channel_binding) {
  ByteArray<32> bits{};
  kdf_into(bits, channel_binding, "pair.sas", {});
  std::vector<std::string> words;
  words.reserve(kComparedWords);
  for (std::size_t i = 0; i < kComparedWords; ++i) words.emplace_back(word_at(word_number(bits, i)));
  return words;
}

ByteArray<32> genesis_nonce(const ByteArray<64>& channel_binding) {
  ByteArray<32> nonce{};
  kdf_into(nonce, channel_binding, "genesis.nonce", {});
  return nonce;
}

}  // namespace duolog::crypto
