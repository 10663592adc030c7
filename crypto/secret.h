// secret.h: where key bytes live. Locked, guarded, wiped; one type per purpose.
//
// A Secret owns sodium_malloc memory: it never swaps, has guard pages around it and is zeroed when freed.
// It moves and does not copy (clone() says so out loud), has no operator<< and no hex, and compares in
// constant time. Wiped<N> is the short-lived sibling for intermediate values on the stack.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "crypto/bytes.h"
#include "crypto/check.h"

namespace duolog::crypto {

// sodium_init, once. Throws std::runtime_error when the random source cannot be had: nothing may start then.
void initialise();

// `length` bytes from libsodium's random source (which tests replace with a scripted one).
void fill_random(std::span<std::uint8_t> out);
Bytes random_bytes(std::size_t length);

// True when memory for secrets is really locked (RLIMIT_MEMLOCK may forbid it; doctor warns then).
bool secret_memory_is_locked();

// Zeroes memory in a way the compiler keeps.
void wipe(std::span<std::uint8_t> bytes);

bool equal_in_constant_time(ByteView a, ByteView b);  // false when the lengths differ

// The allocation behind every secret. Throws std::bad_alloc.
class SecretMemory {
 public:
  SecretMemory() = default;
  explicit SecretMemory(std::size_t length);  // zeroed
  SecretMemory(SecretMemory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), length_(std::exchange(other.length_, 0)) {}
  SecretMemory& operator=(SecretMemory&& other) noexcept;
  SecretMemory(const SecretMemory&) = delete;
  SecretMemory& operator=(const SecretMemory&) = delete;
  ~SecretMemory();

  [[nodiscard]] ByteView view() const { return {data_, length_}; }
  [[nodiscard]] std::span<std::uint8_t> writable() { return {data_, length_}; }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t length_ = 0;
};

// A key or seed of N bytes with one purpose.
template <class Tag, std::size_t N = 32>
class Secret {
 public:
  static constexpr std::size_t kLength = N;

  static Secret random() {
    Secret secret;
    fill_random(secret.memory_.writable());
    return secret;
  }
  // nullopt unless `bytes` has exactly N bytes. The caller still owns (and wipes) what it passed.
  static std::optional<Secret> from(ByteView bytes) {
    if (bytes.size() != N) return std::nullopt;
    Secret secret;
    std::copy(bytes.begin(), bytes.end(), secret.memory_.writable().begin());
    return secret;
  }
  // For functions that compute a key in place.
  template <class Fill>
  static Secret filled(Fill&& fill) {
    Secret secret;
    fill(secret.memory_.writable());
    return secret;
  }

  [[nodiscard]] Secret clone() const {
    check(view().size() == N, "a secret was cloned after it was moved away");
    return *from(view());
  }
  [[nodiscard]] ByteView view() const { return memory_.view(); }
  bool operator==(const Secret& other) const { return equal_in_constant_time(view(), other.view()); }

 private:
  Secret() : memory_(N) {}
  SecretMemory memory_;
};

// A secret whose length is known at run time only: a passphrase, the 24 words, a vault's payload.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(ByteView bytes);
  explicit SecretBytes(std::size_t length) : memory_(length) {}
  [[nodiscard]] ByteView view() const { return memory_.view(); }
  [[nodiscard]] std::string_view text() const { return as_text(memory_.view()); }
  [[nodiscard]] std::span<std::uint8_t> writable() { return memory_.writable(); }
  [[nodiscard]] bool empty() const { return memory_.view().empty(); }

 private:
  SecretMemory memory_;
};

// Stack memory for an intermediate value; zeroed on every way out of the scope.
template <std::size_t N>
struct Wiped {
  ByteArray<N> bytes{};
  Wiped() = default;
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(bytes); }
  [[nodiscard]] ByteView view() const { return bytes; }
};

using RootEntropy = Secret<struct RootEntropyTag>;      // what the 24 words encode
using RootPskMaster = Secret<struct RootPskMasterTag>;  // KDF(re,"root.psk"); stays when the entropy goes
using SlotPsk = Secret<struct SlotPskTag>;              // what a slot's key needs beside X25519
using DeviceSeed = Secret<struct DeviceSeedTag>;
using SignSecret = Secret<struct SignSecretTag, 64>;
using NoiseSecret = Secret<struct NoiseSecretTag>;
using WrapSecret = Secret<struct WrapSecretTag>;
using EpochSecret = Secret<struct EpochSecretTag>;
using RecordKey = Secret<struct RecordKeyTag>;  // one epoch, one device
using EpochMetaKey = Secret<struct EpochMetaKeyTag>;
using HandshakePsk = Secret<struct HandshakePskTag>;
using ChannelKey = Secret<struct ChannelKeyTag>;
using AnswerKey = Secret<struct AnswerKeyTag>;    // k of a sealed answer
using LinkSecret = Secret<struct LinkSecretTag>;  // S of a pairing link
using VaultKeyFile = Secret<struct VaultKeyFileTag>;
using QuestionSeed = Secret<struct QuestionSeedTag>;  // orders the deck of questions
using BlobKey = Secret<struct BlobKeyTag>;            // bk of an attachment
using ChunkKey = Secret<struct ChunkKeyTag>;          // KDF(bk,"blob.key"): seals its chunks
using LocalKey = Secret<struct LocalKeyTag>;          // seals what only this device reads again

}  // namespace duolog::crypto
