// Two people answer each other through random histories, eight shards of them: nobody reads what is not theirs to read
// yet, whatever fails, and whatever is due opens once.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/moment.h"
#include "tests/simulation/exchange.h"
#include "tests/simulation/telling.h"

namespace duolog::simulation {
namespace {

class Exchanges : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Shard, Exchanges, ::testing::Range<std::uint64_t>(0, kShards));

TEST_P(Exchanges, ShowNobodyTooMuchAndOpenWhatIsDueOnce) {
  std::uint64_t stories = 0;
  Exchange::Tally all;
  for (std::uint64_t seed = first_seed() + GetParam(); seed < first_seed() + seeds(kExchanges);
       seed += kShards, ++stories) {
    const Options options = Exchange::options_of(seed);
    Exchange exchange(options);
    exchange.tell();
    if (!exchange.wrong().empty()) {
      const auto file = keep("exchange", options, exchange.wrong());
      FAIL() << told("exchange", options, exchange.wrong()) << "kept as " << file << "; commit it to tests/seeds/";
    }
    const Exchange::Tally& tally = exchange.tally();
    all.saved += tally.saved;
    all.unknown += tally.unknown;
    all.refused += tally.refused;
    all.kept_back += tally.kept_back;
    all.opened += tally.opened;
    all.opened_by_moment += tally.opened_by_moment;
    all.still_sealed += tally.still_sealed;
    all.late += tally.late;
    all.agreed += tally.agreed;
    all.days += tally.days;
    all.news += tally.news;
    all.leaked += tally.leaked;
    all.edited += tally.edited;
    all.erased += tally.erased;
  }
  if (stories < 100) return;
  std::printf(
      "%ju stories: %ju saved, %ju unknown, %ju refused, %ju kept back, %ju opened (%ju by moment), %ju still "
      "sealed, %ju late, %ju calendars, %ju days, %ju news, %ju leaked, %ju edited, %ju erased\n",
      stories, all.saved, all.unknown, all.refused, all.kept_back, all.opened, all.opened_by_moment, all.still_sealed,
      all.late, all.agreed, all.days, all.news, all.leaked, all.edited, all.erased);
  // It really came to pass.
  EXPECT_GT(all.saved, stories * 4);
  EXPECT_GT(all.unknown, stories / 20);
  EXPECT_GT(all.kept_back, stories * 4);
  EXPECT_GT(all.opened, stories);
  EXPECT_GT(all.opened_by_moment, stories / 25);
  EXPECT_GT(all.still_sealed, stories / 2);
  EXPECT_GT(all.late, stories / 20);
  EXPECT_GT(all.agreed, stories / 200);
  EXPECT_GT(all.days, stories * 4);
  EXPECT_GT(all.news, stories);
  EXPECT_GT(all.leaked, stories / 20);
  EXPECT_GT(all.edited, stories / 40);
  EXPECT_GT(all.erased, stories / 40);
}

TEST(AKeptExchange, IsToldAgainForEver) { tell_kept<Exchange>("exchange"); }

// Nothing else happens to the two that would let it be tried again.
TEST(ALetter, WhoseDayCameOnAFullDiskOpensOnceThereIsRoom) {
  Couple couple;
  couple.ada().say([&](Household& house) {
    journal::Draft draft{"a letter"};
    draft.open_on = journal::rfc3339((couple.ada().wall() + hours(2)).time_since_epoch().count(), 60).substr(0, 16);
    return house.shelf().write(draft, {});
  });
  ASSERT_TRUE(couple.world.run_until([&] { return couple.world.in_step(); }, kComeTogether));
  couple.ada().disk().set_full(true);
  couple.world.run(hours(4));
  const auto letter = [&] { return journal::list(couple.bo().household().shelf(), {.kind = "letter"}).at(0).text; };
  EXPECT_GT(couple.ada().disk().tally().refused_full, 0U);
  EXPECT_EQ(letter(), "");
  couple.ada().disk().set_full(false);
  couple.world.run(minutes(3));
  EXPECT_EQ(letter(), "a letter");
}

std::uint64_t hash_of(std::uint64_t seed) {
  Exchange exchange(Exchange::options_of(seed));
  exchange.tell();
  return exchange.world().trace_hash();
}

TEST(OneExchange, IsTheSameInAnyProcess) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    EXPECT_EQ(hash_of(seed), hash_of(seed));
    EXPECT_EQ(output_of(program() + " --exchange-trace " + std::to_string(seed)), std::to_string(hash_of(seed)) + "\n");
  }
  EXPECT_NE(hash_of(1), hash_of(2));
}

}  // namespace
}  // namespace duolog::simulation
