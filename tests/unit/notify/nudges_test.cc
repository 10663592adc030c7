// nudges_test.cc: when a person is spoken to, and when not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notify/nudges.h"

#include <gmock/gmock.h>

#include <map>

#include "daemon/journal/moment.h"

namespace duolog::notify {
namespace {

using namespace std::chrono_literals;
using journal::Item;
using journal::News;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint8_t kDaily = 0b1111111;
constexpr std::uint8_t kSunday = 0b1000000;

// Somebody in Berlin, on Sunday the 22nd of November 2026, 12:00, with a clock that can be set.
class SpokenTo : public ::testing::Test {
 protected:
  void SetUp() override { set_clock("2026-11-22T12:00"); }

  void start() { nudges_ = std::make_unique<Nudges>(settings_, outside(), kept_); }
  Nudges& nudges() {
    if (!nudges_) start();
    return *nudges_;
  }
  void start_anew() { nudges_.reset(), start(); }

  [[nodiscard]] Nudges::Moment now() const { return {steady_, wall_ms_, berlin_.local_ms(wall_ms_)}; }
  void set_clock(const std::string& civil) { wall_ms_ = journal::parse_moment(civil, 0, berlin_).value().at_ms; }
  // As its owner does it: ticks come when they were asked for.
  void pass(std::chrono::milliseconds time) {
    const SteadyTime end = steady_ + time;
    for (int i = 0; i < 100'000; ++i) {
      const auto wait = nudges().next_tick(now());
      if (!wait || steady_ + *wait > end) break;
      go(*wait), ++ticks_;
      nudges().tick(now());
    }
    go(end - steady_);
  }
  void sleep_until(const std::string& civil) {  // neither timer nor steady clock goes on
    set_clock(civil);
    pass(1min);
  }

  News news(News::Kind kind, int id, const std::string& text = "hello",
            journal::AnswerState state = journal::AnswerState::kReadable) {
    Item item;
    item.state = state;
    item.id.bytes[0] = static_cast<std::uint8_t>(id);
    item.author = "Bo";
    item.text = text;
    item.visibility = journal::Visibility::kShared;
    item.kind = kind == News::Kind::kEntry ? journal::ItemKind::kEntry : journal::ItemKind::kAnswer;
    if (kind != News::Kind::kEntry) item.practice = "checkin";
    News told{kind};
    told.item = item;
    journal_[item.id] = item;
    return told;
  }
  void comes(int id, const std::string& text = "hello") { comes(news(News::Kind::kEntry, id, text)); }
  void comes(const News& told) { nudges().hear(told, steady_); }
  void is_read(int id) {
    RecordId record;
    record.bytes[0] = static_cast<std::uint8_t>(id);
    journal_.erase(record);
  }
  void remind(std::uint8_t days, int hour, int minute = 0, const std::string& practice = "checkin") {
    settings_.reminders.push_back({practice, days, hour * 60 + minute});
  }
  std::vector<std::string> shown() { return std::exchange(shown_, {}); }

  home::Notify settings_;
  bool waits_ = true;
  bool paused_ = false;
  int ticks_ = 0;
  int kept_times_ = 0;
  std::vector<Nudges::Span> phone_free_;
  std::int64_t wall_ms_ = 0;

 private:
  Nudges::Outside outside() {
    Nudges::Outside outside;
    outside.waits = [this](const std::string&) { return waits_; };
    outside.paused = [this] { return paused_; };
    outside.phone_free = [this] { return phone_free_; };
    outside.look = [this](const Came& came) {
      const auto found = journal_.find(came.record);
      return found == journal_.end() ? std::nullopt : std::optional(found->second);
    };
    outside.show = [this](const Notice& notice) { shown_.push_back(notice.text); };
    outside.keep = [this](const std::string& text) { kept_ = text, ++kept_times_; };
    return outside;
  }
  void go(std::chrono::milliseconds time) { steady_ += time, wall_ms_ += time.count(); }

  journal::Zone berlin_{"Europe/Berlin"};
  SteadyTime steady_{1h};
  std::string kept_;
  std::map<RecordId, Item> journal_;
  std::vector<std::string> shown_;
  std::unique_ptr<Nudges> nudges_;
};

// ---- what is new ----

TEST_F(SpokenTo, HearsThatThereIsSomethingNewAndNothingMore) {
  comes(1, "a secret");
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("something new"));
}

TEST_F(SpokenTo, HearsWhoAndTheFirstWordsWhereThatWasAskedFor) {
  settings_.content = true;
  comes(1, "the sea was warm");
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("Bo: the sea was warm"));
}

TEST_F(SpokenTo, OfASealedAnswerHearsOnlyThatItIsThere) {
  settings_.content = true;
  comes(news(News::Kind::kAnswer, 1, "a secret", journal::AnswerState::kSealed));
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("Bo has answered: Check-in"));
}

TEST_F(SpokenTo, HearsOfSeveralThatComeTogetherOnce) {
  for (int id = 1; id <= 3; ++id) comes(id);
  comes(3);  // told twice
  pass(5min);
  EXPECT_THAT(shown(), ElementsAre("3 new things"));
}

TEST_F(SpokenTo, HearsAtMostOnceAMinuteAndTheRestSummedUp) {
  comes(1);
  pass(3s);
  comes(2), comes(3);
  pass(58s);
  EXPECT_THAT(shown(), ElementsAre("something new"));
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("2 new things"));
}

TEST_F(SpokenTo, HearsNothingOfWhatWasReadInTheMeantime) {
  comes(1);
  is_read(1);
  pass(5min);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, HearsNothingOfOnesOwnOrOfTheNotebookOrOfReceipts) {
  News own = news(News::Kind::kEntry, 1);
  own.item->mine = true;
  News secret = news(News::Kind::kEntry, 2);
  secret.item->visibility = journal::Visibility::kPrivate;
  for (const News& each : {own, secret, news(News::Kind::kDelivered, 3)}) comes(each);
  EXPECT_EQ(nudges().next_tick(now()), std::nullopt);
  pass(5min);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, HearsOfTheOthersAnswerThatOpenedAndNotOfOnesOwn) {
  settings_.content = true;
  News opened{News::Kind::kOpened};
  const Item theirs = *news(News::Kind::kAnswer, 1).item;
  Item mine = *news(News::Kind::kAnswer, 2).item;
  mine.mine = true;
  opened.round = journal::Round{};
  opened.round->answers = {theirs, mine};
  comes(opened);
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("Bo has answered: Check-in; you can read it"));
}

TEST_F(SpokenTo, HearsOfAReplyAndOfALetterThatOpenedAndOfNoneThatIsShut) {
  comes(news(News::Kind::kLetter, 1));
  pass(5min);
  EXPECT_THAT(shown(), IsEmpty());
  comes(news(News::Kind::kRemark, 2));
  comes(news(News::Kind::kOpened, 1));
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("2 new things"));
}

TEST_F(SpokenTo, AfterMoreThanCanBeCountedHearsOfManyAndNoNewsIsMadeMeanwhile) {
  for (int id = 1; id <= 200; ++id) {
    if (nudges().hears()) comes(id);
  }
  EXPECT_FALSE(nudges().hears());
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("many new things"));
  EXPECT_TRUE(nudges().hears());
}

TEST_F(SpokenTo, IsToldOfAnAlarmOnceADayHoweverOftenItIsRaised) {
  comes(1);
  for (int i = 0; i < 100; ++i) comes(News{News::Kind::kAlarm}), pass(10min);
  EXPECT_THAT(shown(), ElementsAre("something to look at: duolog status", "something new"));
  pass(24h);
  comes(News{News::Kind::kAlarm});
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("something to look at: duolog status"));
}

TEST_F(SpokenTo, CostsNoWakeUpWhileThereIsNothing) {
  EXPECT_EQ(nudges().next_tick(now()), std::nullopt);
  comes(1);
  pass(1h);
  EXPECT_EQ(ticks_, 1);
}

// ---- quiet hours ----

TEST_F(SpokenTo, InQuietHoursOverMidnightHearsNothingAndAllAtOnceAfterwards) {
  settings_.quiet = {{22 * 60, 7 * 60}};
  set_clock("2026-11-22T22:00");
  for (int id = 1; id <= 3; ++id) comes(id), pass(2h + 59min);  // until 06:57
  EXPECT_THAT(shown(), IsEmpty());
  pass(2min);
  EXPECT_THAT(shown(), IsEmpty());
  pass(1min);
  EXPECT_THAT(shown(), ElementsAre("3 new things"));
  pass(10h);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, QuietHoursBeginAndEndOnTheMinute) {
  settings_.quiet = {{13 * 60, 13 * 60 + 1}};
  set_clock("2026-11-22T12:59");
  pass(55s);
  comes(1);
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("something new"));
  set_clock("2026-11-22T13:00");
  comes(2);
  pass(59s);
  EXPECT_THAT(shown(), IsEmpty());
  pass(2s);
  EXPECT_THAT(shown(), ElementsAre("something new"));
}

TEST_F(SpokenTo, WhatCameInQuietHoursSurvivesARestart) {
  settings_.quiet = {{22 * 60, 7 * 60}};
  set_clock("2026-11-22T23:00");
  comes(1), comes(2);
  pass(5s);
  start_anew();
  sleep_until("2026-11-23T07:30");
  EXPECT_THAT(shown(), ElementsAre("2 new things"));
  start_anew();
  pass(1h);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, ATimeTheTwoHaveAgreedToBeWithoutPhonesIsQuiet) {
  phone_free_ = {{wall_ms_ - 1, wall_ms_ + 3'600'000}};
  comes(1);
  pass(59min);
  EXPECT_THAT(shown(), IsEmpty());
  pass(2min);
  EXPECT_THAT(shown(), ElementsAre("something new"));
}

TEST_F(SpokenTo, WholeDaysOfQuietAreKept) {
  settings_.quiet = {{0, 24 * 60}};
  comes(1);
  pass(72h);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, ARestartOnWhatIsNoMemoryOfOursIsHarmless) {
  for (const std::string kept : {"came", "came zz zz\n", "given checkin\n", "given checkin x\nalarm2\n\n\n", "\n"}) {
    Nudges::Outside outside;
    outside.phone_free = [] { return std::vector<Nudges::Span>{}; };
    EXPECT_EQ(Nudges(settings_, outside, kept).next_tick(now()), std::nullopt) << kept;
  }
}

// ---- reminders ----

TEST_F(SpokenTo, IsRemindedAtTheTimeChosenOnTheDayChosen) {
  remind(kSunday, 19);
  pass(6h + 59min);
  EXPECT_THAT(shown(), IsEmpty());
  pass(1min);
  EXPECT_THAT(shown(), ElementsAre("a quiet moment for your journal, if you like"));
  pass(6 * 24h);
  EXPECT_THAT(shown(), IsEmpty());
  pass(24h);
  EXPECT_EQ(shown().size(), 1U);
}

TEST_F(SpokenTo, IsTheReminderOfNothingThatHasBeenAnswered) {
  remind(kDaily, 19);
  waits_ = false;
  pass(8h);
  waits_ = true;  // as at the turn of the day
  pass(10min);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, IsNotRemindedTwiceADayOfOneThing) {
  remind(kDaily, 13), remind(kDaily, 19), remind(kDaily, 19, 0, "mood");
  settings_.content = true;
  pass(11h);
  EXPECT_THAT(shown(), ElementsAre("Check-in: it is there for you, whenever you like",
                                   "Mood: it is there for you, whenever you like"));
}

TEST_F(SpokenTo, IsNotRemindedWhileTheTwoPause) {
  remind(kDaily, 13);
  paused_ = true;
  pass(24h);
  EXPECT_THAT(shown(), IsEmpty());
  paused_ = false;
  pass(24h);
  EXPECT_EQ(shown().size(), 1U);
}

TEST_F(SpokenTo, AReminderThatWasSleptThroughComesWithinTheHourOrNotAtAll) {
  remind(kDaily, 19);
  nudges();
  sleep_until("2026-11-22T19:58");
  EXPECT_EQ(shown().size(), 1U);
  sleep_until("2026-11-23T20:00");
  EXPECT_THAT(shown(), IsEmpty());
  sleep_until("2026-11-30T19:30");  // a week of them is not piled up
  EXPECT_EQ(shown().size(), 1U);
}

TEST_F(SpokenTo, AReminderBeforeMidnightMayComeAfterIt) {
  remind(kSunday, 23, 50);
  nudges();
  sleep_until("2026-11-23T00:20");
  EXPECT_EQ(shown().size(), 1U);
}

TEST_F(SpokenTo, AReminderIsNotGivenAgainAfterARestart) {
  remind(kDaily, 19);
  pass(7h + 1min);
  EXPECT_EQ(shown().size(), 1U);
  start_anew();
  pass(1h);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, AReminderInTheHourThatTheClockSkipsIsGivenAfterIt) {
  remind(kDaily, 2, 30);
  set_clock("2026-03-29T01:50");  // 02:00 to 03:00 is skipped
  pass(10min);
  EXPECT_EQ(shown().size(), 1U);
  pass(20h);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, AReminderInTheHourThatComesTwiceIsGivenOnce) {
  remind(kDaily, 2, 30);
  set_clock("2026-10-25T01:50");
  pass(4h);
  EXPECT_EQ(shown().size(), 1U);
}

TEST_F(SpokenTo, AClockThatIsSetBackBringsNoReminderTwice) {
  remind(kDaily, 19);
  pass(7h + 1min);
  EXPECT_EQ(shown().size(), 1U);
  set_clock("2026-11-22T18:30");
  pass(2h);
  EXPECT_THAT(shown(), IsEmpty());
}

TEST_F(SpokenTo, AClockThatWasAYearAheadDoesNotSilenceTheReminders) {
  remind(kDaily, 19);
  set_clock("2027-11-22T18:30");
  pass(1h);
  EXPECT_EQ(shown().size(), 1U);
  set_clock("2026-11-22T18:30");
  pass(1h);
  EXPECT_EQ(shown().size(), 1U);
}

TEST_F(SpokenTo, AReminderWaitsForTheMinuteAfterWhatIsNewAndForTheEndOfQuietHours) {
  remind(kDaily, 13);
  settings_.quiet = {{12 * 60 + 30, 13 * 60 + 30}};
  set_clock("2026-11-22T13:00");
  comes(1);
  pass(29min);
  EXPECT_THAT(shown(), IsEmpty());
  pass(2min);
  EXPECT_THAT(shown(), ElementsAre("something new", "a quiet moment for your journal, if you like"));
}

TEST_F(SpokenTo, RemindersWakeTheDaemonOnceAMinute) {
  remind(kDaily, 19);
  pass(1h);
  EXPECT_EQ(ticks_, 60);
}

TEST_F(SpokenTo, WhatIsKeptIsWrittenOnlyWhenItChanges) {
  settings_.quiet = {{12 * 60, 18 * 60}};
  remind(kDaily, 19);
  comes(1), comes(2);
  pass(12h);
  EXPECT_EQ(kept_times_, 3);  // what came; that it was told; the reminder
}

}  // namespace
}  // namespace duolog::notify
