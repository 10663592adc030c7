// liar_claims_test.cc: a partner who lies about what he holds: the victim sends nothing without bound and believes no
// receipt for what it cannot compare.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/liar.h"

namespace duolog::sync::testing {
namespace {

// ---- frontiers ----

TEST_F(LiarTest, NeverAcknowledgesAndIsSentNoMoreThanAWindow) {
  ada.write(20, 1 << 20);
  Liar liar(ada);
  liar.greet();
  EXPECT_EQ(liar.hear_only<sync::Run>().size(), kWindow);
  for (int i = 0; i < 50; ++i) liar.say(liar.hello().claim);
  EXPECT_TRUE(liar.hear_only<sync::Run>().empty());
}

TEST_F(LiarTest, EverLowerFrontiersAreResentWithinABudget) {
  ada.write(8, 1 << 20);
  Liar liar(ada);
  liar.greet();
  std::size_t sent = 0;
  for (int round = 0; round < 1000 && liar.session.reason() == Parting::kNone; ++round) {
    while (const auto message = liar.session.next()) sent += message->size();
    liar.say(Claim{frontier(ours(8), nothing(people().desk)), {}});
    liar.say(Claim{frontier(nothing(people().laptop), nothing(people().desk)), {}});
  }
  EXPECT_EQ(liar.session.reason(), Parting::kViolation);
  EXPECT_LE(sent, kResendBudget + (9 << 20) + (4 << 20));
  EXPECT_GE(sent, kResendBudget);
}

TEST_F(LiarTest, ADeviceThatComesAndGoesFromTheFrontierIsNotSentTwice) {
  ada.write(3);
  Liar liar(ada);
  std::size_t runs = 0;
  liar.greet();
  for (int i = 0; i < 10; ++i) {
    runs += liar.hear_only<sync::Run>().size();
    liar.say(Claim{});
    liar.say(liar.hello().claim);
  }
  EXPECT_EQ(runs, 1U);
  EXPECT_EQ(liar.session.reason(), Parting::kNone);
}

TEST_F(LiarTest, ClaimsTheHighestSeqThereIs) {
  bo.greet(frontier(invented(people().laptop, crypto::kSeqLimit), invented(people().desk, crypto::kSeqLimit)));
  expect_patience();
  EXPECT_EQ(bo.session.lacking(), 2 * crypto::kSeqLimit);
  EXPECT_FALSE(bo.session.in_step());
  bo.hear();
  EXPECT_FALSE(bo.session.has_next());
  EXPECT_TRUE(ada.acknowledged.empty());
}

TEST_F(LiarTest, ClaimsOneMore) {
  bo.greet(frontier(nothing(people().laptop), invented(people().desk, crypto::kSeqLimit + 1)));
  expect_violation();
}

TEST_F(LiarTest, AnEmptyChainHasItsOwnBeginning) {
  bo.greet(frontier(invented(people().laptop, 0), nothing(people().desk)));
  expect_violation();
}

TEST_F(LiarTest, NamesDevicesNobodyKnows) {
  store::Frontier entries;
  for (std::uint8_t i = 0; i < kDevicesLimit; ++i) entries.push_back({DeviceId{{i}}, 7, RecordId{}});
  bo.greet(entries);
  expect_patience();
  entries.push_back({DeviceId{{200}}, 7, RecordId{}});
  Liar other(ada);
  other.greet(entries);
  EXPECT_EQ(other.session.reason(), Parting::kViolation);
}

TEST_F(LiarTest, WhoseInventedDevicesAreForgotten) {
  bo.greet();
  for (int round = 0; round < 3; ++round) {
    store::Frontier entries;
    for (std::uint8_t i = 0; i < kDevicesLimit; ++i)
      entries.push_back({DeviceId{{static_cast<std::uint8_t>(round), i}}, 1, RecordId{}});
    bo.say(Claim{entries, {}});
  }
  expect_patience();
  EXPECT_EQ(bo.session.lacking(), kDevicesLimit);  // those of the last frontier
}

TEST_F(LiarTest, WhoseEmptyChainTurnsOutWrongOnceItIsKnown) {
  bo.greet({invented(people().phone, 0)});
  expect_patience();
  ada.admit(people().phone);
  bo.session.log_grew();
  expect_violation();
}

TEST_F(LiarTest, ClaimsToHoldWhatItCannotShow) {
  ada.write(9);
  Liar liar(ada);
  liar.greet(frontier(ours(9), nothing(people().desk)));
  EXPECT_EQ(seq_in(ada.acknowledged, people().laptop), 9U);
  EXPECT_TRUE(liar.hear_only<sync::Run>().empty());  // its own loss: nothing was promised but what it claimed
}

}  // namespace
}  // namespace duolog::sync::testing
