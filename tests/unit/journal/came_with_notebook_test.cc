// came_with_notebook_test.cc: Ada has lost her laptop, and comes back with her words and a bundle of her notebook:
// which shared journals she lets herself into, and when.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/own_enrolment.h"
#include "tests/unit/journal/three_homes.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::UnorderedElementsAre;

class ANotebookThatCameByHand : public ThreeHomes {
 protected:
  std::unique_ptr<Person> come_back() {
    return std::make_unique<Person>(words_of(ada), "Ada", "desk", Person::ByNotebook{ada});
  }
  // All of what a bundle of it has, and no session: nobody says that it was all.
  void bring_shared(Person& desk) {
    slip(bo, desk, bo.shared());
    desk.settle();
  }
};

TEST_F(ANotebookThatCameByHand, KeepsAJournalUpToWhereThatStandsInALogAndNoSooner) {
  const Journal& notebook = ada.journal(ada.notebook());
  const auto& kept = notebook.facts().journals_kept.at(ada.shared());
  ASSERT_EQ(kept.size(), 1U);
  const std::uint64_t at = kept.front().seq;
  ASSERT_EQ(kept.front().by, ada.device());
  EXPECT_TRUE(notebook.kept_within(ada.shared(), {{ada.device(), at}}));
  EXPECT_TRUE(notebook.kept_within(ada.shared(), {{ada.device(), at + 9}, {bo.device(), 0}}));
  EXPECT_FALSE(notebook.kept_within(ada.shared(), {{ada.device(), at - 1}})) << "it was kept later";
  EXPECT_FALSE(notebook.kept_within(ada.shared(), {{bo.device(), at}})) << "by another log";
  EXPECT_FALSE(notebook.kept_within(ada.shared(), {}));
  EXPECT_FALSE(notebook.kept_within(ada.notebook(), {{ada.device(), at}})) << "another journal";
}

TEST_F(ANotebookThatCameByHand, BringsWhatIsSharedWhichIsWrittenInOnceAllOfItWasRead) {
  ada.write("from Ada, before");
  bo.write("from Bo, before");
  meet(ada, bo);
  const auto desk = come_back();
  ASSERT_EQ(desk->shared(), bo.shared());
  EXPECT_TRUE(desk->journal(bo.shared()).waits_to_be_read());
  bring_shared(*desk);
  EXPECT_THAT(desk->texts(), UnorderedElementsAre("from Ada, before", "from Bo, before"));
  EXPECT_EQ(why_not(*desk, "too early"), Reason::kNotYetKnown) << "a removal may stand in what has not come";
  desk->door().was_read_whole(bo.shared());
  desk->settle();
  EXPECT_FALSE(desk->journal(bo.shared()).waits_to_be_read());
  desk->write("from the desk");
  meet(bo, *desk, bo.shared());
  EXPECT_THAT(bo.texts(), Contains("from the desk"));
}

TEST_F(ANotebookThatCameByHand, IsTheSameAfterAStart) {
  meet(ada, bo);
  const auto desk = come_back();
  bring_shared(*desk);
  desk->restart();
  EXPECT_TRUE(desk->journal(bo.shared()).waits_to_be_read());
  desk->door().was_read_whole(bo.shared());
  desk->local().write_down();
  desk->restart();
  EXPECT_FALSE(desk->journal(bo.shared()).waits_to_be_read());
  desk->write("after the start");
}

TEST_F(ANotebookThatCameByHand, LetsNobodyIntoAJournalThatAnotherDeviceHasBroughtSince) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  const auto desk = come_back();
  Person cy("Cy");
  pair(*phone, cy);
  meet_where_they_can(*phone, *desk);
  meet_where_they_can(*phone, *desk);
  ASSERT_NE(desk->shelf().by_id(cy.shared()), nullptr) << "the notebook has told";
  EXPECT_FALSE(desk->journal(cy.shared()).waits_to_be_read());
  slip(cy, *desk, cy.shared());
  desk->settle();
  const auto own = desk->log().head(cy.shared(), desk->device());
  EXPECT_TRUE(!own || own->seq == 0) << "it lets itself in where the phone is to do so";
}

// The limit of the protocol: 64 devices ever. Whoever lost the last one comes back all the same.
TEST_F(ANotebookThatCameByHand, OpensAfterAsManyDevicesAsThereMayEverBe) {
  std::size_t ever = 1;
  try {
    for (; ever < 100; ++ever) {
      const crypto::DeviceKeys keys(crypto::DeviceSeed::random());
      ada.now += kSecond;
      ada.shelf().enrol_device(keys.public_keys(), "one of many", "code");
      ada.shelf().remove_device(keys.id());
    }
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kDevicesFull);
  }
  EXPECT_EQ(ever + kHomecomings, kDevicesEver);
  ada.write("the last word", "notebook");
  const auto desk = come_back();
  EXPECT_THAT(desk->texts(), Contains("the last word"));
  desk->now += kSecond;
  desk->write("and on", "notebook");
  EXPECT_THAT(desk->texts(), Contains("and on"));
  meet(ada, *desk, ada.notebook());
  EXPECT_THAT(ada.texts(), Contains("and on")) << "a place was kept for it";
}

}  // namespace
}  // namespace duolog::journal
