// vault.cc: header, key and box of the vault. Limits are checked before Argon2 is given a single byte.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/vault.h"

#include <sodium.h>

#include <new>

#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kMagic = "DUOLOGV1";
constexpr std::size_t kModeAt = 8;
constexpr std::size_t kOpsAt = kModeAt + 1;
constexpr std::size_t kMemoryAt = kOpsAt + 4;
constexpr std::size_t kSaltAt = kMemoryAt + 4;
constexpr std::size_t kSaltLength = crypto_pwhash_SALTBYTES;
static_assert(kSaltAt + kSaltLength == kVaultHeaderLength);

using Stretched = Secret<struct StretchedTag>;  // what Argon2 made of a passphrase

bool is_allowed(Argon2Cost cost) {
  return cost.ops >= crypto_pwhash_OPSLIMIT_MIN && cost.ops <= kCostLimit.ops &&
         cost.memory_kib >= crypto_pwhash_MEMLIMIT_MIN / 1024 && cost.memory_kib <= kCostLimit.memory_kib;
}

// nullopt: the memory cannot be had. REQUIRES: is_allowed(cost).
std::optional<VaultKey> passphrase_key(const SecretBytes& passphrase, Argon2Cost cost, ByteView salt) {
  const std::string_view words = passphrase.empty() ? std::string_view("") : passphrase.text();  // never a null pointer
  bool done = false;
  const auto stretched = Stretched::filled([&](std::span<std::uint8_t> out) {
    done = crypto_pwhash(out.data(), out.size(), words.data(), words.size(), salt.data(), cost.ops,
                         std::size_t{cost.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0;
  });
  if (!done) return std::nullopt;
  return kdf<VaultKey>(stretched.view(), "vault.kek");
}

VaultKey file_key(const VaultKeyFile& key, ByteView salt) { return kdf<VaultKey>(key.view(), "vault.kek", {salt}); }

Bytes make_header(VaultMode mode, Argon2Cost cost, ByteView salt) {
  Bytes header = to_bytes(as_bytes(kMagic));
  header.push_back(static_cast<std::uint8_t>(mode));
  append_u32(header, cost.ops);
  append_u32(header, cost.memory_kib);
  append(header, salt);
  return header;
}

Argon2Cost cost_of(ByteView file) { return {read_u32(file.subspan(kOpsAt)), read_u32(file.subspan(kMemoryAt))}; }
ByteView salt_of(ByteView file) { return file.subspan(kSaltAt, kSaltLength); }

}  // namespace

std::optional<VaultMode> vault_mode(ByteView file) {
  if (file.size() < kVaultHeaderLength || as_text(file.first(kMagic.size())) != kMagic) return std::nullopt;
  const Argon2Cost cost = cost_of(file);
  if (file[kModeAt] == static_cast<std::uint8_t>(VaultMode::kPassphrase) && is_allowed(cost))
    return VaultMode::kPassphrase;
  if (file[kModeAt] == static_cast<std::uint8_t>(VaultMode::kKeyFile) && cost.ops == 0 && cost.memory_kib == 0)
    return VaultMode::kKeyFile;
  return std::nullopt;
}

VaultLock::VaultLock(VaultMode mode, Bytes header, VaultKey key)
    : mode_(mode), header_(std::move(header)), key_(std::move(key)) {}

VaultLock VaultLock::with_passphrase(const SecretBytes& passphrase, Argon2Cost cost) {
  check(is_allowed(cost), "Argon2 is asked for a cost that could not be opened again");
  const Bytes salt = random_bytes(kSaltLength);
  std::optional<VaultKey> key = passphrase_key(passphrase, cost, salt);
  if (!key && cost.memory_kib > kSmallMemoryCost.memory_kib) {
    cost = kSmallMemoryCost;
    key = passphrase_key(passphrase, cost, salt);
  }
  if (!key) throw std::bad_alloc();
  return {VaultMode::kPassphrase, make_header(VaultMode::kPassphrase, cost, salt), std::move(*key)};
}

VaultLock VaultLock::with_key_file(const VaultKeyFile& key) {
  const Bytes salt = random_bytes(kSaltLength);
  return {VaultMode::kKeyFile, make_header(VaultMode::kKeyFile, {0, 0}, salt), file_key(key, salt)};
}

std::optional<VaultLock> VaultLock::of(ByteView file, const SecretBytes& passphrase) {
  if (vault_mode(file) != VaultMode::kPassphrase) return std::nullopt;
  std::optional<VaultKey> key = passphrase_key(passphrase, cost_of(file), salt_of(file));
  if (!key) throw std::bad_alloc();  // too little memory must not look like a wrong passphrase
  return of(file, VaultMode::kPassphrase, std::move(*key));
}

std::optional<VaultLock> VaultLock::of(ByteView file, const VaultKeyFile& key) {
  if (vault_mode(file) != VaultMode::kKeyFile) return std::nullopt;
  return of(file, VaultMode::kKeyFile, file_key(key, salt_of(file)));
}

std::optional<VaultLock> VaultLock::of(ByteView file, VaultMode mode, VaultKey key) {
  VaultLock lock(mode, to_bytes(file.first(kVaultHeaderLength)), std::move(key));
  if (!lock.open(file)) return std::nullopt;
  return lock;
}

Bytes VaultLock::seal(ByteView payload) const {
  Bytes file = header_;
  append(file, crypto::seal(key_.view(), header_, payload));
  return file;
}

std::optional<SecretBytes> VaultLock::open(ByteView file) const {
  if (file.size() < kVaultHeaderLength + kSealOverhead) return std::nullopt;
  SecretBytes payload(file.size() - kVaultHeaderLength - kSealOverhead);
  const ByteView header = file.first(kVaultHeaderLength);
  if (!open_into(payload.writable(), key_.view(), header, file.subspan(kVaultHeaderLength))) return std::nullopt;
  return payload;
}

bool VaultLock::accepts(const SecretBytes& passphrase) const {
  if (mode_ != VaultMode::kPassphrase) return false;
  const auto key = passphrase_key(passphrase, cost_of(header_), salt_of(header_));
  if (!key) throw std::bad_alloc();
  return *key == key_;
}

}  // namespace duolog::crypto
