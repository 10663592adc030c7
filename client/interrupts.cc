// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/interrupts.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "client/words.h"

namespace duolog::client {

Interrupts::Interrupts() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&wanted, signal);
  sigprocmask(SIG_BLOCK, &wanted, &before_);
  fd_ = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd_ < 0) {
    const int why = errno;
    sigprocmask(SIG_SETMASK, &before_, nullptr);
    throw std::system_error(why, std::generic_category(), "signalfd");
  }
}

void Interrupts::take() const {
  signalfd_siginfo signal{};
  static_cast<void>(::read(fd_, &signal, sizeof(signal)) < 0);
}

bool Interrupts::come_before(int readable) const {
  std::array<pollfd, 2> wanted{{{fd_, POLLIN, 0}, {readable, POLLIN, 0}}};
  while (::poll(wanted.data(), wanted.size(), -1) < 0 && errno == EINTR) {
  }
  if (wanted[0].revents == 0) return false;
  take();
  return true;
}

void Interrupts::leave_if_come(const std::string& what) const {
  pollfd wanted{fd_, POLLIN, 0};
  if (::poll(&wanted, 1, 0) <= 0) return;
  take();
  throw interrupted(what);
}

Interrupts::~Interrupts() {
  ::close(fd_);
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace duolog::client
