// A session between two whole nodes, both with words that the other lacks, cut after every single byte of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <set>

#include "tests/simulation/couple.h"

namespace duolog::simulation {
namespace {

// In the quick tier every so manieth byte; together with the sync room's own tests, which cut at each.
constexpr std::uint64_t kStride = 61;

enum Side { kTowardsTheDialler, kTowardsTheDialled };

// They meet with two words each, and lose each other when so many bytes have come. False: the session had no more.
bool survives_a_cut(Side side, std::uint64_t bytes) {
  Couple couple(bytes);
  EXPECT_TRUE(couple.come_together());
  couple.part();
  for (int i = 0; i < 2; ++i) {
    couple.write(couple.ada());
    couple.write(couple.bo());
  }
  couple.world.network().weather.delay = milliseconds(5);
  couple.world.network().break_next_after(side, bytes);
  const std::uint64_t before = couple.carried().breaks;  // they may meet, and lose each other, at once
  couple.meet();
  couple.ada().at_work([](net::Switchboard& board) { board.sync_now(); });
  EXPECT_TRUE(couple.come_together()) << "cut after byte " << bytes;
  for (Node* node : couple.world.both()) couple.expect_all_saved(*node);
  for (Node* node : couple.world.both()) couple.expect_receipts_are_true(*node);
  return couple.carried().breaks > before;
}

void cut_after_every_byte(Side side) {
  const std::uint64_t stride = at_night() ? 1 : kStride;
  // Where both dial at once, the connection that was to be cut may be the one that goes: nothing is cut then.
  std::uint64_t bytes = 1;
  std::uint64_t cuts = 0;
  for (bool cut = true; (cut || bytes < 1'500) && !::testing::Test::HasFailure(); bytes += stride) {
    cut = survives_a_cut(side, bytes);
    cuts += cut ? 1 : 0;
  }
  EXPECT_GT(cuts * stride, 1'000U) << "a whole session is longer than that: the cuts did not happen";
}

TEST(ASession, CutAfterAnyByteThatTheDiallerReadsIsResumed) { cut_after_every_byte(kTowardsTheDialler); }
TEST(ASession, CutAfterAnyByteThatTheDialledReadsIsResumed) { cut_after_every_byte(kTowardsTheDialled); }

}  // namespace
}  // namespace duolog::simulation
