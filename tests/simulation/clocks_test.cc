// Clocks that are wrong, jump, or stand still: nothing but what is shown depends on them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <set>

#include "tests/simulation/couple.h"

namespace duolog::simulation {
namespace {

constexpr milliseconds kYear = hours(24 * 365);
constexpr std::int64_t kToday = 1'795'000'000'000;
constexpr milliseconds kSoon = seconds(10);

struct Wrong {
  const char* name;
  milliseconds by;
};
const Wrong kWrong[] = {{"TenYearsAhead", 10 * kYear},
                        {"TenYearsBehind", -10 * kYear},
                        {"In1970", milliseconds(-kToday)},
                        {"JustBefore2038", milliseconds(2'147'483'640'000 - kToday) - hours(1)},
                        {"In9999", milliseconds(253'402'300'000'000 - kToday)}};

class AWrongClock : public ::testing::TestWithParam<Wrong> {
 protected:
  // In minutes, as status tells it.
  static std::int64_t ahead(Node& node) {
    const auto other = node.other();
    return other && other->clock_ahead ? std::chrono::duration_cast<minutes>(*other->clock_ahead).count() : 0;
  }
  static std::int64_t expected() { return std::chrono::duration_cast<minutes>(GetParam().by).count(); }
  static void expect_both_are_warned(Couple& couple) {
    EXPECT_NEAR(static_cast<double>(ahead(couple.ada())), static_cast<double>(expected()), 2);
    EXPECT_NEAR(static_cast<double>(ahead(couple.bo())), static_cast<double>(-expected()), 2);
  }
  static void expect_in_the_order_of_talk(Couple& couple) {
    for (Node* node : couple.world.both()) EXPECT_EQ(Couple::texts(*node), couple.saved) << node->name();
  }
  // One writes, the other reads and answers, and so on.
  static void talk(Couple& couple, int times) {
    for (int i = 0; i < times; ++i) {
      couple.write(i % 2 == 0 ? couple.ada() : couple.bo());
      EXPECT_TRUE(couple.come_together(kSoon));
      couple.world.run(seconds(1));
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Is, AWrongClock, ::testing::ValuesIn(kWrong),
                         [](const auto& wrong) { return std::string(wrong.param.name); });

TEST_P(AWrongClock, FromTheStartChangesNoOrderAndNoDelivery) {
  Couple couple;
  couple.bo().stop();
  couple.bo().set_clock(GetParam().by, false);
  EXPECT_TRUE(couple.bo().start());
  EXPECT_TRUE(couple.come_together());
  talk(couple, 6);
  expect_in_the_order_of_talk(couple);
  expect_both_are_warned(couple);
  couple.expect_receipts_are_true(couple.ada());
  couple.expect_receipts_are_true(couple.bo());
}

TEST_P(AWrongClock, AfterAJumpChangesNoOrderAndNoDelivery) {
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  talk(couple, 2);
  couple.bo().set_clock(GetParam().by, true);
  EXPECT_TRUE(couple.come_together(kSoon)) << "a jump of the clock keeps them apart";
  talk(couple, 4);
  couple.world.run(minutes(1));
  expect_in_the_order_of_talk(couple);
  expect_both_are_warned(couple);
  couple.bo().set_clock(milliseconds(0), true);
  EXPECT_TRUE(couple.come_together(kSoon));
  talk(couple, 2);
  expect_in_the_order_of_talk(couple);
  EXPECT_EQ(ahead(couple.ada()), 0);
}

// The restart meets records that were written in the other time.
TEST_P(AWrongClock, IsReadAgainAfterARestartWithARightOne) {
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  couple.bo().set_clock(GetParam().by, true);
  EXPECT_TRUE(couple.come_together(kSoon));
  talk(couple, 4);
  for (Node* node : couple.world.both()) node->stop();
  couple.bo().set_clock(milliseconds(0), false);
  for (Node* node : couple.world.both()) EXPECT_TRUE(node->start());
  EXPECT_TRUE(couple.come_together());
  talk(couple, 4);
  expect_in_the_order_of_talk(couple);
}

TEST_P(AWrongClock, ExpiresNoOpenPairingWindow) {
  World world(5, World::Begin::kFresh);
  for (Node* node : world.both()) node->start();
  EXPECT_TRUE(world.pair([&] { world.ada().set_clock(GetParam().by, true); }));
  EXPECT_TRUE(world.run_until([&] { return world.in_step(); }, kComeTogether));
}

// An hour apart, in which one clock jumps every few seconds: who dials does so by the steady one.
TEST_P(AWrongClock, MovesNoTimer) {
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  couple.part();
  couple.world.run(hours(1));
  const std::uint64_t before = couple.carried().dials;
  couple.bo().set_clock(GetParam().by, false);
  couple.world.run(hours(3));
  const std::uint64_t dials = couple.carried().dials - before;
  EXPECT_GE(dials, 2U * 3 * 7);
  EXPECT_LE(dials, 2U * 3 * 12 + 10) << "the jump is noticed once, as a sleep would be";
}

TEST_P(AWrongClock, LetsASilentConnectionDieAfterAsManySteadySeconds) {
  Couple couple;
  couple.bo().set_clock(GetParam().by, false);
  EXPECT_TRUE(couple.come_together());
  couple.world.network().set_dark(couple.ada(), true);
  couple.world.network().set_dark(couple.bo(), true);
  couple.world.run(seconds(14));
  EXPECT_EQ(couple.ada().other()->state, net::PeerStatus::State::kConnected);
  couple.world.run(seconds(20));
  EXPECT_NE(couple.ada().other()->state, net::PeerStatus::State::kConnected);
}

// ---- suspend ----

class ASleepingMachine : public ::testing::TestWithParam<milliseconds> {};
INSTANTIATE_TEST_SUITE_P(For, ASleepingMachine,
                         ::testing::Values(seconds(1), seconds(20), minutes(5), hours(9), hours(24 * 30)),
                         [](const auto& slept) { return std::to_string(slept.param.count() / 1000) + "Seconds"; });

TEST_P(ASleepingMachine, IsInStepWithinTenSecondsOfWaking) {
  for (const bool was_connected : {true, false}) {
    Couple couple;
    EXPECT_TRUE(couple.come_together());
    if (!was_connected) {
      couple.part();
      couple.world.run(hours(2));  // both have backed off by now
      couple.meet();
    }
    couple.bo().sleep();
    couple.write(couple.ada());
    couple.world.run(GetParam());
    couple.write(couple.ada());
    const Network::Tally before = couple.carried();
    couple.bo().wake(true);
    EXPECT_TRUE(couple.come_together(kSoon)) << "connected before: " << was_connected;
    EXPECT_LE(couple.carried().messages - before.messages, 40U) << "waking is a burst";
    EXPECT_LE(couple.carried().dials - before.dials, 4U);
    couple.expect_all_saved(couple.bo());
  }
}

}  // namespace
}  // namespace duolog::simulation
