// names.h: looks up host names without anybody having to wait. The system's resolver can neither be watched nor
// interrupted and may take half a minute, so each name is looked up by a thread that nobody joins: whoever stopped
// waiting, or stops the daemon, leaves it behind.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <map>
#include <memory>

#include "daemon/home/address.h"

namespace duolog::net {

class Names {
 public:
  using Endpoints = std::vector<asio::ip::tcp::endpoint>;
  using Answer = std::function<void(Endpoints)>;

  explicit Names(asio::io_context& io);
  ~Names() { close(); }
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // `answer` is called on io, never from within this call; with nothing where there is no such name, or where too many
  // lookups are stuck already. After forget() or close() it is not called any more.
  std::uint64_t look_up(const Address& address, Answer answer);
  void forget(std::uint64_t question);
  void close();  // io is touched no more

 private:
  struct Desk;
  std::shared_ptr<Desk> desk_;
};

// An address that is written in numbers needs no looking up. Empty: a name.
Names::Endpoints numeric(const Address& address);

// First of all in a thread that is not the daemon's own: signals are for that one.
void take_no_signals();

}  // namespace duolog::net
