// carried_test.cc: what lies in a mailbox counts as far as it reaches without a gap.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/carried.h"

#include <gmock/gmock.h>

namespace duolog {
namespace {

DeviceId device(std::uint8_t number) {
  DeviceId id;
  id.bytes.fill(number);
  return id;
}
ChunkId chunk(std::uint8_t number) {
  ChunkId id;
  id.bytes.fill(number);
  return id;
}
Carried bundle(std::uint64_t cursor, std::map<DeviceId, Carried::Run> runs, std::vector<ChunkId> chunks = {}) {
  Carried one;
  one.id.bytes.fill(static_cast<std::uint8_t>(cursor));
  one.cursor = cursor;
  one.at_ms = static_cast<std::int64_t>(cursor) * 1000;
  one.runs = std::move(runs);
  one.chunks = std::move(chunks);
  return one;
}

TEST(Carried, ReachesAsFarAsBundleFollowsBundle) {
  const Ends held{{device(1), 5}};
  const std::vector all{bundle(1, {{device(1), {5, 8}}}), bundle(2, {{device(1), {8, 10}}, {device(2), {0, 3}}})};
  EXPECT_EQ(covered(held, all, {}), (Ends{{device(1), 10}, {device(2), 3}}));
}

TEST(Carried, EndsAtTheFirstThatIsGone) {
  const std::vector all{bundle(2, {{device(1), {8, 10}}}), bundle(3, {{device(1), {4, 6}}})};
  EXPECT_EQ(covered({{device(1), 5}}, all, {}).at(device(1)), 6u);  // what overlaps counts, what begins later does not
  EXPECT_EQ(covered({{device(1), 20}}, all, {}).at(device(1)), 20u);
}

// Somebody who was away for long may have the older key alone.
TEST(Carried, CountsOnlyWhatOpensByEachKeyThatIsNeeded) {
  EpochId old_one, new_one;
  old_one.bytes.fill(1);
  new_one.bytes.fill(2);
  Carried one = bundle(1, {{device(1), {0, 4}}});
  one.epochs = {new_one};
  EXPECT_EQ(covered({}, {one}, {new_one}).at(device(1)), 4u);
  EXPECT_TRUE(covered({}, {one}, {new_one, old_one}).empty());
  one.epochs = {new_one, old_one};
  EXPECT_EQ(covered({}, {one}, {old_one}).at(device(1)), 4u);
}

TEST(Carried, IsOverOnceAllIsHeldAndNoFileIsWanted) {
  const Carried one = bundle(1, {{device(1), {0, 4}}, {device(2), {0, 2}}}, {chunk(1)});
  const Ends held{{device(1), 4}, {device(2), 2}};
  EXPECT_TRUE(is_over(one, held, {}));
  EXPECT_TRUE(is_over(one, held, {chunk(2)}));
  EXPECT_FALSE(is_over(one, held, {chunk(1)}));
  EXPECT_FALSE(is_over(one, {{device(1), 4}, {device(2), 1}}, {}));
  EXPECT_FALSE(is_over(one, {{device(1), 4}}, {}));
}

TEST(Carried, IsRememberedWholeOrNotAtAll) {
  CarriedAll all;
  all.forks.bytes.fill(9);
  all.bundles = {bundle(1, {{device(1), {0, 4}}, {device(2), {1, 2}}}, {chunk(1), chunk(2)}), bundle(7, {})};
  all.later = {chunk(3)};
  all.bundles[0].bytes = 70'000;
  all.bundles[1].bytes = 5'000;
  all.bundles[0].epochs.resize(2);
  const Bytes mark = encode(all);
  const CarriedAll again = decode_carried(mark);
  EXPECT_EQ(encode(again), mark);
  ASSERT_EQ(again.bundles.size(), 2u);
  EXPECT_EQ(bytes_of(again), 75'000u);
  EXPECT_EQ(again.later, all.later);
  EXPECT_EQ(again.bundles[0].epochs.size(), 2u);
  EXPECT_EQ(again.bundles[0].runs.at(device(2)).up_to, 2u);
  for (std::size_t cut = 0; cut < mark.size(); ++cut) {
    const CarriedAll part = decode_carried(ByteView(mark).first(cut));
    EXPECT_LE(part.bundles.size(), 1u) << cut;  // at the border between two
  }
  for (std::size_t at = 0; at < mark.size(); ++at) {
    Bytes bent = mark;
    bent[at] = 0xff;
    decode_carried(bent);  // and costs no more than it is long
  }
}

}  // namespace
}  // namespace duolog
