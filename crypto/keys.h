// keys.h: who somebody is. A person's root (24 words), a device's keys, and the genesis that names a journal.
// Spec: proto/README.md section 3.1.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace duolog::crypto {

// ---- a person ----

struct RootPublic {
  SignPublic sign;
  WrapPublic wrap;
  auto operator<=>(const RootPublic&) const = default;
  [[nodiscard]] RootId id() const;
};

// All of a person's root keys, derived from the entropy behind the words. Exists only while the words are needed.
class RootKeys {
 public:
  explicit RootKeys(const RootEntropy& entropy);
  [[nodiscard]] const RootPublic& public_keys() const { return public_; }
  [[nodiscard]] const SignSecret& sign() const { return sign_; }
  [[nodiscard]] const WrapSecret& wrap() const { return wrap_; }
  [[nodiscard]] const RootPskMaster& psk_master() const { return psk_master_; }

 private:
  RootPublic public_;  // before sign_, whose making fills its first half
  SignSecret sign_;
  WrapSecret wrap_;
  RootPskMaster psk_master_;
};

// The root's psk of one journal: KDF(master, "root.psk.journal", nonce). What a partner may hold; never the master.
SlotPsk root_psk(const RootPskMaster& master, ByteView journal_nonce);

// ---- a device ----

struct DevicePublic {
  SignPublic sign;
  NoisePublic noise;
  WrapPublic wrap;
  auto operator<=>(const DevicePublic&) const = default;
  [[nodiscard]] DeviceId id() const;
};

class DeviceKeys {
 public:
  explicit DeviceKeys(const DeviceSeed& seed);
  [[nodiscard]] const DevicePublic& public_keys() const { return public_; }
  [[nodiscard]] const DeviceId& id() const { return id_; }
  [[nodiscard]] const SignSecret& sign() const { return sign_; }
  [[nodiscard]] const NoiseSecret& noise() const { return noise_; }
  [[nodiscard]] const WrapSecret& wrap() const { return wrap_; }
  // Seals what only this device will read again, per purpose ("local.state", "local.view", …).
  [[nodiscard]] LocalKey local_key(std::string_view purpose) const;

 private:
  DeviceSeed seed_;
  DevicePublic public_;  // before sign_, whose making fills its first part
  SignSecret sign_;
  NoiseSecret noise_;
  WrapSecret wrap_;
  DeviceId id_;
};

// X25519 public key of a secret, and the shared secret. dh() is false for a low-order point; `out` is 32 bytes.
NoisePublic noise_public(const NoiseSecret& secret);
WrapPublic wrap_public(const WrapSecret& secret);
bool dh(std::span<std::uint8_t> out, ByteView secret, ByteView public_key);

// ---- a journal's birth ----

// One person (a private notebook) or two, for ever. The bytes are hashed into the journal's id.
struct Genesis {
  ByteArray<32> nonce{};
  RootPublic first;                  // the host's root, or the notebook's only one
  std::optional<RootPublic> second;  // the joiner's root
  bool operator==(const Genesis&) const = default;

  [[nodiscard]] Bytes encode() const;
  static std::optional<Genesis> decode(ByteView bytes);  // nullopt also for one person named twice
  [[nodiscard]] JournalId id() const;
  [[nodiscard]] std::vector<RootPublic> roots() const;
  [[nodiscard]] bool names(const RootId& root) const;
};

// ---- the 24 words ----

inline constexpr std::size_t kWordCount = 24;

SecretBytes words_from_entropy(const RootEntropy& entropy);  // "abandon ability …", single spaces
// nullopt: not 24 words of the list, or the checksum differs. Case and extra spaces do not matter.
std::optional<RootEntropy> entropy_from_words(std::string_view words);

std::string_view word_at(std::size_t index);  // REQUIRES: index < 2048
std::optional<std::size_t> word_index(std::string_view word);
// The words of the list nearest to a mistyped one (edit distance 1 or 2, best first, at most three).
std::vector<std::string_view> words_like(std::string_view mistyped);

}  // namespace duolog::crypto
