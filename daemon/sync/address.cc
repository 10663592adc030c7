// address.cc: whether a text from a stranger may be an address. It is dialled later, so it holds nothing but what an
// address is made of.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/message.h"

namespace duolog::sync {
namespace {

constexpr std::size_t kPortDigits = 5;
constexpr unsigned kPortLimit = 65535;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > kPortDigits || text[0] == '0') return false;
  unsigned port = 0;
  for (const char c : text) {
    if (!is_digit(c)) return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port <= kPortLimit;
}

bool is_name(std::string_view text) {
  if (text.empty() || text[0] == '-' || text[0] == '.') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '.'; });
}

// The inside of the brackets: hexadecimal digits, colons, dots, and after '%' the name of an interface.
bool is_ipv6(std::string_view text) {
  const std::string_view address = text.substr(0, text.find('%'));
  const std::string_view zone = text.substr(std::min(address.size() + 1, text.size()));
  if (address.find(':') == std::string_view::npos || (address.size() < text.size() && !is_name(zone))) return false;
  return std::all_of(address.begin(), address.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
  });
}

}  // namespace

bool is_address(std::string_view text) {
  if (text.size() > kAddressLength) return false;
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_port(text.substr(colon + 1))) return false;
  const std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') return is_ipv6(host.substr(1, host.size() - 2));
  return is_name(host);
}

}  // namespace duolog::sync
