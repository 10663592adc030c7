// interfaces.cc: getifaddrs, folded by interface.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/interfaces.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace duolog::net {
namespace {

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address, text.data(), text.size()) ? text.data() : "";
}

void add_address(Interface& interface, const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    interface.v4.push_back(text_of(AF_INET, &v4->sin_addr));
  } else if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    interface.has_v6 = true;
    if (!IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)) {
      interface.v6.push_back(text_of(AF_INET6, &v6->sin6_addr));
    } else if (interface.v6_local.empty()) {
      interface.v6_local = text_of(AF_INET6, &v6->sin6_addr);
    }
  }
}

}  // namespace

std::vector<Interface> interfaces() {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(raw, freeifaddrs);
  std::map<unsigned, Interface> by_index;
  for (const ifaddrs* each = raw; each; each = each->ifa_next) {
    const unsigned index = if_nametoindex(each->ifa_name);
    if ((each->ifa_flags & IFF_UP) == 0 || index == 0) continue;
    Interface& interface = by_index[index];
    interface.name = each->ifa_name;
    interface.index = index;
    interface.loopback = (each->ifa_flags & IFF_LOOPBACK) != 0;
    interface.carrier = (each->ifa_flags & IFF_RUNNING) != 0;
    if (each->ifa_addr) add_address(interface, each->ifa_addr);
  }
  std::vector<Interface> all;
  all.reserve(by_index.size());
  for (auto& [index, interface] : by_index) all.push_back(std::move(interface));
  return all;
}

std::optional<ByteArray<16>> ip_bytes(const std::string& host) {
  constexpr std::size_t kMappedAt = 10;  // ten zeros, two ff, four bytes
  ByteArray<16> ip{};
  if (inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), ip.data()) == 1) return ip;
  ip.fill(0);
  ip[kMappedAt] = ip[kMappedAt + 1] = 0xff;
  if (inet_pton(AF_INET, host.c_str(), &ip[kMappedAt + 2]) == 1) return ip;
  return std::nullopt;
}

std::vector<std::string> reachable_hosts(const std::vector<Interface>& all) {
  std::vector<std::string> hosts;
  for (const Interface& interface : all)
    if (!interface.loopback) hosts.insert(hosts.end(), interface.v4.begin(), interface.v4.end());
  for (const Interface& interface : all)
    if (!interface.loopback) hosts.insert(hosts.end(), interface.v6.begin(), interface.v6.end());
  if (hosts.empty()) hosts.emplace_back("127.0.0.1");
  return hosts;
}

}  // namespace duolog::net
