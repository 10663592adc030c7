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
  // A round at these addresses, where each time somebody takes the call and says nothing: how often it calls, and how.
  std::vector<std::string> met_by_silence(const std::vector<Address>& addresses, SteadyTime now) {
    std::vector<std::string> calls;
    rounds_.begin(key_, addresses, now);
    for (std::size_t before = SIZE_MAX; before != calls.size();) {
      before = calls.size();
      while (const auto call = rounds_.next(now)) {
        rounds_.began(call->key, next_line_++);
        calls.push_back(call->address.host + std::to_string(call->manner.epoch) + (call->manner.narrow ? "n" : ""));
        now += kNextAddressAfter;
      }
      for (LineId line = 1; line < next_line_; ++line) rounds_.failed(line, true);
    }
    EXPECT_TRUE(rounds_.next_failed().has_value());
    return calls;
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

// Two who have each gone on under epochs of their own have an older one in common.
TEST_F(ARound, ThatMeetsSilenceTriesThreeEpochsInTurn) {
  EXPECT_EQ(met_by_silence({{"a", 1}}, at(0ms)), (Hosts{"a0", "a0n", "a1", "a1n", "a2", "a2n"}));
  EXPECT_EQ(met_by_silence({{"a", 1}}, at(1h)), (Hosts{"a3", "a3n", "a4", "a4n", "a5", "a5n"}));
}

TEST_F(ARound, CallsOneOfSeveralSilentAddressesAgain) {
  EXPECT_EQ(met_by_silence({{"a", 1}, {"b", 1}}, at(0ms)), (Hosts{"a0", "b0", "a0n", "a1", "a1n", "a2", "a2n"}));
  EXPECT_EQ(met_by_silence({{"a", 1}, {"b", 1}}, at(1h)), (Hosts{"a3", "b3", "b3n", "b4", "b4n", "b5", "b5n"}));
}

TEST_F(ARound, IsCuriousFourTimesAndAgainOnceSomebodyWasThere) {
  for (std::size_t round = 0; round < kCuriousRounds; ++round)
    EXPECT_EQ(met_by_silence({{"a", 1}}, at(1h)).size(), kMannersARound);
  EXPECT_EQ(met_by_silence({{"a", 1}}, at(2h)), Hosts{"a12"});
  EXPECT_EQ(met_by_silence({{"a", 1}}, at(3h)), Hosts{"a12n"});
  rounds_.drop(key_);  // connected
  EXPECT_EQ(met_by_silence({{"a", 1}}, at(4h)).size(), kMannersARound);
}

TEST_F(ARound, WhereNobodyTakesTheCallIsOverWhenAllWereTried) {
  rounds_.begin(key_, {{"a", 1}}, at(0ms));
  EXPECT_EQ(calls(at(0ms)), Hosts{"a"});
  rounds_.failed(1, false);
  EXPECT_EQ(calls(at(10s)), Hosts{});
  EXPECT_TRUE(rounds_.next_failed().has_value());
}

TEST_F(ARound, ThatIsNotUnderWayTakesNoOffer) { EXPECT_FALSE(rounds_.offer(key_, {"here", 1}, at(0ms))); }

}  // namespace
}  // namespace duolog::net
