// What a person may type or paste: a link, a code, the 24 words. What is read has one spelling, and that one reads as
// the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/keys.h"
#include "crypto/pairing.h"
#include "tests/fuzz/script.h"

using namespace duolog;
using fuzz::must;

namespace {

void link(std::string_view text) {
  const auto read = crypto::parse_link(text);
  if (!read) return;
  must(read->addresses.size() <= crypto::kLinkAddressLimit, "a link has too many addresses");
  const crypto::SecretBytes spelled = read->text();
  const auto again = crypto::parse_link(spelled.text());
  must(again.has_value(), "a link's own spelling is no link");
  must(again->text().text() == spelled.text() && again->addresses == read->addresses, "a link has two meanings");
  std::string folded;
  for (const char c : text) {
    if (c != ' ' && (c < '\t' || c > '\r')) folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  must(folded == spelled.text(), "two texts are one link");
}

void code(std::string_view text) {
  const auto read = crypto::parse_code(text);
  if (const auto* mistyped = std::get_if<crypto::MistypedWord>(&read)) {
    must(mistyped->nearest.size() <= 3, "too many words are near");
    for (const std::string& word : mistyped->nearest) must(crypto::word_index(word).has_value(), "no word of the list");
  }
  const auto* good = std::get_if<crypto::PairCode>(&read);
  if (good == nullptr) return;
  must(good->nameplate >= 1 && good->nameplate <= 99, "a nameplate is out of range");
  const auto again = crypto::parse_code(good->text());
  const auto* same = std::get_if<crypto::PairCode>(&again);
  must(same != nullptr && same->text() == good->text(), "a code has two meanings");
}

void words(std::string_view text) {
  const auto entropy = crypto::entropy_from_words(text);
  if (!entropy) return;
  const auto again = crypto::entropy_from_words(crypto::words_from_entropy(*entropy).text());
  must(again && *again == *entropy, "words have two meanings");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Frugal frugal(size, fuzz::kMemoryLimit);
  const std::string_view text = as_text({data, size});
  link(text);
  code(text);
  words(text);
  return 0;
}
