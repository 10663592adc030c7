// identity_test.cc: the vault's payload: made, opened, changed, never half.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/identity.h"

#include <gmock/gmock.h>

#include <fstream>

#include "daemon/journal/refusal.h"
#include "daemon/store/database.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr crypto::Argon2Cost kCheap{1, 64};

crypto::SecretBytes secret(std::string_view text) { return crypto::SecretBytes(as_bytes(text)); }

class IdentityTest : public ::testing::Test {
 protected:
  Identity create(std::string_view passphrase = {}) {
    return Identity::create(file(), {"Ada", "laptop"}, secret(passphrase), kCheap,
                            WallTime(std::chrono::seconds(1000)));
  }
  std::optional<Identity> open(std::string_view passphrase = {}) { return Identity::open(file(), secret(passphrase)); }
  [[nodiscard]] store::VaultFile file() const { return {folder_ / "vault", folder_ / "key"}; }
  static std::vector<std::string> words_of(const Identity& identity, std::string_view passphrase = {}) {
    std::vector<std::string> words;
    std::istringstream all{std::string(identity.words(secret(passphrase)).text())};
    for (std::string word; all >> word;) words.push_back(word);
    return words;
  }
  static Reason refused_because(const std::function<void()>& work) {
    try {
      work();
    } catch (const Refusal& refusal) {
      return refusal.reason;
    }
    return Reason::kBadRequest;
  }
  static JournalSecrets journal_with(std::uint8_t other) {
    JournalSecrets journal;
    journal.genesis.first = crypto::RootKeys(*crypto::RootEntropy::from(Bytes(32, 1))).public_keys();
    journal.genesis.second = crypto::RootKeys(*crypto::RootEntropy::from(Bytes(32, other))).public_keys();
    journal.id = journal.genesis.id();
    journal.epochs.push_back(crypto::EpochSecret::random());
    journal.name = "us";
    journal.unacknowledged = true;
    return journal;
  }
  static std::map<std::uint32_t, std::string> proof_of(const std::vector<std::string>& words) {
    return {{3, words[2]}, {11, words[10]}, {24, words[23]}};
  }
  testing::TemporaryFolder folder_;
};

TEST_F(IdentityTest, IsTheSameWhenOpenedAgain) {
  const Identity made = create();
  const auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->keys().id(), made.keys().id());
  EXPECT_EQ(opened->chain(), made.chain());
  EXPECT_EQ(opened->root(), made.root());
  EXPECT_TRUE(opened->psk_master() == made.psk_master());
  EXPECT_EQ(opened->person(), "Ada");
  EXPECT_EQ(opened->device(), "laptop");
  EXPECT_THAT(opened->journals(), SizeIs(1));
  EXPECT_EQ(opened->journals()[0].name, "notebook");
}

TEST_F(IdentityTest, TheChainProvesTheDeviceByItsRoot) {
  const Identity ada = create();
  const auto proven = crypto::prove(ada.chain(), std::span(&ada.root(), 1));
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->device.id(), ada.keys().id());
  EXPECT_EQ(proven->name, "laptop");
}

TEST_F(IdentityTest, TheWordsAreThoseOfItsRoot) {
  const Identity ada = create();
  const auto entropy = crypto::entropy_from_words(ada.words({}).text());
  ASSERT_TRUE(entropy);
  EXPECT_EQ(crypto::RootKeys(*entropy).public_keys(), ada.root());
}

TEST_F(IdentityTest, AWrongPassphraseOpensNothing) {
  create("right");
  EXPECT_FALSE(open("wrong"));
  EXPECT_TRUE(open("right"));
}

TEST_F(IdentityTest, WordsAskForThePassphraseAgain) {
  const Identity ada = create("right");
  EXPECT_EQ(refused_because([&] { (void)ada.words(secret("wrong")); }), Reason::kWrongPassphrase);
  EXPECT_EQ(refused_because([&] { (void)ada.words({}); }), Reason::kWrongPassphrase);
  EXPECT_THAT(words_of(ada, "right"), SizeIs(24));
}

TEST_F(IdentityTest, ConfirmedWordsAreErasedForGood) {
  Identity ada = create();
  ada.confirm_words({}, proof_of(words_of(ada)));
  EXPECT_TRUE(ada.words_confirmed());
  EXPECT_EQ(refused_because([&] { (void)ada.words({}); }), Reason::kWordsGone);
  const auto opened = open();
  EXPECT_TRUE(opened->words_confirmed());
  EXPECT_EQ(opened->entropy(), nullptr);
  EXPECT_TRUE(opened->psk_master() == ada.psk_master());
}

TEST_F(IdentityTest, WrongOrTooFewWordsConfirmNothing) {
  Identity ada = create();
  auto proof = proof_of(words_of(ada));
  proof[3] = proof[3] == "abandon" ? "ability" : "abandon";
  EXPECT_EQ(refused_because([&] { ada.confirm_words({}, proof); }), Reason::kWrongWords);
  proof = proof_of(words_of(ada));
  proof.erase(3);
  EXPECT_EQ(refused_because([&] { ada.confirm_words({}, proof); }), Reason::kWrongWords);
  for (const std::uint32_t place : {0U, 25U}) {
    proof = proof_of(words_of(ada));
    proof[place] = "abandon";
    EXPECT_EQ(refused_because([&] { ada.confirm_words({}, proof); }), Reason::kWrongWords);
  }
  EXPECT_FALSE(ada.words_confirmed());
}

TEST_F(IdentityTest, EveryPlaceOfTheWordsCanBeProven) {
  Identity ada = create();
  const auto words = words_of(ada);
  std::map<std::uint32_t, std::string> all;
  for (std::uint32_t i = 0; i < words.size(); ++i) all[i + 1] = words[i];
  ada.confirm_words({}, all);
  EXPECT_TRUE(ada.words_confirmed());
}

TEST_F(IdentityTest, GoesFromKeyFileToPassphraseAndBack) {
  Identity ada = create();
  ada.change_passphrase({}, secret("new"), kCheap);
  EXPECT_EQ(ada.locked_by(), crypto::VaultMode::kPassphrase);
  EXPECT_TRUE(open("new"));
  EXPECT_EQ(refused_because([&] { ada.change_passphrase(secret("old"), {}, kCheap); }), Reason::kWrongPassphrase);
  ada.change_passphrase(secret("new"), {}, kCheap);
  EXPECT_EQ(ada.locked_by(), crypto::VaultMode::kKeyFile);
  EXPECT_TRUE(open());
}

TEST_F(IdentityTest, AKeyFileHasNoPassphraseToGive) {
  Identity ada = create();
  EXPECT_EQ(refused_because([&] { ada.change_passphrase(secret("x"), secret("y"), kCheap); }), Reason::kNoPassphrase);
}

TEST_F(IdentityTest, JournalsAndEpochsAreDurable) {
  Identity ada = create();
  ada.add_journal(journal_with(2));
  const JournalId id = ada.journals().back().id;
  std::vector<crypto::EpochSecret> more;
  more.push_back(crypto::EpochSecret::random());
  more.push_back(ada.journal(id).epochs[0].clone());  // known already
  ada.add_epochs(id, std::move(more));
  auto opened = open();
  EXPECT_THAT(opened->journal(id).epochs, SizeIs(2));
  EXPECT_TRUE(opened->journal(id).unacknowledged);
  opened->acknowledge(id);
  EXPECT_FALSE(open()->journal(id).unacknowledged);
  opened->drop_journal(id);
  EXPECT_FALSE(open()->has(id));
}

TEST_F(IdentityTest, WhatIsPartedOrForgottenIsDurable) {
  Identity ada = create();
  ada.add_journal(journal_with(2));
  const JournalId id = ada.journals().back().id;
  ada.part(id);
  EXPECT_TRUE(open()->journal(id).parted);
  ada.forget(id);
  EXPECT_FALSE(open()->has(id));
  EXPECT_THAT(open()->forgetting(), ElementsAre(id));
  ada.forgotten(id);
  EXPECT_THAT(open()->forgetting(), SizeIs(0));
}

TEST_F(IdentityTest, WhatTheDiskRefusesIsNeitherPartedNorForgotten) {
  Identity ada = create();
  ada.add_journal(journal_with(2));
  const JournalId id = ada.journals().back().id;
  std::filesystem::remove_all(folder_.path());
  EXPECT_THROW(ada.part(id), store::NotDurable);
  EXPECT_FALSE(ada.journal(id).parted);
  EXPECT_THROW(ada.forget(id), store::NotDurable);
  EXPECT_TRUE(ada.has(id));
  EXPECT_THAT(ada.forgetting(), SizeIs(0));
}

// Its database is copied in slices, and somebody may pair meanwhile.
TEST_F(IdentityTest, ABackupHoldsWhatIsThereWhenItIsSealed) {
  Identity identity = create();
  const auto seal = identity.sealing_for_backup(secret("of the backup"), kCheap);
  identity.add_journal(journal_with(2));
  store::replace_file(folder_ / "backup", seal());
  const auto backup = Identity::open({folder_ / "backup", folder_ / "no-key"}, secret("of the backup"));
  ASSERT_TRUE(backup);
  EXPECT_TRUE(backup->has(journal_with(2).id));
}

TEST_F(IdentityTest, ABackupIsNeverSealedByAKeyFile) {
  Identity identity = create("a passphrase");
  const auto seal = identity.sealing_for_backup({}, kCheap);
  (void)seal();
  identity.change_passphrase(secret("a passphrase"), {}, kCheap);
  EXPECT_EQ(refused_because([&] { (void)seal(); }), Reason::kBadRequest);
  EXPECT_THROW((void)identity.sealing_for_backup({}, kCheap), Refusal);
}

TEST_F(IdentityTest, ARefusedDiskChangesNothing) {
  Identity ada = create();
  std::filesystem::remove_all(folder_.path());
  EXPECT_THROW(ada.add_journal(journal_with(2)), store::NotDurable);
  EXPECT_THAT(ada.journals(), SizeIs(1));
  EXPECT_THROW(ada.confirm_words({}, proof_of(words_of(ada))), store::NotDurable);
  EXPECT_FALSE(ada.words_confirmed());
}

TEST_F(IdentityTest, APayloadOfANewerVersionIsNotTouched) {
  create();
  store::VaultFile vault = file();
  const auto opened = vault.open_with_key_file();
  Bytes payload = to_bytes(opened->payload.view());
  append(payload, Bytes{0xa2, 0x06, 0x01, 'x'});  // field 100
  vault.save(opened->lock, payload);
  EXPECT_THROW(open(), store::BadVaultFile);
}

TEST_F(IdentityTest, APayloadCutAnywhereIsRefused) {
  create();
  store::VaultFile vault = file();
  const auto opened = vault.open_with_key_file();
  const Bytes payload = to_bytes(opened->payload.view());
  for (std::size_t length = 0; length < payload.size(); length += 7) {
    vault.save(opened->lock, ByteView(payload).first(length));
    EXPECT_THROW(open(), store::BadVaultFile) << length;
  }
}

TEST_F(IdentityTest, NamesHaveLimits) {
  const auto create_named = [&](std::string name) {
    Identity::create(file(), {std::move(name), "x"}, {}, kCheap, WallTime());
  };
  EXPECT_EQ(refused_because([&] { create_named(std::string(65, 'x')); }), Reason::kTooLong);
  EXPECT_EQ(refused_because([&] { create_named("\xff"); }), Reason::kBadUtf8);
  EXPECT_FALSE(file().exists());
  create_named(std::string(64, 'x'));
  EXPECT_EQ(open()->person().size(), 64u);
}

}  // namespace
}  // namespace duolog::journal
