// server.h: the local socket: who may come in, how much they may say, and that a slow reader holds nobody up.
//
// The folder is 0700 and ours, the socket 0600, and SO_PEERCRED must name our own user. What is said is visit.h's;
// here are only bytes, limits and deadlines.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "daemon/control/visit.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog::control {

inline constexpr std::size_t kVisitorLimit = 64;       // connections at once; a further one is closed
inline constexpr std::size_t kOutboxLimit = 64 << 20;  // bytes a visitor may leave unread before being shown out

class Server {
 public:
  // Takes the place of a stale socket (REQUIRES: the home's lock is held, so no live daemon owns it). When the socket's
  // name vanishes under it, it listens anew where `next_place` says; whoever is inside stays. Throws std::system_error.
  Server(asio::io_context& io, const std::filesystem::path& socket, Desk& desk,
         std::function<std::filesystem::path()> next_place);
  ~Server();  // says nothing more to anybody; the socket's name is removed, if it is still this one's

  // Stops listening and lets what is queued go out, for at most a second; then calls `closed`.
  void close(std::function<void()> closed);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::control
