// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/link_text.h"

#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, in lower case
constexpr std::size_t encoded_length(std::size_t bytes) { return (bytes * 8 + 4) / 5; }

// REQUIRES: out.size() == encoded_length(bytes.size()).
void encode_base32(std::span<std::uint8_t> out, ByteView bytes) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    unsigned group = 0;
    for (std::size_t bit = 5 * i; bit < 5 * i + 5; ++bit) {
      const unsigned byte = bit / 8 < bytes.size() ? bytes[bit / 8] : 0U;
      group = group << 1 | (byte >> (7 - bit % 8) & 1U);
    }
    out[i] = static_cast<std::uint8_t>(kAlphabet[group]);
  }
}

// nullopt: a letter that is none, a length no bytes have, or leftover bits that are not zero.
std::optional<SecretBytes> decode_base32(ByteView letters) {
  SecretBytes bytes(letters.size() * 5 / 8);
  if (encoded_length(bytes.view().size()) != letters.size()) return std::nullopt;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const std::size_t group = kAlphabet.find(static_cast<char>(letters[i]));
    if (group == std::string_view::npos) return std::nullopt;
    for (std::size_t b = 0; b < 5; ++b) {
      const std::size_t bit = 5 * i + b;
      const bool set = (group >> (4 - b) & 1) != 0;
      if (set && bit / 8 >= bytes.view().size()) return std::nullopt;
      if (set) bytes.writable()[bit / 8] = static_cast<std::uint8_t>(bytes.view()[bit / 8] | 0x80 >> (bit % 8));
    }
  }
  return bytes;
}

// Without white space (a terminal wraps long lines) and in lower case (a QR code may be in capitals).
std::optional<SecretBytes> fold(std::string_view text, std::size_t limit) {
  SecretBytes folded(limit);
  std::size_t length = 0;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
    if (length == folded.view().size()) return std::nullopt;
    folded.writable()[length++] = static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return SecretBytes(folded.view().first(length));
}

bool is_address(ByteView text) {
  return !text.empty() && text.size() <= kLinkAddressLengthLimit &&
         std::all_of(text.begin(), text.end(), [](std::uint8_t byte) { return byte > ' ' && byte < 0x7f; });
}

}  // namespace

SecretBytes link_text(std::string_view scheme, ByteView bytes) {
  SecretBytes text(scheme.size() + encoded_length(bytes.size()));
  std::copy(scheme.begin(), scheme.end(), text.writable().begin());
  encode_base32(text.writable().subspan(scheme.size()), bytes);
  return text;
}

std::optional<SecretBytes> link_bytes(std::string_view scheme, std::string_view text, std::size_t limit) {
  const std::optional<SecretBytes> folded = fold(text, scheme.size() + encoded_length(limit));
  if (!folded || !folded->text().starts_with(scheme)) return std::nullopt;
  return decode_base32(folded->view().subspan(scheme.size()));
}

void append_addresses(Bytes& bytes, const std::vector<std::string>& addresses) {
  check(addresses.size() <= kLinkAddressLimit, "a link has too many addresses");
  bytes.push_back(static_cast<std::uint8_t>(addresses.size()));
  for (const std::string& address : addresses) {
    check(is_address(as_bytes(address)), "a link cannot hold this address");
    bytes.push_back(static_cast<std::uint8_t>(address.size()));
    append(bytes, as_bytes(address));
  }
}

std::optional<std::vector<std::string>> read_addresses(ByteView from) {
  if (from.empty() || from[0] > kLinkAddressLimit) return std::nullopt;
  const std::size_t count = from[0];
  from = from.subspan(1);
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < count; ++i) {
    if (from.empty() || from.size() - 1 < from[0]) return std::nullopt;
    const ByteView address = from.subspan(1, from[0]);
    if (!is_address(address)) return std::nullopt;
    addresses.emplace_back(as_text(address));
    from = from.subspan(1 + address.size());
  }
  if (!from.empty()) return std::nullopt;
  return addresses;
}

}  // namespace duolog::crypto
