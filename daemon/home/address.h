// address.h: "host:port", as it stands in links, in HELLO, in config.toml and on the command line. Text only: nothing
// here looks a name up. What a stranger's text may name is dialled later, so it holds nothing but what an address is
// made of, and there is one rule for it in the house.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace duolog {

inline constexpr std::uint16_t kDefaultPort = 38650;  // TCP, and UDP for announcements
inline constexpr std::size_t kAddressLimit = 64;      // bytes of "host:port"
inline constexpr std::size_t kAddressesLimit = 8;     // of one device

struct Address {
  std::string host;  // a name, 192.0.2.7, 2001:db8::7 or fe80::7%eth0; without brackets
  std::uint16_t port = kDefaultPort;
  auto operator<=>(const Address&) const = default;
  [[nodiscard]] std::string text() const;  // "192.0.2.7:38650", "[2001:db8::7]:38650"
};

// "host", "host:port", "[v6]", "[v6]:port" or a bare IPv6 address. nullopt: empty host, port 0 or no plain number, over
// kAddressLimit, or what no host is: a character beyond letters, digits, '.', '-' and '_', or '.' or '-' in front.
std::optional<Address> parse_address(std::string_view text);

// An address that names its port, as devices tell each other theirs: "host:port" or "[v6]:port".
bool is_address(std::string_view text);

// Where to listen: "host:port" or "[v6]:port"; port 0 is whichever is free. The port must be named: "38650" alone would
// otherwise be taken for a host.
std::optional<Address> parse_place_to_listen(std::string_view text);

}  // namespace duolog
