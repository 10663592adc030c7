// introduced.cc: the part of a pairing that does not depend on who invited whom.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/pairing.h"

namespace duolog::net {

std::optional<Introduced> introduced_by(ByteView payload, const crypto::Handshake& handshake, const Self& self) {
  auto introduction = decode_introduction(payload);
  if (!introduction) return std::nullopt;
  const auto device = introduced_device(introduction->chain, handshake.remote());
  if (!device || device->id() == self.keys.id()) return std::nullopt;
  Introduced introduced;
  introduced.introduction = std::move(*introduction);
  introduced.device = device->id();
  return introduced;
}

}  // namespace duolog::net
