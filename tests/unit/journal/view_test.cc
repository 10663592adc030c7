// view_test.cc: the order is that of the whole merge, however the records come.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/journal/merged.h"

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
  explicit History(std::uint64_t seed, int length = 60) : dice_(seed) {
    const int devices = 1 + static_cast<int>(roll(4));
    lies_ = roll(3) == 0;
    held_.resize(static_cast<std::size_t>(devices));
    for (int i = 0; i < length; ++i) records_.push_back(write(static_cast<int>(roll(held_.size()))));
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
    noted.id.bytes[3] = static_cast<std::uint8_t>(noted.seq >> 8);
    clock_ += static_cast<std::int64_t>(roll(5));
    noted.what = Unreadable{};
    if (roll(5) != 0) {
      noted.written_ms = clock_ - (roll(8) == 0 ? static_cast<std::int64_t>(roll(20)) : 0);
      noted.what = roll(10) == 0 ? decltype(Noted::what)(Calendar{std::to_string(noted.seq)})
                                 : decltype(Noted::what)(Entry{"words", {roll(2) == 0 ? "red" : "blue"}, {}});
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

// A view in a file of its own, as the fold uses it.
class AView {
 public:
  explicit AView(const std::filesystem::path& file = {}) : file_(file, key_(), nullptr) { open(); }
  void open() { view_ = std::make_unique<View>(file_, JournalId{}, Scene{true, "partner"}); }

  // Placed at once where that can be; else with what comes later, when somebody asks.
  void put(const Noted& noted) {
    file_.transaction([&] { view_->put(noted, noted.device == device(0), words_of(noted)); });
  }
  // So many places at a time. How many were given in all.
  std::size_t arrange(std::size_t slice = SIZE_MAX) {
    std::size_t given = 0;
    for (bool more = true; more; given += once(slice, more)) continue;
    return given;
  }
  std::size_t once(std::size_t slice, bool& more) {
    std::size_t budget = slice;
    file_.transaction([&] {
      more = view_->arrange(budget);
      view_->set_whole(!more);
      view_->keep();
    });
    return slice - budget;
  }
  std::vector<RecordId> order() {
    arrange();
    std::vector<std::pair<std::int64_t, RecordId>> placed;
    for (const auto& [device, held] : view_->held()) {
      Wanted all;
      all.kinds = ~Kinds{0};
      all.stretch = Stretch{device};
      for (const Line& line : view_->lines(all)) placed.emplace_back(line.at, line.id);
    }
    std::sort(placed.begin(), placed.end());
    std::vector<RecordId> ids;
    for (const auto& [at, id] : placed) ids.push_back(id);
    return ids;
  }
  View* operator->() { return view_.get(); }

 private:
  static crypto::LocalKey key_() {
    crypto::initialise();
    return crypto::LocalKey::random();
  }
  static Bytes words_of(const Noted& noted) {
    Event event{noted.written_ms.value_or(0), noted.offset_minutes, noted.seen, Newer{}};
    if (const auto* entry = std::get_if<Entry>(&noted.what)) event.payload = *entry;
    if (const auto* calendar = std::get_if<Calendar>(&noted.what)) event.payload = *calendar;
    if (std::holds_alternative<Newer>(event.payload)) return {};
    return to_bytes(encode_event(event).view());
  }

  ViewFile file_;
  std::unique_ptr<View> view_;
};

std::vector<RecordId> merged(const std::vector<Noted>& records) {
  Merged merged;
  for (const Noted& noted : records) merged.put(noted);
  std::vector<RecordId> ids;
  for (const Noted& noted : merged.ordered()) ids.push_back(noted.id);
  return ids;
}

std::size_t entries_in(const std::vector<Noted>& records) {
  return static_cast<std::size_t>(
      std::count_if(records.begin(), records.end(), [](const Noted& noted) { return noted.is_entry(); }));
}

// Of the last calendar that was set.
std::string zone(const std::vector<Noted>& settings) {
  std::string zone;
  for (const Noted& noted : settings)
    if (const auto* calendar = std::get_if<Calendar>(&noted.what)) zone = calendar->zone;
  return zone;
}

TEST(View, HoweverRecordsComeTheyStandInTheSameOrder) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    History history(seed);
    const std::vector<Noted> written = history.as_written();
    const bool asks = seed % 2 == 0;
    AView view;
    for (const Noted& noted : seed % 3 == 0 ? written : history.shuffled()) {
      view.put(noted);
      if (asks || history.roll(4) == 0) view.arrange();
    }
    ASSERT_EQ(view.order(), merged(written)) << "seed " << seed;
    Merged whole;
    for (const Noted& noted : written) whole.put(noted);
    ASSERT_EQ(zone(view->all({.kinds = kSettings})), zone(whole.ordered())) << "seed " << seed;
    ASSERT_EQ(view->counts().entries, entries_in(written)) << "seed " << seed;
  }
}

TEST(View, AtEveryMomentTheOrderIsThatOfWhatIsHeld) {
  for (std::uint64_t seed = 1000; seed < 1040; ++seed) {
    History history(seed);
    AView view;
    std::vector<Noted> held;
    for (const Noted& noted : history.shuffled()) {
      view.put(noted);
      held.push_back(noted);
      ASSERT_EQ(view.order(), merged(held)) << "seed " << seed << ", record " << held.size();
    }
  }
}

// What is taken back has no time any more and has seen nothing; the rest stands as it stood, but for what must not.
Noted taken_back(Noted noted) {
  noted.written_ms.reset();
  noted.seen.clear();
  noted.what = Unreadable{true};
  return noted;
}

TEST(View, WhateverIsPutAgainTheOrderIsThatOfTheWholeMerge) {
  for (std::uint64_t seed = 6000; seed < 6006; ++seed) {
    History history(seed, 2800);
    AView view;
    view->expect_many();
    std::vector<Noted> held = history.as_written();
    std::vector<Noted> later(held.end() - 40, held.end());
    held.resize(held.size() - later.size());
    std::vector<Noted> first = held;
    for (Noted& noted : first)
      if (history.roll(300) == 0) noted = taken_back(noted);  // can be read later
    for (const Noted& noted : first) view.put(noted);
    ASSERT_TRUE(view.order() == merged(first)) << "seed " << seed;
    for (int round = 0; round < 12; ++round) {
      for (std::uint64_t many = history.roll(4); many > 0; --many) {
        const std::size_t which = history.roll(first.size());
        first[which] = history.roll(3) == 0 ? held[which] : taken_back(held[which]);
        view.put(first[which]);
        bool more = true;
        if (history.roll(4) == 0) view.once(1 + history.roll(2500), more);  // and it is begun to be put in order
      }
      if (history.roll(3) == 0 && !later.empty()) {
        held.push_back(later.front());
        first.push_back(later.front());
        view.put(later.front());
        later.erase(later.begin());
      }
      if (history.roll(5) == 0) view.arrange(), view.open();
      const bool same = view.order() == merged(first);
      ASSERT_TRUE(same) << "seed " << seed << ", round " << round;
      ASSERT_EQ(view->counts().entries, entries_in(first)) << "seed " << seed;
    }
  }
}

TEST(View, OfWhatStandsBehindOneThatIsTakenBackLittleIsReadAgain) {
  constexpr std::size_t kMany = 20'000;
  constexpr std::size_t kBand = 1024;
  AView view;
  view->expect_many();
  std::vector<Noted> all;
  for (std::size_t i = 0; i < kMany; ++i) {
    Noted noted;
    noted.device = device(static_cast<int>(i % 2));
    noted.seq = i / 2 + 1;
    for (std::size_t at = 0; at < 3; ++at) noted.id.bytes[at] = static_cast<std::uint8_t>(i >> 8 * at);
    noted.written_ms = static_cast<std::int64_t>(1000 + i);
    noted.what = Entry{"words", {}, {}};
    all.push_back(noted);
    view.put(noted);
  }
  EXPECT_EQ(view.arrange(), kMany);
  for (const std::size_t which : {std::size_t{3}, kMany / 2, kMany - 3}) {
    all[which] = taken_back(all[which]);
    view.put(all[which]);
    EXPECT_LE(view.arrange(), 2 * kBand) << which;
    ASSERT_EQ(view.order(), merged(all)) << which;
  }
  Noted last = all.back();
  last.seq += 1;
  last.id.bytes[0] ^= 1;
  last.written_ms = *last.written_ms + 5;
  all.push_back(last);
  view.put(last);
  EXPECT_TRUE(view->arranged()) << "it comes last, as before";
  ASSERT_EQ(view.order(), merged(all));
}

// However short the slices, and whatever comes between them.
TEST(View, InSlicesTheOrderIsTheSame) {
  for (std::uint64_t seed = 4000; seed < 4040; ++seed) {
    History history(seed);
    AView view;
    if (seed % 2 == 0) view->expect_many();
    std::vector<Noted> held;
    for (const Noted& noted : history.shuffled()) {
      view.put(noted);
      held.push_back(noted);
      if (history.roll(3) == 0) view.arrange(1 + history.roll(5));
    }
    ASSERT_EQ(view.order(), merged(held)) << "seed " << seed;
  }
}

// A start takes up what was kept, and goes on from there.
TEST(View, WhatWasKeptIsTakenUpAndGoneOnFrom) {
  for (std::uint64_t seed = 5000; seed < 5040; ++seed) {
    History history(seed);
    AView view;
    std::vector<Noted> held;
    for (const Noted& noted : history.shuffled()) {
      view.put(noted);
      held.push_back(noted);
      if (history.roll(10) != 0) continue;
      view.arrange();
      const auto counts = view->counts();
      view.open();
      ASSERT_TRUE(view->whole());
      ASSERT_EQ(view->counts().entries, counts.entries);
    }
    ASSERT_EQ(view.order(), merged(held)) << "seed " << seed;
  }
}

// Nobody checks whom an event names: what is merged is what is held.
// Enough that days are not found by their index alone.
TEST(View, WhatIsLongAgoIsFoundWithoutReadingAllThatLiesBetween) {
  constexpr std::int64_t kDay = 86'400'000;
  constexpr std::uint64_t kMany = 9'000;
  std::mt19937_64 dice(7);
  AView view;
  const auto write = [&](int by, std::uint64_t seq, std::int64_t written) {
    Noted noted;
    noted.device = device(by);
    noted.seq = seq;
    for (int i = 0; i < 3; ++i) noted.id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(seq >> 8 * i);
    noted.id.bytes[4] = static_cast<std::uint8_t>(by);
    noted.written_ms = written;
    Entry entry{"words", {}, {}};
    if (dice() % 50 == 0) entry.about = Moment{static_cast<std::int64_t>(dice() % 9'000) * kDay, 0, true};
    noted.what = std::move(entry);
    view.put(noted);
  };
  for (std::uint64_t i = 1; i <= kMany; ++i) write(0, i, static_cast<std::int64_t>(i) * kDay);
  view.arrange();
  for (std::uint64_t i = 1; i <= kMany / 10; ++i) write(1, i, static_cast<std::int64_t>(i) * 10 * kDay);  // in between
  view.arrange();
  for (const std::uint64_t seq : {std::uint64_t{700}, kMany / 2, kMany - 20}) {  // and some are taken back
    const std::size_t before = view->lines({}).size();
    Noted gone;
    gone.device = device(0);
    gone.seq = seq;
    for (int i = 0; i < 3; ++i) gone.id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(seq >> 8 * i);
    gone.what = Unreadable{true};
    view.put(gone);
    EXPECT_LT(view.arrange(), kMany / 3);
    ASSERT_EQ(view->lines({}).size(), before);
  }
  const std::vector<Line> all = view->lines({});
  ASSERT_EQ(all.size(), kMany + kMany / 10);
  for (int i = 0; i < 60; ++i) {
    Wanted wanted;
    wanted.newest_first = i % 2 == 0;
    if (i % 3 != 0) wanted.civil_from = static_cast<std::int64_t>(dice() % kMany) * kDay;
    if (i % 3 != 1) wanted.civil_to = static_cast<std::int64_t>(dice() % kMany) * kDay;
    if (i % 5 == 0) wanted.mine = i % 2 == 0;
    if (i % 4 == 0) wanted.beyond = all[dice() % all.size()].at;
    std::vector<RecordId> expected;
    for (const Line& line : all)
      if (fits(wanted, line)) expected.push_back(line.id);
    if (wanted.newest_first) std::ranges::reverse(expected);
    std::vector<RecordId> found;
    for (const Line& line : view->lines(wanted)) found.push_back(line.id);
    ASSERT_EQ(found, expected) << i;
  }
  view.open();
  EXPECT_EQ(view->lines({.civil_to = 100 * kDay}).front().id, all.front().id);
}

TEST(View, DevicesThatSomebodyInventsHaveNoPlaceInIt) {
  AView view;
  std::vector<Noted> held;
  for (std::uint64_t seq = 1; seq <= 300; ++seq) {
    Noted noted;
    noted.device = device(static_cast<int>(seq % 2));
    noted.seq = (seq + 1) / 2;
    noted.id.bytes[0] = static_cast<std::uint8_t>(seq);
    noted.id.bytes[1] = static_cast<std::uint8_t>(seq >> 8);
    noted.written_ms = static_cast<std::int64_t>(seq);
    noted.what = Entry{"words", {}, {}};
    for (int invented = 10; invented < 130; ++invented) noted.seen.push_back({device(invented), seq});
    view.put(noted);
    held.push_back(noted);
  }
  EXPECT_EQ(view.order(), merged(held));
  EXPECT_EQ(view->held().size(), 2U);
}

TEST(View, EveryRecordIsFoundByItsIdWheneverItIsAskedFor) {
  for (std::uint64_t seed = 3000; seed < 3020; ++seed) {
    History history(seed);
    AView view;
    std::size_t puts = 0;
    for (const Noted& noted : history.shuffled()) {
      view.put(noted);
      if (++puts % 5 == 0) view.put(noted);
      view.arrange();
      ASSERT_TRUE(view->by_id(noted.id));
    }
    for (const Noted& noted : history.as_written()) {
      const auto found = view->by_id(noted.id);
      ASSERT_TRUE(found);
      EXPECT_EQ(found->seq, noted.seq);
      EXPECT_EQ(found->seen, noted.seen);
      Wanted wanted;
      wanted.id_begins = hex(noted.id.view());
      EXPECT_EQ(view->lines(wanted).size(), noted.is_visible() ? 1U : 0U);
    }
  }
}

TEST(View, ARecordThatCanBeReadAtLastTakesItsPlaceAndIsCountedOnce) {
  for (std::uint64_t seed = 2000; seed < 2060; ++seed) {
    History history(seed);
    AView view;
    for (Noted noted : history.as_written()) {
      noted.written_ms.reset();
      noted.seen.clear();
      noted.what = Unreadable{};
      view.put(noted);
    }
    if (seed % 2 == 0) view.arrange();
    EXPECT_EQ(view->counts().unreadable, history.as_written().size());
    for (const Noted& noted : history.shuffled()) {
      view.put(noted);
      if (seed % 3 == 0) view.arrange();
    }
    ASSERT_EQ(view.order(), merged(history.as_written())) << "seed " << seed;
    ASSERT_EQ(view->counts().entries, entries_in(history.as_written())) << "seed " << seed;
  }
}

// A body that is gone takes its words with it, and keeps its place.
TEST(View, WhatIsPutAgainWithoutItsWordsKeepsItsPlaceAndNoTag) {
  History history(7);
  AView view;
  for (const Noted& noted : history.as_written()) view.put(noted);
  const auto before = view.order();
  Wanted tagged;
  tagged.tag = "red";
  ASSERT_FALSE(view->lines(tagged).empty());
  for (Noted noted : history.as_written()) {
    if (!noted.is_entry()) continue;
    noted.what = Unreadable{true};
    view.put(noted);
  }
  EXPECT_EQ(view.order(), before);
  EXPECT_TRUE(view->lines(tagged).empty());
  EXPECT_EQ(view->counts().entries, 0U);
}

}  // namespace
}  // namespace duolog::journal
