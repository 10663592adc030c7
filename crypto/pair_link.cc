// pair_link.cc: the link that carries a secret, as text and back. What stands in it is a stranger's until it is proved.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/check.h"
#include "crypto/pairing.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kScheme = "duolog:";
constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, in lower case
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedLength = 1 + 1 + LinkSecret::kLength + 16 + 8 + 1;
constexpr std::size_t kLinkLimit = kFixedLength + kLinkAddressLimit * (1 + kLinkAddressLengthLimit);
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
std::optional<SecretBytes> fold(std::string_view text) {
  SecretBytes folded(kScheme.size() + encoded_length(kLinkLimit));
  std::size_t length = 0;
  for (const char c : text) {
    if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
    if (length == folded.view().size()) return std::nullopt;
    folded.writable()[length++] = static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return SecretBytes(folded.view().first(length));
}

std::optional<PairPurpose> purpose_of(std::uint8_t byte) {
  for (const PairPurpose purpose : {PairPurpose::kPartner, PairPurpose::kOwnDevice, PairPurpose::kRestore})
    if (byte == static_cast<std::uint8_t>(purpose)) return purpose;
  return std::nullopt;
}

bool is_address(ByteView text) {
  return !text.empty() && text.size() <= kLinkAddressLengthLimit &&
         std::all_of(text.begin(), text.end(), [](std::uint8_t byte) { return byte > ' ' && byte < 0x7f; });
}

// nullopt unless exactly `count` addresses stand there and nothing after them.
std::optional<std::vector<std::string>> read_addresses(ByteView from, std::size_t count) {
  if (count > kLinkAddressLimit) return std::nullopt;
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

std::optional<PairLink> read_link(ByteView bytes) {
  if (bytes.size() < kFixedLength || bytes[0] != kVersion) return std::nullopt;
  const auto purpose = purpose_of(bytes[1]);
  auto addresses = read_addresses(bytes.subspan(kFixedLength), bytes[kFixedLength - 1]);
  if (!purpose || !addresses) return std::nullopt;
  PairLink link{*purpose, *LinkSecret::from(bytes.subspan(2, 32)), {}, read_u64(bytes.subspan(50)), {}};
  std::copy_n(bytes.begin() + 34, link.host_fingerprint.size(), link.host_fingerprint.begin());
  link.addresses = std::move(*addresses);
  return link;
}

}  // namespace

SecretBytes PairLink::text() const {
  check(addresses.size() <= kLinkAddressLimit, "a link has too many addresses");
  Bytes bytes;
  bytes.reserve(kLinkLimit);  // never moved: it holds the secret
  bytes.push_back(kVersion);
  bytes.push_back(static_cast<std::uint8_t>(purpose));
  append(bytes, secret.view());
  append(bytes, host_fingerprint);
  append_u64(bytes, expires);
  bytes.push_back(static_cast<std::uint8_t>(addresses.size()));
  for (const std::string& address : addresses) {
    check(is_address(as_bytes(address)), "a link cannot hold this address");
    bytes.push_back(static_cast<std::uint8_t>(address.size()));
    append(bytes, as_bytes(address));
  }
  SecretBytes text(kScheme.size() + encoded_length(bytes.size()));
  std::copy(kScheme.begin(), kScheme.end(), text.writable().begin());
  encode_base32(text.writable().subspan(kScheme.size()), bytes);
  wipe(bytes);
  return text;
}

std::optional<PairLink> parse_link(std::string_view text) {
  const std::optional<SecretBytes> folded = fold(text);
  if (!folded || !folded->text().starts_with(kScheme)) return std::nullopt;
  const std::optional<SecretBytes> bytes = decode_base32(folded->view().subspan(kScheme.size()));
  if (!bytes) return std::nullopt;
  return read_link(bytes->view());
}

ByteArray<16> fingerprint(const NoisePublic& key) {
  ByteArray<16> first_half{};
  std::copy_n(hash_bytes("dev.noise", {key.bytes}).begin(), first_half.size(), first_half.begin());
  return first_half;
}

PreparedPsk prepare_link(PairPurpose purpose, const LinkSecret& secret) {
  return {prologue(static_cast<char>(purpose), {as_bytes("link"), hash_bytes("pair.link", {secret.view()})}),
          kdf<HandshakePsk>(secret.view(), "pair.psk")};
}

}  // namespace duolog::crypto
