// vault_file.h: the vault and the key file on disk: 0600, ours, replaced whole and durably or not at all.
//
// Spec: proto/README.md section 3.1. The sealing itself is crypto/vault.h.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

#include "crypto/vault.h"

namespace duolog::store {

// Missing, unreadable, foreign owner, group- or world-accessible, or too large. The text names the file and the cure.
struct BadVaultFile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Writes a temporary file 0600, fsyncs, renames, fsyncs the folder. Throws std::system_error; the old file stays then.
void replace_file(const std::filesystem::path& file, ByteView bytes);
// Its blocks are overwritten before it goes: what a removed file leaves on the disk would open old copies of the vault.
// Nothing where there is none. Throws std::system_error.
void destroy_key_file(const std::filesystem::path& file);
// Refuses what others could read or have written. Throws BadVaultFile.
Bytes read_private_file(const std::filesystem::path& file, std::size_t limit);

class VaultFile {
 public:
  VaultFile(std::filesystem::path vault, std::filesystem::path key_file);
  [[nodiscard]] bool exists() const;
  [[nodiscard]] crypto::VaultMode mode() const;  // throws BadVaultFile

  struct Opened {
    crypto::VaultLock lock;
    crypto::SecretBytes payload;
  };
  // nullopt: wrong passphrase, or damaged. Throws BadVaultFile.
  [[nodiscard]] std::optional<Opened> open(const crypto::SecretBytes& passphrase) const;
  [[nodiscard]] std::optional<Opened> open_with_key_file() const;

  // Makes (and stores) a new lock. A key file is written before the vault that it opens. Where a passphrase takes its
  // place it stays until forget_key_file(): only from then on is nothing sealed with the old lock any more.
  crypto::VaultLock lock_with(const crypto::SecretBytes& passphrase, ByteView payload, crypto::Argon2Cost cost);
  crypto::VaultLock lock_with_key_file(ByteView payload);
  // Of a vault that a passphrase opens: the key file that opened it before. False: the disk refused; the next start
  // asks again. REQUIRES: nobody saves with that key's lock any more.
  bool forget_key_file();
  void save(const crypto::VaultLock& lock, ByteView payload);  // throws std::system_error
  // The vault and its key file, for ever. REQUIRES: nobody was ever told that they are there.
  void remove();

 private:
  std::filesystem::path vault_;
  std::filesystem::path key_file_;
};

}  // namespace duolog::store
