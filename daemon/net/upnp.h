// upnp.h: carries out a Mapping's wishes by UPnP-IGD, through libminiupnpc, which waits for answers wherever it stands:
// so in a thread that nobody joins. One at a time; whoever stopped waiting, or stops the daemon, leaves it behind.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "daemon/net/mapping.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog::net {

class Upnp {
 public:
  using Answer = std::function<void(const UpnpAnswer&)>;

  explicit Upnp(asio::io_context& io);
  ~Upnp() { close(); }
  Upnp(const Upnp&) = delete;
  Upnp& operator=(const Upnp&) = delete;

  // `answer` is called on io, never from within this call; "nobody" where the wish before still hangs. A mapping is
  // taken away where the last one was made, without looking for it again. After close() nobody is answered any more.
  void carry_out(UpnpWish wish, Answer answer);
  void close();

 private:
  struct Desk;
  std::shared_ptr<Desk> desk_;
};

}  // namespace duolog::net
