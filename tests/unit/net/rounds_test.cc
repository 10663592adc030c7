// rounds_test.cc: what somebody says of themselves while they are being dialled.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/rounds.h"

#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using testing::at;
using namespace std::chrono_literals;

class ARound : public ::testing::Test {
 protected:
  std::vector<std::string> calls(SteadyTime now) {
    std::vector<std::string> hosts;
    while (const auto call = rounds_.next(now)) {
      rounds_.began(call->key, next_line_++);
      hosts.push_back(call->address.host);
    }
    return hosts;
  }
  PeerKey key_{{}, {}};
  LineId next_line_ = 1;
  Rounds rounds_;
};

using Hosts = std::vector<std::string>;

TEST_F(ARound, GoesAtOnceWhereSomebodySaysThatTheyAre) {
  rounds_.begin(key_, {{"old", 1}, {"older", 1}}, at(0ms));
  EXPECT_EQ(calls(at(0ms)), Hosts{"old"});
  EXPECT_TRUE(rounds_.offer(key_, {"here", 1}, at(10ms)));
  EXPECT_EQ(calls(at(10ms)), Hosts{"here"});
  EXPECT_EQ(calls(at(2'010ms)), Hosts{"older"});
}

TEST_F(ARound, GoesToASecondSuchPlaceNextAndNotAtOnce) {
  rounds_.begin(key_, {{"old", 1}, {"older", 1}}, at(0ms));
  calls(at(0ms));
  rounds_.offer(key_, {"here", 1}, at(10ms));
  calls(at(10ms));
  EXPECT_TRUE(rounds_.offer(key_, {"and here", 1}, at(20ms)));
  EXPECT_EQ(calls(at(20ms)), Hosts{});
  EXPECT_EQ(calls(at(2'010ms)), Hosts{"and here"});
}

TEST_F(ARound, DialsNoAddressTwice) {
  rounds_.begin(key_, {{"old", 1}, {"older", 1}}, at(0ms));
  calls(at(0ms));
  EXPECT_FALSE(rounds_.offer(key_, {"old", 1}, at(10ms)));
  EXPECT_TRUE(rounds_.offer(key_, {"older", 1}, at(10ms)));
  EXPECT_EQ(calls(at(10ms)), Hosts{"older"});
  EXPECT_EQ(calls(at(10s)), Hosts{});
}

TEST_F(ARound, ThatIsNotUnderWayTakesNoOffer) { EXPECT_FALSE(rounds_.offer(key_, {"here", 1}, at(0ms))); }

}  // namespace
}  // namespace duolog::net
