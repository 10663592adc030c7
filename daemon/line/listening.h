// listening.h: the socket at which others find this device.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <string>

namespace duolog::net {

// At "host:port"; empty: on every interface, at port 38650 or the next free one. Throws std::system_error with the
// address in its text.
asio::ip::tcp::acceptor open_acceptor(asio::io_context& io, const std::string& place);

// From now on calls may be made from its port. A second daemon, which shares its port no sooner than this, finds it
// taken; a program of this very user's that shares it from the start does not.
void share_port(asio::ip::tcp::acceptor& acceptor);

// No socket survives an exec: the daemon executes itself anew to forget its keys.
void close_on_exec(int fd);
int duplicate(int fd);

// "192.0.2.7", also where it comes as a v6 address with a v4 one in it.
std::string host_text(const asio::ip::address& address);

}  // namespace duolog::net
