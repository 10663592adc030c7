// device.h: one installation as a whole: fresh, locked or open, and what is built in each of these states.
//
//   kFresh ── init ──► kOpen ── lock: the process is executed anew ──► kLocked ── unlock ──► kOpen
//
// kFresh:  no vault. Only the control socket is there.
// kLocked: a vault with a passphrase. Nothing is opened, nothing is synced.
// kOpen:   database, identity, shelf, switchboard and node stand, in this order, and fall in the reverse order.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <memory>

#include "daemon/control/visit.h"
#include "daemon/home/clock.h"
#include "daemon/home/home.h"

namespace asio {
class io_context;  // NOLINT(readability-identifier-naming): theirs
}

namespace duolog {

class Device {
 public:
  // `stopped` is called once everything is shut and io may be left.
  Device(asio::io_context& io, home::Home& home, const home::Config& config, Clock clock,
         std::function<void()> stopped);
  ~Device();

  // Opens what can be opened without asking and takes visitors. Throws what keeps a daemon from starting:
  // std::runtime_error with the file and the cure in its text.
  void start();
  void stop();                          // again: nothing
  void failed(std::exception_ptr bug);  // our own bug: stops, and rethrow_failure() throws it

  [[nodiscard]] control::Desk::State state() const;
  // After stopped(): run the program again, so that nothing that was open survives.
  [[nodiscard]] bool wants_to_run_anew() const;
  void rethrow_failure() const;

 private:
  struct Open;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog
