// sealed_answer_test.cc: hiding, binding, and the salamander.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/sealed_answer.h"

#include "damage.h"
#include "people.h"
#include "vectors.h"

namespace duolog::crypto::testing {
namespace {

class SealedAnswerTest : public ::testing::Test {
 protected:
  People people_;
  QuestionId question_ = round_question("checkin", "2026-W47");
  DeviceId author_ = people_.laptop.id();
  std::vector<WrapPublic> own_{people_.laptop.public_keys().wrap, people_.phone.public_keys().wrap,
                               people_.anna.public_keys().wrap};

  [[nodiscard]] SealedAnswer seal(std::string_view text) const {
    return seal_answer(people_.journal, author_, question_, rule_both(), as_bytes(text), own_);
  }
  [[nodiscard]] AnswerKey key_of(const SealedAnswer& answer) const {
    return *answer_key(people_.journal, answer, people_.laptop.wrap());
  }
  [[nodiscard]] Opening verdict(const SealedAnswer& answer, ByteView key) const {
    return open_answer(people_.journal, author_, answer, key).verdict;
  }
};

TEST_F(SealedAnswerTest, OpensForItsAuthorsDevicesAndRoot) {
  const SealedAnswer answer = seal("I would like to talk more.");
  for (const WrapSecret* wrap : {&people_.laptop.wrap(), &people_.phone.wrap(), &people_.anna.wrap()}) {
    const auto key = answer_key(people_.journal, answer, *wrap);
    ASSERT_TRUE(key);
    const OpenedAnswer opened = open_answer(people_.journal, author_, answer, key->view());
    EXPECT_EQ(opened.verdict, Opening::kOpened);
    EXPECT_EQ(as_text(opened.text), "I would like to talk more.");
  }
}

TEST_F(SealedAnswerTest, ThePartnerFindsNoKey) {
  const SealedAnswer answer = seal("not yet");
  EXPECT_FALSE(answer_key(people_.journal, answer, people_.desktop.wrap()));
  EXPECT_FALSE(answer_key(people_.journal, answer, people_.ben.wrap()));
}

TEST_F(SealedAnswerTest, TheSalamanderIsRefused) {
  Bytes ciphertext = salamander("nonce");
  append(ciphertext, salamander("ciphertext_and_tag"));
  const Bytes yes = salamander("key1");
  const Bytes no = salamander("key2");
  // The bare cipher opens it under both keys, to two answers.
  EXPECT_EQ(open(yes, {}, ciphertext), salamander("opens1"));
  EXPECT_EQ(open(no, {}, ciphertext), salamander("opens2"));

  SealedAnswer answer{question_, rule_both(), {}, ciphertext, {}, {}};
  answer.commit = hash("seal.commit", {people_.journal.bytes, author_.bytes, question_.bytes, answer.rule,
                                       hash_bytes("seal.ct", {ciphertext}), yes});
  EXPECT_EQ(verdict(answer, no), Opening::kWrongKey);
  EXPECT_EQ(verdict(answer, yes), Opening::kGarbage);  // and nothing was sealed by our rules
}

TEST_F(SealedAnswerTest, EveryByteOfKeyCommitmentAndCiphertextIsBound) {
  const SealedAnswer answer = seal("mine");
  const AnswerKey key = key_of(answer);
  expect_each_flip_refused(key.view(), [&](ByteView bad) { return verdict(answer, bad) == Opening::kWrongKey; });
  expect_each_flip_refused(answer.commit.bytes, [&](ByteView bad) {
    SealedAnswer spoilt = answer;
    spoilt.commit = *Hash::from(bad);
    return verdict(spoilt, key.view()) == Opening::kWrongKey;
  });
  expect_each_flip_refused(answer.ciphertext, [&](ByteView bad) {
    SealedAnswer spoilt = answer;
    spoilt.ciphertext = to_bytes(bad);
    return verdict(spoilt, key.view()) == Opening::kWrongKey;
  });
}

TEST_F(SealedAnswerTest, ItsContextIsBound) {
  const SealedAnswer answer = seal("mine");
  const AnswerKey key = key_of(answer);
  SealedAnswer spoilt = answer;
  spoilt.rule = rule_after(0);
  EXPECT_EQ(verdict(spoilt, key.view()), Opening::kWrongKey);
  spoilt = answer;
  spoilt.question = round_question("checkin", "2026-W48");
  EXPECT_EQ(verdict(spoilt, key.view()), Opening::kWrongKey);
  EXPECT_EQ(open_answer(JournalId{}, author_, answer, key.view()).verdict, Opening::kWrongKey);
  EXPECT_EQ(open_answer(people_.journal, people_.phone.id(), answer, key.view()).verdict, Opening::kWrongKey);
}

TEST_F(SealedAnswerTest, EveryByteOfItsSlotsAndTheirKeyIsBound) {
  own_ = {people_.laptop.public_keys().wrap};
  const SealedAnswer answer = seal("mine");
  std::size_t refused = 0;
  for (std::size_t i = 0; i < kAnswerSlots * kSlotLength; ++i) {
    SealedAnswer spoilt = answer;
    spoilt.slots[i / kSlotLength][i % kSlotLength] ^= 1;
    refused += answer_key(people_.journal, spoilt, people_.laptop.wrap()) ? 0U : 1U;
  }
  EXPECT_EQ(refused, kSlotLength);
  expect_each_flip_refused(answer.ephemeral, [&](ByteView bad) {
    SealedAnswer spoilt = answer;
    std::copy(bad.begin(), bad.end(), spoilt.ephemeral.begin());
    return !answer_key(people_.journal, spoilt, people_.laptop.wrap());
  });
}

TEST_F(SealedAnswerTest, AKeyOfAnotherLengthIsWrong) {
  const SealedAnswer answer = seal("mine");
  EXPECT_EQ(verdict(answer, {}), Opening::kWrongKey);
  EXPECT_EQ(verdict(answer, Bytes(31)), Opening::kWrongKey);
  EXPECT_EQ(verdict(answer, Bytes(33)), Opening::kWrongKey);
}

// An author who commits to a key of another length must not stop the reader.
TEST_F(SealedAnswerTest, ACommitmentToAShortKeyIsWrongToo) {
  SealedAnswer answer = seal("mine");
  const Bytes short_key(31);
  answer.commit = hash("seal.commit", {people_.journal.bytes, author_.bytes, question_.bytes, answer.rule,
                                       hash_bytes("seal.ct", {answer.ciphertext}), short_key});
  EXPECT_EQ(verdict(answer, short_key), Opening::kWrongKey);
}

TEST_F(SealedAnswerTest, AnotherNumberOfSlotsHoldsNoKey) {
  SealedAnswer answer = seal("mine");
  answer.slots.push_back(Slot{});
  EXPECT_FALSE(answer_key(people_.journal, answer, people_.laptop.wrap()));
  answer.slots.clear();
  EXPECT_FALSE(answer_key(people_.journal, answer, people_.laptop.wrap()));
}

TEST_F(SealedAnswerTest, LengthsShowInStepsOfFour) {
  const auto size = [&](std::size_t text) { return seal(std::string(text, 'x')).ciphertext.size() - kSealOverhead; };
  EXPECT_EQ(size(0), 2048U);
  EXPECT_EQ(size(2044), 2048U);
  EXPECT_EQ(size(2045), 8192U);
  EXPECT_EQ(size(kAnswerLimit), 524'288U);
}

TEST_F(SealedAnswerTest, TheLongestAnswerOpens) {
  const SealedAnswer answer = seal(std::string(kAnswerLimit, 'x'));
  EXPECT_EQ(verdict(answer, key_of(answer).view()), Opening::kOpened);
}

using SealedAnswerDeathTest = SealedAnswerTest;
TEST_F(SealedAnswerDeathTest, OneByteMoreIsNotSealed) {
  EXPECT_DEATH((void)seal(std::string(kAnswerLimit + 1, 'x')), "too long to seal");
}

TEST(AnswerRule, OnlyAnAfterRuleHasATime) {
  EXPECT_EQ(decode_rule(rule_after(1893456000)), (SealRule{false, 1893456000U}));
  EXPECT_EQ(decode_rule(rule_both()), (SealRule{true, std::nullopt}));
  EXPECT_EQ(decode_rule(encode_rule({true, 7})), (SealRule{true, 7}));
  EXPECT_EQ(decode_rule({}), std::nullopt);
  EXPECT_EQ(decode_rule(as_bytes("both-or")), std::nullopt);
  for (const SealRule rule : {SealRule{false, 7}, SealRule{true, 7}})
    expect_each_cut_refused(encode_rule(rule), [&](ByteView bad) { return decode_rule(bad) != rule; });
}

TEST(RoundQuestion, DependsOnPracticeAndPeriod) {
  EXPECT_EQ(round_question("checkin", "2026-W47"), round_question("checkin", "2026-W47"));
  EXPECT_NE(round_question("checkin", "2026-W47"), round_question("checkin", "2026-W48"));
  EXPECT_NE(round_question("checkin2", "026-W47"), round_question("checkin", "2026-W47"));
}

}  // namespace
}  // namespace duolog::crypto::testing
