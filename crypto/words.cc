// words.cc: 32 bytes <-> 24 words (BIP39 as an encoding only), and which word a mistyped one was meant to be.
// Spec: proto/README.md section 3.1.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sodium.h>

#include <tuple>

#include "crypto/check.h"
#include "crypto/keys.h"
#include "crypto/wordlist.h"

namespace duolog::crypto {
namespace {

constexpr std::size_t kBitsPerWord = 11;
constexpr std::size_t kLongestWord = 8;
constexpr std::size_t kEntropyLength = 32;
constexpr std::size_t kChecksummedLength = kEntropyLength + 1;
static_assert(kWordCount * kBitsPerWord == kChecksummedLength * 8);

using Checksummed = Wiped<kChecksummedLength>;

std::uint8_t checksum(ByteView entropy) {
  Wiped<crypto_hash_sha256_BYTES> digest;
  check(crypto_hash_sha256(digest.bytes.data(), entropy.data(), entropy.size()) == 0, "SHA-256 failed");
  return digest.bytes[0];
}

void put_word(Checksummed& bits, std::size_t i, std::size_t number) {
  for (std::size_t b = 0; b < kBitsPerWord; ++b) {
    const std::size_t at = i * kBitsPerWord + b;
    const bool set = (number >> (kBitsPerWord - 1 - b) & 1) != 0;
    if (set) bits.bytes[at / 8] = static_cast<std::uint8_t>(bits.bytes[at / 8] | 0x80 >> (at % 8));
  }
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes the next word off the front; empty at the end.
std::string_view next_word(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  std::size_t length = 0;
  while (length < text.size() && !is_space(text[length])) ++length;
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

// As word_index, in any case; what was typed is wiped.
std::optional<std::size_t> index_of_typed(std::string_view typed) {
  if (typed.size() > kLongestWord) return std::nullopt;
  Wiped<kLongestWord> folded;
  std::transform(typed.begin(), typed.end(), folded.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(lower(c)); });
  return word_index(as_text(folded.view().first(typed.size())));
}

// Letters to add, drop, change or swap with their neighbour to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t change = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::size_t word_number(ByteView bits, std::size_t i) {
  std::size_t number = 0;
  for (std::size_t at = i * kBitsPerWord; at < (i + 1) * kBitsPerWord; ++at)
    number = number << 1 | (bits[at / 8] >> (7 - at % 8) & 1U);
  return number;
}

SecretBytes words_from_entropy(const RootEntropy& entropy) {
  Checksummed bits;
  std::copy(entropy.view().begin(), entropy.view().end(), bits.bytes.begin());
  bits.bytes[kEntropyLength] = checksum(entropy.view());

  std::size_t length = kWordCount - 1;  // the spaces
  for (std::size_t i = 0; i < kWordCount; ++i) length += word_at(word_number(bits.view(), i)).size();
  SecretBytes text(length);
  auto out = text.writable().begin();
  for (std::size_t i = 0; i < kWordCount; ++i) {
    if (i > 0) *out++ = ' ';
    const std::string_view word = word_at(word_number(bits.view(), i));
    out = std::copy(word.begin(), word.end(), out);
  }
  return text;
}

std::optional<RootEntropy> entropy_from_words(std::string_view words) {
  Checksummed bits;
  for (std::size_t i = 0; i < kWordCount; ++i) {
    const std::optional<std::size_t> number = index_of_typed(next_word(words));
    if (!number) return std::nullopt;
    put_word(bits, i, *number);
  }
  const ByteView entropy = bits.view().first(kEntropyLength);
  if (!next_word(words).empty() || checksum(entropy) != bits.bytes[kEntropyLength]) return std::nullopt;
  return RootEntropy::from(entropy);
}

std::string_view word_at(std::size_t index) {
  check(index < kWords.size(), "a word number beyond the list");
  return kWords[index];
}

std::optional<std::size_t> word_index(std::string_view word) {
  const auto* const found = std::lower_bound(kWords.begin(), kWords.end(), word);
  if (found == kWords.end() || *found != word) return std::nullopt;
  return static_cast<std::size_t>(found - kWords.begin());
}

std::vector<std::string_view> words_like(std::string_view mistyped) {
  static constexpr std::size_t kFarthest = 2;
  static constexpr std::size_t kMost = 3;
  if (mistyped.empty() || mistyped.size() > kLongestWord + kFarthest) return {};
  std::string typed(mistyped);
  std::transform(typed.begin(), typed.end(), typed.begin(), lower);

  std::vector<std::tuple<std::size_t, bool, std::string_view>> near;  // people rarely mistype the first letter
  for (const std::string_view word : kWords) {
    const std::size_t distance = edit_distance(typed, word);
    if (distance <= kFarthest) near.emplace_back(distance, word.front() != typed.front(), word);
  }
  std::sort(near.begin(), near.end());
  if (near.size() > kMost) near.resize(kMost);
  std::vector<std::string_view> words;
  words.reserve(near.size());
  for (const auto& [distance, other_letter, word] : near) words.push_back(word);
  return words;
}

}  // namespace duolog::crypto
