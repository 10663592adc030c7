// ways.h: by which way two devices have met, told from addresses alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "crypto/bytes.h"
#include "daemon/home/address.h"

namespace duolog::net {

enum class Way {
  kNone,         // not connected
  kHere,         // in this network, or on this very machine: an address that leads nowhere from elsewhere
  kName,         // dialled by a name
  kAcross,       // dialled at an address of the internet
  kCameIn,       // the other dialled, and came in from the internet
  kThroughPort,  // … while this network's router maps a port here
  kTor,          // through Tor, whoever has dialled
};
Way way_of_dial(const Address& address);
Way way_of_visit(const std::string& host, bool mapped);

// The name of an onion service, also one that nobody has, however it is written; or kOnionVisitor, which stands for
// whoever has come through ours.
bool is_onion(std::string_view host);
inline constexpr std::string_view kOnionVisitor = ".onion";

// An address to which all of the internet has one way: not private, shared among a provider's customers, loopback,
// link-local, for documents or tests, or of a group. IPv4 as ::ffff:a.b.c.d.
bool is_public(const ByteArray<16>& ip);

// "8.8.4.1", "2001:db8::7".
std::string ip_text(const ByteArray<16>& ip);

}  // namespace duolog::net
