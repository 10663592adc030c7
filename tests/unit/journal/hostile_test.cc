// hostile_test.cc: a partner's device that lies, forks or comes from the future: kept, shown as what it is, never in
// the way of what comes behind it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/two_people.h"

namespace duolog::journal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::SizeIs;

class Hostile : public TwoPeople {
 protected:
  // Bo writes an epoch of his own making, with slots for `recipients`. Returns its secret.
  crypto::EpochSecret rotate(const std::vector<WrapPublic>& recipients, std::uint32_t depth = 7) {
    auto secret = crypto::EpochSecret::random();
    const JournalId id = bo.shared();
    const auto psk = crypto::epoch_psk(bo.identity().journal(id).epochs[0]);
    std::vector<crypto::EpochRecipient> slots;
    for (const WrapPublic& wrap : recipients) slots.push_back({wrap, &psk});
    const auto meta = bo.journal(id).membership().meta();
    bo.log().append(id, bo.device(), [&](const crypto::ChainPosition& at) {
      return crypto::make_epoch_record(id, bo.identity().keys(), at, crypto::epoch_id(id, secret),
                                       crypto::make_epoch(id, secret, depth, slots, meta));
    });
    return secret;
  }
  RecordId write_under(const crypto::EpochSecret& secret, std::string text) {
    const JournalId id = bo.shared();
    const auto bytes = encode_event({bo.now, 60, {}, Entry{std::move(text), {}, {}}});
    return bo.log().append(id, bo.device(), [&](const crypto::ChainPosition& at) {
      return crypto::make_event_record(id, bo.identity().keys(), crypto::RecordKind::kEvent, at,
                                       crypto::epoch_id(id, secret), crypto::record_key(secret, bo.device()),
                                       bytes.view());
    });
  }
  void deliver() { carry(bo, ada, ada.shared()); }
  // A clone of Bo's device writes a second record where Ada holds another one already.
  void fork_bo() {
    bo.write("one branch");
    deliver();
    const JournalId id = ada.shared();
    const auto head = *ada.log().head(id, bo.device());
    const auto prev = *ada.log().id_at(id, bo.device(), head.seq - 1);
    const auto& epoch = bo.identity().journal(id).epochs.back();
    const auto bytes = encode_event({bo.now, 60, {}, Entry{"the other branch", {}, {}}});
    const auto branch =
        crypto::make_event_record(id, bo.identity().keys(), crypto::RecordKind::kEvent, {head.seq, prev},
                                  crypto::epoch_id(id, epoch), crypto::record_key(epoch, bo.device()), bytes.view());
    const auto accepted = ada.log().accept(id, bo.device(), head.seq, std::span(&branch, 1));
    ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kFork);
    ASSERT_TRUE(ada.log().freeze(id, *accepted.fork));
    ada.door().forked(id, bo.device());
  }
  [[nodiscard]] WrapPublic wrap_of(Person& person) { return person.identity().keys().public_keys().wrap; }
};

TEST_F(Hostile, AMalformedEventIsShownUnreadableAndBlocksNothing) {
  forge_bytes(bo, bo.shared(), Bytes{0xff, 0xff, 0xff});
  bo.write("behind it");
  deliver();
  const auto items = list(ada.shelf(), {});
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_EQ(items[0].kind, ItemKind::kUnreadable);
  EXPECT_EQ(items[0].author, "Bo");
  EXPECT_EQ(items[0].written_at, "");
  EXPECT_EQ(items[1].text, "behind it");
  EXPECT_EQ(status(ada.shelf())[1].unreadable, 1u);
}

TEST_F(Hostile, TextThatIsNotUtf8IsQuarantined) {
  const auto good = encode_event({bo.now, 60, {}, Entry{"MARK", {}, {}}});
  Bytes bytes = to_bytes(good.view());
  *std::search(bytes.begin(), bytes.end(), as_bytes("MARK").begin(), as_bytes("MARK").end()) = 0xff;
  forge_bytes(bo, bo.shared(), bytes);
  deliver();
  EXPECT_EQ(list(ada.shelf(), {})[0].kind, ItemKind::kUnreadable);
}

TEST_F(Hostile, APayloadOfANewerVersionIsShownAsSuch) {
  forge_bytes(bo, bo.shared(), Bytes{0x08, 0x02, 0xa2, 0x06, 0x01, 'x'});
  deliver();
  const Item item = list(ada.shelf(), {})[0];
  EXPECT_EQ(item.kind, ItemKind::kNewer);
  EXPECT_EQ(item.written_at, "1970-01-01T00:00:00+00:00");
  EXPECT_EQ(status(ada.shelf())[1].newer, 1u);
}

TEST_F(Hostile, AnEpochOfTheOtherIsLearntKeptAndUsed) {
  const auto secret = rotate({wrap_of(ada), wrap_of(bo)});
  write_under(secret, "under the new one");
  deliver();
  EXPECT_THAT(ada.texts(), ElementsAre("under the new one"));
  EXPECT_NE(ada.identity().journal(ada.shared()).epoch(crypto::epoch_id(ada.shared(), secret)), nullptr);
  EXPECT_THAT(ada.journal(ada.notebook()).facts().epochs_kept, Contains(Key(crypto::epoch_id(ada.shared(), secret))));
  ada.write("an answer");
  const auto head =
      ada.log().read_heads(ada.shared(), ada.device(), ada.log().head(ada.shared(), ada.device())->seq, 1);
  EXPECT_EQ(crypto::decode_header(head[0])->epoch, crypto::epoch_id(ada.shared(), secret));
  bo.restart();  // Bo learns his own from his slot
  meet(ada, bo);
  EXPECT_THAT(bo.texts(), Contains("an answer"));
}

TEST_F(Hostile, AnEpochWithoutASlotForUsRaisesAnAlarmAndBlocksNothing) {
  const auto secret = rotate({wrap_of(bo)});
  write_under(secret, "not for Ada");
  bo.log().append(bo.shared(), bo.device(), [&](const crypto::ChainPosition& at) {
    const auto& epoch = bo.identity().journal(bo.shared()).epochs[1];
    const auto bytes = encode_event({bo.now, 60, {}, Entry{"for Ada", {}, {}}});
    return crypto::make_event_record(bo.shared(), bo.identity().keys(), crypto::RecordKind::kEvent, at,
                                     crypto::epoch_id(bo.shared(), epoch), crypto::record_key(epoch, bo.device()),
                                     bytes.view());
  });
  deliver();
  const auto items = list(ada.shelf(), {});
  EXPECT_EQ(items[0].kind, ItemKind::kUnreadable);
  EXPECT_EQ(items[1].text, "for Ada");
  const std::string alarm = "epoch-without-slot:" + hex(bo.device().bytes);
  EXPECT_THAT(warnings(ada.shelf()), Contains(alarm));
  EXPECT_EQ(ada.news.front().kind, News::Kind::kEntry);
  EXPECT_THAT(ada.news, Contains(::testing::Field(&News::detail, alarm)).Times(1));
  EXPECT_EQ(crypto::epoch_id(ada.shared(), ada.identity().journal(ada.shared()).epochs.back()),
            *ada.journal(ada.shared()).membership().current());
}

TEST_F(Hostile, RecordsOfAnEpochLearntLaterBecomeReadable) {
  auto secret = crypto::EpochSecret::random();
  write_under(secret, "too early");
  deliver();
  EXPECT_EQ(list(ada.shelf(), {})[0].kind, ItemKind::kUnreadable);
  const auto psk = crypto::epoch_psk(bo.identity().journal(bo.shared()).epochs[0]);
  bo.log().append(bo.shared(), bo.device(), [&](const crypto::ChainPosition& at) {
    const std::vector<crypto::EpochRecipient> slots{{wrap_of(ada), &psk}};
    return crypto::make_epoch_record(
        bo.shared(), bo.identity().keys(), at, crypto::epoch_id(bo.shared(), secret),
        crypto::make_epoch(bo.shared(), secret, 3, slots, bo.journal(bo.shared()).membership().meta()));
  });
  deliver();
  EXPECT_THAT(ada.texts(), ElementsAre("too early"));
}

TEST_F(Hostile, AFoundingRecordAnywhereElseFoundsNothing) {
  Person mallory("Mallory");
  const crypto::Chain phone{
      bo.identity().chain().front(),
      crypto::certify(bo.identity().keys(), mallory.identity().keys().public_keys(), 2'000'000'000, "phone")};
  for (const auto kind : {crypto::RecordKind::kEvent, crypto::RecordKind::kMembership})
    forge(bo, bo.shared(), Found{{ada.identity().chain(), phone}}, kind);
  deliver();
  EXPECT_THAT(ada.door().members(ada.shared()), SizeIs(2));
  EXPECT_THAT(ada.texts(), IsEmpty());
}

TEST_F(Hostile, AForkFreezesTheDeviceAndANewEpochLeavesItOut) {
  fork_bo();
  EXPECT_THAT(warnings(ada.shelf()), Contains("fork:" + hex(bo.device().bytes)));
  EXPECT_TRUE(status(ada.shelf())[1].frozen);
  EXPECT_THAT(ada.door().members(ada.shared()), SizeIs(1));
  const auto epochs = ada.identity().journal(ada.shared()).epochs.size();
  ada.now += kHour;
  ada.write("not for the forked one");
  EXPECT_EQ(ada.identity().journal(ada.shared()).epochs.size(), epochs + 1);
  EXPECT_THAT(ada.texts(), ElementsAre("one branch", "not for the forked one"));
  ada.restart();
  EXPECT_THAT(ada.texts(), ElementsAre("one branch", "not for the forked one"));
  ada.write("and again");
  EXPECT_EQ(ada.identity().journal(ada.shared()).epochs.size(), epochs + 1) << "one new epoch is enough";
  carry(ada, bo, ada.shared());
  EXPECT_THAT(warnings(bo.shelf()), Contains("epoch-without-slot:" + hex(ada.device().bytes)));
}

TEST_F(Hostile, WhoseOwnLogHasForkedWritesNoMore) {
  bo.write("one branch");
  const JournalId id = bo.shared();
  const auto head = *bo.log().head(id, bo.device());
  const auto& epoch = bo.identity().journal(id).epochs.back();
  const auto branch = crypto::make_event_record(
      id, bo.identity().keys(), crypto::RecordKind::kEvent, {head.seq, *bo.log().id_at(id, bo.device(), head.seq - 1)},
      crypto::epoch_id(id, epoch), crypto::record_key(epoch, bo.device()), as_bytes("a clone's"));
  const auto accepted = bo.log().accept(id, bo.device(), head.seq, std::span(&branch, 1));
  ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kFork);
  ASSERT_TRUE(bo.log().freeze(id, *accepted.fork));
  bo.door().forked(id, bo.device());
  for (int i = 0; i < 2; ++i) {
    try {
      bo.write("more");
      FAIL();
    } catch (const Refusal& refusal) {
      EXPECT_EQ(refusal.reason, Reason::kFrozen);
    }
    EXPECT_THAT(bo.texts(), ElementsAre("one branch"));
    bo.restart();
  }
}

TEST_F(Hostile, LiarsAboutWhatTheyHaveSeenStillStandInOneOrder) {
  ada.write("a1");
  bo.write("b1");
  const std::uint64_t far = 1'000'000;
  for (Person* liar : {&ada, &bo}) {
    const DeviceId other = liar == &ada ? bo.device() : ada.device();
    const auto bytes = encode_event({liar->now, 0, {{other, far}}, Entry{"seen your future", {}, {}}});
    forge_bytes(*liar, liar->shared(), bytes.view());
    liar->write("after the lie");
  }
  meet(ada, bo);
  EXPECT_EQ(ada.ids(), bo.ids());
  EXPECT_THAT(ada.ids(), SizeIs(6));
}

TEST_F(Hostile, AbsurdClocksChangeNeitherOrderNorArrival) {
  for (const std::int64_t clock : {std::numeric_limits<std::int64_t>::min() + kDay, std::int64_t{0},
                                   std::numeric_limits<std::int64_t>::max() - kDay}) {
    bo.now = clock;
    bo.write("from " + std::to_string(clock));
    meet(ada, bo);
  }
  EXPECT_THAT(ada.ids(), SizeIs(3));
  EXPECT_EQ(ada.ids(), bo.ids());
  EXPECT_EQ(list(ada.shelf(), {})[1].written_at, "1970-01-01T01:00:01+01:00");
}

TEST_F(Hostile, APersonHasOnlySoManyDevicesEver) {
  std::size_t admitted = 0;
  for (int i = 0; i < 70; ++i) {
    const crypto::DeviceKeys phone(crypto::DeviceSeed::random());
    crypto::Chain chain = bo.identity().chain();
    chain.push_back(crypto::certify(bo.identity().keys(), phone.public_keys(), 2'000'000'000, "phone"));
    admitted += ada.door().admit(ada.shared(), chain) ? 1U : 0U;
  }
  EXPECT_EQ(admitted, kDevicesPerPerson - 1);
}

TEST_F(Hostile, AnAdmittedDeviceIsKnownAfterARestartAndIsNoMember) {
  const crypto::DeviceKeys phone(crypto::DeviceSeed::random());
  crypto::Chain chain = bo.identity().chain();
  chain.push_back(crypto::certify(bo.identity().keys(), phone.public_keys(), 2'000'000'000, "phone"));
  ASSERT_TRUE(ada.door().admit(ada.shared(), chain));
  ada.restart();
  EXPECT_THAT(ada.door().chains(ada.shared()), Contains(chain));
  EXPECT_THAT(ada.door().members(ada.shared()), SizeIs(2));
}

TEST_F(Hostile, TheEpochsOfADeviceThatIsNoMemberAreNotLearnt) {
  const crypto::DeviceKeys phone(crypto::DeviceSeed::random());
  crypto::Chain chain = bo.identity().chain();
  chain.push_back(crypto::certify(bo.identity().keys(), phone.public_keys(), 2'000'000'000, "phone"));
  ASSERT_TRUE(ada.door().admit(ada.shared(), chain));
  const JournalId id = ada.shared();
  const auto secret = crypto::EpochSecret::random();
  const auto psk = crypto::epoch_psk(bo.identity().journal(id).epochs[0]);
  const std::vector<crypto::EpochRecipient> slots{{wrap_of(ada), &psk}};
  const auto record =
      crypto::make_epoch_record(id, phone, {1, crypto::first_prev(id, phone.id())}, crypto::epoch_id(id, secret),
                                crypto::make_epoch(id, secret, 2, slots, bo.journal(id).membership().meta()));
  ASSERT_EQ(ada.log().accept(id, phone.id(), 1, std::span(&record, 1)).verdict, store::Accepted::Verdict::kStored);
  ada.settle();
  EXPECT_THAT(ada.identity().journal(id).epochs, SizeIs(2));
}

TEST_F(Hostile, OnlySoManyEpochsOfAJournalAreLearnt) {
  std::vector<crypto::EpochSecret> many;
  while (many.size() + 3 < kEpochsInAll) many.push_back(crypto::EpochSecret::random());
  ada.identity().add_epochs(ada.shared(), std::move(many));
  ada.restart();
  for (int i = 0; i < 3; ++i) rotate({wrap_of(ada)});
  deliver();
  EXPECT_THAT(ada.identity().journal(ada.shared()).epochs, SizeIs(kEpochsInAll));
  EXPECT_THAT(warnings(ada.shelf()), Contains("too-many-epochs:" + hex(bo.device().bytes)));
  ada.restart();
  EXPECT_THAT(ada.identity().journal(ada.shared()).epochs, SizeIs(kEpochsInAll));
}

// The log is frozen by what a session found; the fold has not heard of it yet.
TEST_F(Hostile, WhatIsWrittenByItselfSurvivesAFrozenLog) {
  const JournalId id = ada.notebook();
  const auto head = *ada.log().head(id, ada.device());
  const auto& epoch = ada.identity().journal(id).epochs.back();
  const auto branch =
      crypto::make_event_record(id, ada.identity().keys(), crypto::RecordKind::kEvent,
                                {head.seq, *ada.log().id_at(id, ada.device(), head.seq - 1)},
                                crypto::epoch_id(id, epoch), crypto::record_key(epoch, ada.device()), as_bytes("x"));
  const auto accepted = ada.log().accept(id, ada.device(), head.seq, std::span(&branch, 1));
  ASSERT_EQ(accepted.verdict, store::Accepted::Verdict::kFork);
  ASSERT_TRUE(ada.log().freeze(id, *accepted.fork));
  rotate({wrap_of(ada), wrap_of(bo)});  // which the notebook would keep
  EXPECT_NO_THROW(deliver());
  EXPECT_THAT(ada.identity().journal(ada.shared()).epochs, SizeIs(3));
}

TEST_F(Hostile, StrangersAndOneselfAreNotProven) {
  Person mallory("Mallory");
  EXPECT_FALSE(ada.door().prove(ada.shared(), mallory.identity().chain()));
  EXPECT_FALSE(ada.door().prove(ada.shared(), ada.identity().chain()));
  EXPECT_FALSE(ada.door().prove(ada.shared(), {}));
  EXPECT_TRUE(ada.door().prove(ada.shared(), bo.identity().chain()));
}

TEST_F(Hostile, ABodyThatComesLaterTakesItsPlace) {
  bo.write("late");
  bo.write("soon");
  auto run = bo.log().read_run(bo.shared(), bo.device(), 1);
  const auto whole = run;
  run[0].body.reset();
  ASSERT_EQ(ada.log().accept(ada.shared(), bo.device(), 1, run).verdict, store::Accepted::Verdict::kStored);
  ada.shelf().stored(ada.shared(), bo.device(), 1, 2);
  ada.settle();
  EXPECT_THAT(ada.texts(), ElementsAre("", "soon"));
  EXPECT_EQ(list(ada.shelf(), {})[0].kind, ItemKind::kUnreadable);
  ASSERT_EQ(ada.log().accept(ada.shared(), bo.device(), 1, std::span(whole).first(1)).verdict,
            store::Accepted::Verdict::kBodies);
  ada.shelf().stored(ada.shared(), bo.device(), 1, 1);
  ada.settle();
  EXPECT_THAT(ada.texts(), ElementsAre("late", "soon"));
}

TEST_F(Hostile, TheDoorOffersTheNewestEpochsFirstAndNeverEpochZero) {
  rotate({wrap_of(ada), wrap_of(bo)});
  deliver();
  const auto candidates = ada.door().psk_candidates();
  const auto& epochs = ada.identity().journal(ada.shared()).epochs;
  ASSERT_THAT(candidates, SizeIs(2));
  EXPECT_EQ(candidates[0].epoch, crypto::epoch_id(ada.shared(), epochs[2]));
  EXPECT_EQ(candidates[1].epoch, crypto::epoch_id(ada.shared(), epochs[1]));
}

}  // namespace
}  // namespace duolog::journal
