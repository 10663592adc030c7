// flood_test.cc: a partner who writes without end. Each word costs its author a place in a log; what it costs the other
// has a limit, nothing of theirs is lost under it, and both go on.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/refusal.h"
#include "daemon/store/query.h"
#include "tests/unit/journal/liar.h"

namespace duolog::journal {
namespace {

using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr std::size_t kShownOfEach = 16;  // answers of one person to one round

class AFlood : public ALiar {
 protected:
  static std::size_t by_the_other(const Round& round) {
    return static_cast<std::size_t>(
        std::count_if(round.answers.begin(), round.answers.end(), [](const Item& item) { return !item.mine; }));
  }
};

TEST_F(AFlood, OfAnswersGetsOneKeyAndAPage) {
  const Sealed sealed = seal("again and again");
  for (int i = 0; i < 100; ++i) forge(bo, bo.shared(), sealed);
  meet(ada, bo);
  EXPECT_EQ(ada.round().state, RoundState::kWaitingForYou);
  EXPECT_THAT(today(ada.shelf()).waiting, SizeIs(1));
  ada.answer(7, "Ada's words");
  meet(ada, bo);
  EXPECT_EQ(keys_given(), 1U);
  EXPECT_EQ(by_the_other(ada.round()), kShownOfEach);
  EXPECT_EQ(ada.round().state, RoundState::kBothIn);
  EXPECT_NE(told(bo).find("Ada's words"), std::string::npos) << "she is read by whoever has answered";
  expect_no_harm();
}

// Answers alone, over a view in memory, with the keys of both at hand.
class SealedAnswers : public ::testing::Test {
 protected:
  SealedAnswers() {
    crypto::initialise();
    open();
  }
  void open() {
    answers.reset();
    answers = std::make_unique<Answers>(journal, own.wrap().clone(), AnswerTable(*file, 1));
  }
  [[nodiscard]] Sealed sealed(const DeviceId& by, const std::string& period = kWeek,
                              const crypto::SealRule& rule = {true, std::nullopt}) const {
    const std::vector<WrapPublic> slots{own.public_keys().wrap};
    return {"checkin", period,
            crypto::seal_answer(journal, by, crypto::round_question("checkin", period), crypto::encode_rule(rule),
                                encode_form(Form{{"highlight", std::string("words")}}), slots),
            rule};
  }
  [[nodiscard]] Opening key_to(const RecordId& id, const Sealed& of) const {
    Opening opening{id, {}, {}};
    const auto key = crypto::answer_key(journal, of.answer, own.wrap());
    std::copy(key->view().begin(), key->view().end(), opening.key.begin());
    return opening;
  }
  void bo_answers(const RecordId& id, const Sealed& with) {
    file->transaction([&] { answers->sealed(id, bo, false, with); });
  }
  void bo_opens(const Opening& opening) {
    file->transaction([&] { answers->opening(false, opening, kNoon); });
  }
  std::int64_t counted(const char* sql) {
    store::Query query(file->database(), sql);
    return query.step() ? query.number(0) : -1;
  }
  static RecordId id_of(std::size_t i) {
    return RecordId{{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), 1}};
  }

  JournalId journal{{7}};
  DeviceId bo{{8}};
  crypto::DeviceKeys own{crypto::DeviceSeed::random()};
  std::unique_ptr<ViewFile> file = std::make_unique<ViewFile>("", own.local_key("local.view"), nullptr);
  std::unique_ptr<Answers> answers;
};

// What comes beyond is a record that stays sealed, whatever opens it.
TEST_F(SealedAnswers, AFloodOfThemIsKeptUpToALimit) {
  file->transaction([&] { answers->sealed(RecordId{{9}}, own.id(), true, sealed(own.id())); });
  const Sealed theirs = sealed(bo);
  for (std::size_t i = 0; i <= kVersionsKept; ++i) bo_answers(id_of(i), theirs);
  const std::vector<Opening> due = answers->due();
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_THAT(due[0].counted, SizeIs(kVersionsKept));
  for (const std::size_t i : {kVersionsKept - 1, kVersionsKept}) bo_opens(key_to(id_of(i), theirs));
  EXPECT_EQ(answers->look(id_of(kVersionsKept - 1)).state, AnswerState::kReadable);
  EXPECT_EQ(answers->look(id_of(kVersionsKept)).state, AnswerState::kSealed);
  EXPECT_EQ(counted("SELECT count(*) FROM answer"), 1 + static_cast<std::int64_t>(kVersionsKept));
}

// An opening in vain keeps a question alive until its moment, years ahead.
TEST_F(SealedAnswers, ALiveQuestionIsNotWrittenAnewForEveryAnswer) {
  const Sealed theirs = sealed(bo, kWeek, {true, kFarAhead});
  bo_answers(id_of(0), theirs);
  bo_opens({id_of(0), {1}, {}});
  ASSERT_EQ(counted("SELECT count(*) FROM answer WHERE live = 1"), 1);
  const std::int64_t before = counted("SELECT total_changes()");
  for (std::size_t i = 1; i < kVersionsKept; ++i) bo_answers(id_of(i), theirs);
  EXPECT_EQ(counted("SELECT total_changes()") - before, static_cast<std::int64_t>(kVersionsKept) - 1);
  EXPECT_EQ(counted("SELECT count(*) FROM answer WHERE live = 1"), static_cast<std::int64_t>(kVersionsKept));
}

TEST_F(SealedAnswers, LiveQuestionsWithoutEndAreNotHeldInMemoryAndOpenAtTheirMoment) {
  constexpr std::size_t kQuestions = 100;
  for (std::size_t i = 0; i < kQuestions; ++i) {
    const Sealed theirs = sealed(bo, std::to_string(i), {true, kFarAhead + i % 2});
    bo_answers(id_of(i), theirs);
    bo_opens(key_to(id_of(i), theirs));
  }
  EXPECT_LE(answers->held(), 32U);
  open();  // as at a start
  EXPECT_LE(answers->held(), 32U);
  EXPECT_EQ(answers->next_moment(), kFarAhead);
  EXPECT_EQ(answers->look(id_of(0)).state, AnswerState::kSealed);
  file->transaction([&] { answers->time_is(kFarAhead, false); });
  EXPECT_THAT(answers->take_revealed(), SizeIs(kQuestions / 2));
  EXPECT_EQ(answers->next_moment(), kFarAhead + 1);
  open();
  file->transaction([&] { answers->time_is(kFarAhead + 1, false); });
  EXPECT_THAT(answers->take_revealed(), SizeIs(kQuestions / 2));
  for (std::size_t i = 0; i < kQuestions; ++i) EXPECT_EQ(answers->look(id_of(i)).state, AnswerState::kReadable);
  EXPECT_EQ(answers->next_moment(), std::nullopt);
}

// One's own, of many rounds that wait for the other: each key is given when its round is met, and no other.
TEST_F(SealedAnswers, OfManyOfOnesOwnThoseAreDueThatAreMet) {
  constexpr std::size_t kQuestions = 60;
  for (std::size_t i = 0; i < kQuestions; ++i)
    file->transaction([&] { answers->sealed(id_of(i), own.id(), true, sealed(own.id(), std::to_string(i))); });
  EXPECT_THAT(answers->due(), IsEmpty());
  bo_answers(id_of(1000), sealed(bo, "3"));
  open();
  const std::vector<Opening> due = answers->due();
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].sealed, id_of(3));
  file->transaction([&] { answers->opening(true, due[0], kNoon); });
  EXPECT_THAT(answers->due(), IsEmpty());
}

TEST_F(SealedAnswers, OpeningsThatComeBeforeTheirAnswerAreAFew) {
  const Sealed theirs = sealed(bo);
  for (std::uint8_t i = 1; i <= 100; ++i) bo_opens({id_of(0), {i}, std::vector<RecordId>(kCountedLimit)});
  EXPECT_EQ(counted("SELECT count(*) FROM early"), static_cast<std::int64_t>(kOpeningsTried));
  EXPECT_LE(counted("SELECT max(length(opening)) FROM early"), 8192);
  file->transaction([&] { answers->sealed(RecordId{{9}}, own.id(), true, sealed(own.id())); });
  bo_answers(id_of(0), theirs);
  EXPECT_EQ(counted("SELECT count(*) FROM early"), 0);
  EXPECT_EQ(answers->look(id_of(0)).state, AnswerState::kWrongKey);
}

// The same few, whether they came before their answer or after it.
TEST_F(SealedAnswers, AnOpeningThatComesAgainAndAgainBeforeItsAnswerTakesNoOthersPlace) {
  const Sealed theirs = sealed(bo);
  for (std::size_t i = 0; i < kOpeningsTried; ++i) bo_opens({id_of(0), {1}, std::vector<RecordId>(i)});
  bo_opens(key_to(id_of(0), theirs));
  EXPECT_EQ(counted("SELECT count(*) FROM early"), 2);
  file->transaction([&] { answers->sealed(RecordId{{9}}, own.id(), true, sealed(own.id())); });
  bo_answers(id_of(0), theirs);
  EXPECT_EQ(answers->look(id_of(0)).state, AnswerState::kReadable);
}

// None is written that the other would not read.
TEST_F(AFlood, OfOnesOwnAnswersIsRefusedBeforeItIsLost) {
  for (std::size_t i = 0; i < kVersionsKept; ++i) ada.answer(7, "once more");
  EXPECT_THROW(ada.answer(7, "one too many"), Refusal);
  bo.answer(5, "Bo's words");
  meet(ada, bo);
  meet(ada, bo);
  std::size_t read = 0;
  for (const Item& item : list(bo.shelf(), {.kind = "answer"})) read += item.state == AnswerState::kReadable ? 1U : 0U;
  EXPECT_EQ(read, kVersionsKept + 1);
}

// To the other they have been given.
TEST_F(AFlood, OfOnesOwnAnswersCountsWhatWasTakenBack) {
  for (std::size_t i = 0; i + 1 < kVersionsKept; ++i) ada.answer(7, "once more");
  bo.answer(5, "Bo's words");
  meet(ada, bo);
  meet(ada, bo);
  const Saved last = ada.answer(7, "for the last time");
  meet(ada, bo);
  meet(ada, bo);
  ada.shelf().take_back({{hex(last.id.view())}}, {});
  EXPECT_THROW(ada.answer(7, "one too many"), Refusal);
}

TEST_F(AFlood, OfKeysToWhatIsNotThereOpensNothing) {
  ada.answer(7, "Ada's words");
  meet(ada, bo);
  const Item hers = bo.round().answers.at(0);
  for (std::uint32_t i = 0; i < 100; ++i) {
    forge(bo, bo.shared(),
          Opening{RecordId{{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)}}, {}, {}});
    forge(bo, bo.shared(), Opening{hers.id, {static_cast<std::uint8_t>(i)}, {}});
  }
  meet(ada, bo);
  EXPECT_EQ(keys_given(), 0U);
  EXPECT_EQ(shown(ada, hers.id).state, AnswerState::kReadable);
  EXPECT_EQ(shown(bo, hers.id).state, AnswerState::kSealed);
  bo.answer(4, "Bo's words");
  meet(ada, bo);
  EXPECT_EQ(shown(bo, hers.id).state, AnswerState::kReadable) << "her own key is heard among his";
  ada.restart();
  meet(ada, bo);
  EXPECT_EQ(keys_given(), 1U);
  expect_no_harm();
}

// Ada's own letter stands among many of Bo's, and opens on its day.
TEST_F(AFlood, OfLettersDelaysNobodysLetter) {
  Draft draft{"a letter of Ada's"};
  draft.open_on = "tomorrow";
  const RecordId hers = ada.shelf().write(draft, {}).id;
  for (std::uint64_t i = 0; i < 150; ++i)
    forge(bo, bo.shared(),
          seal_in(std::string(kLetterPractice), "00112233", "not yet", crypto::encode_rule({false, kFarAhead + i})));
  meet(ada, bo);
  EXPECT_THAT(today(ada.shelf()).letters, SizeIs(Le(100U)));
  EXPECT_THAT(today(ada.shelf()).news, IsEmpty());
  ada.now += kDay;
  bo.now += kDay;
  ada.shelf().time_passed();
  meet(ada, bo);
  EXPECT_EQ(shown(bo, hers).state, AnswerState::kReadable);
  expect_no_harm();
}

// Of practices nobody has, in weeks that never come, and of those that exist: none crowds out what is really asked.
TEST_F(AFlood, OfRoundsCrowdsOutNoneThatIsAsked) {
  ada.write("a word before");
  for (int i = 0; i < 60; ++i) {
    forge(bo, bo.shared(), seal_in("checkin", "9999-W" + std::to_string(i), "bait", crypto::rule_both()));
    forge(bo, bo.shared(), seal_in("no-such-practice", std::to_string(i), "bait", crypto::rule_both()));
    for (const char* more : {"a", "b"})
      forge(bo, bo.shared(), Answer{"repair", more + std::to_string(i), words("bait")});
    forge(bo, bo.shared(), Pass{"checkin", "9999-W" + std::to_string(i)});
  }
  meet(ada, bo);
  const Today page = today(ada.shelf());
  EXPECT_THAT(page.waiting, SizeIs(Le(50U)));
  std::set<std::string> waiting;
  for (const Round& round : page.waiting) waiting.insert(round.period);
  EXPECT_TRUE(waiting.contains(kWeek)) << "this week's check-in is asked all the same";
  EXPECT_THAT(page.needs, SizeIs(Le(100U)));
  EXPECT_EQ(keys_given(), 0U);
  expect_no_harm();
}

}  // namespace
}  // namespace duolog::journal
