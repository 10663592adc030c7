// epochs_test.cc: secrets of epochs between two sessions: asked for once, given when the journal allows, believed for
// their hash alone; and a partner who asks for what it may not have, gives what nobody asked for, or does neither end.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/sync/liar.h"

namespace duolog::sync::testing {
namespace {

EpochId id_of(const crypto::EpochSecret& secret) { return crypto::epoch_id(people().journal, secret); }
ByteArray<32> bytes_of(const crypto::EpochSecret& secret) {
  ByteArray<32> bytes{};
  std::ranges::copy(secret.view(), bytes.begin());
  return bytes;
}

// A home that knows some epochs and lacks others.
struct Keyring {
  explicit Keyring(const crypto::DeviceKeys& self) : home(self) {}

  EpochId hold() {
    crypto::EpochSecret secret = crypto::EpochSecret::random();
    const EpochId id = id_of(secret);
    held.emplace(id, std::move(secret));
    return id;
  }
  Hooks hooks() {
    Hooks hooks = home.hooks();
    if (!knows_epochs) return hooks;
    hooks.epochs.wanted = [this] { return std::vector<EpochId>(lacking.begin(), lacking.end()); };
    hooks.epochs.give = [this](const EpochId& id) -> const crypto::EpochSecret* {
      ++judged;
      const auto known = held.find(id);
      return known != held.end() && may_have ? &known->second : nullptr;
    };
    hooks.epochs.came = [this](std::vector<crypto::EpochSecret> secrets) {
      for (crypto::EpochSecret& secret : secrets) {
        const EpochId id = id_of(secret);
        EXPECT_TRUE(lacking.erase(id) == 1) << "that was not asked for";
        held.emplace(id, std::move(secret));
        ++came;
      }
    };
    return hooks;
  }

  Home home;
  std::map<EpochId, crypto::EpochSecret> held;
  std::set<EpochId> lacking;
  bool knows_epochs = true;
  bool may_have = true;  // the other
  std::size_t judged = 0;
  std::size_t came = 0;
};

struct EpochsTest : ::testing::Test {
  EpochsTest() { begin(); }
  void begin() {
    a = std::make_unique<Session>(ada.home.log(), ada.home.facts(bo.home.id()), ada.hooks());
    b = std::make_unique<Session>(bo.home.log(), bo.home.facts(ada.home.id()), bo.hooks());
    a->start();
    b->start();
  }
  void until_quiet() {
    for (bool spoke = true; spoke;) {
      spoke = false;
      for (const auto& [from, to] : {std::pair{a.get(), b.get()}, std::pair{b.get(), a.get()}}) {
        const auto message = from->next();
        if (!message) continue;
        spoke = true;
        const Message said = decode(*message);
        if (const auto* want = std::get_if<EpochWant>(&said)) asked.push_back(want->epochs.size());
        gifts += std::holds_alternative<EpochGive>(said) ? 1 : 0;
        EXPECT_EQ(holds_secrets(*message), std::holds_alternative<EpochGive>(said));
        to->receive(*message);
      }
    }
    EXPECT_EQ(a->reason(), Parting::kNone) << a->detail();
    EXPECT_EQ(b->reason(), Parting::kNone) << b->detail();
  }
  void bo_lacks(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) bo.lacking.insert(ada.hold());
  }

  Keyring ada{people().laptop};
  Keyring bo{people().desk};
  std::unique_ptr<Session> a;
  std::unique_ptr<Session> b;
  std::vector<std::size_t> asked;
  std::size_t gifts = 0;
};

// ---- two who are honest ----

TEST_F(EpochsTest, WhatIsLackedComes) {
  bo_lacks(3);
  until_quiet();
  EXPECT_TRUE(bo.lacking.empty());
  EXPECT_EQ(bo.came, 3U);
  EXPECT_EQ(asked, std::vector<std::size_t>{3});
  EXPECT_EQ(gifts, 1U);
  EXPECT_TRUE(a->in_step() && b->in_step());
}

TEST_F(EpochsTest, BothWays) {
  bo_lacks(1);
  ada.lacking.insert(bo.hold());
  until_quiet();
  EXPECT_EQ(ada.came + bo.came, 2U);
}

TEST_F(EpochsTest, ManyComeInMessagesOfAtMostAFew) {
  bo_lacks(2 * kEpochsLimit + 1);
  until_quiet();
  EXPECT_EQ(bo.came, 2 * kEpochsLimit + 1);
  EXPECT_EQ(asked, (std::vector<std::size_t>{kEpochsLimit, kEpochsLimit, 1}));
}

TEST_F(EpochsTest, WhatIsLackedLaterIsAskedForWhenTheLogHasGrown) {
  until_quiet();
  bo_lacks(1);
  EXPECT_FALSE(b->has_next());
  b->log_grew();
  until_quiet();
  EXPECT_EQ(bo.came, 1U);
}

TEST_F(EpochsTest, WhatMayNotBeGivenYetIsGivenWhenItMay) {
  bo_lacks(2);
  ada.may_have = false;  // she has not read that he is a member
  until_quiet();
  EXPECT_EQ(bo.came, 0U);
  EXPECT_TRUE(a->in_step() && b->in_step()) << "nobody is kept waiting for it";
  ada.may_have = true;
  a->log_grew();
  until_quiet();
  EXPECT_EQ(bo.came, 2U);
  EXPECT_EQ(asked.size(), 1U) << "it was asked for once";
}

TEST_F(EpochsTest, WhatNobodyGivesIsAskedForOnceASession) {
  bo.lacking.insert(EpochId{{7}});
  until_quiet();
  for (int i = 0; i < 3; ++i) {
    b->log_grew();
    until_quiet();
  }
  EXPECT_EQ(asked.size(), 1U);
  begin();
  until_quiet();
  EXPECT_EQ(asked.size(), 2U);
}

TEST_F(EpochsTest, OfVeryManyTheNextSessionAsksForTheRest) {
  bo_lacks(kEpochsAsked + 5);
  until_quiet();
  EXPECT_EQ(bo.came, kEpochsAsked);
  begin();
  until_quiet();
  EXPECT_TRUE(bo.lacking.empty());
}

TEST_F(EpochsTest, AnOlderOneHearsNothingOfIt) {
  bo_lacks(1);
  ada.knows_epochs = false;
  begin();
  until_quiet();
  EXPECT_TRUE(asked.empty());
  EXPECT_EQ(bo.came, 0U);
}

TEST_F(EpochsTest, WordsGoOverAllTheSame) {
  bo_lacks(5);
  ada.may_have = false;
  ada.home.write(20);
  begin();
  until_quiet();
  EXPECT_EQ(bo.home.held(people().laptop), 20U);
}

// ---- a liar: Bo's device, after the handshake ----

struct LiarAboutEpochs : ::testing::Test {
  Keyring ada{people().laptop};
  Liar bo{ada.home, ada.hooks()};

  void greet() {
    Hello hello = bo.hello();
    hello.gives_epochs = true;
    bo.say(hello);
    while (bo.session.next()) {
    }
  }
  static EpochGive gift(std::size_t count = 1) {
    EpochGive give;
    for (std::size_t i = 0; i < count; ++i) give.secrets.push_back(bytes_of(crypto::EpochSecret::random()));
    return give;
  }
  void expect(Parting reason) const { EXPECT_EQ(bo.session.reason(), reason) << bo.session.detail(); }
};

TEST_F(LiarAboutEpochs, AsksForWhatItMayNotHaveAndHearsNothing) {
  const EpochId secret = ada.hold();
  ada.may_have = false;
  greet();
  bo.say(EpochWant{{secret, EpochId{{9}}}});
  EXPECT_TRUE(bo.hear().empty()) << "not even whether it is here";
  expect(Parting::kNone);
}

TEST_F(LiarAboutEpochs, AsksWithoutHavingSaidThatItKnowsThem) {
  const EpochId secret = ada.hold();
  bo.greet();
  bo.hear();
  bo.say(EpochWant{{secret}});
  expect(Parting::kViolation);
  EXPECT_FALSE(bo.session.next().has_value());
}

TEST_F(LiarAboutEpochs, AsksWithoutEnd) {
  ada.hold();
  greet();
  EpochWant want;
  for (std::uint8_t i = 0; i < kEpochsLimit; ++i) want.epochs.push_back(EpochId{{i, 3}});
  for (std::size_t i = 0; i < kEpochsAsked / kEpochsLimit; ++i) bo.say(want);
  EXPECT_TRUE(bo.hear().empty());
  expect(Parting::kNone);
  EXPECT_LE(ada.judged, kEpochsLimit) << "each is looked at once, until something has changed";
  bo.say(EpochWant{{EpochId{{1}}}});
  expect(Parting::kViolation);
}

TEST_F(LiarAboutEpochs, GetsEachOnceForOneQuestion) {
  const EpochId secret = ada.hold();
  greet();
  bo.say(EpochWant{{secret, secret}});
  const auto heard = bo.hear_only<EpochGive>();
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].secrets.size(), 1U);
  bo.session.log_grew();
  EXPECT_TRUE(bo.hear().empty());
}

TEST_F(LiarAboutEpochs, GivesWhatDoesNotHashToWhatWasAskedFor) {
  ada.lacking.insert(EpochId{{5}});
  greet();
  bo.say(gift());
  EXPECT_EQ(ada.came, 0U);
  expect(Parting::kNone);
}

TEST_F(LiarAboutEpochs, GivesTwiceWhatWasAskedForOnce) {
  const auto secret = crypto::EpochSecret::random();
  ada.lacking.insert(id_of(secret));
  greet();
  EpochGive give;
  give.secrets.assign(2, bytes_of(secret));
  bo.say(give);
  EXPECT_EQ(ada.came, 1U);
  EXPECT_TRUE(ada.lacking.empty());
}

TEST_F(LiarAboutEpochs, FloodsWithWhatNobodyAskedFor) {
  greet();
  for (std::size_t i = 0; i < kIgnoredLimit / kEpochsLimit; ++i) bo.say(gift(kEpochsLimit));
  expect(Parting::kNone);
  bo.say(gift());
  expect(Parting::kViolation);
  EXPECT_EQ(ada.came, 0U);
}

// ---- the messages ----

bool refused(ByteView bytes) {
  try {
    decode(bytes);
    return false;
  } catch (const ProtocolError&) {
    return true;
  }
}

TEST(EpochMessages, OneToAFewAndOfTheRightLength) {
  EpochWant want;
  EXPECT_TRUE(refused(encode(want)));
  want.epochs.resize(kEpochsLimit);
  EXPECT_FALSE(refused(encode(want)));
  want.epochs.resize(kEpochsLimit + 1);
  EXPECT_TRUE(refused(encode(want)));
  EpochGive give;
  EXPECT_TRUE(refused(encode(give)));
  give.secrets.resize(kEpochsLimit);
  EXPECT_FALSE(refused(encode(give)));
  give.secrets.resize(kEpochsLimit + 1);
  EXPECT_TRUE(refused(encode(give)));
  give.secrets.resize(1);
  Bytes shorter = encode(give);
  ASSERT_EQ(shorter.size(), 36U);
  shorter.pop_back();
  shorter[1] = static_cast<std::uint8_t>(shorter[1] - 1);
  shorter[3] = 31;
  EXPECT_TRUE(refused(shorter));
}

TEST(EpochMessages, ComeBackAsTheyWent) {
  EpochWant want{{EpochId{{1}}, EpochId{{2}}}};
  EXPECT_EQ(std::get<EpochWant>(decode(encode(want))).epochs, want.epochs);
  EpochGive give;
  give.secrets = {ByteArray<32>{3}, ByteArray<32>{4}};
  EXPECT_EQ(std::get<EpochGive>(decode(encode(give))).secrets, give.secrets);
}

}  // namespace
}  // namespace duolog::sync::testing
