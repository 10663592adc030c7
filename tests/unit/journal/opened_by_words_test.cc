// opened_by_words_test.cc: a notebook whose records came by hand, and what its person's words open of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/opened_by_words.h"

#include "tests/unit/journal/three_homes.h"

namespace duolog::journal {
namespace {

class ANotebookByWords : public ThreeHomes {
 protected:
  std::optional<Returned::Journal> opened(const crypto::RootKeys& root) {
    return notebook_by_words(ada.log(), ada.journal(ada.notebook()).roster(),
                             ada.identity().journal(ada.notebook()).genesis, root);
  }
};

TEST_F(ANotebookByWords, HasEveryEpochThatItsDevicesHadAndSaysHowFarItGoes) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get()});
  ada.shelf().remove_device(phone->device());
  ada.write("under another key");
  const auto notebook = opened(crypto::RootKeys(*ada.identity().entropy()));
  ASSERT_TRUE(notebook);
  EXPECT_TRUE(notebook->secrets.awaited);
  EXPECT_EQ(notebook->secrets.id, ada.notebook());
  const JournalSecrets& known = ada.identity().journal(ada.notebook());
  ASSERT_GE(known.epochs.size(), 3U) << "else the test shows nothing";
  ASSERT_EQ(notebook->secrets.epochs.size(), known.epochs.size());
  EXPECT_EQ(crypto::epoch_id(known.id, notebook->secrets.epochs.front()),
            crypto::epoch_id(known.id, known.epochs.front()));
  for (const crypto::EpochSecret& one : known.epochs)
    EXPECT_NE(notebook->secrets.epoch(crypto::epoch_id(known.id, one)), nullptr);
  for (const store::FrontierEntry& end : ada.log().frontier(ada.notebook()))
    EXPECT_EQ(notebook->reached.at(end.device), end.seq);
}

// Whoever has a lost device knows the root's psks and public keys, and can let in a device with an id as small as it
// likes.
TEST_F(ANotebookByWords, TakesNoFirstEpochOfADeviceThatTheRootHasNotSigned) {
  const auto phone = let_in(ada, "Ada's phone");
  all_meet({&ada, phone.get()});
  const JournalSecrets& known = ada.identity().journal(ada.notebook());
  const crypto::RootKeys root(*ada.identity().entropy());
  crypto::Chain chain;
  std::optional<crypto::DeviceKeys> thief;
  do {
    thief.emplace(crypto::DeviceSeed::random());
  } while (!(thief->id() < ada.device()));
  chain = phone->identity().chain();
  chain.push_back(crypto::certify(phone->identity().keys(), thief->public_keys(),
                                  crypto::decode(chain.back())->created + 1, "thief"));
  ASSERT_TRUE(ada.door().admit(known.id, chain));
  const crypto::EpochSecret false_zero = crypto::EpochSecret::random();
  const crypto::SlotPsk psk = crypto::root_psk(root.psk_master(), known.genesis.nonce);
  const std::vector<crypto::EpochRecipient> recipients{{root.public_keys().wrap, &psk}};
  const crypto::EpochMeta meta{{Hash{root.public_keys().id().bytes}}, crypto::gone_digest({})};
  const EpochId false_id = crypto::epoch_id(known.id, false_zero);
  const crypto::Record first =
      crypto::make_epoch_record(known.id, *thief, {1, crypto::first_prev(known.id, thief->id())}, false_id,
                                crypto::make_epoch(known.id, false_zero, 0, recipients, meta));
  ASSERT_EQ(ada.log().accept(known.id, thief->id(), 1, std::span(&first, 1)).verdict,
            store::Accepted::Verdict::kStored);
  const auto notebook = opened(root);
  ASSERT_TRUE(notebook);
  EXPECT_EQ(crypto::epoch_id(known.id, notebook->secrets.epochs.front()),
            crypto::epoch_id(known.id, known.epochs.front()));
}

TEST_F(ANotebookByWords, OpensToNobodyElses) {
  EXPECT_FALSE(opened(crypto::RootKeys(*bo.identity().entropy())));
  EXPECT_FALSE(opened(crypto::RootKeys(crypto::RootEntropy::random())));
}

TEST_F(ANotebookByWords, WithoutItsBeginningIsNone) {
  store::SealedLog& log = ada.log();
  log.forget_body(ada.notebook(), ada.device(), 1);
  EXPECT_FALSE(opened(crypto::RootKeys(*ada.identity().entropy())));
}

}  // namespace
}  // namespace duolog::journal
