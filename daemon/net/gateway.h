// gateway.h: the router through which this machine reaches the rest of the world, as the kernel has it. IPv4 only: what
// is behind a router with IPv6 has addresses of its own.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes.h"

namespace duolog::net {

struct Gateway {
  std::string interface;
  std::string router;  // "192.168.7.1"
  bool operator==(const Gateway&) const = default;
};
// Out of the text of /proc/net/route: of several default routes through a router, the first of those with the smallest
// metric. nullopt: there is none.
std::optional<Gateway> read_gateway(std::string_view table);

std::optional<Gateway> gateway();  // of this moment

// Whether what leaves by this interface travels through somebody else first: a tunnel (wireguard, tun, tap, ip in ip,
// ppp). Told by its kind, not by its name: only what speaks Ethernet, and is not made by a program, leads to a router
// at home. Also where the system does not say.
bool is_tunnel(const std::string& interface);

// This machine's address towards that one (IPv4), as the kernel would choose it now; nothing is sent. nullopt: no way.
std::optional<ByteArray<16>> source_towards(const std::string& host);

// Whether all of the internet is reached from this address: where a tunnel takes half of it, or by rules of its own all
// of it while the old default route stands, it is not.
bool leads_everywhere_from(const ByteArray<16>& here);

// The hardware address of a neighbour, out of the text of /proc/net/arp. nullopt: not known, or not yet.
std::optional<ByteArray<6>> read_neighbour(std::string_view table, std::string_view host);
std::optional<ByteArray<6>> neighbour(const std::string& host);  // of this moment

}  // namespace duolog::net
