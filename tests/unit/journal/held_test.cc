// held_test.cc: a restored home reads and receives; what would be appended waits, and is written once it may be.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;

Reason refused(Person& person, const std::string& text, const std::string& journal = {}) {
  try {
    person.write(text, journal);
  } catch (const Refusal& refusal) {
    return refusal.reason;
  }
  return Reason::kBadRequest;
}

class AHeldJournal : public TwoPeople {
 protected:
  void hold(Person& person, const JournalId& id) { person.journal(id).hold(true); }
};

TEST_F(AHeldJournal, IsReadAndWrittenInByNobodyHere) {
  ada.write("before");
  hold(ada, ada.shared());
  const auto end = ada.log().head(ada.shared(), ada.device())->seq;
  EXPECT_EQ(refused(ada, "not now"), Reason::kRestored);
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, end);
  bo.now += 1000;  // at the same moment chance would say which comes first
  bo.write("from Bo");
  meet(ada, bo);
  EXPECT_THAT(ada.texts(), ElementsAre("before", "from Bo"));
  ada.shelf().release(ada.shared());
  ada.write("after");
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), ElementsAre("before", "from Bo", "after"));
}

// It is older than the person's other device, which knows it: else nothing would ever release it.
TEST_F(AHeldJournal, OfANotebookAnswersADeviceOfWhichItKnowsNothing) {
  using ::testing::Contains;
  using ::testing::Not;
  ASSERT_EQ(ada.journal(ada.notebook()).membership().live().size(), 1u);
  EXPECT_THAT(ada.door().journals(), Not(Contains(ada.notebook())));
  hold(ada, ada.notebook());
  EXPECT_THAT(ada.door().journals(), Contains(ada.notebook()));
  crypto::Chain chain = ada.identity().chain();
  const crypto::DeviceKeys phone(crypto::DeviceSeed::random());
  chain.push_back(crypto::certify(ada.identity().keys(), phone.public_keys(), kNoon / kSecond, "phone"));
  EXPECT_TRUE(ada.door().prove(ada.notebook(), chain));
  ada.shelf().release(ada.notebook());
  EXPECT_THAT(ada.door().journals(), Not(Contains(ada.notebook())));
}

TEST_F(AHeldJournal, HoldsBackNoOther) {
  hold(ada, ada.shared());
  EXPECT_EQ(ada.write("for nobody", "notebook").visibility, Visibility::kPrivate);
  hold(ada, ada.notebook());
  EXPECT_EQ(refused(ada, "not now", "notebook"), Reason::kRestored);
}

// Both have answered: this device's opening is due, and would be a record of its own.
TEST_F(AHeldJournal, PublishesNoOpeningBeforeItIsReleased) {
  ada.answer(4);
  hold(ada, ada.shared());
  const auto end = ada.log().head(ada.shared(), ada.device())->seq;
  meet(ada, bo);
  bo.answer(5);
  meet(ada, bo);
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, end);
  ada.shelf().release(ada.shared());
  EXPECT_GT(ada.log().head(ada.shared(), ada.device())->seq, end);
}

}  // namespace
}  // namespace duolog::journal
