// dialer_test.cc: patience, counted over virtual days.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/dialer.h"

#include "tests/unit/net/people.h"

namespace duolog::net {
namespace {

using testing::at;
using namespace std::chrono_literals;

class ADialer : public ::testing::Test {
 protected:
  ADialer() { dialer_.look_for({key_}, at(0ms)); }

  // Dials whenever it is due, in vain, and says when.
  std::vector<std::chrono::milliseconds> fail_until(std::chrono::milliseconds end) {
    std::vector<std::chrono::milliseconds> attempts;
    while (dialer_.deadline() < at(end)) {
      const SteadyTime now = dialer_.deadline();
      EXPECT_EQ(dialer_.due(now).size(), 1u);
      attempts.push_back(now - at(0ms));
      dialer_.failed(key_, now);
    }
    return attempts;
  }
  void connect_for(std::chrono::milliseconds from, std::chrono::milliseconds length) {
    dialer_.due(at(from));
    dialer_.connected(key_, at(from));
    dialer_.lost(key_, at(from + length));
  }
  std::chrono::milliseconds next() { return dialer_.deadline() - at(0ms); }

  std::mt19937 chance_{7};
  PeerKey key_{{}, {}};
  Dialer dialer_{[this](std::uint32_t bound) { return static_cast<std::uint32_t>(chance_() % bound); }};
};

TEST_F(ADialer, WhoIsToldThatSomebodyIsThereTriesOnceAndStaysAsPatient) {
  fail_until(2h);
  const int failures = dialer_.status(key_).failures;
  dialer_.try_now(key_, at(2h));
  EXPECT_EQ(next(), 2h);
  ASSERT_EQ(dialer_.due(at(2h)).size(), 1u);
  dialer_.try_now(key_, at(2h));  // under way
  EXPECT_TRUE(dialer_.due(at(2h)).empty());
  dialer_.failed(key_, at(2h));
  EXPECT_EQ(dialer_.status(key_).failures, failures + 1);
  EXPECT_GE(next(), 2h + kLongestRetry);
}

TEST_F(ADialer, WhoIsToldThatSomebodyIsThereStillLeavesThemAloneWhoMisbehaved) {
  dialer_.due(at(0ms));
  dialer_.misbehaved(key_, at(0ms));
  dialer_.try_now(key_, at(1s));
  EXPECT_GE(next(), kFirstPenalty);
}

TEST_F(ADialer, TriesAtOnceThenFromOneSecondOnDoubling) {
  const auto attempts = fail_until(60s);
  ASSERT_GE(attempts.size(), 5u);
  EXPECT_EQ(attempts[0], 0ms);
  for (std::size_t i = 1; i < attempts.size(); ++i) {
    const auto pause = attempts[i] - attempts[i - 1];
    const auto plain = 1'000ms * (1 << (i - 1));
    EXPECT_GE(pause, plain);
    EXPECT_LE(pause, plain * 3 / 2);
  }
}

TEST_F(ADialer, AfterTheFirstHourTriesAtMostTwelveTimesAnHourForAWeek) {
  const auto attempts = fail_until(168h);
  std::size_t i = 0;
  while (attempts[i] < 1h) ++i;
  for (; i + 12 < attempts.size(); ++i) EXPECT_GE(attempts[i + 12] - attempts[i], 1h) << i;
  EXPECT_GT(attempts.size(), 168u * 7);  // and does not give up
}

TEST_F(ADialer, TwoOfThemDoNotStayInStep) {
  std::mt19937 other_chance{8};
  Dialer other([&](std::uint32_t bound) { return static_cast<std::uint32_t>(other_chance() % bound); });
  other.look_for({key_}, at(0ms));
  fail_until(10min);
  while (other.deadline() < at(10min)) {
    const SteadyTime now = other.deadline();
    other.due(now);
    other.failed(key_, now);
  }
  EXPECT_NE(other.deadline(), dialer_.deadline());
}

TEST_F(ADialer, DialsOneDeviceOnceAtATime) {
  EXPECT_EQ(dialer_.due(at(0ms)).size(), 1u);
  EXPECT_TRUE(dialer_.due(at(1h)).empty());
  EXPECT_EQ(dialer_.status(key_).state, Dialer::State::kDialling);
}

TEST_F(ADialer, StartsOverWhenSomethingMayHaveChanged) {
  fail_until(2h);
  dialer_.encourage_all(at(2h));
  EXPECT_EQ(next(), 2h);
  EXPECT_EQ(dialer_.status(key_).failures, 0);
}

TEST_F(ADialer, RedialsAConnectionThatServedAtOnce) {
  connect_for(0ms, 1min);
  EXPECT_EQ(next(), 1min);
}

TEST_F(ADialer, BacksOffFromAConnectionThatComesAndGoes) {
  auto now = 0ms;
  int connections = 0;
  for (; now < 10min; ++connections) {
    connect_for(now, 500ms);
    now = next();
  }
  EXPECT_LT(connections, 15);
}

TEST_F(ADialer, LeavesAMisbehavingDeviceAloneForAMinuteToAnHour) {
  auto now = 0ms;
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 10; ++i) {
    dialer_.due(at(now));
    dialer_.connected(key_, at(now));
    dialer_.misbehaved(key_, at(now));
    EXPECT_TRUE(dialer_.penalised(key_, at(now)));
    pauses.push_back(next() - now);
    now = next();
    EXPECT_FALSE(dialer_.penalised(key_, at(now)));
  }
  EXPECT_GE(pauses.front(), 1min);
  EXPECT_LE(pauses.front(), 90s);
  EXPECT_EQ(pauses.back(), 1h);
}

TEST_F(ADialer, DoesNotForgiveWhenEncouraged) {
  dialer_.due(at(0ms));
  dialer_.connected(key_, at(0ms));
  dialer_.misbehaved(key_, at(0ms));
  dialer_.encourage_all(at(1s));
  EXPECT_GE(next(), 1min);
}

TEST_F(ADialer, KeepsWhatItKnowsOfThoseStillLookedFor) {
  fail_until(1h);
  const auto before = next();
  PeerKey more = key_;
  more.device.bytes[0] = 1;
  dialer_.look_for({key_, more}, at(1h));
  EXPECT_EQ(dialer_.due(at(1h)), std::vector<PeerKey>{more});
  EXPECT_EQ(next(), before);
}

TEST_F(ADialer, ForgetsThoseNoLongerLookedFor) {
  dialer_.look_for({}, at(0ms));
  EXPECT_EQ(dialer_.deadline(), SteadyTime::max());
  dialer_.failed(key_, at(0ms));
  EXPECT_EQ(dialer_.status(key_).state, Dialer::State::kIdle);
}

}  // namespace
}  // namespace duolog::net
