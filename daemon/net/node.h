// node.h: the sockets of a Switchboard. Listens, accepts, dials, reads, writes, announces; decides nothing.
//
// One io_context, one thread. Every loop is owned by one supervisor: what escapes from a loop is noted, and when it is
// our bug (anything but an error of the world) it is handed to `failed`, so that the daemon stops instead of limping
// on. Asio is behind a pointer: this header costs nothing to include.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <memory>

#include "daemon/net/mapping.h"
#include "daemon/net/switchboard.h"
#include "daemon/net/tor.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog::net {

class Node {
 public:
  struct Options {
    std::string listen;                  // "host:port"; empty: every interface, port 38650 or the next free one
    bool discovery = true;               // announce and look for pairing windows by multicast
    std::vector<std::string> addresses;  // more places where this device can be reached
    std::function<void(std::string_view)> note;
    std::function<void(std::exception_ptr)> failed;  // our bug
    Clock clock = Clock::of_this_machine();
    bool port_mapping = false;           // ask this network's router to let the port in
    NonceKey nonce_key{};                // of port mapping
    std::optional<Tor::Place> tor = {};  // where a tor of our own may keep its files; nullopt: none runs
    std::function<crypto::OnionSecret()> onion_key = {};  // then
  };
  // Listens when this returns. Throws std::system_error, the address in its text, when it cannot.
  // `switchboard` and `io` outlive it. It may be destroyed while io runs, but not from what it calls.
  Node(asio::io_context& io, Switchboard& switchboard, Options options);
  ~Node();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] MappingStatus mapping() const;
  [[nodiscard]] TorStatus tor() const;
  // Says BYE everywhere, then closes all; `done` is called when that is over, after 2 s at the latest.
  void stop(std::function<void()> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::net
