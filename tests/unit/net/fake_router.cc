// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/net/fake_router.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace duolog::net::testing {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kSearchPort = 1900;

sockaddr_in place(const std::string& host, std::uint16_t port) {
  sockaddr_in there{};
  there.sin_family = AF_INET;
  there.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &there.sin_addr);
  return there;
}

Descriptor bound(int kind, const std::string& host, std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, kind | SOCK_CLOEXEC, 0));
  const sockaddr_in here = place(host, port);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) return Descriptor();
  return socket;
}

bool readable(int fd, std::chrono::milliseconds time) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, static_cast<int>(time.count())) > 0;
}

std::string read_request(int fd) {
  std::string request;
  std::size_t whole = std::string::npos;
  while (request.size() < whole && readable(fd, 2s)) {
    char buffer[4096];
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    request.append(buffer, static_cast<std::size_t>(got));
    const std::size_t head = request.find("\r\n\r\n");
    if (head == std::string::npos) continue;
    const std::size_t named = request.find("Content-Length: ");
    whole = head + 4 + (named == std::string::npos ? 0 : std::stoul(request.substr(named + 16)));
  }
  return request;
}

std::string action_of(const std::string& request) {
  const std::size_t at = request.find('#');
  return request.starts_with("GET") || at == std::string::npos ? "GET"
                                                               : request.substr(at + 1, request.find('"', at) - at - 1);
}

std::string soap(const std::string& inner) {
  return "<?xml version=\"1.0\"?><s:Envelope><s:Body>" + inner + "</s:Body></s:Envelope>";
}

}  // namespace

FakeRouter::FakeRouter() {
  for (unsigned i = static_cast<unsigned>(::getpid()); !search_; ++i) {
    host_ = "127." + std::to_string(100 + i % 100) + "." + std::to_string(i / 100 % 250) + ".7";
    search_ = bound(SOCK_DGRAM, host_, kSearchPort);
  }
  orders_taken_ = bound(SOCK_STREAM, host_, 0);
  ::listen(orders_taken_.get(), 8);
  sockaddr_in here{};
  socklen_t length = sizeof here;
  ::getsockname(orders_taken_.get(), reinterpret_cast<sockaddr*>(&here), &length);
  port_ = ntohs(here.sin_port);
  will_.location = url();
  auto& orders = will_.orders;
  orders["GET"] = description();
  orders["GetExternalIPAddress"] = soap("<r><NewExternalIPAddress>8.8.4.1</NewExternalIPAddress></r>");
  orders["AddPortMapping"] = orders["DeletePortMapping"] = soap("<r></r>");
  orders["GetSpecificPortMappingEntry"] = fault(714);
  thread_ = std::thread([this] { run(); });
}

FakeRouter::~FakeRouter() {
  over_ = true;
  thread_.join();
}

std::string FakeRouter::url(const std::string& path) const {
  return "http://" + host_ + ":" + std::to_string(port_) + path;
}

std::string FakeRouter::description(const std::string& control) {
  const std::string kind = "<deviceType>urn:schemas-upnp-org:device:";
  return "<?xml version=\"1.0\"?><root><device>" + kind + "InternetGatewayDevice:1</deviceType><deviceList><device>" +
         kind + "WANDevice:1</deviceType><deviceList><device>" + kind +
         "WANConnectionDevice:1</deviceType><serviceList><service><serviceType>"
         "urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>" +
         control +
         "</controlURL><eventSubURL>/evt</eventSubURL><SCPDURL>/scpd</SCPDURL></service></serviceList></device>"
         "</deviceList></device></deviceList></device></root>";
}

std::string FakeRouter::fault(int number) {
  return soap("<s:Fault><detail><UPnPError><errorCode>" + std::to_string(number) +
              "</errorCode></UPnPError></detail></s:Fault>");
}

std::string FakeRouter::entry(const std::string& client, const std::string& port) {
  return soap("<r><NewInternalPort>" + port + "</NewInternalPort><NewInternalClient>" + client +
              "</NewInternalClient><NewEnabled>1</NewEnabled><NewPortMappingDescription></NewPortMappingDescription>"
              "<NewLeaseDuration>3600</NewLeaseDuration></r>");
}

void FakeRouter::say(int fd, const std::string& body, const std::string& status) {
  const std::string all =
      "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  (void)!::send(fd, all.data(), all.size(), MSG_NOSIGNAL);
}

void FakeRouter::drone(int fd, const std::string& begin, const std::string& piece, std::chrono::milliseconds pause) {
  const timeval patience{1, 0};  // a reader that was ended, or reads no more
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (::send(fd, begin.data(), begin.size(), MSG_NOSIGNAL) < 0) return;
  while (::send(fd, piece.data(), piece.size(), MSG_NOSIGNAL) > 0)
    if (pause > 0ms && readable(fd, pause)) return;  // the other side has closed
}

std::vector<std::string> FakeRouter::asked() const {
  const std::lock_guard hold(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, request] : asked_) names.push_back(name);
  return names;
}

std::string FakeRouter::last(const std::string& action) const {
  const std::lock_guard hold(mutex_);
  for (auto each = asked_.rbegin(); each != asked_.rend(); ++each)
    if (each->first == action) return each->second;
  return {};
}

void FakeRouter::await(const std::string& action) const {
  for (int i = 0; i < 1'000 && last(action).empty(); ++i) std::this_thread::sleep_for(10ms);
  ASSERT_FALSE(last(action).empty()) << action << " was never asked for";
}

void FakeRouter::run() {
  while (!over_) {
    pollfd both[] = {{search_.get(), POLLIN, 0}, {orders_taken_.get(), POLLIN, 0}};
    if (::poll(both, 2, 20) <= 0) continue;
    if (both[0].revents != 0) {
      char question[2048];
      sockaddr_in from{};
      socklen_t length = sizeof from;
      if (::recvfrom(search_.get(), question, sizeof question, 0, reinterpret_cast<sockaddr*>(&from), &length) < 0)
        return;
      ++searches_;
      const Will now = will();
      const std::string answer = "HTTP/1.1 200 OK\r\nST: x\r\nLOCATION: " + now.location + "\r\n\r\n";
      for (int i = 0; i < now.search_answers; ++i)
        ::sendto(search_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
    }
    if (both[1].revents == 0) continue;
    const Descriptor caller(::accept4(orders_taken_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (caller) serve(caller.get());
  }
}

FakeRouter::Will FakeRouter::will() const {
  const std::lock_guard hold(mutex_);
  return will_;
}

void FakeRouter::wants(const std::function<void(Will&)>& change) {
  const std::lock_guard hold(mutex_);
  change(will_);
}

void FakeRouter::serve(int fd) {
  const std::string request = read_request(fd);
  const std::string action = action_of(request);
  {
    const std::lock_guard hold(mutex_);
    asked_.emplace_back(action, request);
  }
  Will now = will();
  if (now.http) return now.http(fd, request);
  const std::string& body = now.orders[action];
  say(fd, body, body.find("<s:Fault>") == std::string::npos ? "200 OK" : "500 Internal Server Error");
}

}  // namespace duolog::net::testing
