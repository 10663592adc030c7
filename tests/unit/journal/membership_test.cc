// membership_test.cc: who counts, and which epoch is current, from facts alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/membership.h"

#include <gmock/gmock.h>

#include <limits>

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class MembershipTest : public ::testing::Test {
 protected:
  MembershipTest() {
    genesis.first = root_of(1);
    genesis.second = root_of(2);
  }
  static crypto::RootPublic root_of(std::uint8_t n) {
    return crypto::RootKeys(*crypto::RootEntropy::from(Bytes(32, n))).public_keys();
  }
  // A device of person 1 or 2, `chain` certificates away from the root.
  static crypto::ProvenDevice device(std::uint8_t person, std::uint8_t n, std::size_t chain = 1,
                                     std::uint64_t created = 1) {
    crypto::ProvenDevice proven;
    proven.person = root_of(person).id();
    proven.device.sign.bytes.fill(n);
    proven.created = created;
    proven.path.assign(chain, DeviceId{});
    return proven;
  }
  static EpochId epoch_named(std::uint8_t n) {
    EpochId id;
    id.bytes.fill(n);
    return id;
  }
  // The epoch that somebody would write now.
  EpochFact written_by(const crypto::ProvenDevice& author, std::uint8_t name, std::uint32_t depth) {
    return {epoch_named(name), author.device.id(), depth, fold.meta()};
  }
  static DeviceId id(const crypto::ProvenDevice& device) { return device.device.id(); }

  crypto::Genesis genesis{{}, root_of(1), root_of(2)};
  Membership fold{genesis};
  crypto::ProvenDevice ada = device(1, 10);
  crypto::ProvenDevice bo = device(2, 20);
};

TEST_F(MembershipTest, NobodyIsLiveBeforeTheFoundingIsKnown) {
  EXPECT_THAT(fold.live(), IsEmpty());
  EXPECT_EQ(fold.current(), std::nullopt);
}

TEST_F(MembershipTest, FoundersAreLiveAndTheRootsAreMembers) {
  fold.enrol(ada);
  fold.enrol(bo);
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(ada), id(bo)));
  EXPECT_THAT(fold.gone(), IsEmpty());
  EXPECT_THAT(fold.meta().members, SizeIs(4));
}

TEST_F(MembershipTest, AnEpochOfTheLiveSetIsCurrent) {
  fold.enrol(ada);
  fold.enrol(bo);
  fold.epoch(written_by(ada, 1, 1));
  EXPECT_EQ(fold.current(), epoch_named(1));
  EXPECT_EQ(fold.next_depth(), 2u);
}

TEST_F(MembershipTest, TheDeepestIsCurrentAndThenTheLargestId) {
  fold.enrol(ada);
  fold.enrol(bo);
  fold.epoch(written_by(ada, 9, 1));
  fold.epoch(written_by(bo, 3, 2));
  EXPECT_EQ(fold.current(), epoch_named(3));
  fold.epoch(written_by(ada, 4, 2));
  EXPECT_EQ(fold.current(), epoch_named(4));
}

TEST_F(MembershipTest, TheOrderOfFactsMakesNoDifference) {
  Membership other{genesis};
  fold.enrol(ada);
  fold.enrol(bo);
  const EpochFact first = written_by(ada, 1, 1);
  const EpochFact second = written_by(bo, 2, 2);
  fold.epoch(first);
  fold.epoch(second);
  other.epoch(second);
  other.epoch(first);
  other.enrol(bo);
  other.enrol(ada);
  EXPECT_EQ(other.current(), fold.current());
  EXPECT_EQ(other.meta(), fold.meta());
}

TEST_F(MembershipTest, EpochZeroIsNeverCurrent) {
  fold.epoch({epoch_named(1), id(ada), 0, fold.meta()});  // its members: the roots alone
  fold.enrol(ada);
  fold.enrol(bo);
  EXPECT_EQ(fold.current(), std::nullopt);
}

TEST_F(MembershipTest, AfterAFreezeNoEarlierEpochIsCurrent) {
  fold.enrol(ada);
  fold.enrol(bo);
  fold.epoch(written_by(ada, 1, 1));
  fold.freeze(id(bo));
  EXPECT_THAT(fold.live(), ElementsAre(id(ada)));
  EXPECT_THAT(fold.gone(), ElementsAre(id(bo)));
  EXPECT_EQ(fold.current(), std::nullopt);
  fold.epoch(written_by(ada, 2, fold.next_depth()));
  EXPECT_EQ(fold.current(), epoch_named(2));
}

TEST_F(MembershipTest, AnEpochThatAGoneDeviceKnowsIsNotCurrentAgain) {
  fold.enrol(ada);
  fold.enrol(bo);
  const EpochFact before = written_by(ada, 1, 5);  // the live set that follows is the same; who is gone is not
  const crypto::ProvenDevice phone = device(1, 30);
  fold.enrol(phone);
  fold.freeze(id(phone));
  fold.epoch(before);
  EXPECT_EQ(before.meta.members, fold.meta().members);
  EXPECT_EQ(fold.current(), std::nullopt);
}

TEST_F(MembershipTest, AnEpochByOneNoLongerLiveIsNotCurrent) {
  fold.enrol(ada);
  fold.enrol(bo);
  fold.freeze(id(bo));
  fold.epoch(written_by(bo, 7, 9));
  EXPECT_EQ(fold.current(), std::nullopt);
  EXPECT_EQ(fold.next_depth(), 1u) << "what the frozen one wrote does not count";
}

TEST_F(MembershipTest, TheDepthDoesNotWrap) {
  fold.enrol(ada);
  fold.enrol(bo);
  fold.epoch(written_by(bo, 7, std::numeric_limits<std::uint32_t>::max()));
  EXPECT_EQ(fold.next_depth(), std::numeric_limits<std::uint32_t>::max());
}

TEST_F(MembershipTest, OfMoreThanEightDevicesTheEightNearestTheRootCount) {
  for (std::uint8_t n = 0; n < 9; ++n) fold.enrol(device(1, static_cast<std::uint8_t>(100 + n), n == 4 ? 2 : 1, n));
  EXPECT_THAT(fold.live(), SizeIs(kLivePerPerson));
  EXPECT_THAT(fold.gone(), ElementsAre(device(1, 104).device.id()));
}

TEST_F(MembershipTest, OneOfManyMoreMakesRoomForThoseOfTheOther) {
  for (std::uint8_t n = 0; n < 9; ++n) fold.enrol(device(1, static_cast<std::uint8_t>(100 + n)));
  fold.enrol(bo);
  EXPECT_THAT(fold.live(), SizeIs(kLivePerPerson + 1));
}

}  // namespace
}  // namespace duolog::journal
