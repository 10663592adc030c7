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
inline constexpr Argon2Cost kSmallMemoryCost{3, 64 << 10};   // when the default cannot be allocated
inline constexpr Argon2Cost kCostLimit{10, 2 << 20};         // refuse to open above

// "DUOLOGV1" || mode || ops || memory || salt; also the AD of the box after it.
inline constexpr std::size_t kVaultHeaderLength = 8 + 1 + 4 + 4 + 16;

// Falls back to kSmallMemoryCost when `cost` cannot be allocated. Throws std::bad_alloc when neither can.
Bytes seal_vault(const SecretBytes& passphrase, Argon2Cost cost, ByteView payload);
Bytes seal_vault(const VaultKeyFile& key, ByteView payload);

std::optional<VaultMode> vault_mode(ByteView file);  // nullopt: not a vault of this version
std::optional<SecretBytes> open_vault(ByteView file, const SecretBytes& passphrase);
std::optional<SecretBytes> open_vault(ByteView file, const VaultKeyFile& key);

}  // namespace duolog::crypto
