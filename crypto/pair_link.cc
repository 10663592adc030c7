// pair_link.cc: the link that carries a secret, as text and back. What stands in it is a stranger's until it is proved.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/link_text.h"
#include "crypto/pairing.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kScheme = "duolog:";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedLength = 1 + 1 + LinkSecret::kLength + 16 + 8;
constexpr std::size_t kLinkLimit = kFixedLength + kLinkAddressesLimit;

std::optional<PairPurpose> purpose_of(std::uint8_t byte) {
  for (const PairPurpose purpose : {PairPurpose::kPartner, PairPurpose::kOwnDevice, PairPurpose::kRestore})
    if (byte == static_cast<std::uint8_t>(purpose)) return purpose;
  return std::nullopt;
}

std::optional<PairLink> read_link(ByteView bytes) {
  if (bytes.size() <= kFixedLength || bytes[0] != kVersion) return std::nullopt;
  const auto purpose = purpose_of(bytes[1]);
  auto addresses = read_addresses(bytes.subspan(kFixedLength));
  if (!purpose || !addresses) return std::nullopt;
  PairLink link{*purpose, *LinkSecret::from(bytes.subspan(2, 32)), {}, read_u64(bytes.subspan(50)), {}};
  std::copy_n(bytes.begin() + 34, link.host_fingerprint.size(), link.host_fingerprint.begin());
  link.addresses = std::move(*addresses);
  return link;
}

}  // namespace

SecretBytes PairLink::text() const {
  Bytes bytes;
  bytes.reserve(kLinkLimit);  // never moved: it holds the secret
  bytes.push_back(kVersion);
  bytes.push_back(static_cast<std::uint8_t>(purpose));
  append(bytes, secret.view());
  append(bytes, host_fingerprint);
  append_u64(bytes, expires);
  append_addresses(bytes, addresses);
  SecretBytes text = link_text(kScheme, bytes);
  wipe(bytes);
  return text;
}

std::optional<PairLink> parse_link(std::string_view text) {
  const std::optional<SecretBytes> bytes = link_bytes(kScheme, text, kLinkLimit);
  return bytes ? read_link(bytes->view()) : std::nullopt;
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
