// stolen_words_test.cc: somebody has Ada's 24 words, and was let back in by Bo, who took them for her. What they can
// do in the journal that they came back to, and what stays Ada's own.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/three_homes.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::Not;

class StolenWords : public ThreeHomes {
 protected:
  StolenWords() {
    phone = let_in(ada, "Ada's phone");
    all_meet({&ada, phone.get(), &bo});
    thief = std::make_unique<Person>(words_of(ada), "Ada", "desk", bo);
    for (int round = 0; round < 2; ++round) meet(bo, *thief, bo.shared());
  }
  // What they say of the phone comes to Ada by Bo.
  void the_thief_removes_the_phone() {
    thief->shelf().remove_device(phone->device());
    meet(bo, *thief, bo.shared());
    meet(ada, bo, ada.shared());
    ASSERT_TRUE(members(ada, ada.shared()).removed(phone->device())) << "else the test shows nothing";
  }

  std::unique_ptr<Person> phone, thief;
};

TEST_F(StolenWords, PartNoDevicesOfAPersonsNotebook) {
  the_thief_removes_the_phone();
  EXPECT_FALSE(members(ada, ada.notebook()).removed(phone->device()));
  EXPECT_FALSE(ada.door().prove(ada.shared(), phone->identity().chain()));
  ASSERT_TRUE(ada.door().prove(ada.notebook(), phone->identity().chain()));
  ada.write("to myself", "notebook");
  meet(ada, *phone, ada.notebook());
  EXPECT_THAT(phone->texts(), Contains("to myself"));
  ada.restart();
  EXPECT_FALSE(members(ada, ada.notebook()).removed(phone->device()));
}

TEST_F(StolenWords, DoNotMakeTheNotebookHandOnWhatARemovedDeviceMayNotRead) {
  the_thief_removes_the_phone();
  ada.write("after the phone was removed here", "Bo");
  const EpochId key = *members(ada, ada.shared()).current();
  ASSERT_NE(ada.identity().journal(ada.shared()).epoch(key), nullptr);
  meet(ada, *phone, ada.notebook());
  EXPECT_EQ(phone->identity().journal(phone->shared()).epoch(key), nullptr);
  EXPECT_FALSE(ada.journal(ada.notebook()).keeps(key));
}

TEST_F(StolenWords, CannotRemoveThePersonFromHerOwnNotebook) {
  thief->shelf().remove_device(ada.device());
  meet(bo, *thief, bo.shared());
  meet(ada, bo, ada.shared());
  meet(*phone, bo, ada.shared());
  ASSERT_TRUE(members(*phone, ada.shared()).removed(ada.device())) << "else the test shows nothing";
  ada.write("still mine", "notebook");
  meet(ada, *phone, ada.notebook());
  EXPECT_THAT(phone->texts(), Contains("still mine"));
  EXPECT_FALSE(members(*phone, ada.notebook()).removed(ada.device()));
}

// Ada's way out: on the laptop she removes who came, by a record in the notebook and the journal.
TEST_F(StolenWords, AreAnsweredByARemovalThatHoldsEverywhere) {
  meet(ada, bo, ada.shared());
  ASSERT_TRUE(members(ada, ada.shared()).live(thief->device())) << "else the test shows nothing";
  ada.shelf().remove_device(thief->device());
  meet(ada, bo, ada.shared());
  EXPECT_FALSE(bo.door().prove(bo.shared(), thief->identity().chain()));
  bo.write("for Ada alone");
  slip(bo, *thief, bo.shared());
  EXPECT_THAT(thief->texts(), Not(Contains("for Ada alone")));
}

}  // namespace
}  // namespace duolog::journal
