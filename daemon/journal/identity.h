// identity.h: who this device is: the vault's payload, opened, as typed secrets.
//
// Every change is durable in the vault when its function returns; when that fails nothing has changed here either and
// store::NotDurable is thrown. The root's entropy is here only until its owner has confirmed the 24 words.
// Spec: proto/README.md section 3.1; proto/vault.proto.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "crypto/certificate.h"
#include "daemon/home/clock.h"
#include "daemon/store/vault_file.h"

namespace duolog::journal {

inline constexpr std::size_t kEpochLimit = 1000;   // of one device in one journal
inline constexpr std::size_t kEpochsInAll = 1000;  // of one journal: more are not learnt from others

// What this device knows of one journal beside its log.
struct JournalSecrets {
  crypto::Genesis genesis;
  JournalId id;                             // genesis.id()
  std::vector<crypto::EpochSecret> epochs;  // epoch zero first
  std::string name;                         // what -j names it by
  std::string other;                        // the other person's name as given at pairing; untrusted
  std::string relationship;                 // "partner", "friend", "family"; empty for the notebook
  std::string paired_by;                    // "code", "link"; empty for the notebook
  bool unacknowledged = false;              // hidden: the other side (of the notebook: the log) has not stored it yet
  // Handed over by another of this person's devices: its log comes from there, and this device is no member of it yet,
  // as far as it knows. Nothing is written until then.
  bool awaited = false;
  bool parted = false;               // this person has left it: it is read, and nothing else
  crypto::SecretBytes mailbox = {};  // the link of the mailbox that its bundles go through, as text; empty: none

  [[nodiscard]] bool shared() const { return genesis.second.has_value(); }
  [[nodiscard]] const crypto::EpochSecret* epoch(const EpochId& id) const;  // null: not known here
};

// What a new device is handed by another one of its person: handover.h.
struct Handed {
  crypto::RootPublic root;
  crypto::RootPskMaster psk_master;
  crypto::Chain chain;  // of the new device
  std::string person;
  std::vector<JournalSecrets> journals;  // the notebook first; awaited
  std::vector<JournalId> left = {};      // which the notebook does not bring back
};

class Identity {
 public:
  struct NewPerson {
    std::string name;
    std::string device_name;
  };
  // A new person's first device: new entropy, a certificate signed by the root, and the secrets of a notebook; stored.
  // An empty passphrase means a key file. Throws Refusal for names that are too long or not UTF-8.
  // REQUIRES: no vault exists.
  static Identity create(store::VaultFile file, const NewPerson& person, const crypto::SecretBytes& passphrase,
                         crypto::Argon2Cost cost, WallTime now);
  // A person's further device: stored, without the root's entropy. `seed` is that of the chain's device. An empty
  // passphrase means a key file. Throws store::NotDurable. REQUIRES: no vault exists; `handed` was verified.
  static Identity arrive(store::VaultFile file, crypto::DeviceSeed seed, Handed handed, const std::string& device_name,
                         const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost);
  // nullopt: wrong passphrase, or damaged. An empty passphrase means the key file. Throws store::BadVaultFile, also for
  // a vault of a newer version.
  static std::optional<Identity> open(store::VaultFile file, const crypto::SecretBytes& passphrase);

  Identity(Identity&& other) noexcept;
  Identity& operator=(Identity&& other) noexcept;
  ~Identity();

  [[nodiscard]] const crypto::DeviceKeys& keys() const { return keys_; }
  [[nodiscard]] const crypto::Chain& chain() const;
  [[nodiscard]] const crypto::RootPublic& root() const;
  [[nodiscard]] const crypto::RootPskMaster& psk_master() const;
  [[nodiscard]] const std::string& person() const;
  [[nodiscard]] const std::string& device() const;
  [[nodiscard]] crypto::VaultMode locked_by() const { return lock_.mode(); }

  // Whoever asks has the passphrase, where one is used: wanted again for what is not taken back. Throws
  // Refusal(kWrongPassphrase).
  void require(const crypto::SecretBytes& passphrase) const;

  // ---- the 24 words; `passphrase` is asked for again where one is used ----
  [[nodiscard]] bool words_confirmed() const { return entropy() == nullptr; }
  // Null once the words are confirmed.
  [[nodiscard]] const crypto::RootEntropy* entropy() const;
  // Throws Refusal: kWrongPassphrase, kWordsGone.
  [[nodiscard]] crypto::SecretBytes words(const crypto::SecretBytes& passphrase) const;
  // `proof`: at least kProofWords of the words by their place, from 1. Then the entropy is erased.
  // Throws Refusal: kWrongPassphrase, kWordsGone, kWrongWords.
  void confirm_words(const crypto::SecretBytes& passphrase, const std::map<std::uint32_t, std::string>& proof);
  static constexpr std::size_t kProofWords = 3;

  // Empty replacement: over to a key file. Throws Refusal: kWrongPassphrase, kNoPassphrase (one was given and a key
  // file is used).
  void change_passphrase(const crypto::SecretBytes& current, const crypto::SecretBytes& replacement,
                         crypto::Argon2Cost cost);

  // Seals all that the vault holds when it is called, as a vault that this passphrase opens: a key file never goes
  // where its vault goes. Empty: the passphrase there is. The lock is made now, which takes its time; what is returned
  // is quick and must not outlive this. Both throw Refusal(kBadRequest) where there is no passphrase.
  [[nodiscard]] std::function<Bytes()> sealing_for_backup(const crypto::SecretBytes& passphrase,
                                                          crypto::Argon2Cost cost) const;

  // ---- journals: the notebook first ----
  [[nodiscard]] const std::vector<JournalSecrets>& journals() const;
  [[nodiscard]] const JournalSecrets& journal(const JournalId& id) const;  // REQUIRES: it is here
  [[nodiscard]] bool has(const JournalId& id) const;
  // `wanted`, or as near to it as no other journal is called.
  [[nodiscard]] std::string free_name(const std::string& wanted) const;
  void add_journal(JournalSecrets journal);
  void drop_journal(const JournalId& id);
  void add_epochs(const JournalId& id, std::vector<crypto::EpochSecret> secrets);  // those already known are skipped
  void acknowledge(const JournalId& id);  // the founding is stored where it must be: no longer hidden
  void arrived(const JournalId& id);      // no longer awaited
  void part(const JournalId& id);         // it is parted from now on
  void set_mailbox(const JournalId& id, crypto::SecretBytes link);  // empty: none from now on
  // It is none of journals() any more, and what opened it is gone; until forgotten() it is one of forgetting(). It has
  // been left from then on.
  void forget(const JournalId& id);
  void forgotten(const JournalId& id);
  [[nodiscard]] const std::vector<JournalId>& forgetting() const;
  void leave(const JournalId& id);  // as drop_journal(), for good
  // It was left: not to be taken up again. Only of journals that are none of journals().
  [[nodiscard]] bool has_left(const JournalId& id) const;
  [[nodiscard]] const std::vector<JournalId>& left() const;  // once what was theirs is gone

 private:
  struct Payload;
  Identity(store::VaultFile file, crypto::VaultLock lock, Payload payload);
  static Identity begin(store::VaultFile file, Payload payload, const crypto::SecretBytes& passphrase,
                        crypto::Argon2Cost cost);
  JournalSecrets& at(const JournalId& id) const;
  void save_or(const std::function<void()>& undo);

  store::VaultFile file_;
  crypto::VaultLock lock_;
  std::unique_ptr<Payload> payload_;
  crypto::DeviceKeys keys_;
};

}  // namespace duolog::journal
