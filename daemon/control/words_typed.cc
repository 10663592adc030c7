// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/words_typed.h"

#include <string>

#include "crypto/keys.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::size_t kLongestTyped = 64;  // what is longer is no word that somebody mistyped

Error mistyped(std::string_view word, std::size_t place) {
  Error fault;
  fault.set_code(Error::MISTYPED_WORD);
  fault.set_offset(static_cast<std::uint32_t>(place));
  if (word.size() > kLongestTyped || utf8_fault(as_bytes(word))) return fault;
  fault.set_detail(std::string(word));
  for (const std::string_view near : crypto::words_like(word)) fault.add_candidates(std::string(near));
  return fault;
}

bool is_in_the_list(std::string_view word) {
  std::string small(word.substr(0, kLongestTyped));
  for (char& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const bool known = word.size() <= kLongestTyped && crypto::word_index(small).has_value();
  crypto::wipe({reinterpret_cast<std::uint8_t*>(small.data()), small.size()});
  return known;
}

}  // namespace

std::optional<Error> fault_in_words(std::string_view words, bool all_wanted) {
  std::size_t count = 0;
  for (std::string_view rest = words;;) {
    const std::size_t begin = rest.find_first_not_of(kSpaces);
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(rest.find_first_of(kSpaces, begin), rest.size());
    const std::string_view word = rest.substr(begin, end - begin);
    if (!is_in_the_list(word)) return mistyped(word, count + 1);
    ++count;
    rest.remove_prefix(end);
  }
  const bool all_there = count >= crypto::kWordCount || all_wanted || count == 0;
  if (!all_there || crypto::entropy_from_words(words)) return std::nullopt;
  Error fault;
  fault.set_code(Error::WRONG_RECOVERY_WORDS);
  return fault;
}

}  // namespace duolog::control
