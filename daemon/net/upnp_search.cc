// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp_search.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <set>

#include "daemon/net/descriptor.h"
#include "daemon/net/upnp_words.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

constexpr const char* kGroup = "239.255.255.250";
constexpr std::uint16_t kSsdpPort = 1900;
constexpr std::array kSought{"urn:schemas-upnp-org:device:InternetGatewayDevice:1",
                             "urn:schemas-upnp-org:service:WANIPConnection:1",
                             "urn:schemas-upnp-org:service:WANPPPConnection:1"};

sockaddr_in place(const std::string& host, std::uint16_t port) {
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  (void)::inet_pton(AF_INET, host.c_str(), &there.sin_addr);
  return there;
}
const sockaddr* as_address(const sockaddr_in& place) { return reinterpret_cast<const sockaddr*>(&place); }

Descriptor socket_at(const Route& route) {
  constexpr int kYes = 1;
  Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in here = place(ip_text(route.here), 0);
  (void)::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_IF, &here.sin_addr, sizeof here.sin_addr);
  (void)::setsockopt(socket.get(), IPPROTO_IP, IP_MULTICAST_TTL, &kYes, sizeof kYes);
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_DONTROUTE, &kYes, sizeof kYes);
  if (::bind(socket.get(), as_address(here), sizeof here) != 0) return Descriptor();
  return socket;
}

void ask(int socket, const Route& route) {
  for (const char* sought : kSought) {
    const std::string question = std::string("M-SEARCH * HTTP/1.1\r\nHOST: ") + kGroup +
                                 ":1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: " + sought + "\r\n\r\n";
    for (const std::string& host : {route.router, std::string(kGroup)}) {
      const sockaddr_in there = place(host, kSsdpPort);
      (void)::sendto(socket, question.data(), question.size(), 0, as_address(there), sizeof there);
    }
  }
}

// Each second, from now on.
Descriptor ticking() {
  Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  const itimerspec each{{1, 0}, {1, 0}};
  if (!timer || ::timerfd_settime(timer.get(), 0, &each, nullptr) != 0) return Descriptor();
  return timer;
}

}  // namespace

std::string read_location(std::string_view answer) {
  constexpr std::string_view kName = "location:";
  constexpr std::string_view kBlank = " \t";
  while (!answer.empty()) {
    const std::size_t end = answer.find("\r\n");
    std::string_view line = answer.substr(0, end);
    answer.remove_prefix(end == std::string_view::npos ? answer.size() : end + 2);
    const bool named = line.size() > kName.size() &&
                       std::equal(kName.begin(), kName.end(), line.begin(), [](char expected, char said) {
                         return expected == std::tolower(static_cast<unsigned char>(said));
                       });
    if (!named) continue;
    line.remove_prefix(kName.size());
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    return std::string(line.substr(0, line.find_last_not_of(kBlank) + 1));
  }
  return {};
}

bool search_upnp(const Route& route, const std::function<bool(const std::string&)>& found) {
  const Descriptor socket = socket_at(route), timer = ticking();
  if (!socket || !timer) return false;
  std::set<std::string> seen;
  std::array<char, kSearchPacket + 1> packet{};
  int answers = 0;
  ask(socket.get(), route);
  for (int ticks = 0; ticks < kSearchSeconds && answers < kSearchAnswers;) {
    std::array<pollfd, 2> ready{pollfd{socket.get(), POLLIN, 0}, pollfd{timer.get(), POLLIN, 0}};
    if (::poll(ready.data(), ready.size(), -1) < 0) return false;
    std::uint64_t passed = 0;  // looked at first: whoever floods does not make time stand still
    if (::read(timer.get(), &passed, sizeof passed) == sizeof passed) {
      ticks += static_cast<int>(passed);
      if (ticks == 1) ask(socket.get(), route);  // the first may have been lost
    }
    sockaddr_in from{};
    socklen_t length = sizeof from;
    const ssize_t size =
        ::recvfrom(socket.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    const bool of_the_router = from.sin_addr.s_addr == place(route.router, 0).sin_addr.s_addr;
    if (size <= 0 || static_cast<std::size_t>(size) > kSearchPacket || !of_the_router) continue;
    ++answers;
    const std::string location = read_location({packet.data(), static_cast<std::size_t>(size)});
    if (is_at(location, route.router) && seen.insert(location).second && found(location)) return true;
  }
  return false;
}

}  // namespace duolog::net
