// address.cc: reading and writing "host:port".
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/address.h"

#include <algorithm>
#include <charconv>

namespace duolog {
namespace {

bool host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool good_name(std::string_view name) {
  return !name.empty() && name[0] != '-' && name[0] != '.' && std::all_of(name.begin(), name.end(), host_letter);
}

// A v6 address has hexadecimal digits, colons, perhaps dots, and an interface after '%'.
bool good_v6(std::string_view host) {
  const std::string_view digits = host.substr(0, host.find('%'));
  const std::string_view interface = host.substr(digits.size());
  if (std::count(digits.begin(), digits.end(), ':') < 2) return false;
  if (digits.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
  return interface.empty() || good_name(interface.substr(1));
}

// As one writes a number: no sign, no zero in front. 0 itself is a number.
std::optional<std::uint16_t> read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  return port;
}

struct Parts {
  std::string_view host;
  std::optional<std::uint16_t> port;
};

// What follows the host: nothing, or ":port".
std::optional<Parts> with_port(std::string_view host, std::string_view rest) {
  if (rest.empty()) return Parts{host, std::nullopt};
  const auto port = rest.front() == ':' ? read_port(rest.substr(1)) : std::nullopt;
  return port ? std::optional(Parts{host, port}) : std::nullopt;
}

std::optional<Parts> parts_of(std::string_view text) {
  if (text.size() > kAddressLimit) return std::nullopt;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !good_v6(text.substr(1, end - 1))) return std::nullopt;
    return with_port(text.substr(1, end - 1), text.substr(end + 1));
  }
  if (good_v6(text)) return Parts{text, std::nullopt};
  const std::string_view host = text.substr(0, text.find(':'));
  return good_name(host) ? with_port(host, text.substr(host.size())) : std::nullopt;
}

}  // namespace

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::optional<Address> parse_address(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts || parts->port == 0) return std::nullopt;
  Address address{std::string(parts->host), parts->port.value_or(kDefaultPort)};
  if (address.text().size() > kAddressLimit) return std::nullopt;  // with the port that was left out
  return address;
}

std::optional<Address> parse_place_to_listen(std::string_view text) {
  const auto parts = parts_of(text);
  if (!parts || !parts->port) return std::nullopt;
  return Address{std::string(parts->host), *parts->port};
}

bool is_address(std::string_view text) {
  const auto parts = parts_of(text);
  return parts && parts->port.value_or(0) != 0;
}

}  // namespace duolog
