// lost_device_test.cc: one of Ada's devices is lost, and whoever has it has its keys and a program of their own. What
// it leaves behind stands in nobody's way, and no key of later comes to it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/three_homes.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ALostDevice : public ThreeHomes {
 protected:
  ALostDevice() {
    lost = let_in(ada, "the lost one");
    tablet = let_in(ada, "Ada's tablet");
    desk = let_in(ada, "Ada's desk");
    all_meet(hers());
  }
  std::vector<Person*> hers() { return {&ada, lost.get(), tablet.get(), desk.get(), &bo}; }
  std::vector<Person*> the_others() { return {&ada, tablet.get(), desk.get(), &bo}; }

  // A device that `by` lets in and that has no home.
  static crypto::Chain certified(Person& by, const crypto::DeviceKeys& device, const std::string& name = "x") {
    crypto::Chain chain = by.identity().chain();
    chain.push_back(crypto::certify(by.identity().keys(), device.public_keys(), kNoon / 1000, name));
    return chain;
  }
  static DeviceId any_device(std::size_t n) {
    DeviceId any;
    any.bytes[0] = static_cast<std::uint8_t>(n);
    any.bytes[1] = 1;
    return any;
  }
  template <class Payload>
  static void say(Person& by, const JournalId& id, Payload payload,
                  crypto::RecordKind kind = crypto::RecordKind::kMembership) {
    append_bytes(by, id, encode_event({by.now, 60, {}, std::move(payload)}).view(), kind);
  }
  static std::size_t removals_by(Person& at, const JournalId& id, const DeviceId& author) {
    const auto& removed = at.journal(id).facts().removed;
    return static_cast<std::size_t>(
        std::ranges::count_if(removed, [&](const RemovedFact& one) { return one.removal.by == author; }));
  }
  // The desk has heard that the lost one is out, and goes on under keys of its own making: a device of which the others
  // know nothing was let in. Its log comes to the tablet, and the laptop's does not, which says what was removed.
  EpochId the_desk_hears_first(const JournalId& id) {
    ada.shelf().remove_device(lost->device());
    meet(ada, *desk, id);  // this one first: what it hears in the other it would write into this itself
    meet(ada, *desk, id == ada.shared() ? ada.notebook() : ada.shared());
    watch = let_in(*desk, "Ada's watch");
    desk->write("under a key that the lost one has not");
    desk->write("and to myself", "notebook");
    const EpochId key = *members(*desk, id).current();
    bring(*desk, *tablet, id, desk->device());
    EXPECT_NE(tablet->identity().journal(id).epoch(key), nullptr) << "else the test shows nothing";
    EXPECT_FALSE(members(*tablet, id).removed(lost->device())) << "else the test shows nothing";
    return key;
  }
  bool the_lost_one_knows(const JournalId& id, const EpochId& epoch) {
    return lost->identity().journal(id).epoch(epoch) != nullptr;
  }

  std::unique_ptr<Person> lost, tablet, desk, watch;
};

// ---- keys ----

TEST_F(ALostDevice, GetsNoKeyFromWhoHasNotHeardYet) {
  const EpochId key = the_desk_hears_first(ada.shared());
  EXPECT_FALSE(tablet->journal(tablet->notebook()).keeps(key));
  slip(*tablet, *lost, ada.notebook());
  EXPECT_FALSE(the_lost_one_knows(ada.shared(), key)) << "the notebook gave it away";
  all_meet(the_others());
  EXPECT_TRUE(tablet->journal(tablet->notebook()).keeps(key)) << "it is kept when the reason is known";
  slip(*tablet, *lost, ada.notebook());
  EXPECT_FALSE(the_lost_one_knows(ada.shared(), key));
}

TEST_F(ALostDevice, GetsNoKeyOfTheNotebookFromWhoHasNotHeardYet) {
  const EpochId key = the_desk_hears_first(ada.notebook());
  slip(*tablet, *lost, ada.notebook());
  EXPECT_FALSE(the_lost_one_knows(ada.notebook(), key)) << "the notebook gave its own key away";
  EXPECT_THAT(lost->texts(), ::testing::Not(Contains("and to myself")));
}

TEST_F(ALostDevice, LosesAKeyThatItWasToldWhenTheRemovalIsHeard) {
  const EpochId key = the_desk_hears_first(ada.shared());
  const crypto::EpochSecret& secret = *tablet->identity().journal(ada.shared()).epoch(key);
  say(*tablet, tablet->notebook(), EpochKept{ada.shared(), secret.clone()}, crypto::RecordKind::kEvent);
  tablet->settle();
  slip(*tablet, *lost, ada.notebook());
  ASSERT_TRUE(the_lost_one_knows(ada.shared(), key)) << "else the test shows nothing";
  all_meet(the_others());
  const EpochId now = *members(ada, ada.shared()).current();
  EXPECT_NE(now, key);
  for (Person* person : the_others()) {
    EXPECT_EQ(members(*person, ada.shared()).current(), now);
    for (const JournalId& id : {ada.notebook(), ada.shared()})
      if (person != &bo || id == ada.shared()) slip(*person, *lost, id);
  }
  EXPECT_FALSE(the_lost_one_knows(ada.shared(), now));
}

TEST_F(ALostDevice, OldKeysComeToANewDeviceAllTheSame) {
  bo.write("under the key of today");
  all_meet(hers());
  ada.shelf().remove_device(lost->device());
  all_meet(the_others());
  for (Person* person : {&ada, tablet.get(), desk.get()}) {
    const Journal& shared = person->journal(ada.shared());
    for (const EpochFact& fact : shared.facts().epochs) {
      EXPECT_TRUE(shared.membership().explains(fact.meta));
      EXPECT_TRUE(fact.depth == 0 || person->journal(person->notebook()).keeps(fact.id));
    }
  }
}

// ---- who is out ----

TEST_F(ALostDevice, FillsNobodysRoomWithRemovals) {
  for (std::size_t n = 0; n < kRemovalsBy; ++n) {
    say(*lost, ada.notebook(), DeviceRemove{any_device(n), 0, {}});
    say(*lost, ada.shared(), DeviceRemove{any_device(kRemovalsBy + n), 0, {}});
  }
  lost->settle();
  all_meet(hers());
  for (const JournalId& id : {ada.notebook(), ada.shared()})
    EXPECT_EQ(removals_by(ada, id, ada.device()), 0u) << "copied as its own";
  ada.shelf().remove_device(lost->device());
  all_meet(the_others());
  for (Person* person : the_others()) EXPECT_FALSE(members(*person, ada.shared()).live(lost->device()));
}

TEST_F(ALostDevice, TakesThoseWithItThatTheNotebookHasNeverKnown) {
  const crypto::DeviceKeys theirs(crypto::DeviceSeed::random());
  say(*lost, ada.shared(), DeviceAdd{certified(*lost, theirs), "code"});
  lost->settle();
  all_meet(hers());
  for (std::size_t n = 0; n < kRemovalsBy; ++n)  // whatever has filled the notebook's room for this author
    say(ada, ada.notebook(), DeviceRemove{any_device(n), 0, {}});
  ada.settle();
  ASSERT_TRUE(members(ada, ada.shared()).live(theirs.id())) << "else the test shows nothing";
  ada.shelf().remove_device(lost->device());
  all_meet(the_others());
  for (Person* person : the_others()) {
    EXPECT_FALSE(members(*person, ada.shared()).live(theirs.id()));
    EXPECT_FALSE(person->door().prove(ada.shared(), certified(*lost, theirs)));
  }
}

TEST_F(ALostDevice, HidesNobodyInASharedJournal) {
  const crypto::DeviceKeys theirs(crypto::DeviceSeed::random());
  say(*lost, ada.shared(), DeviceAdd{certified(*lost, theirs, "a hidden one"), "code"});
  lost->settle();
  meet(ada, *lost, ada.shared());
  const auto found = [&] {
    const auto rows = ada.shelf().devices();
    const auto row = std::ranges::find(rows, theirs.id(), &DeviceRow::id);
    return row != rows.end() ? std::optional(*row) : std::nullopt;
  };
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->name, "a hidden one");
  EXPECT_THAT(found()->only_in, ElementsAre(ada.identity().journal(ada.shared()).name));
  EXPECT_TRUE(found()->live);
  ada.shelf().remove_device(theirs.id());
  EXPECT_TRUE(found()->removed);
  EXPECT_FALSE(members(ada, ada.shared()).live(theirs.id()));
  meet(ada, bo, ada.shared());
  EXPECT_FALSE(members(bo, ada.shared()).live(theirs.id()));
  EXPECT_FALSE(bo.door().prove(ada.shared(), certified(*lost, theirs)));
  for (Person* person : {tablet.get(), desk.get()}) EXPECT_THAT(person->shelf().devices(), SizeIs(4));
}

TEST_F(ALostDevice, IsTurnedAwayFromWhatCannotBeWrittenIn) {
  const crypto::DeviceKeys theirs(crypto::DeviceSeed::random());
  const crypto::Chain chain = certified(*lost, theirs);
  ASSERT_TRUE(ada.door().prove(ada.shared(), chain)) << "it comes by its chain";
  ada.journal(ada.shared()).hold(true);  // it was restored: nothing is written there, the removal neither
  EXPECT_NO_THROW(ada.shelf().remove_device(lost->device()));
  ASSERT_FALSE(members(ada, ada.shared()).removed(lost->device())) << "else the test shows nothing";
  EXPECT_FALSE(ada.door().prove(ada.shared(), lost->identity().chain()));
  EXPECT_FALSE(ada.door().prove(ada.shared(), chain)) << "only the removed one vouches for it";
}

TEST_F(ALostDevice, RemovedInASharedJournalIsOutOfTheNotebookAsWell) {
  ada.journal(ada.notebook()).hold(true);
  ada.journal(ada.shared()).remove_device(lost->device(), {ada.now, 60});
  ada.settle();
  ASSERT_FALSE(members(ada, ada.notebook()).removed(lost->device())) << "else the test shows nothing";
  EXPECT_FALSE(ada.door().prove(ada.notebook(), lost->identity().chain()));
}

TEST_F(ALostDevice, TakesNobodysPlace) {
  const auto junk = [&](int n) {
    for (; n > 0; --n) {
      const crypto::DeviceKeys one(crypto::DeviceSeed::random());
      for (const JournalId& id : {ada.notebook(), ada.shared()}) ada.door().admit(id, certified(*lost, one));
    }
  };
  junk(70);
  const crypto::DeviceKeys next(crypto::DeviceSeed::random());
  EXPECT_THROW(ada.shelf().enrol_device(next.public_keys(), "next", "code"), Refusal) << "else the test shows nothing";
  ada.shelf().remove_device(lost->device());
  junk(70);
  ada.shelf().enrol_device(next.public_keys(), "next", "code");
  for (const JournalId& id : {ada.notebook(), ada.shared()}) EXPECT_TRUE(members(ada, id).live(next.id()));
  ada.restart();
  EXPECT_TRUE(members(ada, ada.shared()).live(next.id()));
  EXPECT_TRUE(ada.journal(ada.notebook()).has_room_for_device());
}

TEST_F(ALostDevice, CallsOutInNobodysNameAfterwards) {
  ASSERT_THAT(ada.door().beacon_keys(ada.shared(), 2), SizeIs(2));
  ada.shelf().remove_device(lost->device());
  ASSERT_GT(ada.identity().journal(ada.shared()).epochs.size(), 2u);
  EXPECT_THAT(ada.door().beacon_keys(ada.shared(), 2), SizeIs(1)) << "the lost one has the key before";
}

// ---- what it keeps in the notebook ----

TEST_F(ALostDevice, KeepsNobodyElsesJournalsBack) {
  lost->log().together([&] {
    for (int n = 0; n < 4200; ++n)
      say(*lost, lost->notebook(),
          EpochKept{*JournalId::from(crypto::EpochSecret::random().view()), crypto::EpochSecret::random()},
          crypto::RecordKind::kEvent);
  });
  lost->settle();
  meet(ada, *lost, ada.notebook());
  Person cy{"Cy"};
  pair(*desk, cy, 2);
  desk->settle();
  meet(ada, *desk, ada.notebook());
  ASSERT_TRUE(ada.identity().has(cy.shared()));
  EXPECT_GT(ada.identity().journal(cy.shared()).epochs.size(), 1u);
  ada.restart();
  EXPECT_TRUE(ada.identity().has(cy.shared()));
}

TEST_F(ALostDevice, KeepsNothingForOthersAboveItsCut) {
  Person cy{"Cy"};
  pair(ada, cy, 2);
  const crypto::EpochSecret& secret = ada.identity().journal(cy.shared()).epochs[1];
  const EpochId key = crypto::epoch_id(cy.shared(), secret);
  ASSERT_TRUE(ada.journal(ada.notebook()).keeps(key));
  desk->shelf().remove_device(lost->device());
  say(*lost, lost->notebook(), EpochKept{cy.shared(), secret.clone()}, crypto::RecordKind::kEvent);
  lost->settle();
  slip(*lost, *tablet, ada.notebook());
  EXPECT_THAT(tablet->journal(ada.notebook()).facts().epochs_kept, Contains(::testing::Key(key)))
      << "before it was heard";
  meet(*desk, *tablet, ada.notebook());
  EXPECT_FALSE(tablet->journal(ada.notebook()).keeps(key)) << "nobody takes it up from there";
}

TEST_F(ALostDevice, NamesNoJournalThatNobodyWouldBeHanded) {
  crypto::Genesis genesis{{}, ada.identity().root(), bo.identity().root()};
  genesis.nonce.fill(7);
  say(*lost, lost->notebook(), JournalKept{genesis, crypto::EpochSecret::random(), "Bo", "Bo", "enemy", "code"},
      crypto::RecordKind::kEvent);
  lost->settle();
  all_meet(hers());
  EXPECT_FALSE(ada.identity().has(genesis.id()));
  EXPECT_EQ(ada.identity().journals().size(), 2u);
}

TEST_F(ALostDevice, NamesSoManyJournalsAndNoMore) {
  for (std::uint8_t n = 0; n < 80; ++n) {
    crypto::Genesis genesis{{}, ada.identity().root(), bo.identity().root()};
    genesis.nonce.fill(n);
    say(*lost, lost->notebook(), JournalKept{genesis, crypto::EpochSecret::random(), "Bo", "Bo", "friend", "code"},
        crypto::RecordKind::kEvent);
  }
  lost->settle();
  meet(ada, *lost, ada.notebook());
  EXPECT_EQ(ada.identity().journals().size(), 64u);
  ada.restart();
  EXPECT_EQ(why_not(ada, "goes on", "Bo"), std::nullopt);
}

// ---- what costs time ----

TEST_F(ALostDevice, SaysTheSameAgainForNothing) {
  std::vector<crypto::DeviceKeys> line;
  line.emplace_back(crypto::DeviceSeed::random());
  crypto::Chain chain = certified(*lost, line.back());
  while (line.size() < 40) {
    const crypto::DeviceKeys& issuer = line.back();
    crypto::DeviceKeys next(crypto::DeviceSeed::random());
    chain.push_back(crypto::certify(issuer, next.public_keys(), kNoon / 1000, "x"));
    line.push_back(std::move(next));
  }
  const auto slices = [&] {
    meet(*tablet, *lost, ada.shared());
    for (const store::FrontierEntry& entry : tablet->log().frontier(ada.shared())) {
      const auto head = ada.log().head(ada.shared(), entry.device);
      const std::uint64_t next = (head ? head->seq : 0) + 1;
      if (next > entry.seq) continue;
      const auto run = tablet->log().read_run(ada.shared(), entry.device, next);
      const auto accepted = ada.log().accept(ada.shared(), entry.device, next, run);
      ada.shelf().stored(ada.shared(), entry.device, accepted.first, accepted.last);
    }
    std::size_t many = 1;
    while (ada.shelf().fold_some(20)) ++many;
    return many;
  };
  std::vector<crypto::Chain> chains;
  for (; chains.size() < 4; chain.pop_back()) chains.push_back(chain);
  const auto say_all = [&] {
    for (const crypto::Chain& one : chains) say(*lost, ada.shared(), DeviceAdd{one, "code"});
  };
  say_all();
  const std::size_t first = slices();
  EXPECT_GE(first, 4u) << "a long chain is a slice's work";
  const Facts& facts = ada.journal(ada.shared()).facts();
  const auto added = facts.added.size();
  EXPECT_EQ(facts.chains.size(), added);
  for (int n = 0; n < 4; ++n) say_all();
  EXPECT_LT(slices(), first);
  EXPECT_EQ(facts.added.size(), added) << "and nothing more is remembered";
}

TEST_F(ALostDevice, LetsInNobodyForAnother) {
  const crypto::DeviceKeys theirs(crypto::DeviceSeed::random());
  const auto chains = ada.journal(ada.shared()).facts().chains.size();
  forge(bo, bo.shared(), DeviceAdd{certified(*lost, theirs), "code"}, crypto::RecordKind::kMembership);
  meet(ada, bo, ada.shared());
  EXPECT_EQ(ada.journal(ada.shared()).facts().chains.size(), chains) << "he never enrols one of hers";
}

// ---- the other's devices come and go without end ----

TEST_F(ThreeHomes, OneKeyTooManyIsRefusedAndEndsNothing) {
  const JournalId id = ada.shared();
  for (std::uint32_t n = 0; n < kEpochLimit; ++n) {
    const auto secret = crypto::EpochSecret::random();
    const EpochId epoch = crypto::epoch_id(id, secret);
    ada.log().append(id, ada.device(), [&](const crypto::ChainPosition& at) {
      return crypto::make_epoch_record(id, ada.identity().keys(), at, epoch, crypto::make_epoch(id, secret, 1, {}, {}));
    });
  }
  ada.settle();
  EXPECT_EQ(why_not(ada, "under the key there is"), std::nullopt);
  const crypto::DeviceKeys phone(crypto::DeviceSeed::random());
  ada.shelf().enrol_device(phone.public_keys(), "phone", "code");  // and now there is none
  EXPECT_EQ(why_not(ada, "under one key more"), Reason::kTooManyEpochs);
  EXPECT_EQ(why_not(ada, "to myself", "notebook"), std::nullopt);
  try {
    ada.shelf().remove_device(phone.id());
    FAIL() << "nobody has written it into the journal that the two share";
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kNotRemoved);
  }
  ada.restart();
  EXPECT_EQ(why_not(ada, "once more"), Reason::kTooManyEpochs);
  EXPECT_THAT(ada.journal(id).alarms(), Contains("too-many-epochs:" + hex(ada.device().bytes)));
}

// Whoever comes and goes at the other's costs a key with the next word, and not one each time.
TEST_F(ThreeHomes, TheOthersComingsAndGoingsWriteNothingHere) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get(), &bo});
  ada.shelf().remove_device(phone->device());
  all_meet({&ada, &bo});
  const auto before = ada.log().head(ada.shared(), ada.device())->seq;
  for (int n = 0; n < 3; ++n) {
    const crypto::DeviceKeys his(crypto::DeviceSeed::random());
    bo.shelf().enrol_device(his.public_keys(), "his", "code");
    meet(ada, bo, ada.shared());
  }
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, before);
  EXPECT_EQ(why_not(ada, "with the next word"), std::nullopt);
  EXPECT_EQ(ada.log().head(ada.shared(), ada.device())->seq, before + 2);
}

}  // namespace
}  // namespace duolog::journal
