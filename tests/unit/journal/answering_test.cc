// answering_test.cc: the check-in sealed until both, from both sides, through restarts and against liars.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CheckIn : public TwoPeople {
 protected:
  static std::int32_t connection_of(const Item& item) { return std::get<std::int32_t>(item.fields.at(0).value); }
  static std::vector<std::int32_t> connections(const Round& round) {
    std::vector<std::int32_t> all;
    for (const Item& item : round.answers) all.push_back(item.fields.empty() ? 0 : connection_of(item));
    return all;
  }
  // Everything that could hold plaintext of the other's answer, as text.
  static std::string everything_shown(Person& person) {
    std::string all;
    for (const Item& item : list(person.shelf(), {}))
      for (const FieldValue& field : item.fields)
        if (const auto* text = std::get_if<std::string>(&field.value)) all += *text;
    for (const News& one : person.news)
      if (one.round)
        for (const Item& item : one.round->answers)
          for (const FieldValue& field : item.fields)
            if (const auto* text = std::get_if<std::string>(&field.value)) all += *text;
    return all;
  }
  static RoundKey this_week() { return {"checkin", "2026-W47"}; }
  crypto::SealedAnswer seal(Person& by, ByteView text, ByteView rule = as_bytes("both")) {
    const std::vector<WrapPublic> own{by.identity().keys().public_keys().wrap};
    return crypto::seal_answer(by.shared(), by.device(), crypto::round_question("checkin", "2026-W47"), rule, text,
                               own);
  }
};

TEST_F(CheckIn, AloneItIsAPrivateAnswer) {
  Person cleo("Cleo");
  const Saved saved = cleo.answer(8, "the sea");
  EXPECT_EQ(saved.visibility, Visibility::kPrivate);
  const Round round = rounds(cleo.shelf(), {}).front();
  EXPECT_EQ(round.state, RoundState::kAlone);
  EXPECT_TRUE(round.mine_in);
  EXPECT_EQ(connections(round), std::vector<std::int32_t>{8});
}

TEST_F(CheckIn, TheRoundThatIsShownIsTheOneThatAnAnswerGoesTo) {
  Person cleo("Cleo");
  pair(ada, cleo, 2);
  RoundFilter now;
  now.practice = "checkin";
  now.current_only = true;
  for (const char* reader : {"Bo", "Cleo"}) {
    ada.shelf().set_write_to(reader);
    ASSERT_THAT(rounds(ada.shelf(), now), SizeIs(1));
    EXPECT_EQ(rounds(ada.shelf(), now)[0].journal, reader);
    EXPECT_EQ(ada.answer(7).journal, reader);
  }
}

TEST_F(CheckIn, OnesOwnAnswerIsReadableAndSealed) {
  EXPECT_EQ(ada.answer(7).visibility, Visibility::kSealed);
  const Round round = ada.round();
  EXPECT_EQ(round.state, RoundState::kWaitingForOther);
  ASSERT_THAT(round.answers, SizeIs(1));
  EXPECT_EQ(connection_of(round.answers[0]), 7);
  EXPECT_EQ(round.answers[0].visibility, Visibility::kSealed);
}

TEST_F(CheckIn, TheOthersAnswerIsOnlyKnownToBeThere) {
  ada.answer(7, "SECRETMARK");
  meet(ada, bo);
  const Round round = bo.round();
  EXPECT_EQ(round.state, RoundState::kWaitingForYou);
  ASSERT_THAT(round.answers, SizeIs(1));
  EXPECT_EQ(round.answers[0].state, AnswerState::kSealed);
  EXPECT_THAT(round.answers[0].fields, IsEmpty());
  EXPECT_EQ(everything_shown(bo).find("SECRETMARK"), std::string::npos);
}

TEST_F(CheckIn, OpensByItselfWhenBothAreIn) {
  ada.answer(7);
  meet(ada, bo);
  bo.answer(9);
  meet(ada, bo);
  for (Person* person : {&ada, &bo}) {
    EXPECT_EQ(person->round().state, RoundState::kBothIn);
    EXPECT_THAT(connections(person->round()), ElementsAre(7, 9));
    for (const Item& item : person->round().answers) {
      EXPECT_EQ(item.visibility, Visibility::kShared);
      EXPECT_FALSE(item.after_reveal);
    }
  }
}

TEST_F(CheckIn, OpensWhenBothAnsweredUnawareOfEachOther) {
  ada.answer(7);
  bo.now += kHour;
  bo.answer(9);
  meet(ada, bo);
  EXPECT_THAT(connections(ada.round()), ElementsAre(7, 9));
  EXPECT_THAT(connections(bo.round()), ElementsAre(7, 9));
}

TEST_F(CheckIn, BothAreToldWhenItOpens) {
  ada.answer(7);
  bo.answer(9);
  meet(ada, bo);
  for (Person* person : {&ada, &bo}) {
    std::vector<News::Kind> kinds;
    for (const News& one : person->news) kinds.push_back(one.kind);
    EXPECT_THAT(kinds, Contains(News::Kind::kAnswer));
    EXPECT_THAT(kinds, Contains(News::Kind::kOpened).Times(1));
  }
}

TEST_F(CheckIn, AnOpeningThatWasDueIsPublishedAfterARestart) {
  ada.answer(7);
  meet(ada, bo);
  bo.answer(9);
  const auto run = bo.log().read_run(bo.shared(), bo.device(), 1);
  ada.log().accept(ada.shared(), bo.device(), 1, run);  // stored, and the power went before it was folded
  const auto before = ada.log().head(ada.shared(), ada.device())->seq;
  ada.restart();
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, before + 1);
  ada.restart();
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, before + 1) << "opened twice";
}

TEST_F(CheckIn, EveryVersionIsShownAndALateOneSaysSo) {
  ada.answer(3);
  ada.answer(4);
  meet(ada, bo);
  bo.answer(9);
  meet(ada, bo);
  ada.answer(5);  // having read Bo's
  meet(ada, bo);
  for (Person* person : {&ada, &bo}) {
    const Round round = person->round();
    EXPECT_THAT(connections(round), ElementsAre(3, 4, 9, 5));
    std::vector<bool> late;
    for (const Item& item : round.answers) late.push_back(item.after_reveal);
    EXPECT_THAT(late, ElementsAre(false, false, false, true));
  }
}

TEST_F(CheckIn, AnEarlyKeyOpensNothingBeforeOneHasAnswered) {
  const crypto::SealedAnswer sealed = seal(ada, encode_form({{"highlight", std::string("SECRETMARK")}}));
  const auto key = crypto::answer_key(ada.shared(), sealed, ada.identity().keys().wrap());
  const RecordId id = forge(ada, ada.shared(), Sealed{"checkin", "2026-W47", sealed});
  Opening opening{id, {}, {}};
  std::copy(key->view().begin(), key->view().end(), opening.key.begin());
  forge(ada, ada.shared(), opening);
  meet(ada, bo);
  EXPECT_EQ(everything_shown(bo).find("SECRETMARK"), std::string::npos);
  bo.restart();
  EXPECT_EQ(everything_shown(bo).find("SECRETMARK"), std::string::npos);
  bo.answer(2);
  EXPECT_NE(everything_shown(bo).find("SECRETMARK"), std::string::npos);
}

TEST_F(CheckIn, AWrongKeyIsShownAsOne) {
  ada.answer(7);
  const RecordId id = ada.round().answers[0].id;
  forge(ada, ada.shared(), Opening{id, {1, 2, 3}, {}});
  bo.now += kHour;
  bo.answer(9);
  carry(ada, bo, ada.shared());
  EXPECT_EQ(bo.round().answers[0].state, AnswerState::kWrongKey);
  meet(ada, bo);  // the right one follows, since Ada's device publishes it by itself
  EXPECT_EQ(bo.round().answers[0].state, AnswerState::kReadable);
}

TEST_F(CheckIn, GarbageThatWasSealedIsShownAsGarbage) {
  const crypto::SealedAnswer sealed = seal(ada, as_bytes("\xff\xff no form"));
  forge(ada, ada.shared(), Sealed{"checkin", "2026-W47", sealed});
  bo.now += kHour;
  bo.answer(9);
  meet(ada, bo);
  EXPECT_THAT(bo.round().answers, SizeIs(2));
  EXPECT_EQ(bo.round().answers[0].state, AnswerState::kGarbage);
}

TEST_F(CheckIn, NobodyOpensTheOthersAnswerForThem) {
  ada.answer(7);
  meet(ada, bo);
  const Round round = bo.round();
  forge(bo, bo.shared(), Opening{round.answers[0].id, {9, 9, 9}, {}});
  meet(ada, bo);
  EXPECT_EQ(ada.round().answers[0].state, AnswerState::kReadable);
  bo.answer(9);
  EXPECT_EQ(bo.round().answers[0].state, AnswerState::kSealed) << "not a wrong key: nobody gave one";
}

TEST_F(CheckIn, AQuestionThatIsNotItsPeriodsIsUnreadable) {
  Sealed sealed{"checkin", "2026-W47", seal(ada, encode_form({}))};
  sealed.answer.question = crypto::round_question("checkin", "2026-W46");
  const RecordId id = forge(ada, ada.shared(), sealed);
  bo.answer(9);
  meet(ada, bo);
  EXPECT_EQ(show(bo.shelf(), {hex(id.bytes)}).kind, ItemKind::kUnreadable);
  EXPECT_EQ(bo.round().state, RoundState::kWaitingForOther);
}

TEST_F(CheckIn, AnUnknownRuleIsOfANewerVersionAndEarnsNoKey) {
  const Bytes rule = to_bytes(as_bytes("when-it-rains"));
  const RecordId id = forge(ada, ada.shared(), Sealed{"checkin", "2026-W47", seal(ada, encode_form({}), rule)});
  bo.answer(9);
  const auto before = bo.log().head(bo.shared(), bo.device())->seq;
  meet(ada, bo);
  EXPECT_EQ(show(bo.shelf(), {hex(id.bytes)}).kind, ItemKind::kNewer);
  EXPECT_EQ(bo.log().head(bo.shared(), bo.device())->seq, before);
}

// Whoever seals by another rule, to have the other's words without giving theirs, gets nothing.
TEST_F(CheckIn, AnAnswerByAnotherRuleEarnsNoKey) {
  for (const crypto::SealRule& rule : {crypto::SealRule{false, 1'900'000'000}, crypto::SealRule{true, 1}}) {
    const Bytes bytes = crypto::encode_rule(rule);
    forge(ada, ada.shared(), Sealed{"checkin", "2026-W47", seal(ada, encode_form({}), bytes)});
  }
  bo.answer(9);
  const auto before = bo.log().head(bo.shared(), bo.device())->seq;
  meet(ada, bo);
  EXPECT_EQ(bo.log().head(bo.shared(), bo.device())->seq, before);
}

TEST_F(CheckIn, AnAnswerOfLastWeekCanStillBeGiven) {
  ada.answer(7);
  meet(ada, bo);
  bo.now += 7 * kDay;
  EXPECT_THAT(today(bo.shelf()).waiting, SizeIs(2));  // this week's, and the one that only Bo holds up
  FilledForm late;
  late.practice = "checkin";
  late.period = "2026-W47";
  late.fields.push_back({"connection", 4});
  bo.shelf().answer(late, {});
  meet(ada, bo);
  EXPECT_THAT(today(bo.shelf()).waiting, SizeIs(1));
  EXPECT_EQ(Rounds(bo.journal(bo.shared()), Calendar{"UTC"}, 0, Zone("UTC")).make(this_week()).state,
            RoundState::kBothIn);
  late.period = "2019-W01";
  EXPECT_THROW(bo.shelf().answer(late, {}), Refusal);
}

TEST_F(CheckIn, ARepeatedRequestAnswersOnce) {
  FilledForm form;
  form.practice = "checkin";
  form.fields.push_back({"connection", 4});
  const Bytes request(16, 5);
  const Saved first = ada.shelf().answer(form, request);
  EXPECT_EQ(ada.shelf().answer(form, request).id, first.id);
  EXPECT_THAT(ada.round().answers, SizeIs(1));
}

TEST_F(CheckIn, TheSalamanderOpensUnderOneKeyOnly) {
  // Two keys, one ciphertext that the AEAD accepts under both (vectors/spec/salamander.json).
  const auto nonce = *from_hex("cdbf62d7129328032c346b53ae5ee32dd12215b123f76f20");
  const auto box = *from_hex(
      "4cfdadd0a2ccb24f9b944e3786bb156615c93b963711b9f3e61f09d5d60e9a48eeb4b9e408a6c5fa8324759d81afc5d7ba76c61d6ad5a77b"
      "c1e1356414beb30c");
  const auto key1 = *from_hex("608f75fc37a648abfbf036964a0afdc0f08e4f67851f54748e01d5b66c65b21d");
  const auto key2 = *from_hex("116f80e7a9c7bd30541d46c5e2601fe2f80ad28ef600d170ff9e1db22a5425e0");
  crypto::SealedAnswer sealed = seal(ada, encode_form({}));
  sealed.ciphertext = nonce;
  append(sealed.ciphertext, box);
  const Hash ct = crypto::hash("seal.ct", {sealed.ciphertext});
  sealed.commit = crypto::hash(
      "seal.commit", {ada.shared().bytes, ada.device().bytes, sealed.question.bytes, sealed.rule, ct.bytes, key1});
  const RecordId id = forge(ada, ada.shared(), Sealed{"checkin", "2026-W47", sealed});
  Opening other{id, {}, {}};
  std::copy(key2.begin(), key2.end(), other.key.begin());
  forge(ada, ada.shared(), other);
  bo.answer(9);
  meet(ada, bo);
  EXPECT_EQ(show(bo.shelf(), {hex(id.bytes)}).state, AnswerState::kWrongKey);
  EXPECT_THAT(show(bo.shelf(), {hex(id.bytes)}).fields, IsEmpty());
}

}  // namespace
}  // namespace duolog::journal
