// router.h: the sockets of a Mapping: carries its questions to this network's router and the answers back, and listens
// to what the router tells everybody. No socket is open while nothing is asked and nothing is mapped.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "daemon/net/mapping.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog::net {

class Router {
 public:
  struct House {
    asio::io_context& io;
    Clock clock;
    std::function<void(const std::string&)> note;
    std::function<void()> changed;  // status() is another one; never from within a call of ours
  };
  // `host`: the one that is listened on; empty: every interface, which is when a router can lead to this machine.
  Router(House house, std::string host, std::uint16_t port, MapNonce nonce);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // The network may be another one: a router that is another one is asked, with `anew` the same one too.
  void look(bool anew);
  // Takes the mapping away. `done` is called when the router has said so, after 300 ms at the latest; never from within
  // this call.
  void stop(std::function<void()> done);
  [[nodiscard]] const MappingStatus& status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::net
