// indexed_search_test.cc: with the index the same is found as by looking at every record, whatever two people do and
// however far the index has come; and what the view has counted of their words is what can be counted in them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <cstdlib>
#include <random>

#include "daemon/journal/foreign.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/tally.h"
#include "daemon/store/view_database.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string told(const Findings& found) {
  std::string all = std::to_string(found.more) + (found.sought ? " more" : " nothing sought");
  for (const Finding& one : found.findings) {
    all += "\n" + hex(one.item.id.view()).substr(0, 8) + " " + one.snippet.text;
    for (const ByteRange& match : one.snippet.matches) all += " " + std::to_string(match.begin);
  }
  return all;
}

std::string told(const std::vector<Tally>& all) {
  std::string text;
  for (const Tally& one : all) {
    text += one.person + (one.mine ? " (me)" : "");
    for (const std::uint32_t number : {one.entries, one.answers, one.remarks, one.words, one.days})
      text += " " + std::to_string(number);
    text += ", " + one.oldest + " to " + one.newest;
    for (const Tally::Month& month : one.months)
      text += "; " + month.month + " " + std::to_string(month.written) + " " + std::to_string(month.words) + " " +
              std::to_string(month.days);
    text += "\n";
  }
  return text;
}

void lose_view(Person& who) { dynamic_cast<store::ViewDatabase&>(who.view().database()).drop(); }

class IndexedSearch : public Together {
 protected:
  static std::vector<std::string> found(Person& who, std::string_view query, By by = By::kTime) {
    std::vector<std::string> texts;
    for (const Finding& one : search(who.shelf(), query, {}, by).findings) texts.push_back(one.snippet.text);
    return texts;
  }
  // What a look at the index alone yields, in the shared journal.
  static std::size_t lines(Person& who, const std::string& match, bool not_indexed = false) {
    Wanted wanted;
    wanted.match = match;
    wanted.not_indexed = not_indexed;
    return who.journal(who.shared()).records().lines(wanted).size();
  }
};

TEST_F(IndexedSearch, WhatTheIndexKnowsNotToHaveTheWordIsNotLookedAt) {
  for (int i = 0; i < 30; ++i) ada.write(i % 10 == 0 ? "the lake" : "the sea");
  const std::string lake = "words : \"lake\"";
  EXPECT_EQ(lines(ada, lake), 30U) << "nothing is known yet";
  EXPECT_EQ(ada.shelf().to_index(),
            ada.journal(ada.shared()).not_indexed() + ada.journal(ada.notebook()).not_indexed());
  ada.settle();
  EXPECT_EQ(ada.shelf().to_index(), 0U);
  EXPECT_EQ(lines(ada, lake), 3U);
  EXPECT_EQ(lines(ada, lake, true), 0U);
  ada.write("the lake again");
  EXPECT_EQ(lines(ada, lake), 4U) << "at once";
  EXPECT_EQ(lines(ada, lake, true), 1U);
  ada.restart();
  EXPECT_EQ(lines(ada, lake, true), 1U) << "how far it has come is kept";
}

TEST_F(IndexedSearch, WhatIsMergedIntoTheMiddleIsFoundInItsPlace) {
  bo.write("lake one");
  ada.now += kHour;
  ada.write("lake two");
  ada.settle();
  carry(bo, ada, ada.shared());
  EXPECT_EQ(found(ada, "lake"), (std::vector<std::string>{"lake two", "lake one"}));
  EXPECT_EQ(lines(ada, "words : \"lake\"", true), 0U);
}

TEST_F(IndexedSearch, ASealedAnswerComesIntoTheIndexWhenItOpens) {
  ada.answer(8, "the evening at the harbour");
  meet(ada, bo);
  EXPECT_EQ(lines(bo, "words : \"harbour\""), 0U);
  bo.answer(7, "the pancakes");
  meet(ada, bo);
  meet(ada, bo);
  EXPECT_EQ(lines(bo, "words : \"harbour\""), 1U);
  EXPECT_THAT(found(bo, "harbour"), ElementsAre("the evening at the harbour"));
}

TEST_F(IndexedSearch, TheBestComeFirstAndTheRestBehind) {
  ada.write("a lake, and a lake, and a lake");
  ada.write("a lake that lies among many other words about a long day at the sea with all of the others");
  bo.now = ada.now;
  bo.write("lake lake lake lake");
  meet(ada, bo);
  ada.write("no index knows this lake yet");
  const auto all = found(ada, "lake", By::kRelevance);
  ASSERT_THAT(all, SizeIs(4));
  EXPECT_EQ(all[0], "lake lake lake lake");
  EXPECT_EQ(all[1], "a lake, and a lake, and a lake");
  EXPECT_EQ(all[3], "no index knows this lake yet");
  EXPECT_EQ(found(ada, "lake")[0], "no index knows this lake yet");
  Filter filter;
  filter.limit = 1;
  const Findings best = search(ada.shelf(), "lake from:me", filter, By::kRelevance);
  ASSERT_THAT(best.findings, SizeIs(1));
  EXPECT_EQ(best.findings[0].item.text, "a lake, and a lake, and a lake");
  EXPECT_EQ(best.more, 2U);
  filter.before = hex(best.findings[0].item.id.view());
  EXPECT_EQ(refused([&] { search(ada.shelf(), "lake", filter, By::kRelevance); }), Reason::kBadRequest);
}

TEST_F(IndexedSearch, WhatTheIndexLearnsMeanwhileIsFoundOnce) {
  for (int i = 0; i < 10; ++i) ada.write("lake " + std::to_string(i));
  for (const By by : {By::kTime, By::kRelevance}) {
    lose_view(ada);
    static_cast<void>(status(ada.shelf()));
    while (ada.shelf().to_fold() > 0) ada.shelf().fold_some(1);
    Search search(ada.shelf(), "lake", {}, by);
    ASSERT_TRUE(search.go_on(1));
    ada.settle();
    while (search.go_on(1)) {
    }
    std::set<std::string> texts;
    const Findings all = search.take();
    for (const Finding& one : all.findings) texts.insert(one.item.text);
    EXPECT_THAT(texts, SizeIs(10));
    EXPECT_THAT(all.findings, SizeIs(10));
  }
}

// ---- two people do what they like ----

class TwoLives : public IndexedSearch {
 protected:
  std::uint64_t roll(std::uint64_t below) { return dice_() % below; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[roll(list.size())];
  }

  std::string words() {
    std::string text;
    for (std::uint64_t left = 1 + roll(9); left > 0; --left) text += one_of(kVocabulary) + (roll(4) == 0 ? ", " : " ");
    return text;
  }
  static std::string day(std::uint64_t ms) {
    const std::chrono::year_month_day date(
        std::chrono::sys_days(std::chrono::days(static_cast<std::int64_t>(ms) / kDay)));
    const auto two = [](unsigned number) { return (number < 10 ? "-0" : "-") + std::to_string(number); };
    return std::to_string(static_cast<int>(date.year())) + two(static_cast<unsigned>(date.month())) +
           two(static_cast<unsigned>(date.day()));
  }
  void write_something(Person& who) {
    Draft draft;
    draft.text = words();
    if (roll(3) == 0) draft.tags.push_back(one_of(kTags));
    if (roll(3) == 0) draft.mood = static_cast<std::uint32_t>(1 + roll(5));
    if (roll(4) == 0) draft.on = "2026-11-" + std::to_string(10 + roll(20));
    if (roll(6) == 0) draft.private_entry = true;
    if (roll(8) == 0 && draft.on.empty() && !draft.private_entry)
      draft.open_on = day(static_cast<std::uint64_t>(who.now) + (2 + roll(12)) * static_cast<std::uint64_t>(kDay));
    if (roll(6) == 0 && draft.open_on.empty()) draft.attachments.push_back({{}, 0, {}, words(), {}});
    who.shelf().write(draft, {});
  }
  void do_something(Person& who) {
    who.now += static_cast<std::int64_t>(roll(30)) * kHour;
    const std::uint64_t what = roll(14);
    if (what == 13) return import_something(who);
    if (what < 5) return write_something(who);
    if (what == 5) return static_cast<void>(who.answer(static_cast<std::int32_t>(1 + roll(10)), words()));
    if (what == 6) return static_cast<void>(done(who, "promise", {{"promise", words()}}));
    if (what == 7) return who.shelf().time_passed();
    if (what == 8) return static_cast<void>(who.shelf().fold_some(1 + roll(4)));
    if (what > 9) return change_something(who, what == 10);
    const auto items = list(who.shelf(), {.limit = 5, .kind = "entry", .journal = hex(who.shared().view())});
    if (!items.empty()) who.shelf().remark({hex(one_of(items).id.view()), {}}, "", words(), {});
  }
  void change_something(Person& who, bool takes_it_back) {
    const auto items = list(who.shelf(), {.limit = 12, .from = "me"});
    if (items.empty()) return;
    const Item& item = one_of(items);
    const Target target{hex(item.id.view()), {}};
    try {
      if (takes_it_back) {
        who.shelf().take_back({.ids = {target.id}}, {});
      } else if (item.kind == ItemKind::kEntry) {
        who.shelf().edit({target, words()}, {});
      }
    } catch (const Refusal&) {  // not everything can be
      ++refused_;
    }
  }
  void import_something(Person& who) {
    std::vector<Foreign> items(1 + roll(4));
    for (Foreign& item : items) {
      item.text = words();
      item.at = {who.now - static_cast<std::int64_t>(roll(9000)) * kHour, 120, roll(2) == 0};
      if (roll(3) == 0) item.tags = {one_of(kTags)};
    }
    who.shelf().import({roll(2) == 0 ? hex(who.shared().view()) : std::string(), std::move(items), false}, {});
  }
  // Bodies come later than their heads do.
  void lose_bodies_on_the_way() {
    const auto held = ada.log().head(ada.shared(), bo.device());
    const std::uint64_t from = (held ? held->seq : 0) + 1;
    auto run = bo.log().read_run(bo.shared(), bo.device(), from);
    if (run.empty()) return;
    bodies_ = run;
    first_ = from;
    for (crypto::Record& record : run) record.body.reset();
    ada.log().accept(ada.shared(), bo.device(), from, run);
    ada.shelf().stored(ada.shared(), bo.device(), from, from + run.size() - 1);
    while (ada.shelf().fold_some(3)) {
    }
  }
  void let_bodies_come() {
    if (bodies_.empty()) return;
    ada.log().accept(ada.shared(), bo.device(), first_, bodies_);
    ada.shelf().stored(ada.shared(), bo.device(), first_, first_ + bodies_.size() - 1);
    bodies_.clear();
    ada.settle();
  }

  std::string piece() {
    const std::uint64_t what = roll(12);
    if (what == 0) return "tag:" + one_of(kTags);
    if (what == 1) return one_of(kFields);
    if (what == 2) return "\"" + one_of(kVocabulary) + " " + one_of(kVocabulary) + "\"";
    if (what == 3) return one_of(kVocabulary).substr(0, 2) + "*";
    if (what == 4) return "-" + one_of(kVocabulary);
    if (what == 5) return "(" + one_of(kVocabulary) + " OR " + one_of(kVocabulary) + ")";
    if (what == 6) return "NOT (" + one_of(kVocabulary) + " " + one_of(kVocabulary) + ")";
    return one_of(kVocabulary);
  }
  std::string query() {
    std::string text = piece();
    for (std::uint64_t left = roll(3); left > 0; --left) text += (roll(5) == 0 ? " OR " : " ") + piece();
    return text;
  }
  Filter filter(Person& who) {
    Filter filter;
    if (roll(3) == 0) filter.limit = static_cast<std::uint32_t>(1 + roll(6));
    if (roll(6) == 0) filter.from = roll(2) == 0 ? "me" : "Bo";
    if (roll(6) == 0) filter.since = "2026-11-2" + std::to_string(roll(9));
    if (roll(6) == 0) filter.until = roll(2) == 0 ? "2026-12-05" : "2026-11";
    if (roll(8) == 0) filter.kind = one_of(std::vector<std::string>{"entry", "answer", "letter", "remark"});
    if (roll(8) == 0) filter.tags = {one_of(kTags)};
    if (roll(10) == 0) filter.mood = static_cast<std::uint32_t>(1 + roll(5));
    if (roll(8) == 0) filter.journal = roll(2) == 0 ? hex(who.shared().view()) : hex(who.notebook().view());
    if (roll(6) == 0) {
      const auto items = list(who.shelf(), {.journal = filter.journal});
      if (!items.empty()) filter.before = hex(one_of(items).id.view());
    }
    return filter;
  }
  Findings in_slices(Person& who, const std::string& asked, const Filter& filter, By by = By::kTime) {
    Search search(who.shelf(), asked, filter, by);
    while (search.go_on(1 + roll(5))) {
    }
    return search.take();
  }
  void hold_against_each_other(Person& who, int times, const std::string& when) {
    for (int i = 0; i < times; ++i) {
      const std::string asked = query();
      const Filter narrowed = filter(who);
      const std::string looked = told(look_at_all(who.shelf(), asked, narrowed));
      ASSERT_EQ(told(search(who.shelf(), asked, narrowed)), looked) << asked << ", " << when;
      ASSERT_EQ(told(in_slices(who, asked, narrowed)), looked) << asked << " in slices, " << when;
      compared_ += looked.find('\n') != std::string::npos ? 1 : 0;
      if (!narrowed.before.empty() || narrowed.limit != 0) continue;
      const auto sorted = [](const Findings& all) {
        std::multiset<std::string> ids;
        for (const Finding& one : all.findings) ids.insert(hex(one.item.id.view()) + one.snippet.text);
        return ids;
      };
      ASSERT_EQ(sorted(search(who.shelf(), asked, narrowed, By::kRelevance)),
                sorted(look_at_all(who.shelf(), asked, narrowed)))
          << asked << " by relevance, " << when;
      ASSERT_EQ(sorted(in_slices(who, asked, narrowed, By::kRelevance)),
                sorted(look_at_all(who.shelf(), asked, narrowed)))
          << asked << " by relevance in slices, " << when;
    }
  }
  void hold_counts(Person& who, const std::string& when) {
    const auto day = [&] { return "2026-11-" + std::to_string(10 + roll(20)); };
    std::vector<TallySpan> spans{{}, {hex(who.shared().view())}, {"notebook"}, {"", day(), {}}, {"", {}, "2026-11"}};
    spans.push_back({"", "2026", day()});
    spans.push_back({"", day() + " 12:00", {}});  // cuts through a day
    for (const TallySpan& span : spans) {
      const std::string counted = told(tally_anew(who.shelf(), span));
      ASSERT_EQ(told(tally(who.shelf(), span)), counted) << span.journal << span.since << ".." << span.until << when;
      added_up_ += Tallying(who.shelf(), span).go_on(1) || counted.empty() ? 0 : 1;
    }
  }
  void live(std::uint64_t seed) {
    dice_.seed(seed);
    for (int i = 0; i < 90; ++i) {
      do_something(roll(2) == 0 ? ada : bo);
      const std::string when = "seed " + std::to_string(seed) + ", step " + std::to_string(i);
      const std::uint64_t then = roll(30);
      if (then < 3) meet(ada, bo), bodies_.clear();
      if (then == 3) carry(bo, ada, ada.shared()), bodies_.clear();
      if (then == 4) ada.restart();
      if (then == 5) lose_view(ada), static_cast<void>(status(ada.shelf()));  // begun anew
      if (then == 6 && bodies_.empty()) lose_bodies_on_the_way();
      if (then == 7) let_bodies_come();
      if (then == 8) ada.settle();
      if (i % 6 == 0) hold_against_each_other(ada, 12, when);
      hold_counts(ada, when);
    }
    let_bodies_come();
    meet(ada, bo);
    hold_against_each_other(ada, 150, "seed " + std::to_string(seed) + ", at the end");
    hold_against_each_other(bo, 50, "seed " + std::to_string(seed) + ", at the other's end");
    hold_counts(bo, "seed " + std::to_string(seed) + ", at the other's end");
    lose_view(ada);
    while (ada.shelf().fold_some(7)) {
      hold_against_each_other(ada, 1, "seed " + std::to_string(seed) + ", folded anew");
      hold_counts(ada, "seed " + std::to_string(seed) + ", folded anew");
    }
  }

  const std::vector<std::string> kVocabulary{"lake",  "lakes", "sea",  "cold",  "swim",  "swimming", "the",
                                             "night", "Été",   "ete",  "don't", "Tōkyō", "東京",     "京都",
                                             "東",    "ทะเล",  "서울", "a",     "river", "bo",       "us"};
  const std::vector<std::string> kTags{"us", "sea", "東京"};
  const std::vector<std::string> kFields{"from:me",          "from:bo",     "kind:entry", "kind:letter",
                                         "kind:answer",      "mood:4-5",    "mood:2",     "since:2026-11-23",
                                         "until:2026-12-01", "in:notebook", "in:Bo",      "kind:remark"};
  int compared_ = 0;
  int added_up_ = 0;
  int refused_ = 0;

 private:
  std::mt19937_64 dice_{1};
  std::vector<crypto::Record> bodies_;
  std::uint64_t first_ = 0;
};

class Seeded : public TwoLives, public ::testing::WithParamInterface<std::uint64_t> {};

TEST_P(Seeded, AreFoundWithTheIndexAsWithoutIt) {
  live(GetParam());
  EXPECT_GT(compared_, 100) << "the queries were of a kind that finds something";
  EXPECT_GT(added_up_, 200) << "what the view had counted was asked";
}
std::uint64_t lives_told() {
  const char* tier = std::getenv("DUOLOG_TIER");
  return tier != nullptr && std::string_view(tier) == "nightly" ? 40 : 3;
}
INSTANTIATE_TEST_SUITE_P(TwoLives, Seeded, ::testing::Range<std::uint64_t>(1, 1 + lives_told()));

// While there is no view at all, from the log.
// As deep as a query may be, in the form that wants most of the index's own reader.
TEST_F(IndexedSearch, TheDeepestQueryIsOneToTheIndexToo) {
  ada.write("the lake");
  ada.settle();
  std::string query;
  for (int depth = 0; depth < 40; ++depth) query += "sea OR lake (";
  EXPECT_NO_THROW((void)search(ada.shelf(), query, {}));
  query.clear();
  for (int depth = 0; depth < 40; ++depth) query += "lake -(";
  EXPECT_NO_THROW((void)search(ada.shelf(), query, {}));
}

TEST_F(IndexedSearch, TheSameIsFoundFromTheLog) {
  for (const char* text : {"the lake", "a lake", "the sea", "東京の夜"}) ada.write(text);
  ada.settle();
  for (const char* query : {"lake", "the -lake", "東京", "l*"}) {
    const std::string before = told(search(ada.shelf(), query, {}));
    lose_view(ada);
    EXPECT_EQ(told(search(ada.shelf(), query, {})), before) << query;
    ada.settle();
    EXPECT_EQ(told(search(ada.shelf(), query, {})), before) << query;
  }
}

}  // namespace
}  // namespace duolog::journal
