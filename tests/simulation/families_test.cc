// Two people with several devices each live through random histories, eight shards of them: nothing that was saved is
// lost, nobody who was removed reads on, and all that are left agree.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/journal.h"
#include "tests/simulation/family.h"
#include "tests/simulation/telling.h"

namespace duolog::simulation {
namespace {

constexpr std::uint64_t kFamilies = 80;              // by day
constexpr std::uint64_t kFamiliesAtNight = 100'000;  // each costs as much as several stories

class Families : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Shard, Families, ::testing::Range<std::uint64_t>(0, kShards));

TEST_P(Families, AgreeInTheEndAndShutOutWhoWasRemoved) {
  std::uint64_t stories = 0;
  Family::Tally all;
  const std::uint64_t count = from_environment("DUOLOG_SEEDS", at_night() ? kFamiliesAtNight : kFamilies);
  for (std::uint64_t seed = first_seed() + GetParam(); seed < first_seed() + count; seed += kShards, ++stories) {
    const Options options = Family::options_of(seed);
    Family family(options);
    family.tell();
    if (!family.wrong().empty()) {
      const auto file = keep("family", options, family.wrong());
      FAIL() << told("family", options, family.wrong()) << "kept as " << file << "; commit it to tests/seeds/";
    }
    const Family::Tally& tally = family.tally();
    all.saved += tally.saved;
    all.unknown += tally.unknown;
    all.refused += tally.refused;
    all.let_in += tally.let_in;
    all.not_let_in += tally.not_let_in;
    all.removed += tally.removed;
    all.mutual += tally.mutual;
    all.lost += tally.lost;
    all.restored += tally.restored;
    all.cloned += tally.cloned;
    all.bundled += tally.bundled;
    all.brought += tally.brought;
    all.frozen += tally.frozen;
    all.forbidden += tally.forbidden;
    all.asked += tally.asked;
    all.slow += tally.slow;
    all.messages += tally.messages;
    all.pings += tally.pings;
    all.live += tally.live;
    all.most = std::max(all.most, tally.most);
  }
  std::printf(
      "%ju stories: %ju saved, %ju unknown, %ju refused, %ju let in, %ju not, %ju removed, %ju each other, %ju lost, "
      "%ju restored, %ju cloned, %ju bundles, %ju brought, %ju frozen, %ju epochs shut, %ju asked for, %ju slow, %ju "
      "messages in the end (%ju pings), %ju live, %ju at most\n",
      stories, all.saved, all.unknown, all.refused, all.let_in, all.not_let_in, all.removed, all.mutual, all.lost,
      all.restored, all.cloned, all.bundled, all.brought, all.frozen, all.forbidden, all.asked, all.slow, all.messages,
      all.pings, all.live, all.most);
  if (stories < 10) return;
  EXPECT_GT(all.saved, stories * 4);
  EXPECT_GT(all.let_in, stories / 2);
  EXPECT_GT(all.live, stories * 2);
  if (stories < 25) return;
  // It really came to pass.
  EXPECT_GT(all.let_in, stories);
  EXPECT_GT(all.removed, stories / 4);
  EXPECT_GT(all.mutual, stories / 40);
  EXPECT_GT(all.lost, stories / 40);
  EXPECT_GT(all.restored, stories / 40);
  EXPECT_GT(all.forbidden, stories / 8);
  EXPECT_LT(all.slow, stories / 8 + 2) << "they come together, and not in twenty minutes";
}

// ---- what must never come back ----

JournalId notebook_of(Node& node) { return node.household().identity().journals().front().id; }

// Whoever let it in is lost before a word of the journals came: it finds the others, and they let it in.
TEST(ANewDevice, WhoseHostIsLostAtOnceFindsTheOthers) {
  World world(7, World::Begin::kPaired);
  Node& phone = world.add("Ada's phone");
  ASSERT_TRUE(phone.be_let_in(world.ada()));
  ASSERT_TRUE(phone.start());
  world.run(std::chrono::minutes(2));
  Node& tablet = world.add("Ada's tablet");
  ASSERT_TRUE(tablet.be_let_in(world.ada()));
  ASSERT_TRUE(tablet.start());
  world.ada().die(Disk::Kept::kKill);
  const JournalId notebook = notebook_of(phone);
  const auto is_in = [&](const JournalId& id, Node& of) {
    const journal::Journal* journal = of.household().shelf().by_id(id);
    return journal != nullptr && !journal->secrets().awaited && journal->membership().live(tablet.device());
  };
  EXPECT_TRUE(world.run_until(
      [&] {
        return is_in(notebook, phone) && is_in(notebook, tablet) && is_in(*world.bo().shared_id(), tablet) &&
               is_in(*world.bo().shared_id(), world.bo());
      },
      std::chrono::minutes(10)));
}

// The newest that they have in common is three epochs back on either side.
TEST(TwoDevices, ThatWentOnUnderEpochsOfTheirOwnMeetWithinTwoMinutes) {
  World world(7, World::Begin::kPaired);
  const JournalId shared = *world.ada().shared_id();
  world.network().set_apart(world.ada(), world.bo(), true);
  world.run(std::chrono::minutes(1));
  for (Node* node : world.both()) {
    node->in_house([&](Household& house) {
      for (int times = 0; times < 3; ++times) house.shelf().by_id(shared)->replace_epoch();
      house.switchboard().log_grew(shared);
    });
  }
  world.run(std::chrono::minutes(1));
  world.network().light_everywhere();
  for (Node* node : world.both()) node->at_work([](net::Switchboard& board) { board.sync_now(); });
  EXPECT_TRUE(world.run_until([&] { return world.in_step(); }, std::chrono::minutes(2)));
}

TEST(AKeptFamily, IsToldAgainForEver) { tell_kept<Family>("family"); }

std::uint64_t hash_of(std::uint64_t seed) {
  Family family(Family::options_of(seed));
  family.tell();
  return family.world().trace_hash();
}

TEST(OneFamily, IsTheSameInAnyProcess) {
  std::set<std::uint64_t> hashes;
  for (const std::uint64_t seed : {3U, 4U, 5U, 9U}) {  // short ones
    const std::uint64_t hash = hash_of(seed);
    EXPECT_EQ(hash_of(seed), hash);
    EXPECT_EQ(output_of(program() + " --family-trace " + std::to_string(seed)), std::to_string(hash) + "\n");
    hashes.insert(hash);
  }
  EXPECT_EQ(hashes.size(), 4U);
}

}  // namespace
}  // namespace duolog::simulation
