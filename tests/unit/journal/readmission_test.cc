// readmission_test.cc: what two people share comes back to the one who has the 24 words, and to nobody else, by
// whatever they say and in whatever order.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/readmission.h"

#include "crypto/epoch.h"
#include "crypto/root_proof.h"
#include "daemon/journal/own_enrolment.h"
#include "tests/unit/journal/pair_frames.h"
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

constexpr std::uint64_t kThen = 1'795'000'000;

// Somebody with words and fresh keys.
struct Comer {
  explicit Comer(Person& person) : root(words_of(person)) {}

  crypto::RootKeys root;
  crypto::DeviceSeed seed = crypto::DeviceSeed::random();
  crypto::DeviceKeys keys{seed};
  std::optional<Returned> kept;

  [[nodiscard]] ReadmissionFacts introduced() const {
    return {keys.id(), {crypto::certify(root, keys.public_keys(), kThen, "desk")}, {}};
  }
  Homecoming comes_to(Person& host) {
    return {root, keys, {host.device(), {}, {}}, [this](Returned returned) { kept = std::move(returned); }};
  }
};

std::vector<EpochId> ids(const JournalSecrets& journal) {
  std::vector<EpochId> ids;
  for (const crypto::EpochSecret& epoch : journal.epochs) ids.push_back(crypto::epoch_id(journal.id, epoch));
  return ids;
}

Bytes proof_of(const Signature& signature) {
  wire::PairFrame frame;
  frame.mutable_proof()->set_signature(std::string(as_text(signature)));
  return bytes_of(frame);
}
Bytes stored() {
  wire::PairFrame frame;
  frame.mutable_stored();
  return bytes_of(frame);
}

// Ada has lost everything; Bo gives back.
class ReadmissionTest : public TwoPeople {
 protected:
  Comer comer{ada};
  int asked = 0;
  Readmission host{bo.shelf(), comer.introduced(), [this] { ++asked; }};
  Homecoming joiner = comer.comes_to(bo);

  void run() {
    host.receive(*joiner.next());
    host.give_back();
    joiner.receive(*host.next());
    if (const auto answer = joiner.next()) host.receive(*answer);
  }
  // What was given back, changed by `lie`, reaches the joiner: nothing is kept and nothing is answered.
  template <class Lie>
  void expect_refused(const char* what, Lie lie) {
    Readmission giver(bo.shelf(), comer.introduced(), [] {});
    Homecoming proof = comer.comes_to(bo);
    giver.receive(*proof.next());
    giver.give_back();
    wire::PairFrame frame = read(*giver.next());
    lie(*frame.mutable_returned());
    Homecoming coming(comer.root, comer.keys, {bo.device(), {}, {}},
                      [what](Returned) { FAIL() << what << " was believed"; });
    (void)coming.next();
    coming.receive(bytes_of(frame));
    EXPECT_EQ(coming.state(), Homecoming::State::kFailed) << what;
    EXPECT_EQ(coming.fault(), ReadmissionFault::kViolation) << what;
    EXPECT_FALSE(coming.next()) << what;
  }
};

TEST_F(ReadmissionTest, WhatTheTwoShareComesBack) {
  run();
  ASSERT_EQ(host.state(), Readmission::State::kGivenBack) << host.detail();
  ASSERT_EQ(joiner.state(), Homecoming::State::kGivenBack) << joiner.detail();
  EXPECT_EQ(host.person(), "Ada");
  EXPECT_EQ(host.device_name(), "desk");
  ASSERT_THAT(comer.kept->journals, SizeIs(1));
  const JournalSecrets& back = comer.kept->journals.front().secrets;
  const JournalSecrets& was = ada.identity().journals().back();
  EXPECT_EQ(back.id, was.id);
  EXPECT_EQ(ids(back), ids(was));
  EXPECT_EQ(back.other, "Bo");
  EXPECT_EQ(back.name, "Bo");
  EXPECT_EQ(back.relationship, was.relationship);
  EXPECT_EQ(back.paired_by, was.paired_by);
  EXPECT_TRUE(back.awaited);
  EXPECT_EQ(comer.kept->journals.front().reached.at(ada.device()), bo.log().head(back.id, ada.device())->seq);
}

TEST_F(ReadmissionTest, WhoeverFoundedItEitherGivesItBackToTheOther) {
  Comer bos(bo);
  Readmission giver(ada.shelf(), bos.introduced(), [] {});
  Homecoming coming = bos.comes_to(ada);
  giver.receive(*coming.next());
  giver.give_back();
  coming.receive(*giver.next());
  ASSERT_EQ(coming.state(), Homecoming::State::kGivenBack) << coming.detail();
  EXPECT_EQ(ids(bos.kept->journals.front().secrets), ids(bo.identity().journals().back()));
}

TEST_F(ReadmissionTest, EpochsThatCameLaterComeBackToo) {
  const Person phone(ada, "phone");  // its coming makes the next writer write an epoch
  ada.write("under a new epoch");
  meet(ada, bo);
  ASSERT_THAT(bo.identity().journal(bo.shared()).epochs, SizeIs(3));
  run();
  EXPECT_THAT(ids(comer.kept->journals.front().secrets),
              UnorderedElementsAreArray(ids(bo.identity().journal(bo.shared()))));
}

// Whoever holds the lost laptop knows the secret of the epoch, and writes it once more, with slots for nobody.
TEST_F(ReadmissionTest, WhatALostDeviceWritesUnderAnEpochsNameSpoilsNothing) {
  const JournalId id = ada.shared();
  const crypto::EpochSecret& secret = ada.identity().journal(id).epochs.back();
  const EpochId epoch = crypto::epoch_id(id, secret);
  for (const std::uint32_t depth : {1U, 7U}) {
    ada.log().append(id, ada.device(), [&](const crypto::ChainPosition& at) {
      Bytes body = crypto::make_epoch(id, secret, depth, {}, {{}, crypto::gone_digest({})});
      return crypto::make_epoch_record(id, ada.identity().keys(), at, epoch, std::move(body));
    });
  }
  meet(ada, bo);
  run();
  ASSERT_EQ(joiner.state(), Homecoming::State::kGivenBack) << joiner.detail();
  EXPECT_EQ(ids(comer.kept->journals.front().secrets), ids(ada.identity().journal(id)));
}

TEST_F(ReadmissionTest, OfBodiesOfOneEpochTheOneThatOpensCounts) {
  host.receive(*joiner.next());
  host.give_back();
  wire::PairFrame frame = read(*host.next());
  auto& epochs = *frame.mutable_returned()->mutable_journals(0)->mutable_epochs();
  *epochs.Add() = epochs.Get(0);
  auto& first = *epochs.Mutable(0)->mutable_body();
  std::fill(first.begin() + 37, first.begin() + 37 + 18 * 48, 'x');
  joiner.receive(bytes_of(frame));
  EXPECT_EQ(joiner.state(), Homecoming::State::kGivenBack) << joiner.detail();
}

TEST_F(ReadmissionTest, NoSecretAndNoWordGoesOver) {
  bo.write("a word that is not for the way back");
  host.receive(*joiner.next());
  host.give_back();
  const Bytes sent = *host.next();
  const auto holds = [&](ByteView what) {
    return std::search(sent.begin(), sent.end(), what.begin(), what.end()) != sent.end();
  };
  for (const crypto::EpochSecret& epoch : bo.identity().journal(bo.shared()).epochs) EXPECT_FALSE(holds(epoch.view()));
  EXPECT_FALSE(holds(bo.identity().psk_master().view()));
  EXPECT_FALSE(holds(as_bytes("a word")));
  EXPECT_TRUE(holds(bo.identity().journal(bo.shared()).genesis.encode())) << "the search finds what is there";
}

TEST_F(ReadmissionTest, NobodyIsAskedAndNothingIsSaidBeforeTheProof) {
  EXPECT_EQ(host.state(), Readmission::State::kAwaitingProof);
  EXPECT_FALSE(host.next());
  EXPECT_EQ(asked, 0);
  host.receive(*joiner.next());
  EXPECT_EQ(host.state(), Readmission::State::kDeciding);
  EXPECT_FALSE(host.next());
  EXPECT_EQ(asked, 1);
}

TEST_F(ReadmissionTest, WithoutTheWordsThereIsNoProof) {
  const crypto::RootKeys stranger(crypto::RootEntropy::random());
  ByteArray<64> another{};
  another.fill(1);
  for (const Signature& wrong :
       {Signature{}, crypto::prove_root(stranger, {}, comer.keys.id()),
        crypto::prove_root(comer.root, another, comer.keys.id()), crypto::prove_root(comer.root, {}, bo.device())}) {
    Readmission giver(bo.shelf(), comer.introduced(), [] { FAIL() << "somebody was asked"; });
    giver.receive(proof_of(wrong));
    EXPECT_EQ(giver.state(), Readmission::State::kFailed);
    EXPECT_EQ(giver.fault(), ReadmissionFault::kViolation);
    EXPECT_FALSE(giver.next());
  }
}

TEST_F(ReadmissionTest, ALostDeviceGetsNothingByItsChain) {
  const Readmission giver(bo.shelf(), {ada.device(), ada.identity().chain(), {}}, [] {});
  EXPECT_EQ(giver.state(), Readmission::State::kFailed) << "it was here before";
  EXPECT_EQ(giver.fault(), ReadmissionFault::kViolation);
}

TEST_F(ReadmissionTest, ADeviceThatADeviceHasLetInDoesNotComeWithTheWords) {
  ReadmissionFacts facts = comer.introduced();
  facts.chain = ada.identity().chain();
  facts.chain.push_back(crypto::certify(ada.identity().keys(), comer.keys.public_keys(), kThen + 1, "desk"));
  const Readmission giver(bo.shelf(), facts, [] {});
  EXPECT_EQ(giver.fault(), ReadmissionFault::kNobody);
}

TEST_F(ReadmissionTest, SomebodyElsesWordsGetNothing) {
  Person carol{"Carol"};
  Comer other(carol);
  Readmission giver(bo.shelf(), other.introduced(), [] { FAIL() << "somebody was asked"; });
  EXPECT_EQ(giver.fault(), ReadmissionFault::kNobody);
  Homecoming coming = other.comes_to(bo);
  giver.receive(*coming.next());
  EXPECT_EQ(giver.state(), Readmission::State::kFailed);
  EXPECT_FALSE(giver.next());
}

TEST_F(ReadmissionTest, OnesOwnWordsAreNotForThis) {
  Comer own(bo);
  const Readmission giver(bo.shelf(), own.introduced(), [] {});
  EXPECT_EQ(giver.fault(), ReadmissionFault::kOwnWords);
}

TEST_F(ReadmissionTest, AChainThatIsNoneIsNobodys) {
  for (const crypto::Chain& chain :
       {crypto::Chain{}, crypto::Chain{crypto::certify(comer.keys, comer.keys.public_keys(), kThen, "desk")}}) {
    const Readmission giver(bo.shelf(), {comer.keys.id(), chain, {}}, [] {});
    EXPECT_EQ(giver.fault(), ReadmissionFault::kNobody);
  }
  ReadmissionFacts facts = comer.introduced();
  facts.device = bo.device();  // not the one that was spoken with
  EXPECT_EQ(Readmission(bo.shelf(), facts, [] {}).fault(), ReadmissionFault::kNobody);
}

TEST_F(ReadmissionTest, DeclinedGivesNothing) {
  host.receive(*joiner.next());
  host.decline();
  joiner.receive(*host.next());
  EXPECT_EQ(host.state(), Readmission::State::kDeclined);
  EXPECT_EQ(joiner.state(), Homecoming::State::kDeclined);
  EXPECT_FALSE(joiner.next());
  EXPECT_FALSE(comer.kept);
  EXPECT_FALSE(bo.log().admitted(bo.shared(), comer.keys.id()));
}

TEST_F(ReadmissionTest, EveryMessageOutOfTurnEndsIt) {
  wire::PairFrame keys;
  keys.mutable_keys();
  const Bytes proof = *joiner.next();
  for (const Bytes& wrong : {Bytes{}, Bytes{0xff, 0xff}, stored(), bytes_of(keys), Bytes((1 << 10) + 1, 0)}) {
    Readmission first(bo.shelf(), comer.introduced(), [] { FAIL() << "somebody was asked"; });
    first.receive(wrong);
    EXPECT_EQ(first.fault(), ReadmissionFault::kViolation);
    Readmission deciding(bo.shelf(), comer.introduced(), [] {});
    deciding.receive(proof);
    deciding.receive(wrong);
    EXPECT_EQ(deciding.fault(), ReadmissionFault::kViolation);
    EXPECT_FALSE(deciding.next());
    if (wrong == stored()) continue;
    Readmission given(bo.shelf(), comer.introduced(), [] {});
    given.receive(proof);
    given.give_back();
    given.receive(wrong);
    EXPECT_EQ(given.fault(), ReadmissionFault::kViolation);
  }
  Readmission twice(bo.shelf(), comer.introduced(), [] {});
  twice.receive(proof);
  twice.receive(proof);
  EXPECT_EQ(twice.fault(), ReadmissionFault::kViolation);
}

TEST_F(ReadmissionTest, WhoLeavesLeavesNothingThatCounts) {
  host.receive(*joiner.next());
  host.lost();
  EXPECT_EQ(host.fault(), ReadmissionFault::kNone);
  Readmission later(bo.shelf(), comer.introduced(), [] {});
  Homecoming again = comer.comes_to(bo);
  later.receive(*again.next());
  later.give_back();
  later.lost();
  EXPECT_EQ(later.fault(), ReadmissionFault::kLeft);
  EXPECT_FALSE(later.next());
  EXPECT_FALSE(bo.journal(bo.shared()).membership().was_enrolled(comer.keys.id()));
}

TEST_F(ReadmissionTest, ADiskThatRefusesIsToldAndNoReceiptIsSent) {
  host.receive(*joiner.next());
  host.give_back();
  Homecoming full(comer.root, comer.keys, {bo.device(), {}, {}}, [](Returned) { throw store::NotDurable("full"); });
  (void)full.next();
  full.receive(*host.next());
  EXPECT_EQ(full.fault(), ReadmissionFault::kNotStored);
  EXPECT_EQ(full.detail(), "full");
  EXPECT_FALSE(full.next());
}

TEST_F(ReadmissionTest, LiesAreNotBelieved) {
  using Lie = wire::Return;
  const auto put = [](std::string* field, ByteView bytes) { field->assign(as_text(bytes)); };
  expect_refused("no journal", [](Lie& lie) { lie.clear_journals(); });
  expect_refused("a journal twice", [](Lie& lie) { *lie.add_journals() = lie.journals(0); });
  expect_refused("a hundred journals", [](Lie& lie) {
    const wire::Return::Journal one = lie.journals(0);
    for (int i = 0; i < 100; ++i) *lie.add_journals() = one;
  });
  expect_refused("a notebook", [&](Lie& lie) {
    put(lie.mutable_journals(0)->mutable_genesis(), ada.identity().journals().front().genesis.encode());
  });
  expect_refused("a foreign genesis", [&](Lie& lie) {
    crypto::Genesis foreign = bo.identity().journal(bo.shared()).genesis;
    foreign.first = crypto::RootKeys(crypto::RootEntropy::random()).public_keys();
    put(lie.mutable_journals(0)->mutable_genesis(), foreign.encode());
  });
  expect_refused("another journal of the same two", [&](Lie& lie) {
    crypto::Genesis other = bo.identity().journal(bo.shared()).genesis;
    other.nonce.fill(9);
    put(lie.mutable_journals(0)->mutable_genesis(), other.encode());
  });
  expect_refused("half a genesis", [](Lie& lie) { lie.mutable_journals(0)->mutable_genesis()->pop_back(); });
  expect_refused("no giver", [](Lie& lie) { lie.clear_chain(); });
  expect_refused("this person's own device as the giver", [&](Lie& lie) {
    auto& one = *lie.mutable_chain()->mutable_certificates(0);
    put(one.mutable_body(), ada.identity().chain().front().body);
    put(one.mutable_signature(), ada.identity().chain().front().signature);
  });
  expect_refused("another founder", [](Lie& lie) { *lie.mutable_journals(0)->mutable_founder() = lie.chain(); });
  expect_refused("no founder", [](Lie& lie) { lie.mutable_journals(0)->clear_founder(); });
  expect_refused("no epoch zero", [](Lie& lie) { lie.mutable_journals(0)->clear_epoch_zero(); });
  expect_refused("epoch zero without its body",
                 [](Lie& lie) { lie.mutable_journals(0)->mutable_epoch_zero()->clear_body(); });
  expect_refused("epoch zero with another body", [](Lie& lie) {
    lie.mutable_journals(0)->mutable_epoch_zero()->set_body(lie.journals(0).epochs(0).body());
  });
  expect_refused("epoch zero unsigned", [](Lie& lie) {
    auto& last = lie.mutable_journals(0)->mutable_epoch_zero()->mutable_head()->back();
    last = static_cast<char>(last ^ 1);
  });
  expect_refused("no epoch but zero", [](Lie& lie) { lie.mutable_journals(0)->clear_epochs(); });
  expect_refused("half an epoch's id",
                 [](Lie& lie) { lie.mutable_journals(0)->mutable_epochs(0)->mutable_id()->pop_back(); });
  expect_refused("an epoch that is none", [](Lie& lie) { lie.mutable_journals(0)->mutable_epochs(0)->set_body("x"); });
  expect_refused("epochs that open for nobody", [](Lie& lie) {
    auto& body = *lie.mutable_journals(0)->mutable_epochs(0)->mutable_body();
    std::fill(body.begin() + 37, body.begin() + 37 + 18 * 48, 'x');
  });
  expect_refused("ten thousand epochs", [](Lie& lie) {
    const wire::Return::Epoch one = lie.journals(0).epochs(0);
    for (int i = 0; i < 10'000; ++i) *lie.mutable_journals(0)->add_epochs() = one;
  });
  expect_refused("a log twice",
                 [](Lie& lie) { *lie.mutable_journals(0)->add_frontier() = lie.journals(0).frontier(0); });
  expect_refused("a log longer than any",
                 [](Lie& lie) { lie.mutable_journals(0)->mutable_frontier(0)->set_seq(UINT64_MAX); });
  expect_refused("a relationship that there is not", [](Lie& lie) { lie.mutable_journals(0)->set_relationship("x"); });
  expect_refused("a way of pairing that there is not", [](Lie& lie) { lie.mutable_journals(0)->set_paired_by("x"); });
  expect_refused("a name that is no text", [](Lie& lie) { lie.set_person(std::string(65, 'x')); });
}

TEST_F(ReadmissionTest, OnlyWhoWasSpokenWithGivesBack) {
  host.receive(*joiner.next());
  host.give_back();
  Homecoming coming(comer.root, comer.keys, {ada.device(), {}, {}}, [](Returned) { FAIL() << "it was believed"; });
  coming.receive(*host.next());
  EXPECT_EQ(coming.fault(), ReadmissionFault::kViolation);
}

TEST_F(ReadmissionTest, OtherWordsOpenNothingOfIt) {
  Person carol{"Carol"};
  Comer thief(carol);
  host.receive(*joiner.next());
  host.give_back();
  Homecoming coming = thief.comes_to(bo);
  coming.receive(*host.next());
  EXPECT_EQ(coming.fault(), ReadmissionFault::kViolation);
  EXPECT_FALSE(thief.kept);
}

TEST_F(ReadmissionTest, AReturnThatIsCutAnywhereIsNoneOrMeansTheSame) {
  host.receive(*joiner.next());
  host.give_back();
  const Bytes whole = *host.next();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    Homecoming coming(comer.root, comer.keys, {bo.device(), {}, {}},
                      [](Returned) { FAIL() << "what is cut lacks how the two were paired"; });
    coming.receive(ByteView(whole).first(length));
    EXPECT_EQ(coming.state(), Homecoming::State::kFailed) << length;
  }
}

TEST_F(ReadmissionTest, WhatIsLongerThanAnythingTrueIsNotRead) {
  joiner.receive(Bytes((3 << 20) + 1, 0));
  EXPECT_EQ(joiner.fault(), ReadmissionFault::kViolation);
}

TEST_F(ReadmissionTest, APersonWhoIsCalledAsTheNotebookGetsAnotherName) {
  Person strange{"notebook"};
  Person carol{"Carol"};
  pair(carol, strange);
  Comer back(carol);
  Readmission giver(strange.shelf(), back.introduced(), [] {});
  Homecoming coming = back.comes_to(strange);
  giver.receive(*coming.next());
  giver.give_back();
  coming.receive(*giver.next());
  ASSERT_EQ(coming.state(), Homecoming::State::kGivenBack) << coming.detail();
  EXPECT_EQ(back.kept->journals.front().secrets.name, "notebook 2");
  EXPECT_EQ(back.kept->journals.front().secrets.other, "notebook");
}

}  // namespace
}  // namespace duolog::journal
