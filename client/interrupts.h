// interrupts.h: Ctrl-C while something waits, as a file descriptor beside the others; or while there is something that
// must not be left lying about.
//
// As long as it lives, SIGINT, SIGTERM, SIGHUP and SIGQUIT do not end the program but make fd() readable. Whoever
// waits polls it, tidies up and leaves; whoever works looks at it between two pieces.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <csignal>
#include <string>

namespace duolog::client {

class Interrupts {
 public:
  Interrupts();
  ~Interrupts();  // gives back the mask that was there before; a signal that is still waiting then takes effect
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  // The signal has been answered by leaving in order: it does not take effect any more.
  void take() const;
  // Waits until `readable` can be read. True: one of the signals came first, and was taken.
  [[nodiscard]] bool come_before(int readable) const;
  // Between two pieces of work: throws Failure, with what is said then, where one of the signals has come, and takes
  // it.
  void leave_if_come(const std::string& what) const;

 private:
  sigset_t before_{};
  int fd_ = -1;
};

}  // namespace duolog::client
