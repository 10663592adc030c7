// nudging.h: the room notify/ at work: what it wants to watch is watched, what it wants to know is asked of the
// journal.
//
// Wakes up only where something waits to be told (at most once a minute, but for the gathering of what has just come)
// and, with reminders, once a minute.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/home/clock.h"
#include "daemon/home/notify.h"
#include "daemon/journal/shelf.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog {

class Nudging {
 public:
  // All of them outlive it. REQUIRES: settings.is_on().
  Nudging(asio::io_context& io, const home::Notify& settings, const Clock& clock, journal::Shelf& shelf,
          store::LocalState& memory);
  ~Nudging();

  // False: more news would change nothing of what is told next.
  [[nodiscard]] bool hears() const;
  void hear(const journal::News& news);
  // For doctor: a code, how bad it is, a detail. May take half a second where the session bus hangs.
  void examine(const std::function<void(const char*, const char*, std::string)>& find) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog
