// listening.cc: one socket for both families where the system can do that.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/listening.h"

#include <fcntl.h>

#include <asio/ip/v6_only.hpp>

#include "daemon/home/address.h"

// Asio returns the error that it was also given a place for.
// NOLINTBEGIN(bugprone-unused-return-value,cert-err33-c)
namespace duolog::net {
namespace {

using asio::ip::tcp;
using std::error_code;

constexpr int kPortsTried = 100;  // from the default one on

tcp::acceptor open_at(asio::io_context& io, const tcp::endpoint& endpoint, error_code& error) {
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  const bool every_interface = endpoint.address().is_v6() && endpoint.address().is_unspecified();
  if (!error && every_interface) acceptor.set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return acceptor;
}

// IPv6 with IPv4 in it; IPv4 alone where the machine has nothing else.
tcp::acceptor listen_everywhere(asio::io_context& io, error_code& error) {
  for (int i = 0; i < kPortsTried; ++i) {
    const auto port = static_cast<std::uint16_t>(kDefaultPort + i);
    tcp::acceptor both = open_at(io, {tcp::v6(), port}, error);
    if (!error) return both;
    if (error == asio::error::address_in_use) continue;
    tcp::acceptor v4 = open_at(io, {tcp::v4(), port}, error);
    if (!error) return v4;
  }
  return tcp::acceptor(io);
}

// Port 0 is the system's choice. A name is looked up here and now: this happens once, at the start.
tcp::acceptor listen_at(asio::io_context& io, const std::string& place, error_code& error) {
  const auto address = parse_place_to_listen(place);
  error = asio::error::invalid_argument;
  if (!address) return tcp::acceptor(io);
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(address->host, std::to_string(address->port), error);
  if (error || found.empty()) return tcp::acceptor(io);
  return open_at(io, found.begin()->endpoint(), error);
}

}  // namespace

tcp::acceptor open_acceptor(asio::io_context& io, const std::string& place) {
  error_code error;
  tcp::acceptor acceptor = place.empty() ? listen_everywhere(io, error) : listen_at(io, place, error);
  const std::string where = place.empty() ? "any port from " + std::to_string(kDefaultPort) : place;
  if (error) {
    const std::string why = error == asio::error::address_in_use ? "another program listens there" : error.message();
    throw std::runtime_error("cannot listen on " + where + ": " + why +
                             "; nothing was changed\nhint: choose another place with --listen HOST:PORT");
  }
  close_on_exec(acceptor.native_handle());
  return acceptor;
}

void share_port(tcp::acceptor& acceptor) {
  const int yes = 1;
  (void)::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
}

void close_on_exec(int fd) { fcntl(fd, F_SETFD, FD_CLOEXEC); }
int duplicate(int fd) { return fcntl(fd, F_DUPFD_CLOEXEC, 0); }

std::string host_text(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

}  // namespace duolog::net
// NOLINTEND(bugprone-unused-return-value,cert-err33-c)
