// devices_test.cc: three homes: Ada's laptop, her phone, and Bo. Devices that are let in, lost and removed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/three_homes.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// ---- let in ----

TEST_F(ThreeHomes, APhoneThatIsLetInReadsWhatWasWrittenAndIsRead) {
  ada.write("before the phone");
  ada.write("for myself", "notebook");
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  EXPECT_THAT(phone->texts(), UnorderedElementsAre("before the phone", "for myself"));
  phone->write("from the phone");
  all_meet({&ada, phone.get(), &bo});
  EXPECT_THAT(bo.texts(), ElementsAre("before the phone", "from the phone"));
  EXPECT_EQ(list(bo.shelf(), {}).back().author, "Ada");
  EXPECT_TRUE(list(ada.shelf(), {}).back().mine);
}

TEST_F(ThreeHomes, WhatTheOtherWritesAfterItCameIsReadableOnIt) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  bo.write("for all of you");
  meet(bo, *phone, bo.shared());
  EXPECT_THAT(phone->texts(), Contains("for all of you"));
}

TEST_F(ThreeHomes, ItIsAwaitedUntilItFindsItselfAMember) {
  const auto phone = let_in(ada, "Ada's phone");
  EXPECT_THAT(phone->door().journals(), UnorderedElementsAre(ada.notebook(), ada.shared()));
  for (const JournalId& id : phone->door().journals()) {
    ASSERT_EQ(phone->door().members(id).size(), 1u) << "else nobody is looked for";
    EXPECT_EQ(phone->door().members(id).front().device, ada.device());
    EXPECT_TRUE(phone->door().members(id).front().mine);
  }
  EXPECT_EQ(why_not(*phone, "too early"), Reason::kNotYetKnown);
  phone->restart();  // nothing of it is in the log: no damage
  EXPECT_TRUE(phone->identity().journal(phone->notebook()).awaited);
  all_meet({&ada, phone.get(), &bo});
  EXPECT_FALSE(phone->identity().journal(phone->notebook()).awaited);
  EXPECT_FALSE(phone->identity().journal(phone->shared()).awaited);
  EXPECT_EQ(why_not(*phone, "now"), std::nullopt);
}

TEST_F(ThreeHomes, TheNotebookIsBegunOnceOnly) {
  const auto phone = let_in(ada, "Ada's phone");
  phone->restart();
  EXPECT_EQ(phone->log().record_count(phone->notebook()), 0u);
  all_meet({&ada, phone.get()});
  phone->write("mine", "notebook");
  phone->restart();
  EXPECT_EQ(phone->journal(phone->notebook()).facts().zero_authors, std::set<DeviceId>{ada.device()});
  EXPECT_THAT(phone->texts(), ElementsAre("mine"));
}

TEST_F(ThreeHomes, AJournalThatIsFoundedLaterComesWithTheNotebook) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  Person cy{"Cy"};
  pair(ada, cy, 2);
  meet(ada, cy, ada.shared());
  ada.write("hello Cy", "Cy");
  meet(ada, *phone, ada.notebook());
  ASSERT_TRUE(phone->identity().has(cy.shared()));
  EXPECT_TRUE(phone->identity().journal(cy.shared()).awaited);
  EXPECT_FALSE(phone->shelf().may_be_dropped(cy.shared()));
  phone->restart();
  all_meet({&ada, phone.get(), &cy});
  EXPECT_THAT(phone->texts(), Contains("hello Cy"));
  EXPECT_FALSE(phone->identity().journal(cy.shared()).awaited);
  phone->write("from my phone, Cy", "Cy");
  all_meet({phone.get(), &cy});
  EXPECT_THAT(cy.texts(), Contains("from my phone, Cy"));
}

TEST_F(ThreeHomes, AStopBetweenTheNotebookAndTheVaultLosesNoJournal) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get()});
  Person cy{"Cy"};
  pair(ada, cy, 2);
  meet(ada, cy, ada.shared());
  const auto vault = store::read_private_file(phone->place_of_blobs().parent_path() / "vault", 1 << 20);
  meet(ada, *phone, ada.notebook());
  ASSERT_TRUE(phone->identity().has(cy.shared()));
  phone->shelf().rest();
  phone->stop();
  store::replace_file(phone->place_of_blobs().parent_path() / "vault", vault);
  phone->restart();
  EXPECT_TRUE(phone->identity().has(cy.shared()));
}

TEST_F(ThreeHomes, IssuerDiedInByItsChain) {
  auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  const auto tablet = let_in(*phone, "Ada's tablet");
  phone.reset();  // it has told nobody
  all_meet({&ada, tablet.get(), &bo});
  EXPECT_TRUE(row(ada, *tablet).live);
  EXPECT_EQ(why_not(*tablet, "I am in"), std::nullopt);
  all_meet({&ada, tablet.get(), &bo});
  EXPECT_THAT(bo.texts(), Contains("I am in"));
}

TEST_F(ThreeHomes, WhoseWordsSomebodyElseBringsHasArrived) {
  const auto phone = let_in(ada, "Ada's phone");
  const auto watch = let_in(ada, "Ada's watch");
  all_meet({&ada, phone.get(), &bo});
  for (const auto* device : {phone.get(), watch.get()}) ada.shelf().expect_arrival(device->device());
  phone->write("to Bo, from the phone", "Bo");
  slip(*phone, bo, bo.shared());
  slip(bo, ada, ada.shared());
  ada.now += 120 * kSecond;
  ada.shelf().time_passed();
  EXPECT_TRUE(members(ada, ada.notebook()).live(phone->device()));
  EXPECT_FALSE(members(ada, ada.notebook()).live(watch->device())) << "of which nothing was heard";
  EXPECT_EQ(ada.shelf().next_moment(), std::nullopt);
}

TEST_F(ThreeHomes, NineAreOneTooMany) {
  std::vector<std::unique_ptr<Person>> more;
  for (int n = 1; n < 8; ++n) more.push_back(let_in(ada, "device " + std::to_string(n)));
  try {
    let_in(ada, "the ninth");
    FAIL() << "it was let in";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kDevicesFull);
    EXPECT_EQ(refusal.limit, kLivePerPerson);
  }
  ada.shelf().remove_device(more.front()->device());
  EXPECT_NO_THROW(let_in(ada, "in its place"));
}

TEST_F(ThreeHomes, ANameThatIsNoTextIsRefusedAndNothingIsWritten) {
  const crypto::DeviceKeys keys(crypto::DeviceSeed::random());
  const auto before = ada.log().record_count(ada.notebook());
  EXPECT_THROW(ada.shelf().enrol_device(keys.public_keys(), "\xff", "code"), Refusal);
  EXPECT_THROW(ada.shelf().enrol_device(keys.public_keys(), std::string(65, 'x'), "code"), Refusal);
  EXPECT_EQ(ada.log().record_count(ada.notebook()), before);
}

TEST_F(ThreeHomes, TwiceIsOnce) {
  const crypto::DeviceKeys keys(crypto::DeviceSeed::random());
  const auto chain = ada.shelf().enrol_device(keys.public_keys(), "phone", "code");
  const auto before = ada.log().record_count(ada.notebook());
  EXPECT_EQ(ada.shelf().enrol_device(keys.public_keys(), "phone", "code"), chain);
  ada.shelf().remove_device(keys.id());
  const auto removed = ada.log().record_count(ada.notebook());
  ada.shelf().remove_device(keys.id());
  EXPECT_EQ(ada.log().record_count(ada.notebook()), removed);
  EXPECT_GT(removed, before);
  EXPECT_THROW(ada.shelf().enrol_device(keys.public_keys(), "phone", "code"), Refusal) << "it never comes back";
}

// ---- removed ----

TEST_F(ThreeHomes, WhatIsWrittenAfterARemovalIsUnreadableToIt) {
  ada.write("old words");
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  ada.shelf().remove_device(phone->device());
  ada.write("new words");
  ada.write("new and private", "notebook");
  meet(ada, bo, ada.shared());
  bo.write("new words of Bo");
  meet(ada, bo, ada.shared());
  for (const JournalId& id : {ada.notebook(), ada.shared()}) {
    const EpochId now = *members(ada, id).current();
    slip(ada, *phone, id);  // all of the records reach it in some way
    EXPECT_EQ(phone->identity().journal(id).epoch(now), nullptr) << "it has the new key";
  }
  EXPECT_THAT(phone->texts(), Contains("old words"));
  EXPECT_THAT(phone->texts(), Not(Contains("new words")));
  EXPECT_THAT(phone->texts(), Not(Contains("new and private")));
  EXPECT_THAT(phone->texts(), Not(Contains("new words of Bo")));
  EXPECT_THAT(bo.texts(), Contains("new words"));
}

TEST_F(ThreeHomes, ItIsLetInNowhereAndWritesNoMore) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  EXPECT_TRUE(bo.door().prove(bo.shared(), phone->identity().chain()));
  ada.shelf().remove_device(phone->device());
  meet(ada, bo, ada.shared());
  for (const JournalId& id : {ada.notebook(), ada.shared()})
    EXPECT_FALSE(ada.door().prove(id, phone->identity().chain()));
  EXPECT_FALSE(bo.door().prove(bo.shared(), phone->identity().chain()));
  EXPECT_TRUE(bo.door().admit(bo.shared(), phone->identity().chain())) << "its log is taken from others";
  for (const LiveMember& member : bo.door().members(bo.shared())) EXPECT_NE(member.device, phone->device());
  EXPECT_TRUE(row(ada, *phone).removed);
  EXPECT_EQ(row(ada, *phone).removed_at_ms, ada.now);
  slip(ada, *phone, ada.shared());
  EXPECT_EQ(why_not(*phone, "still here"), Reason::kRemoved);
}

TEST_F(ThreeHomes, WhoHearsItInASharedJournalFirstTellsTheNotebookBeforeItsKeys) {
  const auto phone = let_in(ada, "Ada's phone");
  const auto tablet = let_in(ada, "Ada's tablet");
  all_meet({&ada, phone.get(), tablet.get(), &bo});
  ada.shelf().remove_device(phone->device());
  ada.write("under the new key");
  meet(ada, bo, ada.shared());
  meet(bo, *tablet, bo.shared());
  EXPECT_TRUE(members(*tablet, tablet->notebook()).removed(phone->device()));
  const EpochId now = *members(ada, ada.shared()).current();
  ASSERT_NE(tablet->identity().journal(ada.shared()).epoch(now), nullptr);
  EXPECT_TRUE(tablet->journal(tablet->notebook()).facts().epochs_kept.contains(now)) << "else the test shows nothing";
  slip(*tablet, *phone, ada.notebook());
  EXPECT_EQ(phone->identity().journal(ada.shared()).epoch(now), nullptr) << "the notebook gave it away";
}

TEST_F(ThreeHomes, WordsBehindACutAreMarkedAlikeWhoeverHeardFirst) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  phone->write("in time");
  all_meet({&ada, phone.get(), &bo});
  ada.shelf().remove_device(phone->device());
  phone->write("too late");
  slip(*phone, bo, bo.shared());  // he has not heard
  EXPECT_FALSE(is_marked(bo, "too late"));
  meet(ada, bo, ada.shared());
  for (Person* person : {&ada, &bo}) {
    EXPECT_TRUE(is_marked(*person, "too late"));
    EXPECT_FALSE(is_marked(*person, "in time"));
  }
  EXPECT_EQ(members(ada, ada.shared()).meta(), members(bo, bo.shared()).meta());
}

TEST_F(ThreeHomes, TwoThatRemoveEachOtherAreBothOut) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  ada.shelf().remove_device(phone->device());
  phone->shelf().remove_device(ada.device());
  slip(ada, bo, bo.shared());
  slip(*phone, bo, bo.shared());
  slip(bo, ada, bo.shared());
  slip(bo, *phone, bo.shared());
  EXPECT_THAT(members(bo, bo.shared()).live(), ElementsAre(bo.device()));
  for (Person* person : {&ada, phone.get()}) {
    EXPECT_EQ(members(*person, bo.shared()).meta(), members(bo, bo.shared()).meta());
    EXPECT_EQ(why_not(*person, "me?"), Reason::kRemoved);
  }
  EXPECT_EQ(why_not(bo, "alone"), std::nullopt);
}

TEST_F(ThreeHomes, WhatARemovedOneLetInStaysWhereThatIsKnownToHaveBeenBefore) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  const auto tablet = let_in(*phone, "Ada's tablet");
  all_meet({&ada, phone.get(), tablet.get(), &bo});
  EXPECT_THAT(row(ada, *phone).enrolled, ElementsAre(tablet->device()));
  ada.shelf().remove_device(phone->device());
  all_meet({&ada, tablet.get(), &bo});
  EXPECT_TRUE(row(ada, *tablet).live);
  EXPECT_TRUE(members(bo, bo.shared()).live(tablet->device()));
  EXPECT_EQ(why_not(*tablet, "still in"), std::nullopt);
}

TEST_F(ThreeHomes, TheFirstDeviceIsRemovedLikeAnyOther) {
  ada.write("from the laptop that was lost");
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  phone->shelf().remove_device(ada.device());
  phone->write("without it");
  all_meet({phone.get(), &bo});
  const auto tablet = let_in(*phone, "Ada's tablet");
  all_meet({phone.get(), tablet.get(), &bo});
  for (Person* person : {phone.get(), tablet.get(), &bo}) {
    EXPECT_THAT(person->texts(), ElementsAre("from the laptop that was lost", "without it"));
    EXPECT_FALSE(members(*person, bo.shared()).live(ada.device()));
    EXPECT_TRUE(members(*person, bo.shared()).live(tablet->device())) << "it was let in over the lost one, too";
  }
  tablet->restart();
  phone->restart();
  EXPECT_EQ(why_not(*tablet, "and on"), std::nullopt);
}

TEST_F(ThreeHomes, WhomAThiefLetsInIsOutWithTheThief) {
  const auto phone = let_in(ada, "Ada's phone");
  const auto tablet = let_in(ada, "Ada's tablet");
  all_meet({&ada, phone.get(), tablet.get(), &bo});
  ada.shelf().remove_device(phone->device());
  const auto theirs = let_in(*phone, "not Ada's");      // the phone is not hers any more
  all_meet({phone.get(), theirs.get(), tablet.get()});  // who has not heard, and tells the journals
  ASSERT_TRUE(members(*tablet, ada.shared()).live(theirs->device())) << "else the test shows nothing";
  all_meet({&ada, tablet.get(), &bo});
  for (Person* person : {&ada, tablet.get(), &bo}) {
    EXPECT_FALSE(members(*person, ada.shared()).live(theirs->device()));
    EXPECT_FALSE(person->door().prove(ada.shared(), theirs->identity().chain()));
  }
  EXPECT_FALSE(members(ada, ada.notebook()).live(theirs->device()));
  EXPECT_FALSE(members(*tablet, ada.notebook()).live(theirs->device()));
  EXPECT_EQ(members(ada, ada.shared()).meta(), members(bo, bo.shared()).meta());
}

TEST_F(ThreeHomes, TwoThatLetSomebodyInAndRotateAtOnceConverge) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  const auto tablet = let_in(ada, "Ada's tablet");
  const auto desk = let_in(*phone, "Ada's desk");
  ada.write("under a key that the desk has no slot for");
  phone->write("under a key that the tablet has no slot for");
  bo.write("under the old key");
  const std::vector<Person*> all{&ada, phone.get(), tablet.get(), desk.get(), &bo};
  all_meet(all);
  for (Person* person : all) {
    EXPECT_EQ(members(*person, bo.shared()).live().size(), 5u);
    EXPECT_EQ(members(*person, bo.shared()).meta(), members(bo, bo.shared()).meta());
    person->write("from " + hex(person->device().view().first(4)));
  }
  all_meet(all);
  for (Person* person : all) {
    EXPECT_EQ(members(*person, bo.shared()).current(), members(bo, bo.shared()).current());
    EXPECT_EQ(person->texts().size(), 8u) << person->device().bytes[0];
    EXPECT_EQ(person->texts(), bo.texts());
  }
}

TEST_F(ThreeHomes, MembersAreTheSameAfterARestartAndAnew) {
  const auto phone = let_in(ada, "Ada's phone");
  const auto tablet = let_in(ada, "Ada's tablet");
  all_meet({&ada, phone.get(), tablet.get(), &bo});
  ada.shelf().remove_device(phone->device());
  const auto before = members(ada, ada.shared()).meta();
  const auto rows = ada.shelf().devices().size();
  ada.shelf().rest();
  ada.restart();
  EXPECT_EQ(members(ada, ada.shared()).meta(), before);
  EXPECT_EQ(ada.shelf().devices().size(), rows);
  EXPECT_EQ(row(ada, *tablet).paired_by, "code");
  ada.view().begin_anew("for the test");
  ada.shelf().begin_anew(store::ViewLost("for the test"));
  EXPECT_EQ(members(ada, ada.shared()).meta(), before);
  EXPECT_TRUE(row(ada, *phone).removed);
}

TEST_F(ThreeHomes, NothingIsToldTwice) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  std::map<JournalId, std::uint64_t> before;
  for (const JournalId& id : {ada.notebook(), ada.shared()}) before[id] = ada.log().record_count(id);
  all_meet({&ada, phone.get(), &bo});
  for (Person* person : {&ada, phone.get(), &bo}) person->restart();
  all_meet({&ada, phone.get(), &bo});
  for (const auto& [id, count] : before) EXPECT_EQ(ada.log().record_count(id), count);
}

TEST_F(ThreeHomes, OneCannotRemoveOneself) {
  const auto reason = [&](const DeviceId& device) -> std::optional<Reason> {
    try {
      ada.shelf().remove_device(device);
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    return std::nullopt;
  };
  EXPECT_EQ(reason(ada.device()), Reason::kLastDevice);
  EXPECT_EQ(reason(bo.device()), Reason::kNoSuchDevice);
  const auto phone = let_in(ada, "Ada's phone");
  EXPECT_EQ(reason(ada.device()), Reason::kThisDevice);
}

// ---- what a record says, and who says it ----

TEST_F(ThreeHomes, TheRootsWordCountsInAnyLog) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  const crypto::RootKeys root(*ada.identity().entropy());
  DeviceRemove remove{phone->device(), 0, crypto::first_prev(ada.shared(), phone->device())};
  remove.root_signature = crypto::revoke(root, ada.shared(), remove.device, remove.cut_seq, remove.cut_record);
  DeviceRemove forged = remove;
  forged.device = ada.device();
  forge(bo, bo.shared(), forged, crypto::RecordKind::kMembership);
  EXPECT_TRUE(members(bo, bo.shared()).live(ada.device())) << "signed for another";
  forge(bo, bo.shared(), remove, crypto::RecordKind::kMembership);
  EXPECT_FALSE(members(bo, bo.shared()).live(phone->device()));
  meet(ada, bo, ada.shared());
  EXPECT_FALSE(members(ada, ada.shared()).live(phone->device()));
  EXPECT_TRUE(members(ada, ada.notebook()).live(phone->device())) << "it names the journal, and counts in no other";
}

TEST_F(ThreeHomes, OnlyARecordOfMembershipMakesMembers) {
  const crypto::DeviceKeys keys(crypto::DeviceSeed::random());
  crypto::Chain chain = ada.identity().chain();
  chain.push_back(crypto::certify(ada.identity().keys(), keys.public_keys(), kNoon / 1000, "x"));
  forge(ada, ada.shared(), DeviceAdd{chain, "code"});
  EXPECT_FALSE(members(ada, ada.shared()).was_enrolled(keys.id()));
  forge(ada, ada.shared(), DeviceRemove{bo.device(), 0, {}}, crypto::RecordKind::kMembership);
  EXPECT_TRUE(members(ada, ada.shared()).live(bo.device()));
  forge(ada, ada.shared(), DeviceAdd{bo.identity().chain(), "code"}, crypto::RecordKind::kMembership);
  EXPECT_EQ(members(ada, ada.shared()).live().size(), 2u);
}

}  // namespace
}  // namespace duolog::journal
