// looking_test.cc: a look through several journals in turns: nothing twice, nothing left out, and no turn longer than
// another however far it has come.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sqlite3.h>

#include "daemon/journal/looking.h"
#include "daemon/journal/searching.h"
#include "daemon/store/view_database.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Each SQLite that is opened while it lives. It counts the steps of their machine: every row that is passed costs some.
class Machines {
 public:
  Machines() {
    opened().clear();
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(note));
  }
  ~Machines() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(note)); }
  // Of those that are open.
  static std::int64_t steps() {
    std::int64_t steps = 0;
    for (sqlite3* machine : opened())
      for (sqlite3_stmt* one = nullptr; (one = sqlite3_next_stmt(machine, one)) != nullptr;)
        steps += sqlite3_stmt_status(one, SQLITE_STMTSTATUS_VM_STEP, 0);
    return steps;
  }

 private:
  static std::vector<sqlite3*>& opened() {
    static std::vector<sqlite3*> all;
    return all;
  }
  static int note(sqlite3* machine, const char**, const void*) {
    opened().push_back(machine);
    return sqlite3_trace_v2(machine, SQLITE_TRACE_CLOSE, closed, nullptr);
  }
  static int closed(unsigned, void*, void* machine, void*) {
    std::erase(opened(), machine);
    return 0;
  }
};

class Looking : private Machines, public Together {
 protected:
  using Ids = std::vector<std::string>;

  static std::int64_t steps_of(const std::function<void()>& work) {
    const std::int64_t before = steps();
    work();
    return steps() - before;
  }
  // Half of them in either journal of Ada's, in turns.
  void write_in_both(int count) {
    ada.database().transaction([&] {
      for (int i = 0; i < count; ++i) {
        ada.now += kSecond;
        Journal& journal = ada.journal(i % 2 == 0 ? ada.shared() : ada.notebook());
        journal.append(Entry{"lake " + std::to_string(i), {}, {}}, {ada.now, 60});
      }
    });
    ada.settle();
  }
  Ids in_one_go(bool newest_first) {
    Ids ids;
    walk(ada.shelf(), {}, newest_first, [&](const Journal&, const Line& line) {
      ids.push_back(hex(line.id.view()));
      return true;
    });
    return ids;
  }
  static SeeFound into(Ids& ids) {
    return [&ids](const Journal&, const Line& line) { return ids.push_back(hex(line.id.view())), true; };
  }
  void lose_view() { dynamic_cast<store::ViewDatabase&>(ada.view().database()).drop(); }
};

TEST_F(Looking, NoTurnIsLongerThanAnotherHoweverManyJournalsThereAre) {
  constexpr int kWritten = 4'000;
  write_in_both(kWritten);
  for (const bool newest_first : {true, false}) {
    Ids ids;
    Slices slices(ada.shelf(), {}, newest_first);
    std::vector<std::int64_t> turns;
    for (bool more = true; more;) turns.push_back(steps_of([&] { more = slices.go_on(100, into(ids)); }));
    EXPECT_THAT(ids, ElementsAreArray(in_one_go(newest_first)));
    ASSERT_GE(turns.size(), kWritten / 100U);
    turns.pop_back();  // what was left
    const auto [shortest, longest] = std::ranges::minmax(turns);
    EXPECT_LT(longest, 2 * shortest) << (newest_first ? "the newest first" : "the oldest first");
  }
}

TEST_F(Looking, APageFarBackCostsNoMoreThanTheFirst) {
  write_in_both(4'000);
  const auto page_before = [&](const std::string& id) {
    return steps_of([&] {
      Ids page;
      walk(ada.shelf(), {.before = id}, true, [&](const Journal&, const Line& line) {
        page.push_back(hex(line.id.view()));
        return page.size() < 5;
      });
      EXPECT_THAT(page, SizeIs(5));
    });
  };
  const Ids ids = in_one_go(true);
  const std::int64_t first = page_before(ids[10]);
  EXPECT_LT(page_before(ids[ids.size() - 10]), 2 * first);
}

TEST_F(Looking, WhatDoesNotPassIsPassedInTurnsToo) {
  const Saved about = bo.write("as it was");
  meet(ada, bo);
  for (int i = 0; i < 100; ++i) said(ada, about, "", "and again");
  Filter by_its_words;
  by_its_words.kind = "remark";
  by_its_words.mood = 4;
  Filter by_its_line;  // of no index
  by_its_line.kind = "entry";
  for (const Filter& filter : {by_its_words, by_its_line}) {
    Ids ids;
    Slices slices(ada.shelf(), filter, true);
    int turns = 1;
    while (slices.go_on(10, into(ids))) ++turns;
    EXPECT_GE(turns, 10) << filter.kind;
    EXPECT_THAT(ids, SizeIs(filter.kind == "entry" ? 1 : 0));
  }
}

TEST_F(Looking, WhatIsWrittenBehindThePlaceThatWasReachedIsSeenAndNothingTwice) {
  write_in_both(20);
  Ids ids;
  Slices slices(ada.shelf(), {}, false);
  ASSERT_TRUE(slices.go_on(7, into(ids)));
  write_in_both(20);
  ASSERT_TRUE(slices.go_on(7, into(ids)));
  lose_view();
  while (slices.go_on(7, into(ids))) {
  }
  EXPECT_THAT(ids, ElementsAreArray(in_one_go(false)));
}

// An edit without its body is a mark that a reader sees, and nothing of its own once that has come.
TEST_F(Looking, GoesOnBehindWhatIsNotVisibleAnyMore) {
  const Saved edited = bo.write("as it was");
  meet(ada, bo);
  ada.now = bo.now + kHour;  // or chance says whose record comes first
  write_in_both(4);
  bo.now = ada.now + kHour;
  bo.shelf().edit({.entry = {id_of(edited)}, .text = "a better day"}, {});
  const std::uint64_t at = bo.log().head(bo.shared(), bo.device())->seq;
  const auto run = bo.log().read_run(bo.shared(), bo.device(), at);
  auto heads = run;
  for (crypto::Record& record : heads) record.body.reset();
  ada.log().accept(ada.shared(), bo.device(), at, heads);
  ada.settle();
  Ids ids;
  Slices slices(ada.shelf(), {}, true);
  ASSERT_TRUE(slices.go_on(5, into(ids)));
  const std::string mark = ids.back();  // beside what precedes it in its chain
  ASSERT_EQ(show(ada.shelf(), {mark}).kind, ItemKind::kUnreadable);
  ada.log().accept(ada.shared(), bo.device(), at, run);
  ada.shelf().stored(ada.shared(), bo.device(), at, at);
  ada.settle();
  ASSERT_EQ(refused([&] { show(ada.shelf(), {mark}); }), Reason::kNotFound);
  while (slices.go_on(1, into(ids))) {
  }
  std::erase(ids, mark);
  EXPECT_THAT(ids, ElementsAreArray(in_one_go(true)));
}

// ---- by a tag ----

TEST_F(Looking, ByATagLettersAndEntriesOfBothJournalsStandInOneOrder) {
  write_in_both(10);
  std::vector<std::string> texts;
  for (int i = 0; i < 12; ++i) {
    ada.now += kSecond;
    Draft draft{"the sea " + std::to_string(i), {i % 4 == 3 ? "lake" : "sea"}};
    draft.private_entry = i % 3 == 0;
    if (i % 3 == 1) draft.open_on = "2026-12-01";
    ada.shelf().write(draft, {});
    if (i % 4 != 3) texts.push_back(draft.text);
  }
  ada.settle();
  pass_time(30 * kDay);
  ada.settle();
  for (const std::string tag : {"sea", "#sea"}) EXPECT_THAT(ada.texts({.tag = tag}), ElementsAreArray(texts));
  EXPECT_THAT(ada.texts({.tag = "sea", .kind = "letter"}), SizeIs(3));
  std::vector<std::string> newest(texts.end() - 5, texts.end());
  EXPECT_THAT(ada.texts({.limit = 5, .tag = "sea"}), ElementsAreArray(newest));
}

// Not so much as a look at the lines that do not have it.
TEST_F(Looking, ByATagWhatDoesNotHaveItCostsNothing) {
  ada.shelf().write({"the only one", {"sea"}}, {});
  const auto by_tag = [&] { return steps_of([&] { EXPECT_THAT(ada.texts({.limit = 20, .tag = "sea"}), SizeIs(1)); }); };
  write_in_both(20);
  const std::int64_t of_few = by_tag();
  write_in_both(2'000);
  EXPECT_LT(by_tag(), 2 * of_few);
}

// ---- the best first ----

TEST_F(Looking, ATurnOfTheBestReadsNoMoreThanItIsAllowed) {
  constexpr std::size_t kWritten = 40;
  constexpr std::size_t kInATurn = 4;
  write_in_both(kWritten);
  for (const char* query : {"lake from:bo", "lake"}) {  // of the first neither line nor index knows that nothing holds
    Filter filter;
    filter.limit = 5;
    Search search(ada.shelf(), query, filter, By::kRelevance);
    std::size_t turns = 1;
    while (search.go_on(kInATurn)) ++turns;
    EXPECT_GE(turns, kWritten / kInATurn) << query;
    const Findings found = search.take();
    EXPECT_EQ(found.findings.size() + found.more, query == std::string("lake") ? kWritten : 0U);
  }
}

TEST_F(Looking, ForTheBestFindsAllOnceAlsoWhereTheIndexIsLostOnTheWay) {
  write_in_both(30);
  for (const int before : {0, 1, 4}) {
    Search search(ada.shelf(), "lake", {}, By::kRelevance);
    for (int turn = 0; turn < before; ++turn) ASSERT_TRUE(search.go_on(3));
    lose_view();
    static_cast<void>(status(ada.shelf()));
    for (int turn = 0; search.go_on(3); ++turn)
      if (turn % 2 == 1) ada.shelf().fold_some(5);
    std::set<RecordId> ids;
    const Findings found = search.take();
    for (const Finding& one : found.findings) ids.insert(one.item.id);
    EXPECT_THAT(ids, SizeIs(30));
    EXPECT_THAT(found.findings, SizeIs(30)) << "after " << before;
    ada.settle();
  }
}

}  // namespace
}  // namespace duolog::journal
