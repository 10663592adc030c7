// searching_test.cc: what two people find of what they wrote, and what nobody finds before its time.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/searching.h"

#include "daemon/journal/tally.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Searching : public Together {
 protected:
  static std::vector<std::string> found(Person& who, std::string_view query, const Filter& filter = {}) {
    std::vector<std::string> snippets;
    for (const Finding& one : search(who.shelf(), query, filter).findings) snippets.push_back(one.snippet.text);
    return snippets;
  }
  Saved write(Person& who, const std::string& text, Draft draft = {}) {
    draft.text = text;
    who.now += kSecond;
    return who.shelf().write(draft, {});
  }
};

TEST_F(Searching, BothFindWhatEitherWroteTheNewestFirst) {
  write(ada, "the lake was cold");
  bo.now = ada.now + kHour;
  write(bo, "a lake at night");
  meet(ada, bo);
  for (Person* who : {&ada, &bo})
    EXPECT_THAT(found(*who, "LAKE"), ElementsAre("a lake at night", "the lake was cold")) << who;
  EXPECT_THAT(found(ada, "lake -night"), ElementsAre("the lake was cold"));
  EXPECT_THAT(found(ada, "sea"), IsEmpty());
}

TEST_F(Searching, WhatWasFoundIsMarked) {
  write(ada, "we were at the Étang d’Or");
  const auto all = search(ada.shelf(), "etang or", {}).findings;
  ASSERT_THAT(all, SizeIs(1));
  const Snippet& snippet = all[0].snippet;
  ASSERT_THAT(snippet.matches, SizeIs(2));
  EXPECT_EQ(snippet.text.substr(snippet.matches[0].begin, 6), "Étang");
  EXPECT_EQ(all[0].item.text, "we were at the Étang d’Or");
}

TEST_F(Searching, TheNotebookIsFoundByItsOwnerAlone) {
  Draft draft;
  draft.private_entry = true;
  write(ada, "the surprise is a kite", draft);
  meet(ada, bo);
  EXPECT_THAT(found(ada, "kite"), SizeIs(1));
  EXPECT_THAT(found(bo, "kite"), IsEmpty());
}

TEST_F(Searching, ASealedAnswerIsFoundOnceItIsOpen) {
  ada.answer(8, "the evening at the harbour");
  meet(ada, bo);
  EXPECT_THAT(found(ada, "harbour"), SizeIs(1)) << "one's own words";
  EXPECT_THAT(found(bo, "harbour"), IsEmpty());
  EXPECT_THAT(found(bo, "kind:answer"), IsEmpty()) << "nor that it is there";
  EXPECT_THAT(found(bo, "NOT nothing"), IsEmpty());
  bo.answer(7, "the pancakes");
  meet(ada, bo);
  EXPECT_THAT(found(bo, "harbour"), ElementsAre("the evening at the harbour"));
  EXPECT_THAT(found(ada, "pancakes"), ElementsAre("the pancakes"));
}

TEST_F(Searching, ALetterIsFoundFromItsDayOn) {
  Draft draft{"", {"us"}};
  draft.open_on = "2026-12-01";
  write(ada, "a year with a kite", draft);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) EXPECT_THAT(found(*who, "kite"), IsEmpty()) << "its author does not meet it either";
  EXPECT_THAT(found(ada, "tag:us"), IsEmpty());
  pass_time(10 * kDay);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(found(*who, "kite"), ElementsAre("a year with a kite"));
    EXPECT_THAT(found(*who, "tag:us kind:letter"), SizeIs(1));
  }
}

TEST_F(Searching, TagsAndRemarksAreFound) {
  const Saved entry = write(ada, "the water was cold", {"", {"lake"}});
  meet(ada, bo);
  said(bo, entry, "", "you swam all the same");
  meet(ada, bo);
  EXPECT_THAT(found(ada, "lake"), ElementsAre("the water was cold"));
  EXPECT_THAT(found(ada, "swam"), ElementsAre("you swam all the same"));
  EXPECT_THAT(found(ada, "kind:remark"), ElementsAre("you swam all the same"));
}

TEST_F(Searching, WhatFilesAreCalledIsFoundAndNotCounted) {
  Draft draft{"", {"us"}};
  draft.attachments = {{{}, 0, {}, "boat_on-the lake.jpg", {}}};
  write(ada, "our last evening", draft);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    EXPECT_THAT(found(*who, "lake jpg"), ElementsAre("boat_on-the lake.jpg"));
    EXPECT_THAT(found(*who, "evening boat us"), ElementsAre("our last evening"));
    EXPECT_THAT(found(*who, "\"evening boat\""), IsEmpty());
    EXPECT_EQ(tally(who->shelf(), {}).front().words, 4U) << "and the tag";
  }
}

TEST_F(Searching, FieldsNarrowDown) {
  Draft light;
  light.mood = 5;
  light.on = "2024-06-14";
  write(ada, "lake one", light);
  write(ada, "lake two", {"", {"us"}});
  bo.now = ada.now + kSecond;
  write(bo, "lake three");
  meet(ada, bo);
  EXPECT_THAT(found(ada, "lake from:me"), ElementsAre("lake two", "lake one"));
  EXPECT_THAT(found(ada, "lake from:BO"), ElementsAre("lake three"));
  EXPECT_THAT(found(ada, "lake mood:4-5"), ElementsAre("lake one"));
  EXPECT_THAT(found(ada, "lake until:2024"), ElementsAre("lake one"));
  EXPECT_THAT(found(ada, "lake since:2024-06 until:2024-06"), ElementsAre("lake one"));
  EXPECT_THAT(found(ada, "lake since:2024-07"), ElementsAre("lake three", "lake two"));
  EXPECT_THAT(found(ada, "tag:us OR mood:5"), ElementsAre("lake two", "lake one"));
  EXPECT_THAT(found(ada, "lake -from:me"), ElementsAre("lake three"));
  EXPECT_THAT(found(ada, "lake in:Bo"), SizeIs(3));
  EXPECT_THAT(found(ada, "lake -in:Bo"), IsEmpty());
  EXPECT_THAT(found(ada, "from:nobody"), IsEmpty()) << "no field: two words";
}

TEST_F(Searching, FlagsDoTheSameAsFields) {
  Draft draft{"", {"us", "lake"}};
  draft.mood = 2;
  write(ada, "cold water", draft);
  write(ada, "warm water", {"", {"us"}});
  Filter filter;
  filter.tags = {"us", "#lake"};
  EXPECT_THAT(found(ada, "water", filter), ElementsAre("cold water"));
  EXPECT_THAT(found(ada, "", filter), ElementsAre("cold water")) << "a filter alone is a search";
  filter = {};
  filter.mood = 2;
  EXPECT_THAT(found(ada, "water", filter), ElementsAre("cold water"));
  filter.mood = 6;
  EXPECT_EQ(refused([&] { search(ada.shelf(), "water", filter); }), Reason::kBadRequest);
  EXPECT_EQ(refused([&] { search(ada.shelf(), std::string(kQueryLimit + 1, 'a'), {}); }), Reason::kTooLong);
}

TEST_F(Searching, NothingSoughtIsNothingFoundAndNoError) {
  write(ada, "words");
  const Findings nothing = search(ada.shelf(), "'", {});
  EXPECT_FALSE(nothing.sought);
  EXPECT_TRUE(nothing.findings.empty());
  EXPECT_TRUE(search(ada.shelf(), "absent", {}).sought);
}

TEST_F(Searching, PagesFollowEachOtherWithoutAGap) {
  for (int i = 0; i < 7; ++i) write(ada, "lake " + std::to_string(i));
  Filter filter;
  filter.limit = 3;
  std::vector<std::string> all;
  while (true) {
    const Findings page = search(ada.shelf(), "lake", filter);
    for (const Finding& one : page.findings) all.push_back(one.item.text);
    EXPECT_EQ(page.more, 7 - all.size());
    if (page.more == 0) break;
    filter.before = hex(page.findings.back().item.id.view());
  }
  EXPECT_THAT(all, ElementsAre("lake 6", "lake 5", "lake 4", "lake 3", "lake 2", "lake 1", "lake 0"));
}

TEST_F(Searching, ListsPageInBothDirections) {
  for (int i = 0; i < 5; ++i) write(ada, std::to_string(i));
  Filter filter;
  filter.limit = 2;
  const auto texts = [&] {
    std::vector<std::string> out;
    for (const Item& item : list(ada.shelf(), filter)) out.push_back(item.text);
    return out;
  };
  EXPECT_THAT(texts(), ElementsAre("3", "4"));
  EXPECT_EQ(list_page(ada.shelf(), filter, [](const Item&) {}).more, 3U);
  filter.before = hex(list(ada.shelf(), filter).front().id.view());
  EXPECT_THAT(texts(), ElementsAre("1", "2"));
  filter = {};
  filter.limit = 2;
  filter.oldest = true;
  EXPECT_THAT(texts(), ElementsAre("0", "1"));
  filter.after = hex(list(ada.shelf(), filter).back().id.view());
  EXPECT_THAT(texts(), ElementsAre("2", "3"));
  filter.tags = {"none"};
  EXPECT_THAT(texts(), IsEmpty()) << "a place in the list need not fit";
  filter.after = "ffffffff";
  EXPECT_EQ(refused([&] { list(ada.shelf(), filter); }), Reason::kNotFound);
}

TEST_F(Searching, AYearOrAMonthIsADateToo) {
  for (const char* on : {"2023-12-31", "2024-01-01", "2024-02-29", "2024-12-31", "2025-01-01"}) {
    Draft draft;
    draft.on = on;
    write(ada, on, draft);
  }
  Filter filter;
  filter.since = filter.until = "2024";
  EXPECT_THAT(ada.texts(filter), ElementsAre("2024-01-01", "2024-02-29", "2024-12-31"));
  filter.since = filter.until = "2024-02";
  EXPECT_THAT(ada.texts(filter), ElementsAre("2024-02-29"));
  filter.since = filter.until = "2024-12";
  EXPECT_THAT(ada.texts(filter), ElementsAre("2024-12-31"));
  filter.until = "9999";
  EXPECT_THAT(ada.texts(filter), ElementsAre("2024-12-31", "2025-01-01"));
  for (const char* wrong : {"20", "2024-13", "2024-1", "0000", "2024/02"}) {
    filter.since = wrong;
    EXPECT_EQ(refused([&] { list(ada.shelf(), filter); }), Reason::kBadDate) << wrong;
  }
}

}  // namespace
}  // namespace duolog::journal
