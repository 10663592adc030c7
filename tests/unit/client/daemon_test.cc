// The conversation with the daemon, whose part is played by hand in a process of its own.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/daemon.h"

#include <gmock/gmock.h>

#include "client/failure.h"
#include "hand_daemon.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Reply;
using control::Request;

Reply last(const std::string& id) {
  Reply reply;
  reply.set_last(true);
  reply.mutable_saved()->set_id(id);
  return reply;
}

class Conversation : public WithHandDaemon {
 protected:
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

  Daemon daemon_{home_.string(), AutoStart::kNever};
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
