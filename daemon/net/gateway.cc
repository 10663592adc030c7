// gateway.cc: /proc/net/route, a line for each route: interface, destination, gateway, flags, …, metric, mask, ….
// Addresses are hexadecimal, in the byte order of the machine.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/gateway.h"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "daemon/net/descriptor.h"

namespace duolog::net {
namespace {

struct Line {
  std::string interface;
  std::uint32_t destination = 0, router = 0, flags = 0, mask = 0;
  std::uint64_t metric = 0;
};

std::optional<Line> read_line(const std::string& text) {
  Line line;
  std::istringstream in(text);
  std::string references, uses;
  in >> line.interface >> std::hex >> line.destination >> line.router >> line.flags >> references >> uses >> std::dec >>
      line.metric >> std::hex >> line.mask;
  if (!in) return std::nullopt;  // the headings, for one
  return line;
}

bool is_default(const Line& line) {
  constexpr std::uint32_t kWanted = RTF_UP | RTF_GATEWAY;
  const bool refuses = (line.flags & RTF_REJECT) != 0;
  return line.destination == 0 && line.mask == 0 && line.router != 0 && (line.flags & kWanted) == kWanted && !refuses;
}

std::string text_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

Descriptor datagram_socket() { return Descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }

ByteArray<16> mapped(const in_addr& address) {
  ByteArray<16> ip{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::memcpy(&ip[12], &address, sizeof address);
  return ip;
}

}  // namespace

std::optional<Gateway> read_gateway(std::string_view table) {
  std::optional<Line> best;
  std::istringstream lines{std::string(table)};
  for (std::string text; std::getline(lines, text);) {
    auto line = read_line(text);
    if (line && is_default(*line) && (!best || line->metric < best->metric)) best = std::move(line);
  }
  if (!best) return std::nullopt;
  std::array<char, INET_ADDRSTRLEN> router{};
  const in_addr address{best->router};
  inet_ntop(AF_INET, &address, router.data(), router.size());
  return Gateway{best->interface, router.data()};
}

std::optional<Gateway> gateway() { return read_gateway(text_of("/proc/net/route")); }

// Asked of a socket, not of /sys: that one shows the network in which it was mounted.
bool is_tunnel(const std::string& interface) {
  const Descriptor socket = datagram_socket();
  ifreq asked{};
  if (!socket || interface.size() >= sizeof asked.ifr_name) return true;
  std::ranges::copy(interface, asked.ifr_name);
  if (::ioctl(socket.get(), SIOCGIFHWADDR, &asked) != 0 || asked.ifr_hwaddr.sa_family != ARPHRD_ETHER) return true;
  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  asked.ifr_data = reinterpret_cast<char*>(&driver);
  if (::ioctl(socket.get(), SIOCETHTOOL, &asked) != 0) return false;  // a card whose driver does not say its name
  return std::string_view(driver.driver, ::strnlen(driver.driver, sizeof driver.driver)) == "tun";  // tap, too
}

std::optional<ByteArray<16>> source_towards(const std::string& host) {
  constexpr std::uint16_t kAnyPort = 9;
  const Descriptor socket = datagram_socket();
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(kAnyPort);
  if (!socket || ::inet_pton(AF_INET, host.c_str(), &there.sin_addr) != 1) return std::nullopt;
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) return std::nullopt;
  sockaddr_in here{};
  socklen_t length = sizeof here;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&here), &length) != 0) return std::nullopt;
  return mapped(here.sin_addr);
}

bool leads_everywhere_from(const ByteArray<16>& here) {
  constexpr std::array kHalves{"8.0.0.1", "192.88.99.1"};  // one in each; nothing is ever sent there
  return std::ranges::all_of(kHalves, [&](const char* far) { return source_towards(far) == here; });
}

// "192.168.7.1  0x1  0x2  02:11:22:33:44:55  *  eth0", below headings; flag 2: it has answered.
std::optional<ByteArray<6>> read_neighbour(std::string_view table, std::string_view host) {
  constexpr unsigned kComplete = ATF_COM;
  std::istringstream lines{std::string(table)};
  for (std::string text; std::getline(lines, text);) {
    std::istringstream in(text);
    std::string ip, kind, address;
    unsigned flags = 0;
    in >> ip >> kind >> std::hex >> flags >> address;
    if (!in || ip != host || (flags & kComplete) == 0) continue;
    std::array<unsigned, 6> parts{};
    constexpr const char* kForm = "%2x:%2x:%2x:%2x:%2x:%2x";
    // NOLINTNEXTLINE(cert-err34-c): two digits of hexadecimal do not overflow
    const int read =
        std::sscanf(address.c_str(), kForm, &parts[0], &parts[1], &parts[2], &parts[3], &parts[4], &parts[5]);
    if (read != static_cast<int>(parts.size())) continue;
    ByteArray<6> found{};
    std::ranges::transform(parts, found.begin(), [](unsigned part) { return static_cast<std::uint8_t>(part); });
    return found;
  }
  return std::nullopt;
}

std::optional<ByteArray<6>> neighbour(const std::string& host) {
  return read_neighbour(text_of("/proc/net/arp"), host);
}

}  // namespace duolog::net
