// gateway.h: the router through which this machine reaches the rest of the world, as the kernel has it. IPv4 only: what
// is behind a router with IPv6 has addresses of its own.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

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

}  // namespace duolog::net
