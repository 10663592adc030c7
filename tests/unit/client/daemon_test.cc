// The conversation with the daemon, whose part is played by hand in a process of its own.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/daemon.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>

#include "client/failure.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Reply;
using control::Request;

// One end of an accepted connection, as the daemon sees it. Runs in the child: what goes wrong there ends it.
class Visitor {
 public:
  explicit Visitor(int listening) : fd_(::accept(listening, nullptr, nullptr)) {}
  ~Visitor() { ::close(fd_); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  Request hear() const {
    std::uint32_t length = 0;
    must(::recv(fd_, &length, sizeof(length), MSG_WAITALL) == sizeof(length));
    std::string message(length, '\0');
    must(::recv(fd_, message.data(), length, MSG_WAITALL) == static_cast<ssize_t>(length));
    Request request;
    must(request.ParseFromString(message));
    return request;
  }
  void say(const Reply& reply) const { say_bytes(reply.SerializeAsString()); }
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

Reply last(const std::string& id) {
  Reply reply;
  reply.set_last(true);
  reply.mutable_saved()->set_id(id);
  return reply;
}

class Conversation : public testing::Test {
 protected:
  Conversation() { ::mkdir((home_ / "run").c_str(), 0700); }
  ~Conversation() override {
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
  Failure failure_of_asking(std::chrono::seconds patience = kQuick) {
    try {
      ask(patience);
    } catch (const Failure& failure) {
      return failure;
    }
    return {Exit::kDone, "DONE", "it was answered", ""};
  }
  std::vector<Reply> ask(std::chrono::seconds patience = kQuick) {
    Request request;
    request.mutable_write()->set_text("hello");
    return daemon_.ask(request, patience);
  }

  const std::filesystem::path home_ = [] {
    std::string name = "/tmp/duolog-conversation-XXXXXX";
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
  Daemon daemon_{home_.string(), AutoStart::kNever};
  pid_t child_ = -1;
};

TEST_F(Conversation, NobodyThereIsSaidSo) { EXPECT_EQ(failure_of_asking().code(), "DAEMON_NOT_RUNNING"); }

TEST_F(Conversation, ASocketWithoutADaemonIsNobody) {
  daemon_does([](int) {});
  ::waitpid(child_, nullptr, 0);
  EXPECT_EQ(failure_of_asking().status(), Exit::kNoDaemon);
}

TEST_F(Conversation, ARequestGetsAnIdOfSixteenBytesAndAllItsReplies) {
  daemon_does([](int listening) {
    const Visitor visitor(listening);
    const auto request = visitor.hear();
    auto first = last(std::to_string(request.request_id().size()));
    first.set_last(false);
    visitor.say(first);
    visitor.say(last(request.write().text()));
    visitor.wait_until_they_leave();
  });
  const auto replies = ask();
  ASSERT_EQ(replies.size(), 2U);
  EXPECT_EQ(replies[0].saved().id(), "16");
  EXPECT_EQ(replies[1].saved().id(), "hello");
  daemon_.disconnect();
}

TEST_F(Conversation, AfterALostConnectionTheSameRequestIsSentOnceMore) {
  daemon_does([](int listening) {
    std::string before;
    {
      const Visitor visitor(listening);
      before = visitor.hear().SerializeAsString();
    }
    const Visitor visitor(listening);
    visitor.say(last(visitor.hear().SerializeAsString() == before ? "the same" : "another"));
    visitor.wait_until_they_leave();
  });
  EXPECT_EQ(ask().at(0).saved().id(), "the same");
  daemon_.disconnect();
}

TEST_F(Conversation, TwiceLostIsGivenUp) {
  daemon_does([](int listening) {
    for (int i = 0; i < 2; ++i) {
      const Visitor visitor(listening);
      visitor.hear();
    }
  });
  EXPECT_EQ(failure_of_asking().code(), "DAEMON_WENT_AWAY");
}

TEST_F(Conversation, ADaemonThatSaysNothingHangs) {
  daemon_does([](int listening) {
    const Visitor visitor(listening);
    visitor.wait_until_they_leave();
  });
  EXPECT_EQ(failure_of_asking(std::chrono::seconds(1)).code(), "DAEMON_HANGS");
  daemon_.disconnect();
}

TEST_F(Conversation, AnErrorIsThrownInWords) {
  daemon_does([](int listening) {
    const Visitor visitor(listening);
    visitor.hear();
    Reply reply;
    reply.set_last(true);
    reply.mutable_error()->set_code(control::Error::LOCKED);
    visitor.say(reply);
    visitor.wait_until_they_leave();
  });
  const auto failure = failure_of_asking();
  EXPECT_EQ(failure.status(), Exit::kLocked);
  EXPECT_THAT(failure.hint(), testing::HasSubstr("duolog unlock"));
  daemon_.disconnect();
}

TEST_F(Conversation, WhatIsNoReplyIsUnreadable) {
  daemon_does([](int listening) {
    const Visitor visitor(listening);
    visitor.hear();
    visitor.say_bytes("\xff\xff\xff");
    visitor.wait_until_they_leave();
  });
  EXPECT_EQ(failure_of_asking().code(), "DAEMON_UNREADABLE");
  daemon_.disconnect();
}

TEST_F(Conversation, ALengthOverTheLimitIsRefusedAtOnce) {
  daemon_does([](int listening) {
    const Visitor visitor(listening);
    visitor.hear();
    visitor.say_bytes("x", 0xFFFFFFFFU);
    visitor.wait_until_they_leave();
  });
  EXPECT_EQ(failure_of_asking().code(), "DAEMON_UNREADABLE");
  daemon_.disconnect();
}

}  // namespace
}  // namespace duolog::client
