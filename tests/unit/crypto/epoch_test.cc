// epoch_test.cc: who gets an epoch's secret, and what spoils it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/epoch.h"

#include "crypto/slot.h"
#include "damage.h"
#include "people.h"

namespace duolog::crypto::testing {
namespace {

constexpr std::size_t kSlotsAt = 4 + 32 + 1;
constexpr std::size_t kSlotsEnd = kSlotsAt + kEpochSlots * kSlotLength;

class EpochTest : public ::testing::Test {
 protected:
  People people_;
  EpochSecret secret_ = EpochSecret::random();
  EpochId id_ = epoch_id(people_.journal, secret_);
  SlotPsk psk_ = epoch_psk(EpochSecret::random());
  EpochMeta meta_{{{people_.laptop.id().bytes}, {people_.desktop.id().bytes}}, gone_digest({})};

  [[nodiscard]] Bytes make(const std::vector<WrapPublic>& wraps) const {
    std::vector<EpochRecipient> recipients;
    for (const WrapPublic& wrap : wraps) recipients.push_back({wrap, &psk_});
    return make_epoch(people_.journal, secret_, 5, recipients, meta_);
  }
  [[nodiscard]] Bytes for_laptop_and_desktop() const {
    return make({people_.laptop.public_keys().wrap, people_.desktop.public_keys().wrap});
  }
  [[nodiscard]] bool laptop_opens(ByteView body) const {
    const auto found = open_epoch(people_.journal, id_, body, people_.laptop.wrap(), psk_);
    EXPECT_TRUE(!found || *found == secret_);
    return found.has_value();
  }
  [[nodiscard]] bool meta_opens(ByteView body) const {
    return open_epoch_meta(people_.journal, id_, secret_, body).has_value();
  }
};

TEST_F(EpochTest, OpensForItsRecipientsAlone) {
  const Bytes body = for_laptop_and_desktop();
  EXPECT_TRUE(laptop_opens(body));
  EXPECT_TRUE(open_epoch(people_.journal, id_, body, people_.desktop.wrap(), psk_));
  EXPECT_FALSE(open_epoch(people_.journal, id_, body, people_.phone.wrap(), psk_));
}

TEST_F(EpochTest, TheX25519KeyAloneIsNotEnough) {
  const SlotPsk other = epoch_psk(EpochSecret::random());
  EXPECT_FALSE(open_epoch(people_.journal, id_, for_laptop_and_desktop(), people_.laptop.wrap(), other));
}

TEST_F(EpochTest, ASecretThatIsNotWhatTheIdNamesIsRefused) {
  // A liar wraps another secret in slots made for this id.
  const EpochSecret other = EpochSecret::random();
  const std::vector<SlotRecipient> laptop{{people_.laptop.public_keys().wrap, psk_.view()}};
  const SlotRow row = wrap_secret({"epoch.slot", people_.journal, id_.bytes}, laptop, other.view(), kEpochSlots);
  Bytes body = for_laptop_and_desktop();
  std::copy(row.ephemeral.begin(), row.ephemeral.end(), body.begin() + 4);
  for (std::size_t i = 0; i < kEpochSlots; ++i)
    std::copy(row.slots[i].begin(), row.slots[i].end(),
              body.begin() + static_cast<std::ptrdiff_t>(kSlotsAt + i * kSlotLength));
  ByteArray<32> found{};
  ASSERT_TRUE(unwrap_secret(found, {"epoch.slot", people_.journal, id_.bytes}, people_.laptop.wrap(), psk_.view(),
                            row.ephemeral, row.slots));
  EXPECT_FALSE(laptop_opens(body));
}

TEST_F(EpochTest, EveryByteOfOnesOwnSlotIsBound) {
  const Bytes body = for_laptop_and_desktop();
  std::size_t refused = 0;
  for (std::size_t i = kSlotsAt; i < kSlotsEnd; ++i) {
    Bytes bad = body;
    bad[i] ^= 0x10;
    refused += laptop_opens(bad) ? 0U : 1U;
  }
  EXPECT_EQ(refused, kSlotLength);  // the other slots are not the laptop's to judge
}

TEST_F(EpochTest, EveryByteBeforeTheSlotsIsBound) {
  const Bytes body = for_laptop_and_desktop();
  const Bytes before = to_bytes(ByteView(body).first(kSlotsAt));
  expect_each_flip_refused(before, [&](ByteView bad) {
    Bytes spoilt = body;
    std::copy(bad.begin(), bad.end(), spoilt.begin());
    return !laptop_opens(spoilt) || !meta_opens(spoilt);
  });
}

TEST_F(EpochTest, EveryByteOfTheMetaIsBound) {
  const Bytes body = for_laptop_and_desktop();
  expect_each_flip_refused(ByteView(body).subspan(kSlotsEnd), [&](ByteView bad) {
    Bytes spoilt = body;
    std::copy(bad.begin(), bad.end(), spoilt.begin() + kSlotsEnd);
    return !meta_opens(spoilt);
  });
}

TEST_F(EpochTest, EveryCutAndOneMoreByteIsRefused) {
  Bytes body = for_laptop_and_desktop();
  expect_each_cut_refused(body, [&](ByteView bad) { return !meta_opens(bad); });
  expect_each_cut_refused(ByteView(body).first(kSlotsEnd + kSealOverhead),
                          [&](ByteView bad) { return !epoch_depth(bad) && !laptop_opens(bad); });
  body.push_back(0);
  EXPECT_FALSE(epoch_depth(body));
}

TEST_F(EpochTest, AnotherNumberOfSlotsIsRefused) {
  Bytes body = for_laptop_and_desktop();
  body[4 + 32] = kEpochSlots - 1;
  EXPECT_FALSE(epoch_depth(body));
  EXPECT_FALSE(laptop_opens(body));
}

TEST_F(EpochTest, AnEphemeralKeyOfLowOrderIsRefused) {
  Bytes body = for_laptop_and_desktop();
  std::fill_n(body.begin() + 4, 32, std::uint8_t{0});
  EXPECT_FALSE(laptop_opens(body));
}

TEST_F(EpochTest, ARecipientKeyOfLowOrderGetsNoSlotAndHurtsNobody) {
  const Bytes body = make({WrapPublic{}, people_.laptop.public_keys().wrap});
  EXPECT_TRUE(laptop_opens(body));
  EXPECT_EQ(body.size(), for_laptop_and_desktop().size());
}

TEST_F(EpochTest, EighteenRecipientsFit) {
  std::vector<WrapPublic> wraps(kEpochSlots - 1, people_.desktop.public_keys().wrap);
  wraps.push_back(people_.laptop.public_keys().wrap);
  EXPECT_TRUE(laptop_opens(make(wraps)));
}

using EpochDeathTest = EpochTest;
TEST_F(EpochDeathTest, ANineteenthRecipientIsOurBug) {
  EXPECT_DEATH((void)make(std::vector<WrapPublic>(kEpochSlots + 1, people_.desktop.public_keys().wrap)), "cannot hold");
}

TEST_F(EpochTest, MembersComeBackSorted) {
  const auto opened = open_epoch_meta(people_.journal, id_, secret_, for_laptop_and_desktop());
  ASSERT_TRUE(opened);
  EpochMeta sorted = meta_;
  std::sort(sorted.members.begin(), sorted.members.end());
  EXPECT_EQ(*opened, sorted);
}

TEST_F(EpochTest, MembersListedTwiceAreRefused) {
  meta_.members.push_back(meta_.members.front());
  EXPECT_FALSE(meta_opens(for_laptop_and_desktop()));
}

TEST_F(EpochTest, EighteenMembersAreReadAndOneMoreIsNot) {
  const auto opens = [&](std::size_t members) {
    Bytes body = for_laptop_and_desktop();
    Bytes ad = to_bytes(as_bytes("duolog1:epoch"));
    for (const ByteView part : {people_.journal.view(), id_.view(), ByteView(body).first(4)}) append(ad, part);
    Bytes listed;
    for (std::size_t i = 0; i <= members; ++i) append(listed, Bytes(32, static_cast<std::uint8_t>(i)));
    body.resize(kSlotsEnd);
    append(body, seal(kdf<EpochMetaKey>(secret_.view(), "epoch.meta").view(), ad, pad(listed, kEpochMetaFloor)));
    return meta_opens(body);
  };
  EXPECT_TRUE(opens(kEpochSlots));
  EXPECT_FALSE(opens(kEpochSlots + 1));
}

TEST_F(EpochTest, TheGoneDigestForgetsOrderAndNothingElse) {
  const DeviceId a = people_.laptop.id();
  const DeviceId b = people_.phone.id();
  EXPECT_EQ(gone_digest(std::vector{a, b}), gone_digest(std::vector{b, a}));
  EXPECT_NE(gone_digest(std::vector{a, b}), gone_digest(std::vector{a}));
  EXPECT_NE(gone_digest(std::vector{a}), gone_digest({}));
}

TEST_F(EpochTest, SlotsAreSortedSoThatTheirOrderSaysNothing) {
  const Bytes body = for_laptop_and_desktop();
  for (std::size_t i = 1; i < kEpochSlots; ++i) {
    const ByteView before = ByteView(body).subspan(kSlotsAt + (i - 1) * kSlotLength, kSlotLength);
    const ByteView after = ByteView(body).subspan(kSlotsAt + i * kSlotLength, kSlotLength);
    EXPECT_TRUE(std::lexicographical_compare(before.begin(), before.end(), after.begin(), after.end()));
  }
}

}  // namespace
}  // namespace duolog::crypto::testing
