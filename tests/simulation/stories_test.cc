// Two whole households live through random histories, eight shards of them, each a test of its own.
//
// A seed that fails is written down as a file; put into tests/seeds/ it is told again for ever.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/telling.h"

namespace duolog::simulation {
namespace {

class Stories : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Shard, Stories, ::testing::Range<std::uint64_t>(0, kShards));

TEST_P(Stories, EndWithTheSameJournalOnBothSidesWhateverHappens) {
  std::uint64_t stories = 0;
  Story::Tally befell;
  Network::Tally carried;
  Disk::Tally disks;
  for (std::uint64_t seed = first_seed() + GetParam(); seed < first_seed() + seeds(); seed += kShards, ++stories) {
    const Options options = Options::of_seed(seed);
    Story story(options);
    story.tell();
    if (!story.wrong().empty()) {
      const auto file = keep("seed", options, story.wrong());
      FAIL() << told("seed", options, story.wrong()) << "kept as " << file << "; commit it to tests/seeds/";
    }
    befell.unknown += story.tally().unknown;
    befell.refused += story.tally().refused;
    befell.receipts += story.tally().receipts;
    befell.clock_jumps += story.tally().clock_jumps;
    befell.sleeps += story.tally().sleeps;
    befell.darkness += story.tally().darkness;
    carried.breaks += story.world().network().tally().breaks;
    carried.replays += story.world().network().tally().replays;
    for (Node* node : story.world().both()) {
      disks.deaths += node->disk().tally().deaths;
      disks.lost += node->disk().tally().lost;
      disks.torn += node->disk().tally().torn;
      disks.refused_full += node->disk().tally().refused_full;
      disks.refused_error += node->disk().tally().refused_error;
    }
  }
  if (stories < 100) return;
  // The faults really came.
  EXPECT_GT(befell.unknown, stories / 20) << "too few died in the middle of a word";
  EXPECT_GT(befell.refused, stories / 20);
  EXPECT_GT(befell.receipts, stories / 4);
  EXPECT_GT(befell.clock_jumps, stories / 4);
  EXPECT_GT(befell.sleeps, stories / 4);
  EXPECT_GT(befell.darkness, stories / 4);
  EXPECT_GT(carried.breaks, stories / 2);
  EXPECT_GT(carried.replays, stories / 4);
  EXPECT_GT(disks.deaths, stories / 8);
  EXPECT_GT(disks.lost, stories / 4);
  EXPECT_GT(disks.torn, stories / 100);
  EXPECT_GT(disks.refused_full, stories / 20);
  EXPECT_GT(disks.refused_error, stories / 20);
}

TEST(AKeptSeed, IsToldAgainForEver) { EXPECT_GT(tell_kept<Story>("seed"), 0); }

TEST(Options, AreReadAsTheyAreWritten) {
  for (std::uint64_t seed = 1; seed < 50; ++seed) {
    const Options options = Options::of_seed(seed);
    EXPECT_EQ(Options::read("# for people\n" + options.text()).text(), options.text());
  }
  EXPECT_THROW(Options::read("seed=1 sorrow=3"), std::runtime_error);
}

// ---- the same seed is the same story ----

std::uint64_t hash_of(std::uint64_t seed) {
  Story story(Options::of_seed(seed));
  story.tell();
  return story.world().trace_hash();
}

std::string hash_in_another_process(std::uint64_t seed) {
  return output_of(program() + " --trace " + std::to_string(seed));
}

TEST(OneSeed, IsOneStory) {
  for (const std::uint64_t seed : {4711U, 4712U, 4713U, 4714U}) EXPECT_EQ(hash_of(seed), hash_of(seed));
  EXPECT_NE(hash_of(4711), hash_of(4712));
}

TEST(OneSeed, IsOneStoryInAnyProcess) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
    EXPECT_EQ(hash_in_another_process(seed), std::to_string(hash_of(seed)) + "\n");
  }
}

// ---- a story can fail ----

// Power is cut, and the disks have kept nothing of what they said they had: words that were saved are gone.
TEST(AStory, FailsOnADiskThatIgnoresSyncs) {
  std::uint64_t failed = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Options options = Options::of_seed(seed);
    options.crashes = 3;
    options.ignores_syncs = 1;
    Story story(options);
    story.tell();
    if (!story.wrong().empty()) ++failed;
  }
  EXPECT_GE(failed, 5U);
}

}  // namespace
}  // namespace duolog::simulation
