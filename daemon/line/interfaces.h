// interfaces.h: this machine's network interfaces and their addresses, as they are at this moment.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "crypto/bytes.h"

namespace duolog::net {

struct Interface {
  std::string name;
  unsigned index = 0;
  bool loopback = false;
  std::vector<std::string> v4;
  std::vector<std::string> v6;  // without link-local ones
  bool has_v6 = false;          // a link-local one, at least
  bool carrier = true;          // the cable is in, the access point answers
  std::string v6_local;         // its link-local address, without "%interface"; empty: none
};
// Those that are up. Empty when the system does not say.
std::vector<Interface> interfaces();

// An address as 16 bytes: IPv4 as ::ffff:a.b.c.d, of "fe80::7%eth0" what stands before the "%". nullopt: it is none.
std::optional<ByteArray<16>> ip_bytes(const std::string& host);

// The hosts under which others may reach this machine: IPv4 first; loopback only where there is nothing else.
std::vector<std::string> reachable_hosts(const std::vector<Interface>& all);

}  // namespace duolog::net
