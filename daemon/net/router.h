// router.h: the sockets of a Mapping: carries its questions to this network's router and the answers back, and listens
// to what the router tells everybody. No socket is open while nothing is asked and nothing is mapped. Not a packet goes
// further than to the router itself.
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
  // Nothing is asked before it is wanted.
  Router(House house, std::string host, std::uint16_t port, const NonceKey& key);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  // Whether anybody should find this device: somebody is paired, or waited for. Else the mapping is taken away.
  void wanted(bool is_wanted);
  // The network may be another one: a router that is another one is asked, with `anew` the same one too.
  void look(bool anew);
  // Takes the mapping away, for good. `done` is called when the router has said so, after 300 ms at the latest, by UPnP
  // 1.2 s; never from within this call.
  void stop(std::function<void()> done);
  [[nodiscard]] MappingStatus status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::net
