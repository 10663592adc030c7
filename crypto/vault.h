// vault.h: the sealed box for a device's secrets, opened by a passphrase (Argon2id) or a key file.
//
// Bytes only: the file itself, its permissions and its fsync are daemon/store's. A wrong passphrase and a damaged
// file give the same answer. Spec: proto/README.md section 3.1.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/hash.h"
#include "crypto/secret.h"

namespace duolog::crypto {

enum class VaultMode : std::uint8_t { kPassphrase = 1, kKeyFile = 2 };  // DO NOT CHANGE: on disk

struct Argon2Cost {
  std::uint32_t ops = 3;
  std::uint32_t memory_kib = 256 << 10;
};
inline constexpr Argon2Cost kDefaultCost{};
inline constexpr Argon2Cost kSmallMemoryCost{3, 64 << 10};  // when the default cannot be allocated
inline constexpr Argon2Cost kCostLimit{10, 2 << 20};        // refuse to open above

// "DUOLOGV1" || mode || ops || memory || salt; also the AD of the box after it.
inline constexpr std::size_t kVaultHeaderLength = 8 + 1 + 4 + 4 + 16;

// nullopt: not a vault of this version, or a cost beyond kCostLimit.
std::optional<VaultMode> vault_mode(ByteView file);

using VaultKey = Secret<struct VaultKeyTag>;

// A lock whose key is at hand: seals payloads again and again without asking (each time under a new nonce).
class VaultLock {
 public:
  // New locks, with a new salt. The passphrase's falls back to kSmallMemoryCost when `cost` cannot be allocated and
  // throws std::bad_alloc when neither can.
  static VaultLock with_passphrase(const SecretBytes& passphrase, Argon2Cost cost = kDefaultCost);
  static VaultLock with_key_file(const VaultKeyFile& key);

  // The lock that closes `file`. nullopt: not a vault, limits exceeded, wrong passphrase or key, or damaged. Throws
  // std::bad_alloc when the memory its cost needs cannot be had: that must not look like a wrong passphrase.
  static std::optional<VaultLock> of(ByteView file, const SecretBytes& passphrase);
  static std::optional<VaultLock> of(ByteView file, const VaultKeyFile& key);

  [[nodiscard]] VaultMode mode() const { return mode_; }
  [[nodiscard]] Bytes seal(ByteView payload) const;                    // the whole file
  [[nodiscard]] std::optional<SecretBytes> open(ByteView file) const;  // nullopt: another lock's, or damaged
  // Asks again for what a person must confirm. False with a key file. Costs an Argon2id; throws as of().
  [[nodiscard]] bool accepts(const SecretBytes& passphrase) const;

 private:
  VaultLock(VaultMode mode, Bytes header, VaultKey key);
  static std::optional<VaultLock> of(ByteView file, VaultMode mode, VaultKey key);
  VaultMode mode_;
  Bytes header_;
  VaultKey key_;
};

}  // namespace duolog::crypto
