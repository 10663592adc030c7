// ways.cc: the registries of addresses for special purposes (RFC 6890), as far as they matter here.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/ways.h"

#include <arpa/inet.h>

#include <array>

#include "daemon/line/interfaces.h"

namespace duolog::net {
namespace {

constexpr std::size_t kV4At = 12;  // in ::ffff:a.b.c.d
constexpr std::array<std::uint8_t, kV4At> kV4Mark{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct Block {
  std::array<std::uint8_t, 4> begin;
  unsigned bits;
};
constexpr std::array kSpecialV4{
    Block{{0, 0, 0, 0}, 8},      Block{{10, 0, 0, 0}, 8},     Block{{100, 64, 0, 0}, 10}, Block{{127, 0, 0, 0}, 8},
    Block{{169, 254, 0, 0}, 16}, Block{{172, 16, 0, 0}, 12},  Block{{192, 0, 0, 0}, 24},  Block{{192, 0, 2, 0}, 24},
    Block{{192, 88, 99, 0}, 24}, Block{{192, 168, 0, 0}, 16}, Block{{198, 18, 0, 0}, 15}, Block{{198, 51, 100, 0}, 24},
    Block{{203, 0, 113, 0}, 24}, Block{{224, 0, 0, 0}, 3},
};

bool is_v4_mapped(const ByteArray<16>& ip) { return std::equal(kV4Mark.begin(), kV4Mark.end(), ip.begin()); }

std::uint32_t number(const std::uint8_t* four) {
  return std::uint32_t{four[0]} << 24 | std::uint32_t{four[1]} << 16 | std::uint32_t{four[2]} << 8 | four[3];
}

bool is_public_v4(std::uint32_t ip) {
  return std::ranges::none_of(kSpecialV4, [ip](const Block& block) {
    constexpr unsigned kBits = 32;
    return (ip ^ number(block.begin.data())) >> (kBits - block.bits) == 0;
  });
}

// What is given out today is 2000::/3, but for documents, protocols (2001::/23) and addresses with one of IPv4 in them,
// which may be a private one.
bool is_public_v6(const ByteArray<16>& ip) {
  constexpr std::uint32_t kDocuments = 0x20010db8;
  constexpr std::uint32_t kProtocols = 0x20010000 >> 9;
  constexpr std::uint32_t k6to4 = 0x2002;
  const std::uint32_t begin = number(ip.data());
  return ip[0] >> 5 == 1 && begin != kDocuments && begin >> 9 != kProtocols && begin >> 16 != k6to4;
}

}  // namespace

bool is_public(const ByteArray<16>& ip) {
  return is_v4_mapped(ip) ? is_public_v4(number(&ip[kV4At])) : is_public_v6(ip);
}

std::string ip_text(const ByteArray<16>& ip) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = is_v4_mapped(ip);
  return inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? &ip[kV4At] : ip.data(), text.data(), text.size()) ? text.data() : "";
}

bool is_onion(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.size() < kOnionVisitor.size()) return false;
  host.remove_prefix(host.size() - kOnionVisitor.size());
  return std::ranges::equal(host, kOnionVisitor, {}, [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; });
}

Way way_of_dial(const Address& address) {
  if (is_onion(address.host)) return Way::kTor;
  const auto ip = ip_bytes(address.host);
  if (!ip) return Way::kName;
  return is_public(*ip) ? Way::kAcross : Way::kHere;
}

Way way_of_visit(const std::string& host, bool mapped) {
  if (is_onion(host)) return Way::kTor;
  const auto ip = ip_bytes(host);
  if (!ip || !is_public(*ip)) return Way::kHere;
  return mapped && is_v4_mapped(*ip) ? Way::kThroughPort : Way::kCameIn;  // a port is mapped for IPv4 alone
}

}  // namespace duolog::net
