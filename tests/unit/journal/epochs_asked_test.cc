// epochs_asked_test.cc: epochs that a device asks another for in a session: who gets them, and who never does.
// Spec: proto/README.md sections 3.3 and 3.7.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/three_homes.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

class EpochsAsked : public ThreeHomes {
 protected:
  // What a session does with a question and its answer. How many were given.
  static std::size_t ask(Person& asker, Person& giver, const JournalId& id) {
    std::vector<crypto::EpochSecret> given;
    for (const EpochId& epoch : asker.door().epochs_wanted(id)) {
      const crypto::EpochSecret* secret = giver.door().epoch_for(id, asker.device(), epoch);
      if (secret != nullptr) given.push_back(secret->clone());
    }
    const std::size_t count = given.size();
    asker.door().epochs_came(id, std::move(given));
    asker.settle();
    return count;
  }
  // Bo goes on under an epoch of his own, for whoever he knows of now.
  EpochId bo_rotates(const std::string& text) {
    his_.push_back(let_in(bo, "Bo's device " + std::to_string(his_.size() + 2)));
    bo.write(text);
    return *members(bo, bo.shared()).current();
  }

 private:
  std::vector<std::unique_ptr<Person>> his_;
};

TEST_F(EpochsAsked, WhoWasLetInWhileTheOtherWentOnUnderANewKeyReadsItAllTheSame) {
  const auto tablet = let_in(ada, "Ada's tablet");
  const EpochId his = bo_rotates("under a key that the tablet has no slot for");
  meet(ada, bo, ada.shared());  // and the laptop is never seen again
  meet(bo, *tablet, bo.shared());
  EXPECT_THAT(tablet->texts(), Not(Contains("under a key that the tablet has no slot for")));
  EXPECT_THAT(tablet->door().epochs_wanted(bo.shared()), Contains(his));
  EXPECT_EQ(ask(*tablet, bo, bo.shared()), 1u);
  EXPECT_THAT(tablet->texts(), Contains("under a key that the tablet has no slot for"));
  EXPECT_THAT(tablet->door().epochs_wanted(bo.shared()), IsEmpty());
  EXPECT_EQ(tablet->journal(bo.shared()).facts().epochs_written, bo.journal(bo.shared()).facts().epochs_written)
      << "each counts once, however it came";
  tablet->restart();
  EXPECT_NE(tablet->identity().journal(bo.shared()).epoch(his), nullptr) << "it was not kept";
  EXPECT_TRUE(tablet->journal(tablet->notebook()).facts().epochs_kept.contains(his) ||
              !tablet->journal(tablet->notebook()).can_write());
  EXPECT_EQ(why_not(*tablet, "and on"), std::nullopt);
}

TEST_F(EpochsAsked, AddedAndRotatedEverywhereAtOnceAllReadAll) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  const auto tablet = let_in(ada, "Ada's tablet");
  const auto desk = let_in(*phone, "Ada's desk");
  ada.write("of the laptop");
  phone->write("of the phone");
  bo_rotates("of Bo");
  const std::vector<Person*> all{&ada, phone.get(), tablet.get(), desk.get(), &bo};
  const JournalId shared = bo.shared();
  for (int round = 0; round < 3; ++round) {  // nobody meets in the notebook: what it keeps is of no use to them
    for (Person* one : all) {
      for (Person* other : all) {
        const bool may = one != other && one->door().prove(shared, other->identity().chain()) &&
                         other->door().prove(shared, one->identity().chain());
        if (!may) continue;
        meet(*one, *other, shared);
        ask(*one, *other, shared);
        ask(*other, *one, shared);
      }
    }
  }
  for (Person* person : all) {
    EXPECT_THAT(person->texts(), ::testing::UnorderedElementsAre("of the laptop", "of the phone", "of Bo"));
    EXPECT_EQ(members(*person, shared).meta(), members(bo, shared).meta());
  }
}

TEST_F(EpochsAsked, WhatIsLackedIsKnownAfterARestartAndAnew) {
  const auto tablet = let_in(ada, "Ada's tablet");
  const EpochId his = bo_rotates("later");
  meet(ada, bo, ada.shared());
  meet(bo, *tablet, bo.shared());
  tablet->shelf().rest();
  tablet->restart();
  EXPECT_THAT(tablet->door().epochs_wanted(bo.shared()), Contains(his));
  tablet->view().begin_anew("for the test");
  tablet->shelf().begin_anew(store::ViewLost("for the test"));
  EXPECT_THAT(tablet->door().epochs_wanted(bo.shared()), Contains(his));
  EXPECT_EQ(ask(*tablet, bo, bo.shared()), 1u);
}

// ---- who gets nothing ----

TEST_F(EpochsAsked, WhoWasRemovedGetsNothingOfNobody) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  ada.shelf().remove_device(phone->device());
  ada.write("without the phone");
  meet(ada, bo, ada.shared());
  for (const JournalId& id : {ada.notebook(), ada.shared()}) {
    slip(ada, *phone, id);
    EXPECT_THAT(phone->door().epochs_wanted(id), Contains(*members(ada, id).current())) << "else it shows nothing";
    EXPECT_EQ(ask(*phone, ada, id), 0u);
  }
  EXPECT_EQ(ask(*phone, bo, bo.shared()), 0u);
}

// The tablet has Bo's newest key by its slot, and has not read why he made it.
TEST_F(EpochsAsked, NorOfOneWhoHasTheKeyAndHasNotHeardOfTheRemoval) {
  const auto phone = let_in(ada, "Ada's phone");
  const auto tablet = let_in(ada, "Ada's tablet");
  all_meet({&ada, phone.get(), tablet.get(), &bo});
  ada.shelf().remove_device(phone->device());
  meet(ada, bo, ada.shared());
  const EpochId his = bo_rotates("without the phone");
  bring(bo, *tablet, bo.shared(), bo.device());
  ASSERT_NE(tablet->identity().journal(bo.shared()).epoch(his), nullptr);
  ASSERT_TRUE(members(*tablet, bo.shared()).live(phone->device())) << "else the test shows nothing";
  slip(bo, *phone, bo.shared());
  ASSERT_THAT(phone->door().epochs_wanted(bo.shared()), Contains(his));
  EXPECT_EQ(ask(*phone, *tablet, bo.shared()), 0u);
  EXPECT_EQ(tablet->door().epoch_for(bo.shared(), ada.device(), his), nullptr) << "nor does anybody, so long";
  meet(bo, *tablet, bo.shared());
  EXPECT_EQ(ask(*phone, *tablet, bo.shared()), 0u);
  EXPECT_NE(tablet->door().epoch_for(bo.shared(), ada.device(), his), nullptr);
}

TEST_F(EpochsAsked, ARemovalThatTheNotebookAloneKnowsCountsToo) {
  const auto phone = let_in(ada, "Ada's phone");
  const auto tablet = let_in(ada, "Ada's tablet");
  all_meet({&ada, phone.get(), tablet.get(), &bo});
  const EpochId his = bo_rotates("for all");
  meet(bo, *tablet, bo.shared());
  EXPECT_NE(tablet->door().epoch_for(bo.shared(), phone->device(), his), nullptr);
  tablet->shelf().remove_device(phone->device());
  EXPECT_EQ(tablet->door().epoch_for(bo.shared(), phone->device(), his), nullptr);
}

TEST_F(EpochsAsked, WhoIsLetInByItsChainAloneGetsNothingUntilItIsEnrolled) {
  auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  const auto tablet = let_in(*phone, "Ada's tablet");
  phone.reset();  // it has told nobody
  const EpochId his = bo_rotates("nobody has told him of a tablet");
  ASSERT_TRUE(bo.door().prove(bo.shared(), tablet->identity().chain())) << "a session there is";
  meet(bo, *tablet, bo.shared());
  ASSERT_THAT(tablet->door().epochs_wanted(bo.shared()), Contains(his));
  EXPECT_EQ(ask(*tablet, bo, bo.shared()), 0u);
  all_meet({&ada, tablet.get()});  // who enrols it
  meet(ada, bo, ada.shared());
  EXPECT_NE(bo.door().epoch_for(bo.shared(), tablet->device(), his), nullptr);
}

TEST_F(EpochsAsked, EpochZeroIsGivenToNobodyAndANotebooksToNoOther) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  for (const JournalId& id : {ada.notebook(), ada.shared()}) {
    const EpochId zero = crypto::epoch_id(id, ada.identity().journal(id).epochs.front());
    EXPECT_EQ(ada.door().epoch_for(id, phone->device(), zero), nullptr);
    EXPECT_NE(ada.door().epoch_for(id, phone->device(), members(ada, id).newest()->id), nullptr);
  }
  EXPECT_EQ(ada.door().epoch_for(ada.notebook(), bo.device(), members(ada, ada.notebook()).newest()->id), nullptr);
  EXPECT_EQ(ada.door().epoch_for(ada.shared(), bo.device(), EpochId{{1}}), nullptr);
}

TEST_F(EpochsAsked, WhoHasNotReadWhoIsAMemberGivesNothing) {
  const auto phone = let_in(ada, "Ada's phone");  // handed the keys, and nothing of the log yet
  const EpochId now = members(ada, ada.shared()).newest()->id;
  ASSERT_NE(phone->identity().journal(ada.shared()).epoch(now), nullptr);
  EXPECT_EQ(phone->door().epoch_for(ada.shared(), ada.device(), now), nullptr);
}

TEST_F(EpochsAsked, WhoHasLeftAsksForNothingAndGivesNothing) {
  const auto tablet = let_in(ada, "Ada's tablet");
  const EpochId his = bo_rotates("later");
  meet(ada, bo, ada.shared());
  meet(bo, *tablet, bo.shared());
  ASSERT_NE(bo.door().epoch_for(bo.shared(), tablet->device(), his), nullptr);
  bo.shelf().part(bo.shared());
  EXPECT_EQ(bo.door().epoch_for(bo.shared(), tablet->device(), his), nullptr);
  tablet->shelf().part(bo.shared());
  EXPECT_THAT(tablet->door().epochs_wanted(bo.shared()), IsEmpty());
}

// ---- what comes ----

TEST_F(EpochsAsked, WhatNoRecordHereNamesIsNotKept) {
  const std::size_t before = ada.identity().journal(ada.shared()).epochs.size();
  std::vector<crypto::EpochSecret> secrets;
  secrets.push_back(crypto::EpochSecret::random());
  ada.door().epochs_came(ada.shared(), std::move(secrets));
  EXPECT_EQ(ada.identity().journal(ada.shared()).epochs.size(), before);
}

}  // namespace
}  // namespace duolog::journal
