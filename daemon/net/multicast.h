// multicast.h: the UDP sockets of announcements. Sends on every interface by name, loopback too, and listens on all of
// them: a join or send without a named interface fails where there is no default route.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "daemon/net/announcement.h"

namespace asio {
class io_context;
}

namespace duolog::net {

class Multicast {
 public:
  explicit Multicast(asio::io_context& io);
  ~Multicast();  // closes the sockets; `heard` is not called any more

  // To both groups on every interface that is up. Interfaces that refuse are skipped: the world is like that.
  // Returns how many sends the system took.
  int announce(const Announcement& announcement);
  // From now on, until stop_listening(). Two daemons on one machine may both listen.
  // False: no socket could be opened.
  bool listen(std::function<void(const Heard&)> heard);
  void stop_listening();
  [[nodiscard]] bool listening() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::net
