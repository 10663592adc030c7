// versions_test.cc: what of an entry is shown is the same in whatever order its versions and tombstones came, in the
// view and in the scan.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/versions.h"

#include <gmock/gmock.h>

#include <random>

#include "daemon/journal/scan.h"
#include "daemon/journal/view.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

RecordId record(int number) {
  RecordId id{};
  id.bytes[0] = static_cast<std::uint8_t>(number);
  id.bytes[1] = static_cast<std::uint8_t>(number >> 8);
  return id;
}

DeviceId device(int number) {
  DeviceId id{};
  id.bytes[0] = static_cast<std::uint8_t>(number);
  return id;
}

// Each on a chain of its own, so that they can come in any order.
Noted written(int number, decltype(Noted::what) what) {
  Noted noted;
  noted.id = record(number);
  noted.device = device(number);
  noted.seq = 1;
  noted.what = std::move(what);
  if (!std::holds_alternative<TakenBack>(noted.what)) noted.written_ms = 1000 + number;
  return noted;
}
Noted first(const std::string& text = "first") { return written(1, Entry{text, {"one"}, {}, 3}); }
Noted edit(int number, std::vector<int> replaces, std::string tag = "two", int entry = 1) {
  Edit made{record(entry), Entry{"version " + std::to_string(number), {std::move(tag)}, {}, 5}, {}};
  for (const int one : replaces) made.replaces.push_back(record(one));
  return written(number, std::move(made));
}
Noted gone(int number, std::optional<RecordId> entry = std::nullopt) {
  Erase::One one{record(number)};
  one.entry = entry;
  return written(number, TakenBack{5000, 60, one});
}

Bytes event_of(const Noted& noted) {
  Event event{noted.written_ms.value_or(0), 0, {}, Newer{}};
  if (const auto* taken = std::get_if<TakenBack>(&noted.what)) return encode_taken_back(*taken);
  if (const auto* entry = std::get_if<Entry>(&noted.what)) event.payload = *entry;
  if (const auto* made = std::get_if<Edit>(&noted.what)) event.payload = *made;
  if (const auto* remark = std::get_if<Remark>(&noted.what)) event.payload = *remark;
  return to_bytes(encode_event(event).view());
}

class AnInMemoryView {
 public:
  void put(const Noted& noted, bool mine = true) {
    const Bytes event = event_of(noted);
    file_.transaction([&] { view_.put(noted, mine, event); });
  }
  void put(const std::vector<Noted>& all) {
    file_.transaction([&] {
      for (const Noted& one : all) view_.put(one, true, event_of(one));
    });
  }
  const Records& records() {
    bool more = true;
    while (more) {
      std::size_t budget = SIZE_MAX;
      file_.transaction([&] {
        more = view_.arrange(budget);
        view_.set_whole(!more);
        view_.keep();
      });
    }
    return view_;
  }

 private:
  static crypto::LocalKey key() {
    crypto::initialise();
    return crypto::LocalKey::random();
  }

  ViewFile file_{{}, key(), nullptr};
  View view_{file_, JournalId{}, Scene{true, "partner"}};
};

// One device's, from the second on.
std::vector<Noted> edits_in_a_row(std::size_t count, int by) {
  std::vector<Noted> all;
  for (std::size_t seq = 1; seq <= count; ++seq) {
    const int number = static_cast<int>(seq) + 1;
    all.push_back(edit(number, {number - 1}));
    all.back().device = device(by);
    all.back().seq = seq;
  }
  return all;
}

Scan scan_of(const std::vector<Noted>& all, bool mine = true, std::size_t* reads = nullptr) {
  Scan::Source source;
  source.each = [&all, mine](const Scan::Source::See& see) {
    for (const Noted& one : all) see(one, mine);
  };
  source.read = [&all, reads](const DeviceId& of, std::uint64_t seq) {
    if (reads != nullptr) ++*reads;
    return *std::find_if(all.begin(), all.end(), [&](const Noted& one) { return one.device == of && one.seq == seq; });
  };
  return Scan(std::move(source));
}

// Whatever a reader can find of it.
std::string said(const Records& records) {
  std::string all;
  for (const std::string tag : {"one", "two", "three"}) {
    Wanted wanted;
    wanted.tag = tag;
    for (const Line& line : records.lines(wanted)) all += tag + hex(line.id.view()).substr(0, 2) + " ";
  }
  for (const Line& line : records.lines({})) {
    all += hex(line.id.view()).substr(0, 2) + "k" + std::to_string(static_cast<int>(line.kind)) + "m" +
           std::to_string(line.mood) + "c" + std::to_string(line.civil_ms.value_or(-1)) + ":";
    const Noted noted = records.read(line);
    if (!may_have_versions(noted)) continue;
    for (const Version& one : versions_of(noted, line.mine).all)
      all += hex(one.line.id.view()).substr(0, 2) + (one.shown ? "+" : "-") +
             (one.gone ? "x" : content_of(records.read_record(one.line))->text) + " ";
  }
  return all + "e" + std::to_string(records.counts().entries);
}

void expect_one_result(std::vector<Noted> all) {
  const auto by_id = [](const Noted& a, const Noted& b) { return a.id < b.id; };
  std::sort(all.begin(), all.end(), by_id);
  const std::string expected = said(scan_of(all));
  do {
    AnInMemoryView view;
    for (const Noted& one : all) view.put(one);
    ASSERT_EQ(said(view.records()), expected);
  } while (std::next_permutation(all.begin(), all.end(), by_id));
}

std::vector<std::string> shown(const std::vector<Noted>& all) {
  const Scan scan = scan_of(all);
  std::vector<std::string> texts;
  const auto entry = scan.by_id(all.front().id);
  const Versions versions = versions_of(*entry, true);
  for (const Version* one : versions.shown()) texts.push_back(one->content.value().text);
  return texts;
}

TEST(VersionsOfAnEntry, TheLatestIsShown) {
  EXPECT_THAT(shown({first()}), ElementsAre("first"));
  EXPECT_THAT(shown({first(), edit(2, {1})}), ElementsAre("version 2"));
  EXPECT_THAT(shown({first(), edit(2, {1}), edit(3, {2})}), ElementsAre("version 3"));
}

TEST(VersionsOfAnEntry, TwoThatKnewNothingOfEachOtherAreBothShownUntilOneReplacesThem) {
  EXPECT_THAT(shown({first(), edit(2, {1}), edit(3, {1})}), ElementsAre("version 2", "version 3"));
  EXPECT_THAT(shown({first(), edit(2, {1}), edit(3, {1}), edit(4, {2, 3})}), ElementsAre("version 4"));
  EXPECT_THAT(shown({first(), edit(2, {1}), edit(3, {1}), edit(4, {3})}), ElementsAre("version 2", "version 4"));
}

// One conflict and not n: what went on on one device is one version.
TEST(VersionsOfAnEntry, ManyOnOneDeviceAreOne) {
  std::vector<Noted> all{first(), edit(2, {1})};
  for (int i = 3; i < 100; ++i) all.push_back(edit(i, {i - 1}));
  all.push_back(edit(200, {1}));
  EXPECT_THAT(shown(all), ElementsAre("version 99", "version 200"));
}

TEST(VersionsOfAnEntry, WhatWasTakenBackReplacesNothingAndIsNotShown) {
  EXPECT_THAT(shown({first(), gone(2, record(1))}), ElementsAre("first"));
  EXPECT_THAT(shown({gone(1), gone(2, record(1))}), IsEmpty());
  EXPECT_THAT(shown({gone(1), gone(2, record(1)), edit(3, {1})}), ElementsAre("version 3"))
      << "it was written without knowing: no word is lost";
}

TEST(VersionsOfAnEntry, AreTheSameInAnyOrder) {
  expect_one_result({first(), edit(2, {1}), edit(3, {2}, "three"), edit(4, {1})});
  expect_one_result({first(), edit(2, {1}), edit(3, {1}, "three"), edit(4, {2, 3})});
  expect_one_result({gone(1), gone(2, record(1)), edit(3, {1}, "three"), written(9, Entry{"another", {"two"}, {}})});
  expect_one_result({gone(1), gone(2, record(1)), written(9, Remark{record(1), "", "stays"})});
}

// As the fold does it: the record is there, and its tombstone comes.
TEST(VersionsOfAnEntry, WhatIsTakenBackLaterIsAsIfItHadNeverHadWords) {
  const std::vector<Noted> before{first(), edit(2, {1}), edit(3, {1}, "three")};
  const std::vector<Noted> after{gone(1), gone(2, record(1)), edit(3, {1}, "three")};
  std::vector<std::size_t> order{0, 1};
  do {
    AnInMemoryView view;
    for (const Noted& one : before) view.put(one);
    for (const std::size_t i : order) view.put(after[i]);
    EXPECT_EQ(said(view.records()), said(scan_of(after)));
  } while (std::next_permutation(order.begin(), order.end()));
}

// ---- what is written without end ----

TEST(VersionsOfAnEntry, OfManyBesideEachOtherTheLatestAreShown) {
  std::vector<Noted> all{first()};
  std::vector<std::string> latest;
  for (int i = 2; i < 14; ++i) {
    all.push_back(edit(i, {1}));
    if (i >= 14 - static_cast<int>(kShownBeside)) latest.push_back("version " + std::to_string(i));
  }
  EXPECT_THAT(shown(all), ElementsAreArray(latest));
  const std::string expected = said(scan_of(all));
  std::mt19937 chance(1);
  for (int i = 0; i < 20; ++i) {
    std::vector<Noted> shuffled = all;
    std::shuffle(shuffled.begin(), shuffled.end(), chance);
    AnInMemoryView view;
    for (const Noted& one : shuffled) view.put(one);
    ASSERT_EQ(said(view.records()), expected);
  }
}

TEST(VersionsOfAnEntry, OfADeviceTheFirstCountAndOfAnotherAsMany) {
  std::vector<Noted> all{first()};
  for (Noted& one : edits_in_a_row(kEditsCounted + 2, 2)) all.push_back(std::move(one));
  const std::string last = "version " + std::to_string(kEditsCounted + 1);
  EXPECT_THAT(shown(all), ElementsAre(last));
  AnInMemoryView view;
  view.put(all);
  EXPECT_EQ(said(view.records()), said(scan_of(all)));
  const Noted by_another = written(60000, Edit{record(1), Entry{"by another"}, {record(kEditsCounted + 1)}});
  view.put(by_another);
  all.push_back(by_another);
  EXPECT_THAT(shown(all), ElementsAre("by another"));
  EXPECT_EQ(said(view.records()), said(scan_of(all)));
}

// However long it has become, what of it is replaced costs a few bytes.
TEST(VersionsOfAnEntry, WhatIsNotShownIsNotRead) {
  std::vector<Noted> all{first()};
  for (Noted& one : edits_in_a_row(100, 2)) all.push_back(std::move(one));
  std::size_t reads = 0;
  const Scan scan = scan_of(all, true, &reads);
  reads = 0;
  const auto entry = scan.by_id(record(1));
  ASSERT_TRUE(entry);
  EXPECT_EQ(std::get<Entry>(entry->what).text, "version 101");
  EXPECT_EQ(versions_of(*entry, true).all.size(), 101U);
  EXPECT_EQ(reads, 2U) << "its own record, and what is shown of it";
}

TEST(VersionsOfAnEntry, NobodyEditsTheOthersWords) {
  AnInMemoryView view;
  view.put(first(), true);
  view.put(edit(2, {1}), false);
  const Records& records = view.records();
  const auto entry = records.by_id(record(1));
  ASSERT_TRUE(entry);
  EXPECT_EQ(std::get<Entry>(entry->what).text, "first");
  EXPECT_TRUE(records.any({.tag = "one"}));
  EXPECT_FALSE(records.any({.tag = "two"}));
}

TEST(VersionsOfAnEntry, AnEditOfSomethingElseMeansNothing) {
  AnInMemoryView view;
  view.put(written(1, Remark{record(9), "", "a remark"}));
  view.put(edit(2, {1}));
  const auto remark = view.records().by_id(record(1));
  ASSERT_TRUE(remark);
  EXPECT_TRUE(remark->is_remark());
  EXPECT_THAT(shown_of(*remark), IsEmpty());
}

}  // namespace
}  // namespace duolog::journal
