// view_test.cc: the order is that of the whole merge, however the records come.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view.h"

#include <gtest/gtest.h>

#include <random>

namespace duolog::journal {
namespace {

DeviceId device(int number) {
  DeviceId id{};
  id.bytes[0] = static_cast<std::uint8_t>(number + 1);
  return id;
}

// A history of several devices that now and then have seen each other, or say so.
class History {
 public:
  explicit History(std::uint64_t seed) : dice_(seed) {
    const int devices = 1 + static_cast<int>(roll(4));
    lies_ = roll(3) == 0;
    held_.resize(static_cast<std::size_t>(devices));
    for (int i = 0; i < 60; ++i) records_.push_back(write(static_cast<int>(roll(held_.size()))));
  }

  // Every chain in its order, the chains among each other in any.
  std::vector<Noted> shuffled() {
    std::vector<Noted> left = records_;
    std::vector<Noted> out;
    while (!left.empty()) {
      const DeviceId of = left[roll(left.size())].device;
      const auto next = std::find_if(left.begin(), left.end(), [&](const Noted& one) { return one.device == of; });
      out.push_back(*next);
      left.erase(next);
    }
    return out;
  }
  [[nodiscard]] const std::vector<Noted>& as_written() const { return records_; }
  std::uint64_t roll(std::uint64_t below) { return dice_() % below; }

 private:
  Noted write(int by) {
    Noted noted;
    noted.device = device(by);
    noted.seq = ++held_[static_cast<std::size_t>(by)];
    noted.id.bytes[0] = static_cast<std::uint8_t>(roll(256));
    noted.id.bytes[1] = static_cast<std::uint8_t>(by);
    noted.id.bytes[2] = static_cast<std::uint8_t>(noted.seq);
    clock_ += static_cast<std::int64_t>(roll(5));
    noted.what = Unreadable{};
    if (roll(5) != 0) {
      noted.written_ms = clock_ - (roll(8) == 0 ? static_cast<std::int64_t>(roll(20)) : 0);
      noted.what = roll(10) == 0 ? decltype(Noted::what)(Calendar{std::to_string(noted.seq)})
                                 : decltype(Noted::what)(Entry{"words", {}, {}});
    }
    for (int other = 0; other < static_cast<int>(held_.size()); ++other) {
      const std::uint64_t held = held_[static_cast<std::size_t>(other)] + (lies_ ? roll(4) : 0);
      if (other != by && held > 0 && roll(2) == 0) noted.seen.push_back({device(other), roll(held) + 1});
    }
    return noted;
  }

  std::mt19937_64 dice_;
  bool lies_ = false;
  std::int64_t clock_ = 1000;
  std::vector<std::uint64_t> held_;
  std::vector<Noted> records_;
};

std::vector<RecordId> order_of(const View& view) {
  std::vector<RecordId> ids;
  for (const Noted* noted : view.ordered()) ids.push_back(noted->id);
  return ids;
}

// What the whole merge says: nobody asks before everything is there, and the first record comes last, so that nothing
// can simply be put at the end.
View merged(const std::vector<Noted>& records) {
  View view;
  for (auto at = records.rbegin(); at != records.rend(); ++at) view.put(*at);
  return view;
}

// Of the last calendar that was set.
std::string zone(const View& view) {
  std::string zone;
  for (const Noted* noted : view.settings())
    if (const auto* calendar = std::get_if<Calendar>(&noted->what)) zone = calendar->zone;
  return zone;
}

TEST(View, HoweverRecordsComeTheyStandInTheSameOrder) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    History history(seed);
    const View whole = merged(history.as_written());
    const bool asks = seed % 2 == 0;
    View view;
    for (const Noted& noted : seed % 3 == 0 ? history.as_written() : history.shuffled()) {
      view.put(noted);
      if (asks || history.roll(4) == 0) (void)view.ordered();
    }
    ASSERT_EQ(order_of(view), order_of(whole)) << "seed " << seed;
    ASSERT_EQ(zone(view), zone(whole)) << "seed " << seed;
    ASSERT_EQ(view.counts().entries, whole.counts().entries) << "seed " << seed;
  }
}

TEST(View, AtEveryMomentTheOrderIsThatOfWhatIsHeld) {
  for (std::uint64_t seed = 1000; seed < 1050; ++seed) {
    History history(seed);
    View view;
    std::vector<Noted> held;
    for (const Noted& noted : history.shuffled()) {
      view.put(noted);
      held.push_back(noted);
      ASSERT_EQ(order_of(view), order_of(merged(held))) << "seed " << seed << ", record " << held.size();
    }
  }
}

// Nobody checks whom an event names: what is merged is what is held.
TEST(View, DevicesThatSomebodyInventsHaveNoPlaceInIt) {
  View view;
  for (std::uint64_t seq = 1; seq <= 300; ++seq) {
    Noted noted;
    noted.device = device(static_cast<int>(seq % 2));
    noted.seq = (seq + 1) / 2;
    noted.id.bytes[0] = static_cast<std::uint8_t>(seq);
    noted.written_ms = static_cast<std::int64_t>(seq);
    noted.what = Entry{"words", {}, {}};
    for (int invented = 10; invented < 130; ++invented) noted.seen.push_back({device(invented), seq});
    view.put(noted);
  }
  EXPECT_EQ(view.ordered().size(), 300U);
  for (int invented = 10; invented < 130; ++invented) EXPECT_EQ(view.of(device(invented)), nullptr) << invented;
}

TEST(View, EveryRecordIsFoundByItsIdWheneverItIsAskedFor) {
  for (std::uint64_t seed = 3000; seed < 3020; ++seed) {
    History history(seed);
    View view;
    std::size_t puts = 0;
    for (const Noted& noted : history.shuffled()) {
      view.put(noted);
      if (++puts % 5 == 0) view.put(noted);
      if (puts % 3 == 0) {
        ASSERT_NE(view.by_id(noted.id), nullptr);
      }
    }
    for (const Noted& noted : history.as_written()) {
      const Noted* found = view.by_id(noted.id);
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->seq, noted.seq);
      EXPECT_EQ(view.find(hex(noted.id.view())).size(), noted.is_visible() ? 1U : 0U);
    }
  }
}

TEST(View, ARecordThatCanBeReadAtLastTakesItsPlaceAndIsCountedOnce) {
  for (std::uint64_t seed = 2000; seed < 2100; ++seed) {
    History history(seed);
    View view;
    for (Noted noted : history.as_written()) {
      noted.written_ms.reset();
      noted.seen.clear();
      noted.what = Unreadable{};
      view.put(noted);
    }
    EXPECT_EQ(view.counts().unreadable, history.as_written().size());
    for (const Noted& noted : history.shuffled()) view.put(noted);
    const View whole = merged(history.as_written());
    ASSERT_EQ(order_of(view), order_of(whole)) << "seed " << seed;
    ASSERT_EQ(view.counts().unreadable, whole.counts().unreadable) << "seed " << seed;
    ASSERT_EQ(view.counts().entries, whole.counts().entries) << "seed " << seed;
  }
}

}  // namespace
}  // namespace duolog::journal
