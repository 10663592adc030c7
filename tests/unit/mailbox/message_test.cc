// message_test.cc: what is said is read as it was meant, or not at all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include "daemon/line/mailbox_message.h"
#include "tests/unit/proto/lies.h"

namespace duolog::mailbox {
namespace {

BundleId some_id() {
  BundleId id;
  id.bytes.fill(5);
  return id;
}
Listing some_listing() {
  Listing listing;
  listing.box.fill(3);
  listing.bundles = {{4, 100, some_id()}, {9, kBundleLimit, some_id()}};
  listing.more = true;
  listing.time_ms = 1'700'000'000'000;
  listing.quota = 1 << 30;
  return listing;
}

std::vector<Ask> asks() { return {Put{some_id(), 20, 10, Bytes(10, 1)}, List{7}, Get{8, 9}}; }
std::vector<Answer> answers() { return {More{5}, Kept{6}, some_listing(), Part{3, Bytes(4, 2)}, No{Why::kFull}}; }

TEST(MailboxMessage, EachReadsAsItWasSaid) {
  for (const Ask& ask : asks()) {
    const auto read = decode_ask(encode(ask));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->index(), ask.index());
    EXPECT_EQ(encode(*read), encode(ask));
  }
  for (const Answer& answer : answers()) {
    const auto read = decode_answer(encode(answer));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->index(), answer.index());
    EXPECT_EQ(encode(*read), encode(answer));
  }
}

// Whatever is read of a lie is within every limit: said again it reads as the same.
TEST(MailboxMessage, NoLieInAnyFieldAndNoCutIsReadBeyondItsLimits) {
  std::size_t told = 0, read_of = 0;
  const auto ask = [&](const Bytes& lie) {
    const auto read = decode_ask(lie);
    if (!read || std::holds_alternative<Unknown>(*read)) return;
    ++read_of;
    EXPECT_TRUE(decode_ask(encode(*read)));
    if (const auto* put = std::get_if<Put>(&*read)) EXPECT_LE(put->at + put->part.size(), put->size);
  };
  const auto answer = [&](const Bytes& lie) {
    const auto read = decode_answer(lie);
    if (!read || std::holds_alternative<Unknown>(*read)) return;
    ++read_of;
    EXPECT_TRUE(decode_answer(encode(*read)));
    if (const auto* listing = std::get_if<Listing>(&*read)) EXPECT_LE(listing->bundles.size(), kListedLimit);
  };
  const auto every = [&](const Bytes& truth, const auto& tell) {
    for (std::size_t cut = 0; cut < truth.size(); ++cut) tell(to_bytes(ByteView(truth).first(cut)));
    for (std::size_t bit = 0; bit < truth.size() * 8; ++bit) {
      Bytes bent = truth;
      bent[bit / 8] = static_cast<std::uint8_t>(bent[bit / 8] ^ 1 << bit % 8);
      tell(bent);
    }
    told += duolog::testing::Lies::about(truth, [&](const duolog::testing::Lie& lie) { tell(lie); });
  };
  for (const Ask& one : asks()) every(encode(one), ask);
  for (const Answer& one : answers()) every(encode(one), answer);
  EXPECT_GT(told, 500u);
  EXPECT_GT(read_of, 100u);
}

TEST(MailboxMessage, TheLargestIsReadAndOneMoreIsNot) {
  EXPECT_TRUE(decode_ask(encode(Ask(Put{some_id(), kBundleLimit, 0, Bytes(kPartLimit)}))));
  EXPECT_FALSE(decode_ask(encode(Ask(Put{some_id(), kBundleLimit, 0, Bytes(kPartLimit + 1)}))));
  EXPECT_FALSE(decode_ask(encode(Ask(Put{some_id(), kBundleLimit + 1, 0, Bytes(1)}))));
  EXPECT_FALSE(decode_ask(encode(Ask(Put{some_id(), 10, 0, {}}))));
  EXPECT_FALSE(decode_ask(encode(Ask(Put{some_id(), 10, 10, Bytes(1)}))));
  Listing listing = some_listing();
  listing.bundles.clear();
  for (std::uint64_t i = 1; i <= kListedLimit; ++i) listing.bundles.push_back({i, 1, some_id()});
  EXPECT_TRUE(decode_answer(encode(Answer(listing))));
  listing.bundles.push_back({kListedLimit + 1, 1, some_id()});
  EXPECT_FALSE(decode_answer(encode(Answer(listing))));
}

TEST(MailboxMessage, AListThatGoesBackOrWouldNeverEndIsNone) {
  Listing listing = some_listing();
  std::swap(listing.bundles[0], listing.bundles[1]);
  EXPECT_FALSE(decode_answer(encode(Answer(listing))));
  listing.bundles[1] = listing.bundles[0];
  EXPECT_FALSE(decode_answer(encode(Answer(listing))));
  listing.bundles.clear();
  EXPECT_FALSE(decode_answer(encode(Answer(listing))));  // nothing, and more of it
  listing.more = false;
  EXPECT_TRUE(decode_answer(encode(Answer(listing))));
}

}  // namespace
}  // namespace duolog::mailbox
