// reading_test.cc: lists, ids, what is new, and delivery lines one can believe.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/compose.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Reading : public TwoPeople {
 protected:
  static Filter by(std::string Filter::* field, std::string value) {
    Filter filter;
    filter.*field = std::move(value);
    return filter;
  }
  Saved write_about(const std::string& text, const std::string& on, std::vector<std::string> tags = {}) {
    ada.now += kSecond;
    return ada.shelf().write({text, std::move(tags), {}, false, on}, {});
  }
  template <class Work>
  static Reason refused_because(Work&& work) {
    try {
      work();
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    ADD_FAILURE() << "nothing was refused";
    return Reason::kBadRequest;
  }
  static std::vector<std::string> new_ones(Person& person) {
    std::vector<std::string> texts;
    for (const Item& item : today(person.shelf()).news) texts.push_back(item.text);
    return texts;
  }
};

TEST_F(Reading, LimitShowsTheNewest) {
  for (const char* text : {"one", "two", "three"}) ada.write(text);
  Filter filter;
  filter.limit = 2;
  EXPECT_THAT(ada.texts(filter), ElementsAre("two", "three"));
}

TEST_F(Reading, FromMeAndFromTheOther) {
  ada.write("mine");
  bo.write("theirs");
  meet(ada, bo);
  EXPECT_THAT(ada.texts(by(&Filter::from, "me")), ElementsAre("mine"));
  EXPECT_THAT(ada.texts(by(&Filter::from, "bo")), ElementsAre("theirs"));
  EXPECT_THAT(ada.texts(by(&Filter::from, "nobody")), IsEmpty());
}

TEST_F(Reading, ByTag) {
  write_about("tagged", "", {"#sea", "sea", "us"});
  ada.write("plain");
  EXPECT_THAT(ada.texts(by(&Filter::tag, "sea")), ElementsAre("tagged"));
  EXPECT_THAT(ada.texts(by(&Filter::tag, "#us")), ElementsAre("tagged"));
  EXPECT_THAT(list(ada.shelf(), {})[0].tags, ElementsAre("sea", "us"));
}

TEST_F(Reading, ByTheDayItIsAboutBothEndsIncluded) {
  write_about("before", "2026-11-19");
  write_about("first", "2026-11-20");
  write_about("last", "2026-11-21T23:59");
  ada.write("now");
  Filter filter = by(&Filter::since, "2026-11-20");
  EXPECT_THAT(ada.texts(filter), ElementsAre("first", "last", "now"));
  filter.until = "yesterday";
  EXPECT_THAT(ada.texts(filter), ElementsAre("first", "last"));
}

TEST_F(Reading, TheDayIsTheWritersOwn) {
  Person kiwi("Kiwi", "Pacific/Auckland");
  pair(kiwi, ada, 2);
  kiwi.write("on the 23rd here");  // 01:00 in Auckland
  carry(kiwi, ada, kiwi.shared());
  EXPECT_THAT(ada.texts(by(&Filter::since, "2026-11-23")), ElementsAre("on the 23rd here"));
  EXPECT_EQ(list(ada.shelf(), {}).back().written_at, "2026-11-23T01:00:01+13:00");
}

TEST_F(Reading, OnIsADayOrAMoment) {
  write_about("day", "2026-11-20");
  write_about("moment", "2026-11-20 08:15");
  const auto items = list(ada.shelf(), {});
  EXPECT_EQ(items[0].on, "2026-11-20");
  EXPECT_TRUE(items[0].day_only);
  EXPECT_EQ(items[1].on, "2026-11-20T08:15:00+01:00");
}

TEST_F(Reading, ByKindAndJournal) {
  ada.write("entry");
  ada.answer(5);
  ada.write("private", "notebook");
  EXPECT_THAT(list(ada.shelf(), by(&Filter::kind, "answer")), SizeIs(1));
  EXPECT_THAT(ada.texts(by(&Filter::journal, "notebook")), ElementsAre("private"));
  EXPECT_THAT(ada.texts(by(&Filter::journal, hex(ada.shared().bytes).substr(0, 6))), SizeIs(2));
}

TEST_F(Reading, WhatCannotBeUnderstoodIsRefused) {
  EXPECT_EQ(refused_because([&] { list(ada.shelf(), by(&Filter::since, "soon")); }), Reason::kBadDate);
  EXPECT_EQ(refused_because([&] { list(ada.shelf(), by(&Filter::kind, "poem")); }), Reason::kBadRequest);
  EXPECT_EQ(refused_because([&] { list(ada.shelf(), by(&Filter::journal, "x")); }), Reason::kNoSuchJournal);
}

TEST_F(Reading, AnIdIsAnyUnambiguousPrefixOrLast) {
  const Saved saved = ada.write("this");
  const std::string id = hex(saved.id.bytes);
  EXPECT_EQ(show(ada.shelf(), {id}).text, "this");
  EXPECT_EQ(show(ada.shelf(), {id.substr(0, 8)}).text, "this");
  EXPECT_EQ(show(ada.shelf(), {"last"}).text, "this");
  EXPECT_EQ(refused_because([&] { show(ada.shelf(), {id.substr(0, 3)}); }), Reason::kBadRequest);
  EXPECT_EQ(refused_because([&] { show(ada.shelf(), {"xyzw"}); }), Reason::kBadRequest);
  EXPECT_EQ(refused_because([&] { show(ada.shelf(), {id + "00"}); }), Reason::kNotFound);
}

TEST_F(Reading, AnAmbiguousIdNamesItsCandidates) {
  std::map<std::string, int> by_prefix;
  std::string twice;
  while (twice.empty()) {  // a few hundred entries are enough for four equal digits
    const std::string prefix = hex(ada.write("x").id.bytes).substr(0, 4);
    if (++by_prefix[prefix] == 2) twice = prefix;
  }
  try {
    show(ada.shelf(), {twice});
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kAmbiguous);
    EXPECT_THAT(refusal.candidates, SizeIs(2));
  }
}

TEST_F(Reading, LastOfNothingIsNotFound) {
  EXPECT_EQ(refused_because([&] { show(ada.shelf(), {"last"}); }), Reason::kNotFound);
}

// ---- what is refused before it is written ----

TEST_F(Reading, WritingHasLimits) {
  const auto refused = [&](Draft draft) { return refused_because([&] { ada.shelf().write(draft, {}); }); };
  EXPECT_EQ(refused({" \n\t"}), Reason::kEmpty);
  EXPECT_EQ(refused({"a\xffz"}), Reason::kBadUtf8);
  EXPECT_EQ(refused({std::string(kTextLimit + 1, 'x')}), Reason::kTooLong);
  EXPECT_EQ(refused({"x", {std::string(65, 't')}}), Reason::kTooLong);
  EXPECT_EQ(refused({"x", {"two words"}}), Reason::kBadField);
  EXPECT_EQ(refused({"x", {"#"}}), Reason::kBadField);
  EXPECT_EQ(refused({"x", {}, {}, false, "some day"}), Reason::kBadDate);
  EXPECT_EQ(refused({"x", {}, "nobody"}), Reason::kNoSuchJournal);
  EXPECT_THAT(ada.texts(), IsEmpty());
}

TEST_F(Reading, TheLongestEntryThereIsArrives) {
  const std::string longest(kTextLimit, 'x');
  ada.write(longest);
  meet(ada, bo);
  EXPECT_EQ(list(bo.shelf(), {})[0].text.size(), longest.size());
}

TEST_F(Reading, TheFaultInATextIsToldByItsPlace) {
  try {
    ada.write("grüße\xff");
    FAIL();
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.offset, 7u);
  }
}

// ---- new ----

TEST_F(Reading, TheOthersEntriesAreNewUntilTheyWereSeen) {
  ada.write("one");
  ada.write("two");
  meet(ada, bo);
  EXPECT_THAT(new_ones(bo), ElementsAre("one", "two"));
  bo.shelf().mark_seen({list(bo.shelf(), {})[1]});
  EXPECT_THAT(new_ones(bo), ElementsAre("one"));
  bo.restart();
  EXPECT_THAT(new_ones(bo), ElementsAre("one"));
  bo.shelf().mark_seen(list(bo.shelf(), {}));
  ada.write("three");
  meet(ada, bo);
  EXPECT_THAT(new_ones(bo), ElementsAre("three"));
  EXPECT_THAT(new_ones(ada), IsEmpty());
}

TEST_F(Reading, ASealedAnswerIsNewUntilItsWordsWereSeen) {
  ada.answer(7, "the weir");
  meet(ada, bo);
  EXPECT_THAT(new_ones(bo), IsEmpty()) << "it waits, and there is nothing to read yet";
  EXPECT_THAT(today(bo.shelf()).waiting, SizeIs(1));
  bo.shelf().mark_seen(list(bo.shelf(), {}));  // that it is there was seen, and nothing else
  bo.answer(8, "the soup");
  meet(ada, bo);
  EXPECT_EQ(new_ones(bo).size(), 1U);
  bo.shelf().mark_seen(list(bo.shelf(), {}));
  EXPECT_THAT(new_ones(bo), IsEmpty());
}

TEST_F(Reading, MarksStaySmallHoweverMuchWasSeen) {
  for (int i = 0; i < 60; ++i) ada.write("x");
  meet(ada, bo);
  bo.shelf().mark_seen(list(bo.shelf(), {}));
  for (const std::string& name : bo.local().names("seen/")) EXPECT_EQ(bo.local().get(name)->size(), 8u);
}

// ---- delivery ----

TEST_F(Reading, WhatIsHereIsSaidToBeHere) {
  ada.write("x");
  EXPECT_EQ(list(ada.shelf(), {})[0].delivery->state, Delivery::State::kHere);
  ada.write("private", "notebook");
  EXPECT_EQ(list(ada.shelf(), by(&Filter::journal, "notebook"))[0].delivery, std::nullopt);
}

TEST_F(Reading, AReceiptSaysWhereAndWhenAndSurvivesARestart) {
  ada.write("x");
  ada.now = kNoon + kHour;
  meet(ada, bo);
  for (int i = 0; i < 2; ++i) {
    const Delivery delivery = *list(ada.shelf(), {})[0].delivery;
    EXPECT_EQ(delivery.state, Delivery::State::kDelivered);
    EXPECT_EQ(delivery.device, "Bo's laptop");
    EXPECT_EQ(delivery.person, "Bo");
    EXPECT_EQ(delivery.at, "2026-11-22T14:00:00+01:00");
    ada.now += kDay;
    ada.restart();
  }
}

TEST_F(Reading, EachEntryKeepsTheTimeOfItsOwnReceipt) {
  ada.write("first");
  meet(ada, bo);
  const std::string first = list(ada.shelf(), {})[0].delivery->at;
  ada.now += kHour;
  ada.write("second");
  meet(ada, bo);
  ada.restart();
  const auto items = list(ada.shelf(), {});
  EXPECT_EQ(items[0].delivery->at, first);
  EXPECT_NE(items[1].delivery->at, first);
}

TEST_F(Reading, HundredsOfReceiptsAreRememberedInOrder) {
  for (int i = 0; i < 300; ++i) {
    ada.write("x");
    ada.door().acknowledged(ada.shared(), bo.device(), ada.log().frontier(ada.shared()));
  }
  std::vector<std::string> times;
  for (const Item& item : list(ada.shelf(), {})) times.push_back(item.delivery->at);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  ada.restart();
  std::vector<std::string> again;
  for (const Item& item : list(ada.shelf(), {})) again.push_back(item.delivery->at);
  EXPECT_EQ(again, times);
}

TEST_F(Reading, TheFrontierInsideTheOthersEventIsAReceiptToo) {
  ada.write("x");
  carry(ada, bo, ada.shared());
  ada.restart();
  Person& carrier = bo;  // and no session told Ada: only Bo's reply comes back, on a stick
  carrier.write("got it");
  const auto run = bo.log().read_run(bo.shared(), bo.device(), 1);
  ada.log().accept(ada.shared(), bo.device(), 1, run);
  ada.settle();
  EXPECT_EQ(list(ada.shelf(), by(&Filter::from, "me"))[0].delivery->state, Delivery::State::kDelivered);
}

TEST_F(Reading, NobodyCanReceiptWhatWasNotWritten) {
  ada.write("x");
  store::Frontier lie = ada.log().frontier(ada.shared());
  for (auto& entry : lie) entry.seq = 1'000'000;
  ada.door().acknowledged(ada.shared(), bo.device(), lie);
  ada.write("later");
  EXPECT_EQ(list(ada.shelf(), {})[0].delivery->state, Delivery::State::kDelivered);
  EXPECT_EQ(list(ada.shelf(), {})[1].delivery->state, Delivery::State::kHere);
}

TEST_F(Reading, ADeliveryIsNews) {
  ada.write("x");
  ada.news.clear();
  meet(ada, bo);
  ASSERT_THAT(ada.news, SizeIs(1));
  EXPECT_EQ(ada.news[0].kind, News::Kind::kDelivered);
  EXPECT_EQ(ada.news[0].item->text, "x");
}

// ---- status and today ----

TEST_F(Reading, StatusCounts) {
  ada.write("x");
  ada.answer(3);
  const auto all = status(ada.shelf());
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_FALSE(all[0].shared);
  EXPECT_EQ(all[1].entries, 2u);
  EXPECT_EQ(all[1].records, kBirthLength + 2);
  EXPECT_EQ(all[1].zone, "Europe/Berlin");
  EXPECT_EQ(all[1].other, "Bo");
}

TEST_F(Reading, TodaySaysWhatWaits) {
  const Today bare = today(ada.shelf());
  EXPECT_EQ(bare.date, "2026-11-22");
  EXPECT_TRUE(bare.words_unconfirmed);
  EXPECT_FALSE(bare.alone);
  ASSERT_THAT(bare.waiting, SizeIs(1));
  EXPECT_EQ(bare.waiting[0].state, RoundState::kOpenToAnswer);
  ada.answer(4);
  EXPECT_THAT(today(ada.shelf()).waiting, IsEmpty());
}

TEST_F(Reading, AnUnknownZoneOfThisMachineIsAWarning) {
  Person lost("Lost", "Atlantis/Poseidonis");
  EXPECT_THAT(warnings(lost.shelf()), ElementsAre("words-unconfirmed", "zone:Atlantis/Poseidonis"));
  EXPECT_EQ(list(lost.shelf(), {}).size(), 0u);
  lost.write("x");
  EXPECT_EQ(list(lost.shelf(), {})[0].written_at, "2026-11-22T12:00:01+00:00");
}

}  // namespace
}  // namespace duolog::journal
