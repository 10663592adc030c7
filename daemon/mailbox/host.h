// host.h: the sockets of a mailbox. Each connection has one coroutine that reads; look() carries out what the counter
// wants after everything that happened; nothing here decides more than when a socket is closed.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/io_context.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "daemon/mailbox/counter.h"

namespace duolog::mailbox {

class Host {
 public:
  // Listens from now on. `counter` outlives it. `failed`: our own bug. Throws std::runtime_error with the place in its
  // text.
  Host(asio::io_context& io, Counter& counter, const std::string& listen,
       std::function<void(std::exception_ptr)> failed);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] std::string place() const;  // "192.0.2.7:38651", "[::]:38651"

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::mailbox
