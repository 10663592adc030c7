// keys.cc: everything that follows from a device's seed, a person's root entropy and a genesis.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/keys.h"

#include <sodium.h>

#include "crypto/check.h"
#include "crypto/hash.h"

namespace duolog::crypto {
namespace {

constexpr std::uint8_t kGenesisOfTwo = 1;  // DO NOT CHANGE: the first byte of what a journal id hashes
constexpr std::uint8_t kGenesisOfOne = 2;
constexpr std::size_t kRootLength = 32 + 32;
constexpr std::size_t kGenesisOfOneLength = 1 + 32 + kRootLength;
constexpr std::size_t kGenesisOfTwoLength = kGenesisOfOneLength + kRootLength;

// The secret half; the public half goes to `public_key`.
SignSecret derive_sign(ByteView seed, std::string_view label, SignPublic& public_key) {
  Wiped<32> sign_seed;
  kdf_into(sign_seed.bytes, seed, label, {});
  return SignSecret::filled([&](std::span<std::uint8_t> out) {
    check(crypto_sign_ed25519_seed_keypair(public_key.bytes.data(), out.data(), sign_seed.bytes.data()) == 0,
          "Ed25519 made no keys");
  });
}

template <class Public>
Public x25519_public(ByteView secret) {
  Public key;
  check(crypto_scalarmult_curve25519_base(key.bytes.data(), secret.data()) == 0, "X25519 made no public key");
  return key;
}

void append_root(Bytes& out, const RootPublic& root) {
  append(out, root.sign.bytes);
  append(out, root.wrap.bytes);
}

// REQUIRES: 64 bytes.
RootPublic read_root(ByteView from) {
  return {*SignPublic::from(from.first(32)), *WrapPublic::from(from.subspan(32, 32))};
}

}  // namespace

RootId RootPublic::id() const { return hash<RootId>("root.id", {sign.bytes}); }

RootKeys::RootKeys(const RootEntropy& entropy)
    : sign_(derive_sign(entropy.view(), "root.sign", public_.sign)),
      wrap_(kdf<WrapSecret>(entropy.view(), "root.wrap")),
      psk_master_(kdf<RootPskMaster>(entropy.view(), "root.psk")) {
  public_.wrap = wrap_public(wrap_);
}

SlotPsk root_psk(const RootPskMaster& master, ByteView journal_nonce) {
  return kdf<SlotPsk>(master.view(), "root.psk.journal", {journal_nonce});
}

DeviceId DevicePublic::id() const { return hash<DeviceId>("dev.id", {sign.bytes, noise.bytes, wrap.bytes}); }

DeviceKeys::DeviceKeys(const DeviceSeed& seed)
    : seed_(seed.clone()),
      sign_(derive_sign(seed.view(), "dev.sign", public_.sign)),
      noise_(kdf<NoiseSecret>(seed.view(), "dev.noise")),
      wrap_(kdf<WrapSecret>(seed.view(), "dev.wrap")) {
  public_.noise = noise_public(noise_);
  public_.wrap = wrap_public(wrap_);
  id_ = public_.id();
}

LocalKey DeviceKeys::local_key(std::string_view purpose) const { return kdf<LocalKey>(seed_.view(), purpose); }

NoisePublic noise_public(const NoiseSecret& secret) { return x25519_public<NoisePublic>(secret.view()); }
WrapPublic wrap_public(const WrapSecret& secret) { return x25519_public<WrapPublic>(secret.view()); }

bool dh(std::span<std::uint8_t> out, ByteView secret, ByteView public_key) {
  check(out.size() == 32 && secret.size() == 32, "X25519 with a wrong length");
  return public_key.size() == 32 && crypto_scalarmult_curve25519(out.data(), secret.data(), public_key.data()) == 0;
}

Bytes Genesis::encode() const {
  Bytes bytes{second ? kGenesisOfTwo : kGenesisOfOne};
  append(bytes, nonce);
  append_root(bytes, first);
  if (second) append_root(bytes, *second);
  return bytes;
}

std::optional<Genesis> Genesis::decode(ByteView bytes) {
  const bool two = bytes.size() == kGenesisOfTwoLength && bytes[0] == kGenesisOfTwo;
  const bool one = bytes.size() == kGenesisOfOneLength && bytes[0] == kGenesisOfOne;
  if (!one && !two) return std::nullopt;
  Genesis genesis;
  std::copy_n(bytes.begin() + 1, genesis.nonce.size(), genesis.nonce.begin());
  genesis.first = read_root(bytes.subspan(1 + 32));
  if (two) genesis.second = read_root(bytes.subspan(kGenesisOfOneLength));
  // One person twice would be both sides of every rule that needs two.
  if (two && genesis.first.sign == genesis.second->sign) return std::nullopt;
  return genesis;
}

JournalId Genesis::id() const { return hash<JournalId>("genesis", {encode()}); }

std::vector<RootPublic> Genesis::roots() const {
  std::vector<RootPublic> roots{first};
  if (second) roots.push_back(*second);
  return roots;
}

bool Genesis::names(const RootId& root) const { return first.id() == root || (second && second->id() == root); }

}  // namespace duolog::crypto
