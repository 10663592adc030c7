// A person at a terminal: a piece of the program runs in a process of its own, and what it shows can be waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <string>

namespace duolog::client {

class Terminal {
 public:
  explicit Terminal(const std::function<int()>& program, unsigned short columns = 80)
      : fd_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    ::grantpt(fd_);
    ::unlockpt(fd_);
    const winsize size{24, columns, 0, 0};
    ::ioctl(fd_, TIOCSWINSZ, &size);
    child_ = ::fork();
    if (child_ != 0) return;
    become_the_program_there();
    ::_exit(program());
  }
  ~Terminal() {
    if (child_ > 0 && !ended_) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(fd_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // Waits until `text` stands on it, after what was waited for before. False: it never came.
  bool shows(const std::string& text) {
    for (;;) {
      const auto found = screen_.find(text, mark_);
      if (found != std::string::npos) {
        mark_ = found + text.size();
        return true;
      }
      if (!read_more()) return false;
    }
  }
  void type(const std::string& keys) const { static_cast<void>(::write(fd_, keys.data(), keys.size()) < 0); }
  // Reads to the end; the exit code, or -1 where a signal ended it.
  int end() {
    while (read_more()) {
    }
    int status = 0;
    ended_ = ::waitpid(child_, &status, 0) == child_;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  // Without carriage returns.
  [[nodiscard]] const std::string& screen() const { return screen_; }

 private:
  static constexpr std::chrono::seconds kPatience{20};

  void become_the_program_there() const {
    ::setsid();
    std::array<char, 64> name{};
    ::ptsname_r(fd_, name.data(), name.size());
    const int slave = ::open(name.data(), O_RDWR);  // the controlling terminal of the new session
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(slave, standard);
    ::setenv("TERM", "dumb", 1);
  }
  bool read_more() {
    pollfd wanted{fd_, POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) != 1) return false;
    std::array<char, 4096> bytes;
    const auto got = ::read(fd_, bytes.data(), bytes.size());
    for (ssize_t i = 0; i < got; ++i) {
      if (bytes[static_cast<std::size_t>(i)] != '\r') screen_ += bytes[static_cast<std::size_t>(i)];
    }
    return got > 0;
  }

  int fd_;
  pid_t child_ = -1;
  bool ended_ = false;
  std::size_t mark_ = 0;
  std::string screen_;
};

}  // namespace duolog::client
