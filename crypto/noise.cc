// noise.cc: the handshake, token by token as Noise's specification spells XXpsk0.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"

#include "crypto/check.h"
#include "crypto/noise_primitives.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kProtocolName = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b";
constexpr std::size_t kPublicLength = 32;
constexpr std::size_t kSealedPublicLength = kPublicLength + kNoiseTagLength;
constexpr int kMessages = 3;
static_assert(kProtocolName.size() <= kNoiseHashLength);  // so it is padded with zeros, not hashed

using Keys = std::array<Wiped<kNoiseHashLength>, 2>;
ByteView cipher_key(const Wiped<kNoiseHashLength>& output) { return output.view().first(ChannelKey::kLength); }

}  // namespace

Bytes prologue(char purpose, Parts context) {
  Bytes bytes = lv({as_bytes("duolog1:noise"), as_bytes({&purpose, 1})});
  for (const ByteView part : context) append_lv(bytes, part);
  return bytes;
}

// `psk` = MixKeyAndHash: the first two outputs go to chaining key and hash, the third is the cipher's key.
PreparedPsk::PreparedPsk(ByteView prologue, const HandshakePsk& psk) {
  std::copy(kProtocolName.begin(), kProtocolName.end(), hash_.begin());
  std::array<Wiped<kNoiseHashLength>, 3> outputs;
  noise_hkdf(outputs, hash_, psk.view());
  noise_hash(hash_, {hash_, prologue});
  noise_hash(hash_, {hash_, outputs[1].view()});
  chaining_key_ = ChainingKey::from(outputs[0].view());
  key_ = ChannelKey::from(cipher_key(outputs[2]));
}

// A stranger's message 1 gets this far and no further: one HKDF and one tag, on the stack.
bool PreparedPsk::fits(ByteView message1) const {
  if (message1.size() != kFirstMessageLength) return false;
  const ByteView ephemeral = message1.first(kPublicLength);
  ByteArray<kNoiseHashLength> hash;
  noise_hash(hash, {hash_, ephemeral});
  Keys keys;
  noise_hkdf(keys, chaining_key_->view(), ephemeral);
  return noise_decrypt(cipher_key(keys[1]), 0, hash, message1.subspan(kPublicLength)).has_value();
}

Handshake::Handshake(const PreparedPsk& psk, const NoiseSecret& self, bool initiator)
    : initiator_(initiator),
      hash_(psk.hash_),
      chaining_key_(psk.chaining_key_->clone()),
      key_(psk.key_->clone()),
      self_(self.clone()),
      ephemeral_(NoiseSecret::random()) {}

Handshake Handshake::initiate(const PreparedPsk& psk, const NoiseSecret& self) { return {psk, self, true}; }

std::optional<Handshake> Handshake::answer(const PreparedPsk& psk, const NoiseSecret& self, ByteView message1) {
  if (!psk.fits(message1)) return std::nullopt;
  Handshake handshake(psk, self, false);
  if (!handshake.read(message1)) return std::nullopt;
  return handshake;
}

Bytes Handshake::write(ByteView payload) {
  check(!failed_ && is_my_turn(), "a handshake message is written out of turn");
  Bytes message;
  if (step_ < 2) {
    const NoisePublic ephemeral = noise_public(ephemeral_);
    append(message, ephemeral.bytes);
    mix_hash(ephemeral.bytes);
    mix_key(ephemeral.bytes);
  }
  // No secret meets a point of low order here: read() has refused one before this side's turn came.
  bool agreed = true;
  if (step_ == 1) agreed = mix_dh(ephemeral_, remote_ephemeral_);  // ee
  if (step_ > 0) append(message, encrypt_and_hash(noise_public(self_).bytes));
  if (step_ > 0) agreed = agreed && mix_dh(self_, remote_ephemeral_);  // es of the responder, se of the initiator
  check(agreed, "a point of low order was not refused when it was read");
  append(message, encrypt_and_hash(payload));
  check(message.size() <= kNoiseMessageLimit, "a handshake payload is too long");
  ++step_;
  return message;
}

std::optional<Bytes> Handshake::read(ByteView message) {
  if (failed_ || is_my_turn() || complete()) return std::nullopt;
  std::optional<Bytes> payload = read_tokens(message);
  if (payload) {
    ++step_;
  } else {
    failed_ = true;
  }
  return payload;
}

std::optional<Bytes> Handshake::read_tokens(ByteView message) {
  if (message.size() > kNoiseMessageLimit) return std::nullopt;
  if (step_ < 2 && !read_ephemeral(message)) return std::nullopt;
  if (step_ == 1 && !mix_dh(ephemeral_, remote_ephemeral_)) return std::nullopt;  // ee
  if (step_ > 0 && !read_static(message)) return std::nullopt;
  return decrypt_and_hash(message);
}

// `e`; in a psk handshake it is mixed into the key, too.
bool Handshake::read_ephemeral(ByteView& message) {
  if (message.size() < kPublicLength) return false;
  remote_ephemeral_ = *NoisePublic::from(message.first(kPublicLength));
  message = message.subspan(kPublicLength);
  mix_hash(remote_ephemeral_.bytes);
  mix_key(remote_ephemeral_.bytes);
  Wiped<32> unused;  // a point of low order is refused now, so that write() never meets one
  return dh(unused.bytes, ephemeral_.view(), remote_ephemeral_.bytes);
}

// `s`, then es for the initiator, se for the responder: my ephemeral with their static.
bool Handshake::read_static(ByteView& message) {
  if (message.size() < kSealedPublicLength) return false;
  const std::optional<Bytes> key = decrypt_and_hash(message.first(kSealedPublicLength));
  if (!key) return false;
  remote_static_ = *NoisePublic::from(*key);
  message = message.subspan(kSealedPublicLength);
  return mix_dh(ephemeral_, remote_static_);
}

bool Handshake::complete() const { return !failed_ && step_ == kMessages; }
bool Handshake::is_my_turn() const { return step_ < kMessages && (step_ % 2 == 0) == initiator_; }

ChannelKeys Handshake::split() {
  check(complete() && chaining_key_.view().size() == kNoiseHashLength, "a handshake is split too early or twice");
  Keys keys;
  const ChainingKey spent = std::move(chaining_key_);  // both are wiped at the end of this scope
  const ChannelKey last = std::move(key_);
  noise_hkdf(keys, spent.view(), {});
  const std::size_t mine = initiator_ ? 0 : 1;
  return {*ChannelKey::from(cipher_key(keys[mine])), *ChannelKey::from(cipher_key(keys[1 - mine]))};
}

void Handshake::mix_hash(ByteView data) { noise_hash(hash_, {hash_, data}); }

void Handshake::mix_key(ByteView input) {
  Keys keys;
  noise_hkdf(keys, chaining_key_.view(), input);
  chaining_key_ = *ChainingKey::from(keys[0].view());
  key_ = *ChannelKey::from(cipher_key(keys[1]));
  nonce_ = 0;
}

bool Handshake::mix_dh(const NoiseSecret& secret, const NoisePublic& public_key) {
  Wiped<32> shared;
  if (!dh(shared.bytes, secret.view(), public_key.bytes)) return false;
  mix_key(shared.view());
  return true;
}

Bytes Handshake::encrypt_and_hash(ByteView plaintext) {
  Bytes ciphertext = noise_encrypt(key_.view(), nonce_++, hash_, plaintext);
  mix_hash(ciphertext);
  return ciphertext;
}

std::optional<Bytes> Handshake::decrypt_and_hash(ByteView ciphertext) {
  std::optional<Bytes> plaintext = noise_decrypt(key_.view(), nonce_++, hash_, ciphertext);
  if (plaintext) mix_hash(ciphertext);
  return plaintext;
}

}  // namespace duolog::crypto
