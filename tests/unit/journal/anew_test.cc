// anew_test.cc: the view is a cache. Where it fits nothing is read again; where it is lost, at any moment, nobody is
// refused anything, everything is said as before, and nothing is told twice.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/view_database.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// As a page that is not authentic, or a disk that fails, would do it.
void lose_view(Person& who) { dynamic_cast<store::ViewDatabase&>(who.view().database()).drop(); }

std::string said(const Item& item) {
  std::string all = hex(item.id.view()) + item.author + item.written_at + std::string(name(item.kind)) + item.text;
  for (const std::string& tag : item.tags) all += "#" + tag;
  all += std::string(name(item.state)) + item.standing + (item.is_new ? " new" : "") + item.practice + item.period;
  for (const FieldValue& field : item.fields)
    if (const auto* text = std::get_if<std::string>(&field.value)) all += field.id + *text;
  for (const Reacted& reacted : item.reactions) all += reacted.emoji;
  return all + std::to_string(item.remark_count) + (item.after_reveal ? " after" : "") + "\n";
}

std::string said(const Round& round) {
  std::string all = round.practice + round.period + describe(round.state, round.other) + round.turn + "\n";
  for (const Item& answer : round.answers) all += "  " + said(answer);
  return all;
}

// Whatever this person can be told.
std::string everything(Person& who) {
  std::string all;
  for (const Filter& filter : std::vector<Filter>{{},
                                                  {.limit = 3},
                                                  {.from = "me"},
                                                  {.limit = 2, .from = "Bo"},
                                                  {.since = "2026-11-22"},
                                                  {.limit = 1, .until = "2026-11-21"},
                                                  {.tag = "red"},
                                                  {.kind = "answer"},
                                                  {.kind = "remark"},
                                                  {.kind = "letter"},
                                                  {.journal = "notebook"}}) {
    all += "--\n";
    for (const Item& item : list(who.shelf(), filter)) all += said(item);
  }
  for (const Item& item : list(who.shelf(), {})) all += said(show(who.shelf(), {hex(item.id.view()), {}}));
  for (const Round& round : rounds(who.shelf(), {})) all += said(round);
  const Today today = journal::today(who.shelf());
  for (const Item& item : today.news) all += said(item);
  for (const Round& round : today.waiting) all += "waits " + said(round);
  for (const auto* things : {&today.promises, &today.plans, &today.talks, &today.needs})
    for (const Item& item : *things) all += "open " + said(item);
  for (const auto& week : today.weeks) all += week.period + (week.kept ? " kept\n" : "\n");
  for (const std::string& letter : today.letters) all += letter + "\n";
  for (const Series& series : trends(who.shelf(), {}))
    for (const auto& point : series.points) all += series.field + point.day + std::to_string(point.value) + "\n";
  for (const JournalStatus& one : status(who.shelf()))
    all += one.name + std::to_string(one.entries) + "/" + std::to_string(one.unreadable) + "\n";
  return all;
}

class ViewAnew : public Together {
 protected:
  // A little of everything, on both sides.
  void live() {
    wish_that_they_write();
    ada.answer(7, "the walk");
    bo.answer(5, "the soup");
    meet(ada, bo);
    meet(ada, bo);  // what opens is carried as well
    ada.now += kDay;
    bo.now += kDay;
    const Saved promise = done(bo, "promise", {{"promise", std::string("the shelf")}});
    meet(ada, bo);
    ada.shelf().remark({id_of(promise), {}}, "thank", "", {});
    ada.shelf().react({id_of(promise), {}}, "🌿", {});
    Draft letter;
    letter.text = "for later";
    letter.open_on = "2027-01-01";
    bo.shelf().write(letter, {});
    bo.write("unseen");
    meet(ada, bo);
  }
  void wish_that_they_write() {
    Draft draft;
    draft.text = "a red day";
    draft.tags = {"red"};
    draft.mood = 4;
    ada.shelf().write(draft, {});
    draft.on = "2026-11-03";
    draft.mood = 2;
    bo.shelf().write(draft, {});
    draft.private_entry = true;
    ada.shelf().write(draft, {});
  }
  bool ready(Person& who) { return who.journal(who.shared()).ready() && who.journal(who.notebook()).ready(); }
};

TEST_F(ViewAnew, AfterAStartTheSameIsSaid) {
  live();
  const std::string before = everything(ada);
  ada.restart();
  EXPECT_TRUE(ready(ada));
  EXPECT_EQ(everything(ada), before);
}

// Else the words that rotted in the log would be gone from what is shown.
TEST_F(ViewAnew, AStartReadsNothingAgainThatTheViewKnows) {
  for (int i = 0; i < 100; ++i) ada.write("entry " + std::to_string(i));
  rot_body(ada, ada.shared(), ada.device(), 10);
  const auto before = ada.texts();
  ada.restart();
  EXPECT_EQ(ada.texts(), before);
}

TEST_F(ViewAnew, WhatCameWhileItWasNotLookingIsFoldedOn) {
  live();
  ada.restart();
  bo.write("after the start");
  meet(ada, bo);
  EXPECT_THAT(ada.texts(), Contains("after the start"));
  EXPECT_EQ(ada.ids(), bo.ids());
}

// From the log as from the view: until everything is folded again the readers are answered from the log itself.
TEST_F(ViewAnew, WhereItIsLostTheSameIsSaidFromTheLogAndAfterwards) {
  live();
  for (Person* who : {&ada, &bo}) {
    const std::string before = everything(*who);
    lose_view(*who);
    EXPECT_EQ(everything(*who), before);
    EXPECT_FALSE(ready(*who));
    EXPECT_GT(who->shelf().to_fold(), 0U);
    who->settle();
    EXPECT_TRUE(ready(*who));
    EXPECT_EQ(everything(*who), before);
  }
}

TEST_F(ViewAnew, InSlicesOfOneRecordTheSameIsSaidAllTheWay) {
  live();
  const std::string before = everything(ada);
  lose_view(ada);
  int slices = 0;
  while (ada.shelf().fold_some(1)) {
    if (++slices % 5 == 0) {
      ASSERT_EQ(everything(ada), before) << slices;
    }
  }
  EXPECT_GT(slices, 20);
  EXPECT_EQ(everything(ada), before);
}

TEST_F(ViewAnew, NoRequestFailsWhereItIsLostUnderIt) {
  live();
  lose_view(ada);
  const Saved saved = ada.write("written all the same");
  lose_view(ada);
  EXPECT_EQ(show(ada.shelf(), {id_of(saved), {}}).text, "written all the same");
  lose_view(ada);
  ada.shelf().react({id_of(saved), {}}, "🌿", {});
  lose_view(ada);
  ada.shelf().mark_seen(list(ada.shelf(), {}));
  lose_view(ada);
  ada.now += 7 * kDay;
  ada.answer(3, "a week later");
  lose_view(ada);
  EXPECT_EQ(ada.round().state, RoundState::kWaitingForOther);
  lose_view(ada);
  bo.write("meanwhile");
  meet(ada, bo);
  lose_view(ada);
  ada.settle();
  EXPECT_THAT(ada.texts(), Contains("meanwhile"));
  EXPECT_EQ(ada.ids(), bo.ids());
}

TEST_F(ViewAnew, NewsIsToldOnceAndWhenItCanBeShown) {
  live();
  ada.news.clear();
  lose_view(ada);
  static_cast<void>(list(ada.shelf(), {}));  // begun anew
  EXPECT_THAT(ada.news, IsEmpty());
  bo.write("news");
  carry(bo, ada, bo.shared());
  EXPECT_TRUE(ready(ada));
  ASSERT_THAT(ada.news, SizeIs(1));
  EXPECT_EQ(ada.news.front().item->text, "news");
}

TEST_F(ViewAnew, WhatIsSettledIsNotHeldInMemory) {
  for (int week = 0; week < 40; ++week) {
    ada.answer(7, "hers");
    bo.answer(5, "his");
    meet(ada, bo);
    meet(ada, bo);
    ada.now += 7 * kDay;
    bo.now += 7 * kDay;
  }
  ada.restart();
  EXPECT_EQ(ada.journal(ada.shared()).answers().held(), 0U);
  std::size_t read = 0;
  for (const Item& item : list(ada.shelf(), {.kind = "answer"})) read += item.state == AnswerState::kReadable ? 1U : 0U;
  EXPECT_EQ(read, 80U);
  EXPECT_LE(ada.journal(ada.shared()).answers().held(), 33U);
}

// An opening may come years after both have answered.
TEST_F(ViewAnew, AnAnswerThatWaitsIsKnownAfterAStart) {
  ada.answer(7, "hers");
  ada.restart();
  EXPECT_EQ(ada.round().state, RoundState::kWaitingForOther);
  bo.answer(5, "his");
  meet(ada, bo);
  meet(ada, bo);
  for (Person* who : {&ada, &bo}) {
    who->restart();
    ASSERT_THAT(who->round().answers, SizeIs(2));
    for (const Item& answer : who->round().answers) EXPECT_EQ(answer.state, AnswerState::kReadable);
  }
}

TEST_F(ViewAnew, WhatHasNoBodyYetIsKnownToBeMissingAfterAStart) {
  bo.write("late");
  auto run = bo.log().read_run(bo.shared(), bo.device(), 1);
  const auto whole = run;
  run[0].body.reset();
  ada.log().accept(ada.shared(), bo.device(), 1, run);
  ada.shelf().stored(ada.shared(), bo.device(), 1, 1);
  ada.settle();
  ada.restart();
  EXPECT_TRUE(ready(ada));
  ada.log().accept(ada.shared(), bo.device(), 1, whole);
  ada.restart();  // before it was folded
  EXPECT_THAT(ada.texts(), Contains("late"));
}

TEST_F(ViewAnew, WhereTheDiskHoldsNoneItLiesInMemory) {
  ViewFile nowhere("/proc/duolog/view.db", crypto::LocalKey::random(), [](auto) {});
  EXPECT_TRUE(nowhere.is_in_memory());
}

}  // namespace
}  // namespace duolog::journal
