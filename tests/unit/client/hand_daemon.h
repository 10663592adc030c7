// The daemon's part, played by hand in a process of its own.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "proto/control.pb.h"

namespace duolog::client {

// One end of an accepted connection, as the daemon sees it. Runs in the child: what goes wrong there ends it.
class Visitor {
 public:
  explicit Visitor(int listening) : fd_(::accept(listening, nullptr, nullptr)) {}
  ~Visitor() { ::close(fd_); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  control::Request hear() const {
    std::uint32_t length = 0;
    must(::recv(fd_, &length, sizeof(length), MSG_WAITALL) == sizeof(length));
    std::string message(length, '\0');
    must(::recv(fd_, message.data(), length, MSG_WAITALL) == static_cast<ssize_t>(length));
    control::Request request;
    must(request.ParseFromString(message));
    return request;
  }
  void say(const control::Reply& reply) const { say_bytes(reply.SerializeAsString()); }
  void say_bytes(const std::string& message, std::uint32_t claimed = 0) const {
    const std::uint32_t length = claimed != 0 ? claimed : static_cast<std::uint32_t>(message.size());
    must(::send(fd_, &length, sizeof(length), MSG_NOSIGNAL) == sizeof(length));
    must(::send(fd_, message.data(), message.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(message.size()));
  }
  void wait_until_they_leave() const {
    char byte = 0;
    while (::recv(fd_, &byte, 1, 0) > 0) {
    }
  }

 private:
  static void must(bool condition) {
    if (!condition) ::_exit(1);
  }
  int fd_;
};

class WithHandDaemon : public ::testing::Test {
 protected:
  WithHandDaemon() { ::mkdir((home_ / "run").c_str(), 0700); }
  ~WithHandDaemon() override {
    if (child_ > 0) ::waitpid(child_, nullptr, 0);
    std::filesystem::remove_all(home_);
  }

  // Plays the daemon's part until it returns.
  void daemon_does(const std::function<void(int listening)>& part) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::strncpy(name.sun_path, (home_ / "run" / "control.sock").c_str(), sizeof(name.sun_path) - 1);
    const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(listening, reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
    ASSERT_EQ(::listen(listening, 4), 0);
    child_ = ::fork();
    if (child_ == 0) {
      part(listening);
      ::_exit(0);
    }
    ::close(listening);
  }
  // Waits until its part is played; another may begin.
  void daemon_is_gone() {
    ::waitpid(std::exchange(child_, -1), nullptr, 0);
    std::filesystem::remove(home_ / "run" / "control.sock");
  }

  const std::filesystem::path home_ = [] {
    std::string name = "/tmp/duolog-conversation-XXXXXX";
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
  pid_t child_ = -1;
};

}  // namespace duolog::client
