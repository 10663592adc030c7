// membership_test.cc: who counts, and which epoch is current, from facts alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/membership.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>
#include <numeric>
#include <random>

#include "daemon/journal/devices.h"

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

// ---- devices that come and go ----

// Facts are told in every order there is; what follows must be one thing.
class MembershipInAnyOrder : public MembershipTest {
 protected:
  using Fact = std::function<void(Membership&)>;

  static crypto::ProvenDevice over(const crypto::ProvenDevice& issuer, std::uint8_t n, std::uint64_t created = 1) {
    crypto::ProvenDevice proven = device(1, n);
    proven.person = issuer.person;
    proven.created = created;
    proven.path = issuer.path;
    proven.path.back() = id(issuer);
    proven.path.push_back(id(proven));
    return proven;
  }
  static crypto::ProvenDevice by_the_root(std::uint8_t person, std::uint8_t n) {
    crypto::ProvenDevice proven = device(person, n);
    proven.path = {id(proven)};
    return proven;
  }
  static Fact found(const crypto::ProvenDevice& device) {
    return [device](Membership& to) { to.enrol(device); };
  }
  static Fact add(const crypto::ProvenDevice& device, const crypto::ProvenDevice& by, std::uint64_t seq) {
    return [=](Membership& to) { to.enrol({device, id(by), seq}); };
  }
  static Fact remove(const crypto::ProvenDevice& device, const crypto::ProvenDevice& by, std::uint64_t cut) {
    return [=](Membership& to) { to.remove({id(device), cut, {}, id(by), {}}); };
  }
  static Fact remove_by_root(const crypto::ProvenDevice& device, std::uint64_t cut) {
    return [=](Membership& to) { to.remove({id(device), cut, {}, std::nullopt, device.person}); };
  }
  static Fact epoch(const EpochFact& fact) {
    return [=](Membership& to) { to.epoch(fact); };
  }
  // An epoch as whoever knows these facts alone would write it.
  EpochFact epoch_after(const std::vector<Fact>& facts, const crypto::ProvenDevice& author, std::uint8_t name) {
    Membership known{genesis};
    for (const Fact& fact : facts) fact(known);
    return {epoch_named(name), id(author), known.next_depth(), known.meta()};
  }

  struct Outcome {
    std::vector<DeviceId> live, gone;
    std::set<DeviceId> enrolled;
    std::optional<EpochId> current;
    std::uint32_t next_depth = 0;
    crypto::EpochMeta meta;
    bool operator==(const Outcome&) const = default;
  };
  static Outcome of(const Membership& fold) {
    Outcome outcome{fold.live(), fold.gone(), {}, fold.current(), fold.next_depth(), fold.meta()};
    for (const auto& [device, proven] : fold.enrolled()) outcome.enrolled.insert(device);
    return outcome;
  }
  // Tells `fold` the facts as they stand, and the same to others in every other order.
  void tell(const std::vector<Fact>& facts) {
    for (const Fact& fact : facts) fact(fold);
    const Outcome expected = of(fold);
    std::vector<std::size_t> order(facts.size());
    std::iota(order.begin(), order.end(), 0u);
    std::size_t told = 0;
    do {
      Membership other{genesis};
      for (const std::size_t i : order) facts[i](other);
      ASSERT_EQ(of(other), expected) << "in order " << ::testing::PrintToString(order);
      ++told;
    } while (std::next_permutation(order.begin(), order.end()));
    EXPECT_GE(told, 2u);
  }

  crypto::ProvenDevice laptop = by_the_root(1, 10);
  crypto::ProvenDevice phone = over(laptop, 30);
  crypto::ProvenDevice tablet = over(phone, 40);
  crypto::ProvenDevice his = by_the_root(2, 20);
};

TEST_F(MembershipInAnyOrder, WhomAMemberEnrolsIsLive) {
  tell({found(laptop), found(his), add(phone, laptop, 5), add(tablet, phone, 3)});
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(laptop), id(phone), id(tablet), id(his)));
}

TEST_F(MembershipInAnyOrder, TheOtherPersonEnrolsNobody) {
  tell({found(laptop), found(his), add(phone, his, 5)});
  EXPECT_FALSE(fold.live(id(phone)));
  EXPECT_FALSE(fold.was_enrolled(id(phone)));
}

TEST_F(MembershipInAnyOrder, TheOtherPersonRemovesNobody) {
  tell({found(laptop), found(his), add(phone, laptop, 5), remove(phone, his, 0), remove(laptop, his, 0)});
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(laptop), id(phone), id(his)));
}

TEST_F(MembershipInAnyOrder, WhomTheRootSignedIsInByItsOwnWord) {
  const auto found_again = by_the_root(1, 50);
  tell({found(laptop), found(his), add(found_again, found_again, 1), add(tablet, tablet, 1)});
  EXPECT_TRUE(fold.live(id(found_again)));
  EXPECT_FALSE(fold.live(id(tablet))) << "nobody but itself has said so, and the root did not sign it";
}

TEST_F(MembershipInAnyOrder, WhomADeviceEnrolledBelowItsCutStays) {
  tell({found(laptop), found(his), add(phone, laptop, 5), add(tablet, phone, 7), remove(phone, laptop, 7)});
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(laptop), id(tablet), id(his)));
  EXPECT_THAT(fold.gone(), ElementsAre(id(phone)));
  EXPECT_FALSE(fold.hangs_on_removed(tablet));
}

TEST_F(MembershipInAnyOrder, WhomItEnrolledAboveItIsOut) {
  tell({found(laptop), found(his), add(phone, laptop, 5), add(tablet, phone, 8), remove(phone, laptop, 7)});
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(laptop), id(his)));
  EXPECT_THAT(fold.gone(), UnorderedElementsAre(id(phone), id(tablet)));
  EXPECT_TRUE(fold.shuts_out(tablet));
}

TEST_F(MembershipInAnyOrder, OfSeveralCutsTheLowestCounts) {
  tell({found(laptop), found(his), add(phone, laptop, 5), add(tablet, phone, 6), remove(phone, laptop, 7),
        remove_by_root(phone, 5)});
  EXPECT_EQ(fold.cut(phone.person, id(phone))->seq, 5u);
  EXPECT_FALSE(fold.live(id(tablet)));
}

TEST_F(MembershipInAnyOrder, TwoThatRemoveEachOtherAreBothOut) {
  tell({found(laptop), found(his), add(phone, laptop, 5), remove(phone, laptop, 2), remove(laptop, phone, 5)});
  EXPECT_THAT(fold.live(), ElementsAre(id(his)));
  EXPECT_THAT(fold.gone(), UnorderedElementsAre(id(laptop), id(phone)));
}

TEST_F(MembershipInAnyOrder, ARemovedOneRemovesOthersStill) {
  tell({found(laptop), found(his), add(phone, laptop, 5), add(tablet, laptop, 6), remove(phone, laptop, 1),
        remove(tablet, phone, 9)});
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(laptop), id(his)));
}

TEST_F(MembershipInAnyOrder, WhoIsRemovedBeforeBeingKnownIsNeverLive) {
  tell({found(laptop), found(his), remove(phone, laptop, 0), add(phone, laptop, 9)});
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(laptop), id(his)));
}

TEST_F(MembershipInAnyOrder, IssuerDiedInByItsChain) {
  const auto heir = over(tablet, 60);  // over phone and tablet, of which nobody has enrolled it
  tell({found(laptop), found(his), add(phone, laptop, 5), add(heir, laptop, 9)});
  EXPECT_TRUE(fold.live(id(heir)));
  EXPECT_FALSE(fold.shuts_out(heir));
}

TEST_F(MembershipInAnyOrder, AddThenRemoveNeverRevivesAnOldEpoch) {
  const std::vector<Fact> before{found(laptop), found(his)};
  const EpochFact old = epoch_after(before, laptop, 1);
  const EpochFact between = epoch_after({found(laptop), found(his), add(phone, laptop, 5)}, phone, 9);
  tell({found(laptop), found(his), epoch(old), add(phone, laptop, 5), epoch(between), remove(phone, laptop, 3)});
  EXPECT_EQ(old.meta.members, fold.meta().members) << "else the test shows nothing";
  EXPECT_EQ(fold.current(), std::nullopt);
  fold.epoch({epoch_named(2), id(laptop), fold.next_depth(), fold.meta()});
  EXPECT_EQ(fold.current(), epoch_named(2));
}

TEST_F(MembershipInAnyOrder, AddRemoveAndRotateAtOnce) {
  // The laptop adds the tablet while the phone, which has not heard, removes nobody and rotates; he rotates too; then
  // the laptop removes the phone.
  const std::vector<Fact> founded{found(laptop), found(his), add(phone, laptop, 5)};
  const EpochFact by_phone = epoch_after(founded, phone, 7);
  const EpochFact by_him = epoch_after(founded, his, 6);
  std::vector<Fact> all = founded;
  const auto second = over(laptop, 41);
  all.push_back(add(second, laptop, 6));
  all.push_back(remove(phone, laptop, 4));
  all.push_back(epoch(by_phone));
  all.push_back(epoch(by_him));
  tell(all);
  EXPECT_THAT(fold.live(), UnorderedElementsAre(id(laptop), id(second), id(his)));
  EXPECT_EQ(fold.current(), std::nullopt);
  EXPECT_EQ(fold.next_depth(), 2u) << "his epoch was the first, the removed one's does not count";
}

// Facts that a person's devices and the other's may tell at once, true or not; whatever they are, one thing follows,
// and nobody who was removed comes back by another fact.
TEST_F(MembershipInAnyOrder, WhateverIsToldAtOnceConverges) {
  const std::vector<crypto::ProvenDevice> everybody{laptop, phone, tablet, over(laptop, 41), over(tablet, 42), his};
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 dice(seed);
    const auto one_of = [&](std::size_t many) { return dice() % many; };
    const auto somebody = [&]() -> const crypto::ProvenDevice& { return everybody[one_of(everybody.size())]; };
    std::vector<Fact> facts{found(laptop), found(his)};
    for (std::uint8_t n = 1; n <= 12; ++n) {
      const crypto::ProvenDevice& author = somebody();
      const crypto::ProvenDevice& about = somebody();
      const std::size_t what = one_of(5);
      if (what <= 1) facts.push_back(add(about, author, 1 + one_of(4)));
      if (what == 2) facts.push_back(remove(about, author, one_of(4)));
      if (what == 3) facts.push_back(epoch(epoch_after(facts, author, n)));
      if (what == 4 && one_of(4) == 0) facts.push_back([id = id(about)](Membership& to) { to.freeze(id); });
    }
    Membership first{genesis};
    std::set<DeviceId> removed;
    for (const Fact& fact : facts) {
      fact(first);
      for (const DeviceId& device : removed) {
        EXPECT_TRUE(first.removed(laptop.person, device));
        EXPECT_FALSE(first.live(device));
      }
      for (const auto& [device, cut] : first.removed_of(laptop.person)) removed.insert(device);
    }
    for (int shuffled = 0; shuffled < 20; ++shuffled) {
      std::shuffle(facts.begin(), facts.end(), dice);
      Membership other{genesis};
      for (const Fact& fact : facts) fact(other);
      ASSERT_EQ(of(other), of(first));
    }
  }
}

// What was written in the past is explained by what is known at its end, what is to come is not; and whoever wrote
// before the last removal did not know of it.
TEST_F(MembershipInAnyOrder, AnEpochSaysOfWhomItsWriterKnewThatTheyAreGone) {
  const auto second = over(laptop, 41, 7);
  const auto third = over(laptop, 42, 3);  // by a clock that was set back
  const auto his_second = over(his, 50, 5);
  const std::vector<Fact> life{found(laptop),
                               found(his),
                               add(phone, laptop, 5),
                               remove(phone, laptop, 3),
                               add(second, laptop, 7),
                               add(his_second, his, 4),
                               add(third, laptop, 8),
                               remove(his_second, his, 1),
                               remove(second, laptop, 2),
                               [who = id(his_second)](Membership& to) { to.freeze(who); },
                               remove(third, laptop, 1)};
  constexpr std::size_t kLastRemoval = 11;
  std::vector<crypto::EpochMeta> written;
  for (std::size_t n = 2; n <= life.size(); ++n)
    written.push_back(epoch_after({life.begin(), life.begin() + static_cast<std::ptrdiff_t>(n)}, laptop, 1).meta);
  for (std::size_t told = 0; told < life.size(); ++told) {
    life[told](fold);
    for (std::size_t n = 2; n <= told + 1; ++n) EXPECT_TRUE(fold.explains(written[n - 2])) << n << " of " << told + 1;
  }
  for (std::size_t n = 2; n <= life.size(); ++n)
    EXPECT_EQ(knew_of_removals(laptop.person, fold, written[n - 2]), n >= kLastRemoval) << n;
}

TEST_F(MembershipInAnyOrder, ARemovalThatIsNotKnownHereIsNotExplained) {
  const std::vector<Fact> known{found(laptop), found(his), add(phone, laptop, 5), add(tablet, phone, 3)};
  for (const Fact& fact : known) fact(fold);
  for (const Fact& to_come : {remove(phone, laptop, 3), remove(phone, laptop, 2), remove(tablet, laptop, 0),
                              Fact([who = id(phone)](Membership& to) { to.freeze(who); })}) {
    std::vector<Fact> more = known;
    more.push_back(to_come);
    more.push_back(add(over(laptop, 43), laptop, 9));  // and nobody here has heard of that one either
    const crypto::EpochMeta meta = epoch_after(more, laptop, 1).meta;
    EXPECT_FALSE(fold.explains(meta));
    Membership heard = fold;
    to_come(heard);
    EXPECT_TRUE(heard.explains(meta));
  }
}

TEST_F(MembershipInAnyOrder, OfMoreThanTenThatAreGoneTheOldestAreTried) {
  std::vector<Fact> life{found(laptop), found(his)};
  std::vector<crypto::EpochMeta> written;
  for (std::uint8_t n = 0; n < 14; ++n) {
    const auto one = over(laptop, static_cast<std::uint8_t>(100 + n), 10U + n);
    life.push_back(add(one, laptop, 5U + n));
    life.push_back(remove(one, laptop, 0));
    written.push_back(epoch_after(life, laptop, n).meta);
  }
  for (const Fact& fact : life) fact(fold);
  for (const crypto::EpochMeta& meta : written) EXPECT_TRUE(fold.explains(meta));
  crypto::EpochMeta of_others = written.back();
  of_others.gone = crypto::gone_digest(std::vector{id(tablet)});
  EXPECT_FALSE(fold.explains(of_others));
}

TEST_F(MembershipInAnyOrder, TheNinthWaitsUntilOneOfTheEightIsRemoved) {
  fold.enrol(laptop);
  for (std::uint8_t n = 0; n < 8; ++n)
    fold.enrol({over(laptop, static_cast<std::uint8_t>(100 + n), 2 + n), id(laptop), 5u + n});
  const DeviceId ninth = device(1, 107).device.id();
  EXPECT_FALSE(fold.live(ninth));
  fold.remove({device(1, 103).device.id(), 0, {}, id(laptop), {}});
  EXPECT_TRUE(fold.live(ninth));
  EXPECT_THAT(fold.gone(), ElementsAre(device(1, 103).device.id()));
}

// Whatever was removed before that never was: copied by a device that took it for true.
TEST_F(MembershipInAnyOrder, OneAuthorRemovesSoManyThatAreNobodyAndAnyThatIsSomebody) {
  fold.enrol(laptop);
  for (std::size_t n = 0; n < kRemovalsBy; ++n) {
    DeviceId any;
    any.bytes[0] = static_cast<std::uint8_t>(n);
    any.bytes[1] = 1;
    EXPECT_TRUE(fold.remove({any, 0, {}, id(laptop), {}}));
  }
  EXPECT_FALSE(fold.remove({id(phone), 0, {}, id(laptop), {}}));
  EXPECT_TRUE(fold.remove({id(phone), 0, {}, std::nullopt, phone.person})) << "the root's word stands apart";
  const auto lost = over(laptop, 100, 2);
  fold.enrol({lost, id(laptop), 5});
  EXPECT_TRUE(fold.live(id(lost)));
  EXPECT_TRUE(fold.remove({id(lost), 0, {}, id(laptop), {}}));
  EXPECT_FALSE(fold.live(id(lost)));
}

}  // namespace
}  // namespace duolog::journal
