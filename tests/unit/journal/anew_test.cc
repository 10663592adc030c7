// anew_test.cc: the view is a cache. Where it fits nothing is read again; where it is lost, at any moment, nobody is
// refused anything, everything is said as before, and nothing is told twice.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <random>

#include "daemon/store/view_database.h"
#include "tests/unit/journal/everything.h"
#include "tests/unit/journal/together.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// As a page that is not authentic, or a disk that fails, would do it.
void lose_view(Person& who) { dynamic_cast<store::ViewDatabase&>(who.view().database()).drop(); }

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
    change_and_take_back();
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
  void change_and_take_back() {
    const Saved edited = ada.write("as it was");
    ada.now += kHour;
    ada.shelf().edit({.entry = {id_of(edited)}, .text = "a better day", .tags = {{"blue"}}, .mood = 3}, {});
    const Saved twice = bo.write("on one device");
    bo.shelf().edit({.entry = {id_of(twice)}, .text = "better here"}, {});
    forge(bo, bo.shared(), Edit{twice.id, Entry{"better there", {"blue"}, {}}, {twice.id}});
    const Saved regretted = ada.write("regretted");
    ada.shelf().take_back({{id_of(regretted)}}, {});
    const Saved half = ada.write("regretted as well");
    ada.shelf().take_back({{id_of(half)}}, {});
    forge(ada, ada.shared(), Edit{half.id, Entry{"a day that stayed", {"blue"}, {}, 5}, {half.id}});
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

// ---- every way of asking, of the view and of the log ----

class EveryQuestion : public ViewAnew {
 protected:
  std::uint64_t roll(std::uint64_t below) { return dice_() % below; }
  template <class List>
  const auto& one_of(const List& list) {
    return list[roll(list.size())];
  }

  void write_something(Person& who) {
    static const std::vector<std::string> kTags{"red", "blue", "sea"};
    Draft draft;
    draft.text = "entry " + std::to_string(roll(1000));
    if (roll(2) == 0) draft.tags.push_back(one_of(kTags));
    if (roll(3) == 0) draft.mood = static_cast<std::uint32_t>(1 + roll(5));
    if (roll(3) == 0) draft.on = "2026-11-" + std::to_string(10 + roll(20));
    written_.push_back(who.shelf().write(draft, {}).id);
  }
  void do_something(Person& who) {
    who.now += static_cast<std::int64_t>(roll(6)) * kHour;
    const std::uint64_t what = roll(11);
    if (what < 4) return write_something(who);
    if (what == 4) return static_cast<void>(who.answer(static_cast<std::int32_t>(1 + roll(10)), "a highlight"));
    if (what == 5)
      return static_cast<void>(
          done(who, "mood", {{"word", std::string("calm")}, {"mood", static_cast<std::int32_t>(1 + roll(5))}}));
    if (what == 6) return static_cast<void>(done(who, "promise", {{"promise", std::string("a shelf")}}));
    Filter filter{.limit = 5, .kind = "entry", .journal = hex(who.shared().view())};
    if (what > 8) filter.from = "me";
    const auto items = list(who.shelf(), filter);
    if (items.empty()) return write_something(who);
    const Target target{hex(one_of(items).id.view()), {}};
    if (what == 9) return change(who, target);
    if (what == 10) return static_cast<void>(who.shelf().take_back({{target.id}}, {}));
    what == 7 ? who.shelf().react(target, "🌿", {}) : who.shelf().remark(target, "", "a word", {});
  }
  // Sometimes as another device of theirs would, which knows the first version alone.
  void change(Person& who, const Target& target) {
    Rewording wanted{.entry = target};
    if (roll(2) == 0) wanted.text = "edited " + std::to_string(roll(1000));
    if (roll(2) == 0) wanted.tags = {{"sea"}};
    if (roll(3) == 0) wanted.mood = static_cast<std::uint32_t>(roll(6));
    if (roll(3) == 0) wanted.on = "2026-11-" + std::to_string(10 + roll(20));
    if (roll(3) == 0) wanted.replaces = {target.id};
    try {
      who.shelf().edit(wanted, {});
    } catch (const Refusal& refusal) {  // that one was taken back, and another version stayed
      EXPECT_EQ(refusal.reason, Reason::kBadRequest);
    }
  }
  std::vector<Wanted> questions() {
    static const std::vector<std::string> kPractices{"checkin", "mood", "promise", "nothing"};
    std::vector<Wanted> all;
    for (int i = 0; i < 300; ++i) {
      Wanted& wanted = all.emplace_back();
      if (roll(2) == 0) wanted.kinds = only(static_cast<Kind>(1 + roll(9)));
      if (roll(6) == 0) wanted.kinds = kAnswers | only(Kind::kRemark);
      if (roll(3) == 0) wanted.mine = roll(2) == 0;
      if (roll(6) == 0) wanted.mood = static_cast<std::uint32_t>(1 + roll(5));
      wanted.newest_first = roll(2) == 0;
      const std::int64_t day = kNoon + (static_cast<std::int64_t>(roll(20)) - 14) * kDay;
      const std::uint64_t by = roll(8);
      if (by == 0 || by == 7) wanted.civil_from = day;
      if (by == 1 || by == 7) wanted.civil_to = day + static_cast<std::int64_t>(roll(5)) * kDay;
      if (by == 2) wanted.practice = one_of(kPractices);
      if (by == 2 && roll(2) == 0) wanted.period = "2026-W47";
      if (by == 3) wanted.target = one_of(written_), wanted.kinds = only(Kind::kRemark, Kind::kReaction);
      if (by == 4) wanted.id_begins = hex(one_of(written_).view()).substr(0, 1 + roll(20));
      if (by == 5) wanted.tag = roll(2) == 0 ? "red" : "sea";
      if (by == 5 && roll(2) == 0) wanted.civil_from = day;
      if (by == 6) wanted.stretch = Stretch{roll(2) == 0 ? ada.device() : bo.device(), 1 + roll(20), 5 + roll(60)};
    }
    return all;
  }
  // What is told where somebody asks for all, and where they stop early.
  std::string answers(const Records& records, const std::vector<Wanted>& questions) const {
    std::string all;
    for (std::size_t i = 0; i < questions.size(); ++i) {
      std::size_t left = i % 3 == 0 ? 3 : SIZE_MAX;
      Wanted wanted = questions[i];
      wanted.about_so_many = i % 3 == 0 ? 3 : 0;
      all += std::to_string(i) + ":";
      records.each(wanted, [&](const Noted& noted) {
        all += " " + hex(noted.id.view()).substr(0, 8);
        if (const auto* entry = std::get_if<Entry>(&noted.what)) all += entry->text;
        return --left > 0;
      });
      all += "\n";
    }
    for (const char* practice : {"", "checkin", "mood"})
      for (const char* from : {"", "2026-11-25"})
        for (const RoundKey& key : records.rounds(practice, from)) all += key.practice + key.period + " ";
    for (const char* period : {"2026-W48", "2026-W01", "9"})
      all += records.period_before("checkin", period).value_or("none");
    records.each_mood([&](const Records::Mood& mood) { all += std::to_string(mood.mood) + (mood.mine ? "m" : "t"); });
    std::multiset<std::pair<std::int64_t, bool>> written;
    records.each_written(kNoon, kNoon + 3 * kDay, [&](std::int64_t ms, bool mine) { written.emplace(ms, mine); });
    for (const auto& [ms, mine] : written) all += std::to_string(ms) + (mine ? "m" : "t");
    return all + std::to_string(records.counts().entries);
  }

  std::vector<RecordId> written_;

 private:
  std::mt19937_64 dice_{4711};
};

TEST_F(EveryQuestion, HasTheSameAnswerFromTheViewAndFromTheLog) {
  for (int i = 0; i < 200; ++i) {
    do_something(roll(2) == 0 ? ada : bo);
    if (roll(6) == 0) meet(ada, bo);
  }
  meet(ada, bo);
  Journal& journal = ada.journal(ada.shared());
  const std::vector<Wanted> asked = questions();
  ASSERT_TRUE(journal.ready());
  const std::string from_the_view = answers(journal.records(), asked);
  lose_view(ada);
  static_cast<void>(status(ada.shelf()));  // begun anew
  ASSERT_FALSE(journal.ready());
  EXPECT_EQ(answers(journal.records(), asked), from_the_view);
  EXPECT_EQ(ada.ids(), bo.ids()) << "though it came in another order there";
}

TEST_F(ViewAnew, WhereTheDiskHoldsNoneItLiesInMemory) {
  ViewFile nowhere("/proc/duolog/view.db", crypto::LocalKey::random(), [](auto) {});
  EXPECT_TRUE(nowhere.is_in_memory());
}

}  // namespace
}  // namespace duolog::journal
