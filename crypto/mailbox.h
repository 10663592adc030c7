// mailbox.h: the link by which devices know a mailbox, and what both make of it for their handshakes.
// Spec: proto/README.md section 3.11.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/link_text.h"
#include "crypto/noise.h"

namespace duolog {

using BundleId = Id32<struct BundleIdTag>;  // H("mbox.bundle", …): what somebody has put into a mailbox

}  // namespace duolog

namespace duolog::crypto {

using MailboxSecret = Secret<struct MailboxSecretTag>;  // S_m

struct MailboxLink {
  MailboxSecret secret;
  NoisePublic server;
  std::vector<std::string> addresses;  // "host:port", at most 8 of at most 64 bytes

  [[nodiscard]] MailboxLink clone() const { return {secret.clone(), server, addresses}; }
  [[nodiscard]] SecretBytes text() const;  // "duolog-mailbox:" + base32, lower case
};
std::optional<MailboxLink> parse_mailbox_link(std::string_view text);  // nullopt: not a link of this version
bool looks_like_mailbox_link(std::string_view text);                   // by its scheme alone

PreparedPsk prepare_mailbox(const MailboxSecret& secret, const NoisePublic& server);
// What all of them call with, so that the mailbox cannot tell devices apart by their keys.
NoiseSecret mailbox_client(const MailboxSecret& secret);
BundleId bundle_id(ByteView bundle);

}  // namespace duolog::crypto
