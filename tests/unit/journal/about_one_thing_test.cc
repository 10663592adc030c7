// about_one_thing_test.cc: what is said about one thing, or falls on one day, without end. A reader is shown a page of
// it; no more than that lies in memory.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/other_years.h"
#include "daemon/journal/standing.h"
#include "tests/unit/journal/together.h"
#include "tests/unit/proto/memory_peak.h"

namespace duolog::journal {
namespace {

using duolog::testing::MemoryPeak;
using ::testing::SizeIs;

constexpr std::size_t kMemoryLimit = 12 << 20;

class AboutOneThing : public Together {
 protected:
  // More than the limit, all about the same.
  static constexpr std::uint32_t kRemarks = 400;
  void remark_without_end(const RecordId& to) {
    for (std::uint32_t i = 0; i < kRemarks; ++i) {
      bo.now += kSecond;
      forge(bo, bo.shared(), Remark{to, {}, std::to_string(i) + " " + std::string(kRemarkLimit - 16, 'x')});
    }
    meet(ada, bo);
  }
};

TEST_F(AboutOneThing, RemarksWithoutEndAreCountedAndNotHeldInMemory) {
  const Saved entry = ada.write("the lake");
  meet(ada, bo);
  remark_without_end(entry.id);
  const MemoryPeak listing;
  const std::vector<Item> items = list(ada.shelf(), {.kind = "entry"});
  EXPECT_LT(listing.bytes(), kMemoryLimit);
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(items[0].remark_count, kRemarks);
  const MemoryPeak showing;
  const Item item = shown(ada, entry);
  EXPECT_LT(showing.bytes(), kMemoryLimit);
  EXPECT_EQ(item.remark_count, kRemarks);
  EXPECT_GT(item.remarks.size(), 10U);
  EXPECT_EQ(item.remarks.back().text.substr(0, 4), "399 ") << "the newest, in order";
}

TEST_F(AboutOneThing, WhatWasSettledStaysSettledUnderRemarksWithoutEnd) {
  const Saved promise = done(ada, "promise", {{"promise", std::string("to call")}});
  meet(ada, bo);
  said(ada, promise, "kept");
  remark_without_end(promise.id);
  const MemoryPeak peak;
  EXPECT_EQ(shown(ada, promise).standing, "kept");
  EXPECT_LT(peak.bytes(), kMemoryLimit);
}

TEST_F(AboutOneThing, TheLatestReactionOfEachCountsAndAnEmptyOneTakesItBack) {
  const Saved entry = ada.write("the lake");
  meet(ada, bo);
  for (const char* emoji : {"👍", "🙂", "❤️"}) {
    ada.now += kSecond;
    bo.now += kSecond;
    ada.shelf().react({id_of(entry)}, emoji, {});
    bo.shelf().react({id_of(entry)}, emoji, {});
  }
  bo.now += kSecond;
  bo.shelf().react({id_of(entry)}, "", {});
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    const Item item = shown(*who, entry);
    ASSERT_THAT(item.reactions, SizeIs(1));
    EXPECT_EQ(item.reactions[0].emoji, "❤️");
    EXPECT_EQ(item.reactions[0].mine, who == &ada);
  }
}

TEST_F(AboutOneThing, ADayThatMuchWasWrittenOnIsNotHeldInMemory) {
  constexpr std::size_t kEntries = 40;
  for (std::size_t i = 0; i < kEntries; ++i) {
    Draft draft{std::string(600'000, 'x')};
    draft.on = "2020-11-22";
    ada.now += kSecond;
    ada.shelf().write(draft, {});
  }
  const MemoryPeak peak;
  EXPECT_EQ(years_back(ada.shelf()).count, kEntries);
  EXPECT_LT(peak.bytes(), kMemoryLimit);
}

}  // namespace
}  // namespace duolog::journal
