// parcel_test.cc: what goes along when a journal is carried by hand: what nobody is known to hold, and who can open it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/parcel.h"

#include "daemon/journal/held_there.h"
#include "tests/unit/journal/three_homes.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<EpochId> epochs(const Parcel& parcel) {
  std::vector<EpochId> ids;
  for (const crypto::EpochSecret& epoch : parcel.epochs) ids.push_back(crypto::epoch_id(parcel.journal, epoch));
  return ids;
}

std::uint64_t held(const Parcel& parcel, Person& of) {
  const auto at = parcel.held.find(of.device());
  return at != parcel.held.end() ? at->second : 0;
}

std::uint64_t head(Person& at, Person& of) { return at.log().head(at.shared(), of.device())->seq; }

class AParcelFor : public ThreeHomes {};

TEST_F(AParcelFor, TheOtherIsOfTheirDevicesAlone) {
  const Parcel parcel = pack(ada.shelf(), {});
  EXPECT_EQ(parcel.other, "Bo");
  EXPECT_EQ(parcel.journal, ada.shared());
  EXPECT_THAT(parcel.devices, SizeIs(1));
}

TEST_F(AParcelFor, TheOtherHoldsWhatFollowsTheirReceipt) {
  meet(ada, bo);
  const std::uint64_t before = head(ada, ada);
  ada.door().acknowledged(ada.shared(), bo.device(), ada.log().frontier(ada.shared()));
  ada.write("not there yet");
  EXPECT_EQ(held(pack(ada.shelf(), {}), ada), before);
  EXPECT_EQ(held(pack(ada.shelf(), {.everything = true}), ada), 0U);
}

// No session: what Bo wrote says what Bo had seen.
TEST_F(AParcelFor, TheOtherGoesByWhatTheyLastWroteThemselves) {
  ada.write("carried by hand");
  const std::uint64_t written = head(ada, ada);
  bring(ada, bo, ada.shared(), ada.device());
  bo.write("read it");
  bring(bo, ada, ada.shared(), bo.device());
  ada.write("one more");
  EXPECT_EQ(held(pack(ada.shelf(), {}), ada), written);
  EXPECT_EQ(held(pack(ada.shelf(), {}), bo), head(ada, bo)) << "everybody has their own";
}

TEST_F(AParcelFor, SeveralDevicesHoldsWhatTheOneLacksThatHasLeast) {
  const auto phone = let_in(bo, "phone");
  all_meet({&ada, &bo, phone.get()});
  ada.door().acknowledged(ada.shared(), bo.device(), ada.log().frontier(ada.shared()));
  ada.door().acknowledged(ada.shared(), phone->device(), ada.log().frontier(ada.shared()));
  const std::uint64_t both = head(ada, ada);
  ada.write("for both");
  ada.door().acknowledged(ada.shared(), bo.device(), ada.log().frontier(ada.shared()));
  const Parcel parcel = pack(ada.shelf(), {});
  EXPECT_THAT(parcel.devices, SizeIs(2));
  EXPECT_EQ(held(parcel, ada), both);
}

TEST_F(AParcelFor, OnesOwnOtherDevicesIsOfTheNotebook) {
  EXPECT_THAT(pack(ada.shelf(), {.journal = "notebook"}).devices, IsEmpty());
  const auto phone = let_in(ada, "phone");
  all_meet({&ada, phone.get(), &bo});
  EXPECT_THAT(pack(ada.shelf(), {.journal = "notebook"}).devices, ElementsAre("phone"));
  EXPECT_THAT(pack(ada.shelf(), {}).devices, SizeIs(1)) << "what is shared goes to the other";
}

TEST_F(AParcelFor, WhatWasLeftIsNone) {
  ada.shelf().part(ada.shared());
  try {
    pack(ada.shelf(), {.journal = "Bo"});
    FAIL() << "it was packed";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kParted);
  }
}

TEST_F(AParcelFor, TheOtherOpensByTheCurrentEpochWhereTheyHaveIt) {
  meet(ada, bo);
  bo.write("under the first one");
  meet(ada, bo);
  EXPECT_THAT(epochs(pack(ada.shelf(), {})), ElementsAre(*ada.journal(ada.shared()).membership().current()));
}

// Ada has removed her phone, and Bo has not heard: the new epoch's record is in the parcel itself, so that it must open
// by the one before.
TEST_F(AParcelFor, WhoHasNotHeardOfARemovalOpensByTheEpochBefore) {
  const auto phone = let_in(ada, "phone");
  all_meet({&ada, phone.get(), &bo});
  bo.write("before it");
  all_meet({&ada, phone.get(), &bo});
  const EpochId before = *ada.journal(ada.shared()).membership().current();
  ada.shelf().remove_device(phone->device());
  ada.settle();
  const EpochId after = *ada.journal(ada.shared()).membership().current();
  ASSERT_NE(before, after);
  EXPECT_THAT(epochs(pack(ada.shelf(), {})), ElementsAre(after, before));
  bring(ada, bo, ada.shared(), ada.device());
  bo.write("after it");
  bring(bo, ada, ada.shared(), bo.device());
  EXPECT_THAT(epochs(pack(ada.shelf(), {})), ElementsAre(after)) << "and the phone opens none from now on";
}

TEST_F(AParcelFor, SomebodyWhoHasHeardInASessionNeedNotWrite) {
  const auto phone = let_in(ada, "phone");
  all_meet({&ada, phone.get(), &bo});
  ada.shelf().remove_device(phone->device());
  ada.settle();
  meet(ada, bo);
  ada.door().acknowledged(ada.shared(), bo.device(), ada.log().frontier(ada.shared()));
  EXPECT_THAT(epochs(pack(ada.shelf(), {})), ElementsAre(*ada.journal(ada.shared()).membership().current()));
}

// Bo's device was put back to an older state: it has said that it held more, and a session says that it does not.
TEST_F(AParcelFor, WhoHoldsLessThanBeforeGoesByWhatTheLastSessionSaid) {
  for (int n = 0; n < 3; ++n) ada.write("one more");
  meet(ada, bo);
  bo.write("I have read them all");
  meet(ada, bo);
  ada.door().acknowledged(ada.shared(), bo.device(), ada.log().frontier(ada.shared()));
  const std::uint64_t all = head(ada, ada);
  ASSERT_EQ(held(pack(ada.shelf(), {}), ada), all);
  store::Frontier less = ada.log().frontier(ada.shared());
  for (store::FrontierEntry& entry : less) entry.seq -= entry.device == ada.device() ? 2 : 1;
  ada.door().acknowledged(ada.shared(), bo.device(), less);
  EXPECT_EQ(held(pack(ada.shelf(), {}), ada), all - 2) << "neither receipts nor what it wrote before count";
  bo.write("I have them again");
  bring(bo, ada, ada.shared(), bo.device());
  EXPECT_EQ(held(pack(ada.shelf(), {}), ada), all) << "what it writes after that does";
}

// A member's device that lies: its last word is sealed under the roots' own epoch.
TEST_F(AParcelFor, NobodyIsSealedUnderEpochZero) {
  meet(ada, bo);
  const JournalId id = bo.shared();
  const crypto::EpochSecret& first = bo.identity().journal(id).epochs.front();
  const EpochId zero = crypto::epoch_id(id, first);
  Entry words;
  words.text = "for the roots alone";
  bo.log().append(id, bo.device(), [&](const crypto::ChainPosition& at) {
    return crypto::make_event_record(id, bo.identity().keys(), crypto::RecordKind::kEvent, at, zero,
                                     crypto::record_key(first, bo.device()),
                                     encode_event({bo.now, 60, {}, words}).view());
  });
  meet(ada, bo);
  for (const EpochId& epoch : epochs(pack(ada.shelf(), {}))) EXPECT_NE(epoch, zero);
}

TEST_F(AParcelFor, ADeviceIsPackedTheSameAfterAStart) {
  meet(ada, bo);
  ada.door().acknowledged(ada.shared(), bo.device(), ada.log().frontier(ada.shared()));
  ada.local().write_down();
  const auto before = pack(ada.shelf(), {}).held;
  ada.restart();
  EXPECT_EQ(pack(ada.shelf(), {}).held, before);
}

TEST_F(AParcelFor, WhatIsForgottenKeepsNoMarkOfWhoHeldIt) {
  meet(ada, bo);
  const JournalId id = ada.shared();
  ada.door().acknowledged(id, bo.device(), ada.log().frontier(id));
  EXPECT_THAT(ada.local().names(held_there_prefix(id)), SizeIs(1));
  ada.shelf().forget(id);
  EXPECT_THAT(ada.local().names(held_there_prefix(id)), IsEmpty());
}

}  // namespace
}  // namespace duolog::journal
