// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/mailbox.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kScheme = "duolog-mailbox:";
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kFixedLength = 1 + MailboxSecret::kLength + NoisePublic::kLength;
constexpr std::size_t kLinkLimit = kFixedLength + kLinkAddressesLimit;

}  // namespace

SecretBytes MailboxLink::text() const {
  Bytes bytes;
  bytes.reserve(kLinkLimit);  // never moved: it holds the secret
  bytes.push_back(kVersion);
  append(bytes, secret.view());
  append(bytes, server.bytes);
  append_addresses(bytes, addresses);
  SecretBytes text = link_text(kScheme, bytes);
  wipe(bytes);
  return text;
}

std::optional<MailboxLink> parse_mailbox_link(std::string_view text) {
  const std::optional<SecretBytes> held = link_bytes(kScheme, text, kLinkLimit);
  if (!held) return std::nullopt;
  const ByteView bytes = held->view();
  if (bytes.size() <= kFixedLength || bytes[0] != kVersion) return std::nullopt;
  auto addresses = read_addresses(bytes.subspan(kFixedLength));
  if (!addresses || addresses->empty()) return std::nullopt;
  return MailboxLink{*MailboxSecret::from(bytes.subspan(1, MailboxSecret::kLength)),
                     *NoisePublic::from(bytes.subspan(1 + MailboxSecret::kLength, NoisePublic::kLength)),
                     std::move(*addresses)};
}

bool looks_like_mailbox_link(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n\v\f");
  return begin != std::string_view::npos && text.substr(begin).starts_with(kScheme);
}

PreparedPsk prepare_mailbox(const MailboxSecret& secret, const NoisePublic& server) {
  return {prologue('M', {hash_bytes("mbox.id", {server.bytes})}), kdf<HandshakePsk>(secret.view(), "mbox.psk")};
}

NoiseSecret mailbox_client(const MailboxSecret& secret) { return kdf<NoiseSecret>(secret.view(), "mbox.client"); }
BundleId bundle_id(ByteView bundle) { return hash<BundleId>("mbox.bundle", {bundle}); }

}  // namespace duolog::crypto
