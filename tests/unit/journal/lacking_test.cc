// lacking_test.cc: what is asked for first, and what waits for it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/lacking.h"

#include <gmock/gmock.h>

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class Id>
Id numbered(std::size_t number, unsigned char first = 0) {
  Id id;
  id.bytes.front() = first;
  id.bytes[30] = static_cast<unsigned char>(number >> 8);
  id.bytes[31] = static_cast<unsigned char>(number);
  return id;
}
EpochId epoch(std::size_t number, unsigned char first = 0) { return numbered<EpochId>(number, first); }
DeviceId device(std::size_t number) { return numbered<DeviceId>(number); }

class EpochsLacking : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<EpochId> ask(std::size_t limit = 1024) const {
    return lacking.to_ask(
        limit, [this](const DeviceId& author) { return counted.contains(author); },
        [this](const DeviceId& author) { return author == own; });
  }
  Lacking lacking;
  const DeviceId his = device(1);
  const DeviceId own = device(2);
  std::set<DeviceId> counted{his, own};
};

TEST_F(EpochsLacking, AreAskedForByEachAuthorInTurnTheNewestFirst) {
  for (std::size_t i = 1; i <= 3; ++i) EXPECT_TRUE(lacking.add({his, i}, epoch(i), true));
  EXPECT_TRUE(lacking.add({own, 7}, epoch(0, 0xff), true));
  EXPECT_TRUE(lacking.add({own, 8}, epoch(1, 0xff), false)) << "its words name it";
  EXPECT_FALSE(lacking.add({own, 9}, epoch(1, 0xff), false)) << "once";
  EXPECT_THAT(ask(), ElementsAre(epoch(0, 0xff), epoch(3), epoch(1, 0xff), epoch(2), epoch(1)));
  EXPECT_THAT(ask(2), ElementsAre(epoch(0, 0xff), epoch(3)));
}

TEST_F(EpochsLacking, OfManyWithSmallIdsKeepNobodyElsesBack) {
  for (std::size_t i = 0; i < 2000; ++i) lacking.add({his, i}, epoch(i), true);
  for (std::size_t i = 0; i < 400; ++i) lacking.add({own, i}, epoch(i, 0xff), true);
  const std::vector<EpochId> asked = ask();
  EXPECT_THAT(asked, SizeIs(1024));
  EXPECT_EQ(std::ranges::count_if(asked, [](const EpochId& one) { return one.bytes.front() == 0xff; }), 400);
  EXPECT_EQ(asked.front(), epoch(399, 0xff));
}

TEST_F(EpochsLacking, WhatSomebodysWordsNameCountsWhereTheirAuthorDoesAndIsBounded) {
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(lacking.add({his, i + 1}, epoch(i), false), i < 64);
  EXPECT_THAT(ask(), SizeIs(64));
  counted.erase(his);
  EXPECT_THAT(ask(), IsEmpty());
  counted.insert(his);
  std::set<EpochId> ever;
  for (auto asked = ask(); !asked.empty(); asked = ask()) {  // as they come, the others have their turn
    ever.insert(asked.begin(), asked.end());
    for (const EpochId& one : asked) EXPECT_THAT(lacking.take(one).places, SizeIs(1));
  }
  EXPECT_THAT(ever, SizeIs(100));
}

TEST_F(EpochsLacking, AllThatWaitedForOneAreGivenBackAndItsRecordIsKnown) {
  lacking.add({his, 4}, epoch(9), true);
  lacking.add({his, 5}, epoch(9), false);
  lacking.add({own, 2}, epoch(9), false);
  EXPECT_TRUE(lacking.waits_for(epoch(9)));
  const Lacking::Waited waited = lacking.take(epoch(9));
  EXPECT_THAT(waited.places, ElementsAre(Lacking::Place{his, 4}, Lacking::Place{his, 5}, Lacking::Place{own, 2}));
  EXPECT_THAT(waited.records, ElementsAre(Lacking::Place{his, 4}));
  EXPECT_FALSE(lacking.waits_for(epoch(9)));
  EXPECT_THAT(ask(), IsEmpty());
  EXPECT_THAT(lacking.take(epoch(9)).places, IsEmpty());
}

}  // namespace
}  // namespace duolog::journal
