// arrival_test.cc: a person's further device is let in with everything it needs, and every way in which nothing comes
// of it leaves nothing behind.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/arrival.h"

#include "tests/unit/journal/pair_frames.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr std::uint64_t kThen = 1'795'000'000;

// A device that is nobody's yet.
struct Newcomer {
  explicit Newcomer(std::string called = "phone") : name(std::move(called)) {}

  std::string name;
  crypto::DeviceSeed seed = crypto::DeviceSeed::random();
  crypto::DeviceKeys keys{seed};
  std::optional<Handover> kept;

  [[nodiscard]] ArrivalFacts introduced() const {
    return {keys.id(), {crypto::certify(keys, keys.public_keys(), kThen, name)}, "code"};
  }
};

class ArrivalTest : public TwoPeople {
 protected:
  Newcomer phone;
  std::vector<Reach> reach{{ada.device(), {{"192.0.2.7", 38650}}},
                           {bo.device(), {{"2001:db8::7", 1}, {"x.example", 2}}}};
  Welcome host{ada.shelf(), phone.introduced(), [this] { return reach; }};
  Arrival joiner{phone.keys, {ada.device(), ada.door().introduction().chain, "code"}, [this](Handover handover) {
                   phone.kept = std::move(handover);
                 }};

  void run() {
    host.welcome();
    joiner.receive(*host.next());
    if (const auto answer = joiner.next()) host.receive(*answer);
  }
  std::size_t live_devices() {
    std::size_t live = 0;
    for (const DeviceRow& row : ada.shelf().devices()) live += row.live ? 1 : 0;
    return live;
  }
  // The handover, changed by `lie`, reaches the joiner: nothing is kept and nothing is answered.
  template <class Lie>
  void expect_refused(const char* what, Lie lie) {
    Welcome welcome(ada.shelf(), phone.introduced(), [this] { return reach; });
    welcome.welcome();
    wire::PairFrame frame = read(*welcome.next());
    lie(*frame.mutable_handover());
    Arrival arrival(phone.keys, {ada.device(), {}, "code"}, [what](Handover) { FAIL() << what << " was believed"; });
    arrival.receive(bytes_of(frame));
    EXPECT_EQ(arrival.state(), Arrival::State::kFailed) << what;
    EXPECT_EQ(arrival.fault(), ArrivalFault::kViolation) << what;
    EXPECT_FALSE(arrival.next()) << what;
  }
};

TEST_F(ArrivalTest, TheNewDeviceHasEverythingThatMakesItOneOfThisPersons) {
  run();
  ASSERT_EQ(host.state(), Welcome::State::kArrived);
  ASSERT_EQ(joiner.state(), Arrival::State::kArrived);
  const Handed& handed = phone.kept->handed;
  EXPECT_EQ(handed.root, ada.identity().root());
  EXPECT_EQ(handed.person, "Ada");
  EXPECT_EQ(handed.psk_master, ada.identity().psk_master());
  const auto proven = crypto::prove(handed.chain, std::span(&handed.root, 1));
  ASSERT_TRUE(proven);
  EXPECT_THAT(proven->path, ElementsAre(ada.device(), phone.keys.id()));
  EXPECT_EQ(proven->name, "phone");
  ASSERT_THAT(handed.journals, SizeIs(2));
  for (std::size_t i = 0; i < 2; ++i) {
    const JournalSecrets& theirs = handed.journals[i];
    const JournalSecrets& ours = ada.identity().journals()[i];
    EXPECT_EQ(theirs.id, ours.id);
    EXPECT_EQ(theirs.name, ours.name);
    EXPECT_EQ(theirs.other, ours.other);
    EXPECT_EQ(theirs.relationship, ours.relationship);
    EXPECT_EQ(theirs.epochs.front(), ours.epochs.front());
    EXPECT_EQ(theirs.epochs.back(), ours.epochs.back());
    EXPECT_TRUE(theirs.awaited);
  }
}

TEST_F(ArrivalTest, ItIsToldWhereTheOthersWereReached) {
  run();
  ASSERT_THAT(phone.kept->reach, SizeIs(2));
  EXPECT_EQ(phone.kept->reach[1].device, bo.device());
  EXPECT_THAT(phone.kept->reach[1].addresses, ElementsAre(Address{"2001:db8::7", 1}, Address{"x.example", 2}));
}

TEST_F(ArrivalTest, ItIsAMemberBeforeAnythingIsSent) {
  EXPECT_EQ(live_devices(), 1U);
  EXPECT_FALSE(host.next());
  host.welcome();
  EXPECT_EQ(live_devices(), 2U);
  EXPECT_EQ(host.state(), Welcome::State::kAwaitingStored);
}

TEST_F(ArrivalTest, WhatItKeepsOpensAsAHomeOfThisPerson) {
  run();
  const testing::TemporaryFolder folder;
  const store::VaultFile vault(folder / "vault", folder / "key");
  {
    (void)Identity::arrive(vault, phone.seed.clone(), std::move(phone.kept->handed), "phone", {}, {});
  }
  const auto identity = Identity::open(vault, {});
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->keys().id(), phone.keys.id());
  EXPECT_EQ(identity->person(), "Ada");
  EXPECT_EQ(identity->device(), "phone");
  EXPECT_TRUE(identity->words_confirmed()) << "the words stay where they were shown";
  ASSERT_THAT(identity->journals(), SizeIs(2));
  EXPECT_TRUE(identity->journals().front().awaited);
  EXPECT_FALSE(identity->journals().front().shared());
}

TEST_F(ArrivalTest, DeclinedHandsNothingOver) {
  host.decline();
  joiner.receive(*host.next());
  EXPECT_EQ(host.state(), Welcome::State::kDeclined);
  EXPECT_EQ(joiner.state(), Arrival::State::kDeclined);
  EXPECT_FALSE(joiner.next());
  EXPECT_EQ(live_devices(), 1U);
  EXPECT_FALSE(phone.kept);
}

TEST_F(ArrivalTest, WhoLeavesBeforeItSaysThatItHasStoredHasTwoMinutesToComeByItself) {
  host.welcome();
  host.lost();
  EXPECT_EQ(host.fault(), ArrivalFault::kLeft);
  EXPECT_FALSE(host.next()) << "and is sent nothing any more";
  ada.now += 119 * kSecond;
  ada.shelf().time_passed();
  EXPECT_EQ(live_devices(), 2U);
  EXPECT_EQ(ada.shelf().next_moment(), ada.now + kSecond);
  ada.now += kSecond;
  ada.shelf().time_passed();
  EXPECT_EQ(live_devices(), 1U);
  EXPECT_EQ(ada.shelf().next_moment(), std::nullopt);
}

TEST_F(ArrivalTest, WhoComesByItselfHasArrived) {
  host.welcome();
  host.lost();  // it has kept everything, and what it said of it was lost
  ada.door().session_began(ada.notebook(), phone.keys.id());
  ada.now += kHour;
  ada.shelf().time_passed();
  ada.restart();
  ada.shelf().time_passed();
  EXPECT_EQ(live_devices(), 2U);
}

TEST_F(ArrivalTest, AStopBeforeItSaysThatItHasStoredLeavesNoDeviceBehind) {
  host.welcome();
  ada.restart();
  ada.shelf().time_passed();
  EXPECT_EQ(live_devices(), 2U) << "its two minutes are not over";
  ada.now += 120 * kSecond;
  ada.shelf().time_passed();
  EXPECT_EQ(live_devices(), 1U);
  ada.restart();
  EXPECT_EQ(ada.shelf().next_moment(), std::nullopt);
}

TEST_F(ArrivalTest, AStopAfterItHasSaidSoChangesNothing) {
  run();
  ada.now += kHour;
  ada.restart();
  ada.shelf().time_passed();
  EXPECT_EQ(live_devices(), 2U);
}

TEST_F(ArrivalTest, WhoLeavesBeforeTheYesLeavesNothing) {
  host.lost();
  EXPECT_EQ(host.fault(), ArrivalFault::kNone);
  EXPECT_THAT(ada.shelf().devices(), SizeIs(1));
}

TEST_F(ArrivalTest, ALossAfterTheReceiptChangesNothing) {
  run();
  host.lost();
  EXPECT_EQ(host.state(), Welcome::State::kArrived);
  EXPECT_EQ(live_devices(), 2U);
}

TEST_F(ArrivalTest, AnythingButAReceiptIsOutOfTurn) {
  wire::PairFrame stored;
  stored.mutable_stored();
  host.receive(bytes_of(stored));  // before the yes
  EXPECT_EQ(host.fault(), ArrivalFault::kViolation);
  for (const Bytes& wrong : {Bytes{}, Bytes{0xff, 0xff}, bytes_of([] {
                               wire::PairFrame frame;
                               frame.mutable_keys();
                               return frame;
                             }())}) {
    Newcomer other;
    Welcome welcome(ada.shelf(), other.introduced(), [] { return std::vector<Reach>(); });
    welcome.welcome();
    welcome.receive(wrong);
    EXPECT_EQ(welcome.state(), Welcome::State::kFailed);
    EXPECT_EQ(live_devices(), 1U) << "it is removed again";
  }
}

TEST_F(ArrivalTest, AVisitorWithoutOneSoundCertificateIsNotAskedAbout) {
  ArrivalFacts none = phone.introduced();
  none.chain.clear();
  ArrivalFacts anothers = phone.introduced();
  anothers.device = bo.device();
  crypto::Certificate named = crypto::certify(phone.keys, phone.keys.public_keys(), kThen, "ab");
  std::fill(named.body.end() - 2, named.body.end(), 0xff);  // its name is no text
  for (const ArrivalFacts& facts :
       {none, anothers, ArrivalFacts{phone.keys.id(), {named}, "code"}, ArrivalFacts{ada.device(), {named}, "code"}}) {
    const Welcome welcome(ada.shelf(), facts, [] { return std::vector<Reach>(); });
    EXPECT_EQ(welcome.state(), Welcome::State::kFailed);
  }
}

TEST_F(ArrivalTest, ADiskThatRefusesIsToldAndNoReceiptIsSent) {
  host.welcome();
  Arrival arrival(phone.keys, {ada.device(), {}, "code"}, [](Handover) { throw store::NotDurable("full"); });
  arrival.receive(*host.next());
  EXPECT_EQ(arrival.fault(), ArrivalFault::kNotStored);
  EXPECT_EQ(arrival.detail(), "full");
  EXPECT_FALSE(arrival.next());
}

TEST_F(ArrivalTest, TooLittleMemoryIsToldLikeADiskThatRefuses) {
  host.welcome();
  Arrival arrival(phone.keys, {ada.device(), {}, "code"}, [](Handover) { throw std::bad_alloc(); });
  arrival.receive(*host.next());
  EXPECT_EQ(arrival.fault(), ArrivalFault::kNotStored);
  EXPECT_FALSE(arrival.next());
}

// It came by the notebook, and its keys have not come yet; or a newer version has made it.
TEST_F(ArrivalTest, WhatNoNewDeviceWouldTakeIsNotHandedOver) {
  const auto half = [&](std::uint8_t n, const std::string& relationship, std::size_t epochs) {
    JournalSecrets journal;
    journal.genesis = {{}, ada.identity().root(), bo.identity().root()};
    journal.genesis.nonce.fill(n);
    journal.id = journal.genesis.id();
    for (; epochs > 0; --epochs) journal.epochs.push_back(crypto::EpochSecret::random());
    journal.name = "journal " + std::to_string(n);
    journal.relationship = relationship;
    journal.paired_by = "code";
    journal.awaited = true;
    ada.identity().add_journal(std::move(journal));
  };
  half(1, "friend", 1);
  half(2, "something of a later version", 2);
  run();
  ASSERT_EQ(joiner.state(), Arrival::State::kArrived) << joiner.detail();
  EXPECT_THAT(phone.kept->handed.journals, SizeIs(2));
}

TEST_F(ArrivalTest, AJournalWhoseKeysAreStillToComeIsTaken) {
  host.welcome();
  wire::PairFrame frame = read(*host.next());
  auto& epochs = *frame.mutable_handover()->mutable_journals(1)->mutable_epochs();
  while (epochs.size() > 1) epochs.RemoveLast();
  joiner.receive(bytes_of(frame));
  EXPECT_EQ(joiner.state(), Arrival::State::kArrived) << joiner.detail();
}

// Its notebook says what was left only once it has come, and what was shared is named in it before.
TEST_F(ArrivalTest, WhatWasLeftIsHandedOverAsSuch) {
  const JournalId kept = ada.shared();
  ada.shelf().part(kept);
  Person cleo{"Cleo"};
  pair(ada, cleo, 2);
  const JournalId forgotten = ada.shared();
  ada.shelf().forget(forgotten);
  run();
  ASSERT_EQ(joiner.state(), Arrival::State::kArrived) << joiner.detail();
  EXPECT_THAT(phone.kept->handed.journals, SizeIs(1)) << "the notebook";
  EXPECT_THAT(phone.kept->handed.left, ::testing::UnorderedElementsAre(kept, forgotten));
}

TEST_F(ArrivalTest, OfNineDevicesTheLastIsNotLetIn) {
  for (std::size_t i = 1; i < kLivePerPerson; ++i) {
    const Newcomer one;
    ada.shelf().enrol_device(one.keys.public_keys(), "another", "code");
  }
  host.welcome();
  EXPECT_EQ(host.fault(), ArrivalFault::kRefused);
  try {
    std::rethrow_exception(host.refused());
  } catch (const Refusal& refusal) {
    EXPECT_EQ(refusal.reason, Reason::kDevicesFull);
    EXPECT_EQ(refusal.limit, kLivePerPerson);
  }
  EXPECT_FALSE(host.next());
  EXPECT_EQ(live_devices(), kLivePerPerson);
}

TEST_F(ArrivalTest, LiesAreNotBelieved) {
  using Lie = wire::Handover;
  const auto bos = [](std::string* field, ByteView bytes) { field->assign(as_text(bytes)); };
  expect_refused("another root", [&](Lie& lie) { bos(lie.mutable_root_sign(), bo.identity().root().sign.bytes); });
  expect_refused("half a root", [](Lie& lie) { lie.mutable_root_wrap()->pop_back(); });
  expect_refused("no psk master", [](Lie& lie) { lie.clear_root_psk_master(); });
  expect_refused("the host's own chain", [](Lie& lie) { lie.mutable_chain()->mutable_certificates()->RemoveLast(); });
  expect_refused("no chain", [](Lie& lie) { lie.clear_chain(); });
  expect_refused("a name that is no text", [](Lie& lie) { lie.set_person(std::string(65, 'x')); });
  expect_refused("no journal", [](Lie& lie) { lie.clear_journals(); });
  expect_refused("the notebook last", [](Lie& lie) { lie.mutable_journals()->SwapElements(0, 1); });
  expect_refused("the notebook twice", [](Lie& lie) { *lie.add_journals() = lie.journals(0); });
  expect_refused("a journal twice", [](Lie& lie) {
    wire::Handover::Journal again = lie.journals(1);
    again.set_name("another name");
    *lie.add_journals() = again;
  });
  expect_refused("a thousand journals", [](Lie& lie) {
    const wire::Handover::Journal one = lie.journals(1);
    for (int i = 0; i < 1000; ++i) *lie.add_journals() = one;
  });
  expect_refused("a foreign notebook", [&](Lie& lie) {
    bos(lie.mutable_journals(0)->mutable_genesis(), bo.identity().journals().front().genesis.encode());
  });
  expect_refused("no epoch but zero", [](Lie& lie) {
    auto& epochs = *lie.mutable_journals(0)->mutable_epochs();
    while (epochs.size() > 1) epochs.RemoveLast();
  });
  expect_refused("more epochs than memory has room for", [&](Lie& lie) {
    for (std::uint8_t n = 1; n <= 10; ++n) {
      wire::Handover::Journal& journal = *lie.add_journals();
      crypto::Genesis genesis{{}, ada.identity().root(), bo.identity().root()};
      genesis.nonce.fill(n);
      bos(journal.mutable_genesis(), genesis.encode());
      for (std::size_t i = 0; i <= kEpochsHanded; ++i) bos(journal.add_epochs(), crypto::EpochSecret::random().view());
      journal.set_name("journal " + std::to_string(n));
      journal.set_relationship("friend");
      journal.set_paired_by("code");
    }
  });
  expect_refused("half an epoch", [](Lie& lie) { lie.mutable_journals(0)->mutable_epochs(1)->pop_back(); });
  expect_refused("an epoch twice", [](Lie& lie) { lie.mutable_journals(0)->add_epochs(lie.journals(0).epochs(1)); });
  expect_refused("a relationship that there is not", [](Lie& lie) { lie.mutable_journals(1)->set_relationship("x"); });
  expect_refused("a journal without a name", [](Lie& lie) { lie.mutable_journals(1)->clear_name(); });
  expect_refused("half a journal that was left",
                 [&](Lie& lie) { bos(lie.add_left(), ByteView(bo.shared().bytes).first(31)); });
  expect_refused("more that were left than there can be", [&](Lie& lie) {
    for (std::size_t n = 0; n <= kLeftHanded; ++n) bos(lie.add_left(), bo.shared().bytes);
  });
  expect_refused("half a device", [](Lie& lie) { lie.mutable_reach(0)->mutable_device()->pop_back(); });
}

TEST_F(ArrivalTest, OnlyWhoWasSpokenWithMayHaveSigned) {
  host.welcome();
  Arrival arrival(phone.keys, {bo.device(), {}, "code"}, [](Handover) { FAIL() << "it was believed"; });
  arrival.receive(*host.next());
  EXPECT_EQ(arrival.fault(), ArrivalFault::kViolation);
}

TEST_F(ArrivalTest, AHandoverThatIsCutAnywhereIsNoHandover) {
  host.welcome();
  const Bytes whole = *host.next();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Arrival arrival(phone.keys, {ada.device(), {}, "code"}, [](Handover handover) {
      ASSERT_LT(handover.reach.size(), 2U) << "whole fields may be missing: the channel sees to it that none is";
    });
    arrival.receive(ByteView(whole).first(length));
    if (arrival.state() == Arrival::State::kArrived) continue;
    EXPECT_EQ(arrival.state(), Arrival::State::kFailed);
  }
}

TEST_F(ArrivalTest, WhatIsLongerThanAnythingTrueIsNotRead) {
  joiner.receive(Bytes((1 << 20) + 1, 0));
  EXPECT_EQ(joiner.fault(), ArrivalFault::kViolation);
}

TEST_F(ArrivalTest, OfManyEpochsTheNewestAreHanded) {
  std::vector<crypto::EpochSecret> many;
  for (int i = 0; i < 250; ++i) many.push_back(crypto::EpochSecret::random());
  ada.identity().add_epochs(ada.shared(), std::move(many));
  run();
  const auto& epochs = phone.kept->handed.journals.back().epochs;
  EXPECT_THAT(epochs, SizeIs(kEpochsHanded + 1));
  EXPECT_EQ(epochs.front(), ada.identity().journals().back().epochs.front());
  EXPECT_EQ(epochs.back(), ada.identity().journals().back().epochs.back());
}

}  // namespace
}  // namespace duolog::journal
