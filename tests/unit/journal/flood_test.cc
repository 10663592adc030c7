// flood_test.cc: a partner who writes without end. Each word costs its author a place in a log; what it costs the other
// has a limit, nothing of theirs is lost under it, and both go on.
// SPDX-License-Identifier: GPL-3.0-or-later
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

// An opening counts so many answers and no more: it could not be written, and she would never open. What is beyond is
// not said to have been blind.
TEST(SealedAnswers, AFloodOfThemIsCountedUpToALimit) {
  crypto::initialise();
  const crypto::DeviceKeys own{crypto::DeviceSeed::random()};
  const std::vector<WrapPublic> slots{own.public_keys().wrap};
  const JournalId journal{{7}};
  const auto sealed = [&](const DeviceId& by) {
    return Sealed{"checkin",
                  kWeek,
                  crypto::seal_answer(journal, by, crypto::round_question("checkin", kWeek), crypto::rule_both(),
                                      encode_form(Form{{"highlight", std::string("words")}}), slots),
                  {true, std::nullopt}};
  };
  const DeviceId bo{{8}};
  const Sealed theirs = sealed(bo);
  const auto id_of = [](std::size_t i) {
    return RecordId{{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8), 1}};
  };
  ViewFile file("", own.local_key("local.view"), nullptr);
  Answers answers(journal, own.wrap().clone(), AnswerTable(file, 1));
  file.transaction([&] {
    answers.sealed(RecordId{{9}}, own.id(), true, sealed(own.id()));
    for (std::size_t i = 0; i <= kCountedLimit; ++i) answers.sealed(id_of(i), bo, false, theirs);
  });
  const std::vector<Opening> due = answers.due();
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_THAT(due[0].counted, SizeIs(kCountedLimit));
  file.transaction([&] { answers.opening(true, due[0], kNoon); });
  EXPECT_FALSE(answers.look(id_of(0)).after_reveal);
  EXPECT_TRUE(answers.look(id_of(kCountedLimit)).after_reveal);
  EXPECT_THAT(answers.due(), IsEmpty());
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
