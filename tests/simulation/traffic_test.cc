// How much two nodes say to each other, how often they try, and what a year of it leaves behind.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>
#include <malloc.h>

#include <set>

#include "tests/simulation/couple.h"

#if defined(__SANITIZE_ADDRESS__)
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // NOLINT: the sanitizer's, whose header g++ lacks
#endif

namespace duolog::simulation {
namespace {

std::size_t allocated() {
#if defined(__SANITIZE_ADDRESS__)
  return __sanitizer_get_current_allocated_bytes();
#else
  return ::mallinfo2().uordblks;
#endif
}

std::size_t open_files() {
  const auto all = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

void dial_now(Node& node) {
  node.at_work([](net::Switchboard& board) { board.sync_now(); });
}

// ---- messages ----

constexpr std::uint64_t kPingSeconds = 15;

class ADifference : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Of, ADifference, ::testing::Values(0, 1, 10, 100, 1'000));

TEST_P(ADifference, IsMadeUpInASmallNumberOfMessagesAndThenThereIsSilence) {
  constexpr std::uint64_t kMeeting = 12;  // three of the handshake, two greetings, receipts, an opening's
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  couple.part();
  for (std::uint64_t i = 0; i < GetParam(); ++i) couple.write(i % 2 == 0 ? couple.ada() : couple.bo());
  couple.world.run(minutes(5));  // both have become patient: Ada alone dials now
  couple.meet();
  const std::uint64_t before = couple.carried().messages;
  dial_now(couple.ada());
  EXPECT_TRUE(couple.come_together());
  EXPECT_LE(couple.carried().messages - before, GetParam() / 4 + kMeeting);
  couple.world.run(seconds(30));
  const std::uint64_t equal = couple.carried().messages;
  couple.world.run(minutes(10));
  EXPECT_LE(couple.carried().messages - equal, 2 * 600 / kPingSeconds + 2);
  EXPECT_GE(couple.carried().messages - equal, 600 / kPingSeconds / 2) << "not even a ping: nothing was counted";
}

TEST_P(ADifference, ThatArisesWhileConnectedCostsTwoMessagesEach) {
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  couple.world.run(seconds(1));
  const std::uint64_t before = couple.carried().messages;
  for (std::uint64_t i = 0; i < GetParam(); ++i) {
    couple.write(i % 2 == 0 ? couple.ada() : couple.bo());
    couple.world.run(milliseconds(1));
  }
  EXPECT_TRUE(couple.come_together());
  EXPECT_LE(couple.carried().messages - before, 2 * GetParam() + 12);
}

// ---- connections ----

TEST(BothWhoDialAtOnce, KeepExactlyOneConnection) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Couple couple(seed);
    EXPECT_TRUE(couple.come_together());
    couple.part();
    couple.meet();
    couple.world.network().weather.delay = milliseconds(1 + 37 * (seed % 8));
    const std::uint64_t before = couple.carried().connections;
    dial_now(couple.ada());
    dial_now(couple.bo());
    couple.world.run(seconds(15));
    EXPECT_GE(couple.carried().connections, before + 2) << "they did not dial at once";
    EXPECT_EQ(couple.world.network().open_cables(), 1U) << "seed " << seed;
    for (Node* node : couple.world.both()) EXPECT_EQ(node->household().switchboard().lines().size(), 1U);
    EXPECT_TRUE(couple.world.in_step());
    const std::uint64_t settled = couple.carried().connections;
    couple.world.run(minutes(30));
    EXPECT_EQ(couple.carried().connections, settled) << "the one that was kept did not stay";
  }
}

TEST(ALinkThatBreaksEverySecond, IsDialledAtLongerAndLongerIntervals) {
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  const std::uint64_t before = couple.carried().dials;
  std::size_t most = 0;
  for (int second = 0; second < 600; ++second) {
    couple.world.run(seconds(1));
    most = std::max(most, couple.world.network().open_cables());
    couple.world.network().break_all();
  }
  EXPECT_LE(couple.carried().dials - before, 2U * 14);
  EXPECT_GE(couple.carried().dials - before, 2U * 4);
  EXPECT_LE(most, 2U);
  EXPECT_TRUE(couple.come_together(minutes(8)));
  EXPECT_EQ(couple.world.network().open_cables(), 1U);
}

class APartnerWhoIsAway : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Behind, APartnerWhoIsAway, ::testing::Values("a_refusal", "a_black_hole"),
                         [](const auto& what) { return std::string(what.param); });

TEST_P(APartnerWhoIsAway, ForAWeekIsTriedAtMostTwelveTimesAnHour) {
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  couple.bo().stop();
  if (std::string(GetParam()) == "a_black_hole") couple.world.network().set_dark(couple.bo(), true);
  couple.world.run(hours(1));
  for (int hour = 1; hour < 7 * 24; ++hour) {
    const std::uint64_t before = couple.carried().dials;
    couple.world.run(hours(1));
    ASSERT_LE(couple.carried().dials - before, 12U) << "hour " << hour;
    ASSERT_GE(couple.carried().dials - before, 6U) << "hour " << hour << ": it has given up";
  }
  EXPECT_EQ(couple.ada().other()->state, net::PeerStatus::State::kNoAnswer);
  EXPECT_LE(couple.ada().household().switchboard().lines().size(), 1U);
  couple.world.network().light_everywhere();
  EXPECT_TRUE(couple.bo().start());
  EXPECT_TRUE(couple.come_together(seconds(10))) << "who comes back dials at once";
}

// ---- long ----

TEST(TwoYearsApart, AreMadeUpInBoundedMemory) {
  constexpr std::size_t kMemory = 24 << 20;  // beyond what the two journals themselves take
  const std::uint64_t each = at_night() ? 10'000 : 500;
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  couple.bo().stop();
  for (std::uint64_t i = 0; i < each; ++i) couple.write(couple.ada());
  couple.ada().stop();
  couple.world.run(hours(2 * 365 * 24));
  EXPECT_TRUE(couple.bo().start());
  for (std::uint64_t i = 0; i < each; ++i) couple.write(couple.bo());
  EXPECT_TRUE(couple.ada().start());
  const Network::Tally before = couple.carried();
  std::size_t most = 0;
  std::uint64_t to_come = 0;
  const bool together = couple.world.run_until(
      [&] {
        most = std::max(most, allocated());
        const auto progress = couple.bo().other();
        to_come = std::max(to_come, progress ? progress->lacking : 0);
        return couple.world.in_step();
      },
      minutes(10));
  EXPECT_TRUE(together);
  const std::size_t after = allocated();
  EXPECT_LE(most, after + kMemory);
  EXPECT_EQ(to_come, each) << "status does not tell how much is still to come";
  EXPECT_LE(couple.carried().messages - before.messages, each / 10 + 60);
  EXPECT_EQ(Couple::texts(couple.ada()), Couple::texts(couple.bo()));
  for (Node* node : couple.world.both()) couple.expect_all_saved(*node);
  std::printf("%llu entries each: %zu KiB beyond the journals at most, %llu messages\n",
              static_cast<unsigned long long>(each), most > after ? (most - after) >> 10 : 0,
              static_cast<unsigned long long>(couple.carried().messages - before.messages));
}

TEST(ManyReconnects, LeaveNothingBehindButTheReplaysTheyGuardAgainst) {
  constexpr std::size_t kOfEach = 256;  // of an ephemeral key that is remembered, at most 16,384 of them a device
  const std::size_t slack = at_night() ? 1 << 20 : 14 << 20;  // by day SQLite's caches are still being filled
  const int times = at_night() ? 10'000 : 200;
  const int settled = times / 2;
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  std::size_t memory = 0;
  std::size_t files = 0;
  const std::uint64_t before = couple.carried().connections;
  for (int i = 0; i < times; ++i) {
    couple.world.network().break_all();
    dial_now(couple.ada());
    ASSERT_TRUE(couple.come_together(minutes(1))) << i;
    if (i == settled) {
      memory = allocated();
      files = open_files();
    }
  }
  EXPECT_GE(couple.carried().connections - before, static_cast<std::uint64_t>(times));
  EXPECT_LE(allocated(), memory + static_cast<std::size_t>(times - settled) * kOfEach + slack);
  EXPECT_EQ(open_files(), files);
  for (Node* node : couple.world.both()) EXPECT_EQ(node->household().switchboard().lines().size(), 1U);
}

// Each day both write a word, a machine sleeps, the link breaks; each week one of the two is restarted.
TEST(AYear, LeavesNoLineNoFileAndNoMemoryBehind) {
  constexpr std::size_t kPerWord = 16 << 10;  // of memory, for both journals; and as much on either disk
  constexpr std::size_t kSlack = 3 << 20;
  constexpr std::uintmax_t kAtRest = 20 << 20;  // a database's log is folded from 8 MB on
  const int days = at_night() ? 365 : 12;
  const int settled = days / 4;
  Couple couple;
  EXPECT_TRUE(couple.come_together());
  std::size_t memory = 0;
  std::size_t files = 0;
  for (int day = 0; day < days; ++day) {
    couple.write(couple.ada());
    couple.write(couple.bo());
    couple.world.run(hours(9));
    couple.world.network().break_all();
    couple.world.run(hours(6));
    couple.bo().sleep();
    couple.world.run(hours(8));
    couple.bo().wake(true);
    if (day % 7 == 6) {
      couple.bo().stop();
      couple.world.run(minutes(20));
      EXPECT_TRUE(couple.bo().start());
    }
    EXPECT_TRUE(couple.come_together()) << "day " << day;
    for (Node* node : couple.world.both()) ASSERT_EQ(node->household().switchboard().lines().size(), 1U) << day;
    if (day == settled) {
      memory = allocated();
      files = open_files();
    }
  }
  const auto words = static_cast<std::size_t>(2 * (days - settled));
  EXPECT_LE(allocated(), memory + words * kPerWord + kSlack);
  EXPECT_EQ(open_files(), files);
  for (Node* node : couple.world.both()) couple.expect_all_saved(*node);
  for (Node* node : couple.world.both()) EXPECT_LE(node->disk_bytes(), kAtRest + words * kPerWord);
  std::printf("%d days: %zu KiB more in memory, %ju and %ju KiB on the disks\n", days,
              allocated() > memory ? (allocated() - memory) >> 10 : 0, couple.ada().disk_bytes() >> 10,
              couple.bo().disk_bytes() >> 10);
}

}  // namespace
}  // namespace duolog::simulation
