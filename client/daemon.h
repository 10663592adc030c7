// daemon.h: the conversation with duologd over its local socket (proto/control.proto, proto/frame_codec.h).
//
// connect() ─► ask() … : each request is answered by replies up to the last. A connection that is lost in the middle is
// made anew and the same request sent once more: its id makes that harmless. A daemon that is connected but says
// nothing is reported as hanging, and never killed. An error among the replies is thrown as a Failure, in words.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace duolog::control {
class Request;
class Reply;
class StatusReport;
}  // namespace duolog::control

namespace duolog::client {

// How long a reply may take before the daemon counts as hanging.
inline constexpr std::chrono::seconds kQuick{10};
inline constexpr std::chrono::seconds kDurable{30};  // waits for the disk
inline constexpr std::chrono::seconds kSlow{90};     // makes a key out of a passphrase

enum class AutoStart { kAllowed, kNever };

class Daemon {
 public:
  // Nothing happens yet. `home` absolute or empty.
  Daemon(std::string home, AutoStart start);
  ~Daemon();

  // Throws Failure. Starts the daemon where that is allowed.
  void connect();
  // False: nobody is there. Never starts anything.
  bool try_connect();
  void disconnect();

  // All replies to `request`, which gets an id unless it has one. What it carried is wiped from the buffers here.
  std::vector<control::Reply> ask(control::Request& request, std::chrono::seconds patience = kQuick);
  // One reply after the other, as they come; nothing is sent again where the connection is lost in the middle.
  void ask_each(control::Request& request, std::chrono::seconds patience,
                const std::function<void(control::Reply&)>& take);
  // For requests with one reply.
  control::Reply ask_one(control::Request& request, std::chrono::seconds patience = kQuick);
  control::StatusReport status();
  // Throws Failure where there is no journal, or it is locked.
  control::StatusReport open_status();

  // The pieces, for pairing and watching. send() REQUIRES: connected.
  void send(control::Request& request);
  // Throws Failure at an error and when the connection ends. Without patience it waits for ever.
  control::Reply receive(std::optional<std::chrono::seconds> patience);
  // A whole reply is here already, so that the socket need not become readable for receive() to return.
  [[nodiscard]] bool has_reply();
  [[nodiscard]] int socket() const;

 private:
  struct Line;  // one connection
  void connect_again();
  std::vector<control::Reply> converse(control::Request& request, std::chrono::seconds patience);

  std::string home_;
  AutoStart start_;
  std::unique_ptr<Line> line_;
};

}  // namespace duolog::client
