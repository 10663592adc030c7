// gateway.cc: /proc/net/route, a line for each route: interface, destination, gateway, flags, …, metric, mask, ….
// Addresses are hexadecimal, in the byte order of the machine.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/gateway.h"

#include <arpa/inet.h>
#include <net/route.h>

#include <array>
#include <fstream>
#include <sstream>

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

std::optional<Gateway> gateway() {
  std::ifstream file("/proc/net/route");
  const std::string table{std::istreambuf_iterator<char>(file), {}};
  return read_gateway(table);
}

}  // namespace duolog::net
