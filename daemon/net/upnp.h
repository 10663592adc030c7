// upnp.h: carries out a Mapping's wishes by UPnP-IGD: one at a time, each in a process of its own (upnp_errand.h),
// which is watched, ended when its time is over or nobody wants it any more, and never waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "daemon/net/mapping.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog::net {

inline constexpr std::chrono::milliseconds kUpnpFarewell{5'000};  // for taking a mapping away

class Upnp {
 public:
  using Answer = std::function<void(const UpnpWish&, const UpnpAnswer&)>;

  // `program`: what is executed with `--upnp`; this very one. `patience`: for a wish to be granted.
  explicit Upnp(asio::io_context& io, std::string program = "/proc/self/exe",
                std::chrono::milliseconds patience = kUpnpTime);
  ~Upnp() { close(); }
  Upnp(const Upnp&) = delete;
  Upnp& operator=(const Upnp&) = delete;

  // `answer` is called on io, never from within this call. A new wish ends the one that still asks for a mapping, and
  // is carried out after one that still takes one away. What is taken away is so where the last one was made, without
  // looking for it again: where none was, it is gone at once.
  void carry_out(UpnpWish wish, Answer answer);
  void close();  // ends what is under way; nobody is answered any more

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace duolog::net
