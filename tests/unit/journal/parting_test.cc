// parting_test.cc: journals that are left: what stays, what goes, who hears of it, and what a stop in between leaves.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/parting.h"

#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Parting : public ::testing::Test {
 protected:
  Parting() {
    pair(ada, bo);
    left = ada.shared();
    ada.write("from Ada");
    bo.write("from Bo");
    meet(ada, bo);
  }

  static std::optional<Reason> why_not(const std::function<void()>& asked) {
    try {
      asked();
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    return std::nullopt;
  }
  // Nothing of it by name in what a device remembers, nothing in its log, its vault, its lists.
  void expect_nowhere(Person& at) const {
    EXPECT_THAT(at.log().journals(), Not(Contains(left)));
    EXPECT_FALSE(at.identity().has(left));
    EXPECT_EQ(at.shelf().by_id(left), nullptr);
    for (const std::string& name : at.local().names(""))
      EXPECT_EQ(name.find(hex(left.bytes)), std::string::npos) << name;
    EXPECT_THAT(at.texts(), Not(Contains("from Bo")));
  }
  // The records alone, whoever brings them.
  static void slip(Person& from, Person& to, const JournalId& id) {
    for (const crypto::Chain& chain : from.door().chains(id)) to.door().admit(id, chain);
    carry(from, to, id);
  }

  Person ada{"Ada"};
  Person bo{"Bo"};
  JournalId left;
};

// ---- kept ----

TEST_F(Parting, WhatIsKeptIsReadAndNotWrittenIn) {
  ada.shelf().part(left);
  for (int start = 0; start < 2; ++start) {
    EXPECT_THAT(ada.texts(), UnorderedElementsAre("from Ada", "from Bo"));
    EXPECT_EQ(why_not([&] { ada.write("more", "Bo"); }), Reason::kParted);
    EXPECT_EQ(why_not([&] { ada.shelf().set_write_to("Bo"); }), Reason::kParted);
    EXPECT_TRUE(status(ada.shelf()).back().parted);
    ada.restart();
  }
}

TEST_F(Parting, NobodyIsMetInWhatIsKept) {
  ada.shelf().part(left);
  EXPECT_THAT(ada.door().journals(), IsEmpty());
  EXPECT_THAT(ada.door().psk_candidates(), IsEmpty());
  EXPECT_FALSE(ada.door().prove(left, bo.identity().chain()));
}

TEST_F(Parting, NothingIsWrittenIntoItByItself) {
  const auto before = ada.log().head(left, ada.device())->seq;
  ada.shelf().part(left);
  bo.write("after she had gone");
  slip(bo, ada, left);  // as if it had been on its way
  ada.restart();
  EXPECT_EQ(ada.log().head(left, ada.device())->seq, before);
}

TEST_F(Parting, WhatIsLeftAsksNothingAndIsNotRememberedUnasked) {
  bo.write("not read yet");
  meet(ada, bo);
  EXPECT_THAT(today(ada.shelf()).news, Not(IsEmpty()));
  ada.shelf().part(left);
  const Today page = today(ada.shelf());
  EXPECT_THAT(page.news, IsEmpty());
  EXPECT_TRUE(page.alone);
  for (const Round& round : page.waiting) EXPECT_EQ(round.journal, "notebook");
  EXPECT_THAT(living(ada.shelf()), SizeIs(1));
  EXPECT_EQ(ada.shelf().answering_journal({}).secrets().name, "notebook");
  EXPECT_EQ(ada.answer(3).journal, "notebook");
}

// ---- forgotten ----

TEST_F(Parting, WhatIsForgottenIsNowhereHere) {
  ada.write("mine alone", "notebook");
  EXPECT_TRUE(ada.shelf().forget(left));
  for (int start = 0; start < 2; ++start) {
    expect_nowhere(ada);
    EXPECT_THAT(ada.texts(), ElementsAre("mine alone"));
    EXPECT_THAT(ada.identity().forgetting(), IsEmpty()) << "the notebook knows, and nothing is left to be done";
    ada.restart();
  }
  EXPECT_THAT(bo.texts(), UnorderedElementsAre("from Ada", "from Bo")) << "his copy is his";
}

TEST_F(Parting, WhatWasKeptCanStillBeForgotten) {
  ada.shelf().part(left);
  ada.shelf().forget(left);
  expect_nowhere(ada);
}

TEST_F(Parting, AStopRightAfterTheVaultIsMadeGoodAtTheNextStart) {
  ada.identity().forget(left);
  ada.stop();
  ada.restart();
  expect_nowhere(ada);
  EXPECT_THAT(ada.identity().forgetting(), IsEmpty());
  EXPECT_EQ(ada.journal(ada.notebook()).parted_from(left), true);
}

TEST_F(Parting, OtherJournalsAreAsTheyWere) {
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  const JournalId other = ada.shared();
  ada.write("for Cleo");
  meet(ada, cleo, other);
  ada.shelf().forget(left);
  cleo.write("from Cleo");
  meet(ada, cleo, other);
  EXPECT_THAT(ada.texts(), UnorderedElementsAre("for Cleo", "from Cleo"));
  ada.restart();
  EXPECT_THAT(ada.texts(), UnorderedElementsAre("for Cleo", "from Cleo"));
}

// ---- where writing goes ----

TEST_F(Parting, WhatWentThereGoesToTheNotebookAndToNobodyElse) {
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  ada.shelf().set_write_to("Bo");
  ada.shelf().part(left);
  EXPECT_EQ(ada.write("to whom?").journal, "notebook");
  ada.shelf().forget(left);
  EXPECT_EQ(ada.write("to whom now?").journal, "notebook");
}

TEST_F(Parting, TheSameWhereNobodyHasChosen) {
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);  // the newest: what is written goes there
  ada.shelf().forget(ada.shared());
  EXPECT_EQ(ada.write("to whom?").journal, "notebook") << "not to Bo, who stays";
}

TEST_F(Parting, NoPracticeGoesToSomebodyElseUnasked) {
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  ada.shelf().set_write_to("Bo");
  ada.shelf().part(left);
  const auto answer = [&] { ada.answer(4); };
  const auto share = [&] {
    const auto note = ada.write("a thought", "notebook");
    ada.shelf().share({hex(note.id.view()), ""}, "", {});
  };
  for (int start = 0; start < 2; ++start) {
    EXPECT_EQ(why_not(answer), Reason::kToBeChosen);
    EXPECT_EQ(why_not(share), Reason::kToBeChosen);
    EXPECT_NO_THROW(ada.round()) << "looking is no practice";
    ada.restart();
  }
  FilledForm named;
  named.practice = "checkin";
  named.journal = "Cleo";
  named.fields.push_back({"connection", std::int32_t{3}});
  EXPECT_EQ(ada.shelf().answer(named, {}).shared_with, "Cleo");
  ada.shelf().set_write_to("Cleo");
  EXPECT_EQ(why_not(answer), std::nullopt);
}

TEST_F(Parting, WhatWentElsewhereStillDoes) {
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  ada.shelf().part(left);
  EXPECT_EQ(ada.write("for Cleo").journal, "Cleo");
}

// ---- one's own other devices ----

class PartingOnTwoDevices : public Parting {
 protected:
  PartingOnTwoDevices() : phone(ada, "phone") {
    ada.settle();
    meet(ada, phone, ada.notebook());
    meet(ada, phone, left);
  }
  Person phone;
};

TEST_F(PartingOnTwoDevices, TheOtherOneFollows) {
  ada.shelf().part(left);
  EXPECT_FALSE(phone.identity().journal(left).parted);
  meet(ada, phone, ada.notebook());
  EXPECT_TRUE(phone.identity().journal(left).parted);
  EXPECT_THAT(phone.texts(), UnorderedElementsAre("from Ada", "from Bo"));
  EXPECT_EQ(why_not([&] { phone.write("more", "Bo"); }), Reason::kParted);
}

TEST_F(PartingOnTwoDevices, WhatOneForgetsTheOtherLeavesAndKeepsUntilItIsForgottenThereToo) {
  phone.write("never sent", "Bo");
  ada.shelf().forget(left);
  meet(ada, phone, ada.notebook());
  phone.restart();
  EXPECT_TRUE(phone.identity().journal(left).parted);
  EXPECT_THAT(phone.texts(), UnorderedElementsAre("from Ada", "from Bo", "never sent"));
  phone.shelf().forget(left);
  expect_nowhere(phone);
}

TEST_F(PartingOnTwoDevices, WhoForgetsAndWhoKeepsAtOnceHaveBothLeft) {
  ada.shelf().part(left);
  phone.shelf().forget(left);
  meet(ada, phone, ada.notebook());
  EXPECT_TRUE(ada.identity().journal(left).parted);
  EXPECT_THAT(ada.texts(), UnorderedElementsAre("from Ada", "from Bo"));
  expect_nowhere(phone);
  EXPECT_THAT(phone.identity().forgetting(), IsEmpty());
}

// As whoever was let in through it alone would.
TEST_F(PartingOnTwoDevices, WhatAnotherDeviceSaysInTheJournalItselfLeavesNothing) {
  phone.journal(left).append(Parted{}, {kNoon, 0});
  meet(ada, phone, left);
  ada.restart();
  EXPECT_FALSE(ada.identity().journal(left).parted);
  EXPECT_THAT(ada.texts(), UnorderedElementsAre("from Ada", "from Bo"));
}

TEST_F(PartingOnTwoDevices, WhatIsLeftDoesNotComeToADeviceThatIsLetInLater) {
  ada.shelf().part(left);
  Person desk(ada, "desk");
  ada.settle();
  meet(ada, desk, ada.notebook());
  EXPECT_FALSE(desk.identity().has(left)) << "also not by what the notebook keeps of it";
  desk.restart();
  EXPECT_FALSE(desk.identity().has(left));
}

TEST_F(Parting, ADeviceToWhichNothingHasComeYetKeepsNothing) {
  Person phone(ada, "phone");
  ada.settle();
  ada.shelf().part(left);
  meet(ada, phone, ada.notebook());
  EXPECT_FALSE(phone.identity().has(left));
  phone.restart();
  EXPECT_THAT(phone.log().journals(), ElementsAre(phone.notebook()));
}

TEST_F(PartingOnTwoDevices, OneDeviceNamesSoManyJournalsAndNoMore) {
  const auto leave = [&](std::size_t n) {
    JournalId any;
    any.bytes[0] = static_cast<std::uint8_t>(n);
    any.bytes[1] = static_cast<std::uint8_t>(n >> 8U);
    forge(phone, phone.notebook(), Parted{any, false});
  };
  for (std::size_t n = 1; n <= 140; ++n) leave(n);
  meet(ada, phone, ada.notebook());
  EXPECT_THAT(ada.journal(ada.notebook()).facts().parted, SizeIs(128));
  phone.shelf().part(left);
  meet(ada, phone, ada.notebook());
  EXPECT_TRUE(ada.identity().journal(left).parted) << "what is here is left all the same";
  EXPECT_THAT(ada.journal(ada.notebook()).facts().parted, SizeIs(129));
}

// Nothing of it had come to the phone, which was to write there.
TEST_F(Parting, WhatWasToGoWhereNothingCameGoesToTheNotebook) {
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  Person phone(ada, "phone");
  ada.settle();
  phone.shelf().set_write_to("Bo");
  meet(ada, phone, ada.shared());
  ada.shelf().part(left);
  meet(ada, phone, ada.notebook());
  ASSERT_FALSE(phone.identity().has(left));
  EXPECT_EQ(phone.write("to whom?").journal, "notebook");
}

// What is written goes to the notebook, and what is for two went to the newest, which is left.
TEST_F(Parting, APracticeIsAskedAboutAlsoWhereWritingWentElsewhere) {
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  ada.shelf().set_write_to("notebook");
  ada.shelf().part(ada.shared());
  EXPECT_EQ(why_not([&] { ada.answer(4); }), Reason::kToBeChosen) << "not to Bo";
}

TEST_F(Parting, WhoPairsAnewHasChosen) {
  ada.shelf().part(left);
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  EXPECT_EQ(why_not([&] { ada.answer(4); }), std::nullopt);
}

// The device that forgot is removed by one that had not heard: its word in the notebook counts no more.
TEST_F(PartingOnTwoDevices, WhatIsForgottenStaysSoWhateverBecomesOfItsWord) {
  Person cleo{"Cleo"};
  pair(phone, cleo, 2);  // so that the notebook keeps it in another's log
  phone.settle();
  meet(ada, phone, ada.notebook());
  ASSERT_TRUE(ada.identity().has(cleo.shared()));
  meet(ada, phone, cleo.shared());
  ada.shelf().forget(cleo.shared());
  phone.shelf().remove_device(ada.device());
  slip(phone, ada, ada.notebook());
  ASSERT_EQ(ada.journal(ada.notebook()).parted_from(cleo.shared()), std::nullopt) << "else the test shows nothing";
  ada.view().begin_anew("everything is read again");
  ada.restart();
  EXPECT_FALSE(ada.identity().has(cleo.shared()));
  EXPECT_THAT(ada.door().journals(), Not(Contains(cleo.shared())));
}

TEST_F(PartingOnTwoDevices, ARemovedDeviceMakesNobodyForget) {
  ada.shelf().remove_device(phone.device());
  phone.shelf().forget(left);  // it has not heard
  slip(phone, ada, ada.notebook());
  ada.restart();
  EXPECT_TRUE(ada.identity().has(left));
  EXPECT_FALSE(ada.identity().journal(left).parted);
}

// ---- the other ----

TEST_F(Parting, TheOtherIsToldNothing) {
  ada.shelf().part(left);
  EXPECT_EQ(ada.log().head(left, ada.device()), bo.log().head(left, ada.device()));
  EXPECT_THAT(warnings(bo.shelf()), Not(Contains("parted:Ada")));
}

TEST_F(Parting, TheOtherIsToldWhereThatIsWished) {
  auto token = ada.shelf().part_and_tell(left);
  EXPECT_EQ(why_not([&] { ada.write("more", "Bo"); }), Reason::kParted);
  EXPECT_THAT(ada.door().journals(), ElementsAre(left)) << "he must hear it";
  EXPECT_FALSE(holds_all_of_ours(ada.shelf(), left));
  carry(ada, bo, left);
  EXPECT_TRUE(holds_all_of_ours(ada.shelf(), left));
  token.reset();
  EXPECT_THAT(ada.door().journals(), IsEmpty());
  EXPECT_THAT(warnings(bo.shelf()), Contains("parted:Ada"));
  EXPECT_THAT(bo.texts(), UnorderedElementsAre("from Ada", "from Bo")) << "no entry of any kind";
  bo.write("he may go on writing");
  bo.restart();
  EXPECT_THAT(warnings(bo.shelf()), Contains("parted:Ada"));
}

TEST_F(Parting, WhoHasSaidSoHasPartedWhateverStopped) {
  forge(ada, left, duolog::journal::Parted{});
  ada.settle();
  EXPECT_TRUE(ada.identity().journal(left).parted);
}

TEST_F(Parting, NobodyIsPartedBecauseTheOtherSaysSo) {
  forge(bo, left, duolog::journal::Parted{});
  meet(ada, bo);
  forge(bo, left, duolog::journal::Parted{left, true});  // that belongs into a notebook
  meet(ada, bo);
  ada.restart();
  EXPECT_FALSE(ada.identity().journal(left).parted);
  EXPECT_EQ(why_not([&] { ada.write("more", "Bo"); }), std::nullopt);
}

TEST_F(Parting, TheSameTwoPairAnewOnceBothHaveLeft) {
  ada.shelf().part(left);
  Pairing early(ada, bo, 7);
  early.run();
  EXPECT_EQ(early.joiner.fault(), FoundingFault::kAlreadyPaired) << "Bo still has the old one";
  bo.shelf().part(left);
  pair(ada, bo, 8);
  EXPECT_NE(ada.shared(), left);
  ada.write("again");
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), Contains("again"));
  EXPECT_THAT(ada.texts(), Contains("from Bo")) << "the old one is still there to be read";
}

// ---- which one is meant ----

TEST_F(Parting, WhichJournalIsMeantIsNeverGuessed) {
  EXPECT_EQ(to_be_left(ada.shelf(), {}).id(), left);
  EXPECT_EQ(why_not([&] { to_be_left(ada.shelf(), "notebook"); }), Reason::kNotItsKind);
  EXPECT_EQ(why_not([&] { to_be_left(ada.shelf(), "nobody"); }), Reason::kNoSuchJournal);
  Person cleo{"Cleo"};
  EXPECT_EQ(why_not([&] { to_be_left(cleo.shelf(), {}); }), Reason::kNoJournalYet);
  pair(ada, cleo, 2);
  EXPECT_EQ(why_not([&] { to_be_left(ada.shelf(), {}); }), Reason::kAmbiguous);
}

TEST_F(Parting, WhatWouldNotArriveIsCounted) {
  EXPECT_EQ(look_at_leaving(ada.shelf(), ada.journal(left)).not_delivered, 0u);
  ada.write("one");
  ada.write("two");
  const Leaving leaving = look_at_leaving(ada.shelf(), ada.journal(left));
  EXPECT_EQ(leaving.not_delivered, 2u);
  EXPECT_EQ(leaving.entries, 4u);
  EXPECT_EQ(leaving.entries_of_mine, 3u);
  EXPECT_EQ(leaving.other_devices, 0u);
}

}  // namespace
}  // namespace duolog::journal
