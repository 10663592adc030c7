// hand_driven.h: a Noise partner driven token by token, so that it can lie where a Handshake cannot.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/noise.h"
#include "crypto/noise_primitives.h"

namespace duolog::crypto::testing {

class HandDriven {
 public:
  HandDriven(ByteView prologue, ByteView psk) {
    const std::string_view name = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b";
    std::copy(name.begin(), name.end(), hash_.begin());
    std::array<Wiped<64>, 3> outputs;
    noise_hkdf(outputs, hash_, psk);
    mix_hash(prologue);
    mix_hash(outputs[1].view());
    chaining_key_ = to_bytes(outputs[0].view());
    key_ = to_bytes(outputs[2].view().first(32));
  }

  // Mixes a public key sent or received in the clear; as a message it stands for itself.
  Bytes ephemeral(ByteView public_key) {
    mix_hash(public_key);
    mix_key(public_key);
    return to_bytes(public_key);
  }
  void agree(ByteView secret, ByteView public_key) {
    ByteArray<32> shared{};
    (void)dh(shared, secret, public_key);  // zeros for a point of low order: that is what the liar wants
    agreed(shared);
  }
  void agreed(ByteView shared) { mix_key(shared); }
  Bytes sealed(ByteView plaintext) {
    Bytes ciphertext = noise_encrypt(key_, counter_++, hash_, plaintext);
    mix_hash(ciphertext);
    return ciphertext;
  }
  void received(ByteView ciphertext) {
    ++counter_;
    mix_hash(ciphertext);
  }
  // It goes on either way.
  bool opens(ByteView ciphertext) {
    const bool is_open = noise_decrypt(key_, counter_, hash_, ciphertext).has_value();
    received(ciphertext);
    return is_open;
  }
  // The channel's keys, the initiator's first.
  [[nodiscard]] std::array<Bytes, 2> split() const {
    std::array<Wiped<64>, 2> outputs;
    noise_hkdf(outputs, chaining_key_, {});
    return {to_bytes(outputs[0].view().first(32)), to_bytes(outputs[1].view().first(32))};
  }

 private:
  void mix_hash(ByteView data) { noise_hash(hash_, {hash_, data}); }
  void mix_key(ByteView input) {
    std::array<Wiped<64>, 2> outputs;
    noise_hkdf(outputs, chaining_key_, input);
    chaining_key_ = to_bytes(outputs[0].view());
    key_ = to_bytes(outputs[1].view().first(32));
    counter_ = 0;
  }

  ByteArray<64> hash_{};
  Bytes chaining_key_;
  Bytes key_;
  std::uint64_t counter_ = 0;
};

}  // namespace duolog::crypto::testing
