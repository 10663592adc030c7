// founding_test.cc: two people found a journal, and every way in which nothing comes of it leaves nothing behind.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/pair_frames.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = Founding::State;

class FoundingTest : public ::testing::Test {
 protected:
  Person ada{"Ada"};
  Person bo{"Bo"};

  static bool alone(Person& person) {
    return person.identity().journals().size() == 1 && person.log().journals().size() == 1;
  }
  // The talk up to the joiner's wait for the founding; then the founding, changed by `lie`, reaches the joiner.
  template <class Lie>
  State founding_reaches_joiner_after(Lie lie) {
    Pairing pairing(ada, bo);
    pairing.host.approve("partner");
    pairing.exchange();
    wire::PairFrame frame = read(*pairing.host.next());
    lie(*frame.mutable_founding());
    pairing.joiner.receive(bytes_of(frame));
    return pairing.joiner.state();
  }
};

TEST_F(FoundingTest, GivesBothTheSameJournalUnderTheOthersName) {
  Pairing pairing(ada, bo);
  pairing.run("friend");
  ASSERT_EQ(pairing.host.state(), State::kFounded);
  ASSERT_EQ(pairing.joiner.state(), State::kFounded);
  EXPECT_EQ(pairing.host.journal().id, pairing.joiner.journal().id);
  EXPECT_EQ(pairing.host.journal().name, "Bo");
  EXPECT_EQ(pairing.joiner.journal().name, "Ada");
  EXPECT_EQ(pairing.joiner.journal().relationship, "friend");
  EXPECT_EQ(pairing.joiner.journal().paired_by, "code");
  EXPECT_FALSE(pairing.host.journal().unacknowledged);
}

TEST_F(FoundingTest, TheFirstLineAfterItArrives) {
  pair(ada, bo);
  bo.write("I am the joiner and write first");
  meet(ada, bo);
  EXPECT_THAT(ada.texts(), ElementsAre("I am the joiner and write first"));
}

TEST_F(FoundingTest, BothShareTheHostsCalendar) {
  Person cleo("Cleo", "Pacific/Auckland");
  pair(ada, cleo);
  EXPECT_EQ(cleo.shelf().calendar_of(cleo.journal(cleo.shared())).zone, "Europe/Berlin");
}

TEST_F(FoundingTest, BothScreensShowTheSameWords) {
  const Pairing pairing(ada, bo);
  EXPECT_EQ(pairing.host.comparison_words(), pairing.joiner.comparison_words());
  EXPECT_THAT(pairing.host.comparison_words(), SizeIs(4));
  EXPECT_EQ(pairing.host.other(), "Bo");
  EXPECT_EQ(pairing.host.other_device(), "Bo's laptop");
}

TEST_F(FoundingTest, DeclinedLeavesNothing) {
  Pairing pairing(ada, bo);
  pairing.host.decline();
  pairing.exchange();
  EXPECT_EQ(pairing.host.state(), State::kDeclined);
  EXPECT_EQ(pairing.joiner.state(), State::kDeclined);
  EXPECT_TRUE(alone(ada) && alone(bo));
}

TEST_F(FoundingTest, TheHostStoresBeforeItSends) {
  Pairing pairing(ada, bo);
  pairing.host.approve("partner");
  pairing.exchange();
  EXPECT_THAT(ada.identity().journals(), SizeIs(2));
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, kBirthLength);
  EXPECT_TRUE(ada.identity().journals().back().unacknowledged);
  EXPECT_THAT(ada.shelf().journals(), SizeIs(1)) << "hidden until acknowledged";
}

TEST_F(FoundingTest, NothingIsStoredBeforeTheHostsPersonSaidYes) {
  Pairing pairing(ada, bo);
  EXPECT_FALSE(pairing.exchange());
  EXPECT_TRUE(alone(ada) && alone(bo));
}

TEST_F(FoundingTest, AnUnacknowledgedFoundingIsDroppedAtTheNextPairing) {
  {
    Pairing lost(ada, bo);
    lost.host.approve("partner");
    lost.exchange();  // the connection ends: Bo never saw the founding
  }
  const JournalId forgotten = ada.shared();
  ada.restart();
  EXPECT_THAT(ada.shelf().journals(), SizeIs(1));
  pair(ada, bo, 2);
  EXPECT_NE(ada.shared(), forgotten);
  EXPECT_THAT(ada.identity().journals(), SizeIs(2));
  EXPECT_THAT(ada.log().journals(), SizeIs(2));
}

TEST_F(FoundingTest, ASessionAcknowledgesWhenTheReceiptWasLost) {
  Pairing lost(ada, bo);
  lost.host.approve("partner");
  lost.exchange();
  lost.joiner.receive(*lost.host.next());
  ASSERT_EQ(lost.joiner.state(), State::kFounded);  // and its "Stored" is lost
  bo.write("are you there?");
  meet(bo, ada);
  EXPECT_FALSE(ada.identity().journals().back().unacknowledged);
  EXPECT_THAT(ada.texts(), ElementsAre("are you there?"));
}

TEST_F(FoundingTest, PairingAgainAfterALostReceiptReplacesBothHalves) {
  {
    Pairing lost(ada, bo);
    lost.host.approve("partner");
    lost.exchange();
    lost.joiner.receive(*lost.host.next());
  }
  pair(ada, bo, 2);
  EXPECT_THAT(ada.identity().journals(), SizeIs(2));
  EXPECT_THAT(bo.identity().journals(), SizeIs(2));
  bo.write("now it works");
  meet(ada, bo);
  EXPECT_THAT(ada.texts(), ElementsAre("now it works"));
}

TEST_F(FoundingTest, AJoinerStoppedBetweenItsLogAndItsVaultStartsClean) {
  Pairing pairing(ada, bo);
  pairing.run();
  const JournalId id = bo.shared();
  bo.identity().drop_journal(id);  // as if the vault had never been written
  bo.restart();
  EXPECT_TRUE(alone(bo));
}

TEST_F(FoundingTest, TheSamePersonIsNotPairedTwice) {
  pair(ada, bo);
  Pairing again(ada, bo, 2);
  again.run();
  EXPECT_EQ(again.host.state(), State::kFailed);
  EXPECT_EQ(again.host.fault(), FoundingFault::kAlreadyPaired);
  EXPECT_EQ(again.host.detail(), "Bo");
  EXPECT_THAT(ada.identity().journals(), SizeIs(2));
}

TEST_F(FoundingTest, APersonDoesNotPairWithThemselves) {
  Pairing pairing(ada, ada);
  pairing.run();
  EXPECT_EQ(pairing.joiner.fault(), FoundingFault::kOwnDevice);
  EXPECT_TRUE(alone(ada));
}

TEST_F(FoundingTest, ASecondPersonGetsAJournalOfTheirOwn) {
  Person cleo("Bo");  // another Bo
  pair(ada, bo);
  pair(ada, cleo, 2);
  EXPECT_EQ(ada.identity().journals()[1].name, "Bo");
  EXPECT_EQ(ada.identity().journals()[2].name, "Bo 2");
  ada.write("for the second", "Bo 2");
  EXPECT_THAT(bo.texts(), IsEmpty());
}

TEST_F(FoundingTest, TheOnesOwnNameForAJournalIsKept) {
  FoundingFacts facts = introduce(bo);
  facts.journal_name = "us";
  Founding host(ada.shelf(), FoundingRole::kHost, facts);
  Founding joiner(bo.shelf(), FoundingRole::kJoiner, introduce(ada));
  host.approve("partner");
  while (const auto message = host.next()) {
    joiner.receive(*message);
    while (const auto back = joiner.next()) host.receive(*back);
  }
  EXPECT_EQ(host.journal().name, "us");
}

TEST_F(FoundingTest, AJoinerNamedNotebookDoesNotBecomeTheNotebook) {
  Person notebook("notebook");
  pair(ada, notebook);
  EXPECT_EQ(ada.identity().journals().back().name, "notebook 2");
}

// ---- lies ----

TEST_F(FoundingTest, AChainThatIsNotOfTheDeviceSpokenWithIsRefused) {
  Person mallory("Mallory");
  FoundingFacts facts = introduce(bo);
  facts.device = mallory.device();
  Founding host(ada.shelf(), FoundingRole::kHost, facts);
  Founding joiner(bo.shelf(), FoundingRole::kJoiner, introduce(ada));
  host.approve("partner");
  joiner.receive(*host.next());
  host.receive(*joiner.next());
  EXPECT_EQ(host.fault(), FoundingFault::kViolation);
  EXPECT_TRUE(alone(ada));
}

TEST_F(FoundingTest, RootKeysThatTheChainDoesNotComeFromAreRefused) {
  Person mallory("Mallory");
  Pairing pairing(ada, bo);
  pairing.host.approve("partner");
  wire::PairFrame approval = read(*pairing.host.next());
  approval.mutable_approval()->set_root_sign(std::string(as_text(mallory.identity().root().sign.bytes)));
  pairing.joiner.receive(bytes_of(approval));
  EXPECT_EQ(pairing.joiner.fault(), FoundingFault::kViolation);
}

TEST_F(FoundingTest, ConversationsThatDifferFoundNothing) {
  Founding host(ada.shelf(), FoundingRole::kHost, introduce(bo, 1));
  Founding joiner(bo.shelf(), FoundingRole::kJoiner, introduce(ada, 2));
  host.approve("partner");
  joiner.receive(*host.next());
  host.receive(*joiner.next());
  joiner.receive(*host.next());
  EXPECT_EQ(joiner.fault(), FoundingFault::kViolation);
  EXPECT_TRUE(alone(bo));
}

TEST_F(FoundingTest, AnEpochSecretThatIsNotTheRecordsIsRefused) {
  EXPECT_EQ(founding_reaches_joiner_after([](auto& founding) { (*founding.mutable_epoch_zero())[0] ^= 1; }),
            State::kFailed);
  EXPECT_TRUE(alone(bo));
}

TEST_F(FoundingTest, ARunWithoutItsFoundingRecordIsRefused) {
  EXPECT_EQ(founding_reaches_joiner_after(
                [](auto& founding) { founding.mutable_records()->mutable_records()->DeleteSubrange(2, 2); }),
            State::kFailed);
  EXPECT_TRUE(alone(bo));
}

TEST_F(FoundingTest, ARunWithoutACalendarIsABirthToo) {
  EXPECT_EQ(founding_reaches_joiner_after(
                [](auto& founding) { founding.mutable_records()->mutable_records()->DeleteSubrange(3, 1); }),
            State::kFounded);
}

TEST_F(FoundingTest, RecordsInAnotherOrderAreRefused) {
  EXPECT_EQ(founding_reaches_joiner_after(
                [](auto& founding) { founding.mutable_records()->mutable_records()->SwapElements(0, 1); }),
            State::kFailed);
  EXPECT_TRUE(alone(bo));
}

TEST_F(FoundingTest, AnyByteOfTheFoundingChangedLeavesNothing) {
  Pairing pairing(ada, bo);
  pairing.host.approve("partner");
  pairing.exchange();
  const Bytes founding = *pairing.host.next();
  const Bytes approval = [&] {
    Pairing other(ada, bo);
    other.host.approve("partner");
    return *other.host.next();
  }();
  std::size_t tried = 0;
  for (std::size_t at = 0; at < founding.size(); at += 13) {
    Founding joiner(bo.shelf(), FoundingRole::kJoiner, introduce(ada));
    joiner.receive(approval);
    Bytes changed = founding;
    changed[at] ^= 0x40;
    joiner.receive(changed);
    ASSERT_EQ(joiner.state(), State::kFailed) << "byte " << at;
    ++tried;
  }
  EXPECT_GT(tried, 100u);
  EXPECT_TRUE(alone(bo));
}

TEST_F(FoundingTest, EveryMessageCutLeavesNothing) {
  Pairing pairing(ada, bo);
  pairing.host.approve("partner");
  pairing.exchange();
  const Bytes founding = *pairing.host.next();
  for (std::size_t length = 0; length < founding.size(); length += 17) {
    Pairing cut(ada, bo);
    cut.host.approve("partner");
    cut.joiner.receive(*cut.host.next());
    cut.joiner.receive(ByteView(founding).first(length));
    ASSERT_EQ(cut.joiner.state(), State::kFailed) << length;
  }
  EXPECT_TRUE(alone(bo));
}

TEST_F(FoundingTest, MessagesOutOfTurnEndIt) {
  wire::PairFrame stored;
  stored.mutable_stored();
  for (const State turn : {State::kDeciding, State::kAwaitingKeys}) {
    Pairing pairing(ada, bo);
    if (turn == State::kAwaitingKeys) pairing.host.approve("partner");
    pairing.host.receive(bytes_of(stored));
    EXPECT_EQ(pairing.host.fault(), FoundingFault::kViolation);
    EXPECT_EQ(pairing.host.next(), std::nullopt);
  }
  EXPECT_TRUE(alone(ada));
}

TEST_F(FoundingTest, AfterTheEndNothingMovesIt) {
  Pairing pairing(ada, bo);
  pairing.run();
  pairing.joiner.receive(Bytes(10, 0xff));
  pairing.host.decline();
  EXPECT_EQ(pairing.joiner.state(), State::kFounded);
  EXPECT_EQ(pairing.host.state(), State::kFounded);
}

TEST_F(FoundingTest, ARelationshipThatThereIsNotIsRefused) {
  Pairing pairing(ada, bo);
  pairing.host.approve("partner");
  wire::PairFrame approval = read(*pairing.host.next());
  approval.mutable_approval()->set_relationship("owner");
  pairing.joiner.receive(bytes_of(approval));
  EXPECT_EQ(pairing.joiner.fault(), FoundingFault::kViolation);
}

TEST_F(FoundingTest, ANameThatIsNoTextIsRefused) {
  FoundingFacts facts = introduce(ada);
  facts.name = "\xff";
  Founding joiner(bo.shelf(), FoundingRole::kJoiner, facts);
  Founding host(ada.shelf(), FoundingRole::kHost, introduce(bo));
  host.approve("partner");
  joiner.receive(*host.next());
  EXPECT_EQ(joiner.fault(), FoundingFault::kViolation);
}

TEST_F(FoundingTest, TheWordsAreStillEnoughToOpenWhatTheHostSealedForTheRoot) {
  pair(ada, bo);
  const crypto::RootKeys root(*bo.identity().entropy());
  const JournalSecrets& journal = bo.identity().journals().back();
  const auto run = bo.log().read_run(journal.id, ada.device(), 1);
  const auto psk = crypto::root_psk(root.psk_master(), journal.genesis.nonce);
  const auto zero =
      crypto::open_epoch(journal.id, crypto::epoch_id(journal.id, journal.epochs[0]), *run[0].body, root.wrap(), psk);
  ASSERT_TRUE(zero);
  EXPECT_TRUE(crypto::open_epoch(journal.id, crypto::epoch_id(journal.id, journal.epochs[1]), *run[1].body, root.wrap(),
                                 crypto::epoch_psk(*zero)));
}

}  // namespace
}  // namespace duolog::journal
