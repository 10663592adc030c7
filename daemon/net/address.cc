// address.cc: reading and writing "host:port".
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/address.h"

#include <algorithm>
#include <charconv>

namespace duolog::net {
namespace {

bool host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

// A v6 address has hexadecimal digits, colons, perhaps dots, and an interface after '%'.
bool good_v6(std::string_view host) {
  const std::string_view digits = host.substr(0, host.find('%'));
  const std::string_view interface = host.substr(digits.size());
  if (std::count(digits.begin(), digits.end(), ':') < 2) return false;
  if (digits.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
  return interface.empty() ||
         (interface.size() > 1 && std::all_of(interface.begin() + 1, interface.end(), host_letter));
}

bool good_name(std::string_view host) { return !host.empty() && std::all_of(host.begin(), host.end(), host_letter); }

std::optional<std::uint16_t> read_port(std::string_view digits) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0 || port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

// What follows the host: nothing, or ":port".
std::optional<Address> with_port(std::string_view host, std::string_view rest) {
  Address address{std::string(host)};
  if (rest.empty()) return address;
  const auto port = rest.front() == ':' ? read_port(rest.substr(1)) : std::nullopt;
  if (!port) return std::nullopt;
  address.port = *port;
  return address;
}

}  // namespace

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() > kAddressLimit) return std::nullopt;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !good_v6(text.substr(1, end - 1))) return std::nullopt;
    return with_port(text.substr(1, end - 1), text.substr(end + 1));
  }
  if (good_v6(text)) return with_port(text, {});
  const std::string_view host = text.substr(0, text.find(':'));
  if (!good_name(host)) return std::nullopt;
  return with_port(host, text.substr(host.size()));
}

}  // namespace duolog::net
