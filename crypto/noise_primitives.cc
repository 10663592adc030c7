// noise_primitives.cc: see the header.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise_primitives.h"

#include <sodium.h>

#include "crypto/blake2b.h"
#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::size_t kBlockLength = 128;  // of BLAKE2b
constexpr std::size_t kNonceLength = crypto_aead_chacha20poly1305_ietf_NPUBBYTES;
static_assert(kNoiseTagLength == crypto_aead_chacha20poly1305_ietf_ABYTES);

ByteArray<kNonceLength> nonce_of(std::uint64_t counter) {
  ByteArray<kNonceLength> nonce{};
  for (std::size_t i = 0; i < 8; ++i) nonce[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
  return nonce;
}

Wiped<kBlockLength>& xor_all(Wiped<kBlockLength>& block, std::uint8_t with) {
  for (std::uint8_t& byte : block.bytes) byte ^= with;
  return block;
}

}  // namespace

void noise_hash(std::span<std::uint8_t> out64, Parts parts) {
  Blake2b hash(kNoiseHashLength);
  for (const ByteView part : parts) hash.update(part);
  hash.finish(out64);
}

void hmac_blake2b(std::span<std::uint8_t> out64, ByteView key, Parts parts) {
  constexpr std::uint8_t kInnerPad = 0x36;
  constexpr std::uint8_t kOuterPad = 0x5c;
  Wiped<kBlockLength> block;
  if (key.size() > kBlockLength) {
    noise_hash(std::span(block.bytes).first(kNoiseHashLength), {key});
  } else {
    std::copy(key.begin(), key.end(), block.bytes.begin());
  }
  Blake2b inner(kNoiseHashLength);
  inner.update(xor_all(block, kInnerPad).view());
  for (const ByteView part : parts) inner.update(part);
  Wiped<kNoiseHashLength> digest;
  inner.finish(digest.bytes);
  noise_hash(out64, {xor_all(block, kInnerPad ^ kOuterPad).view(), digest.view()});
}

void noise_hkdf(std::span<Wiped<kNoiseHashLength>> outputs, ByteView chaining_key, ByteView input) {
  check(outputs.size() == 2 || outputs.size() == 3, "Noise's HKDF makes two or three keys");
  Wiped<kNoiseHashLength> extracted;
  hmac_blake2b(extracted.bytes, chaining_key, {input});
  ByteView previous;
  std::uint8_t counter = 0;
  for (auto& output : outputs) {
    ++counter;
    hmac_blake2b(output.bytes, extracted.view(), {previous, ByteView(&counter, 1)});
    previous = output.view();
  }
}

Bytes noise_encrypt(ByteView key, std::uint64_t counter, ByteView ad, ByteView plaintext) {
  check(key.size() == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "Noise encrypts with a key of a wrong length");
  Bytes ciphertext(plaintext.size() + kNoiseTagLength);
  check(crypto_aead_chacha20poly1305_ietf_encrypt(ciphertext.data(), nullptr, plaintext.data(), plaintext.size(),
                                                  ad.data(), ad.size(), nullptr, nonce_of(counter).data(),
                                                  key.data()) == 0,
        "Noise could not encrypt");
  return ciphertext;
}

std::optional<Bytes> noise_decrypt(ByteView key, std::uint64_t counter, ByteView ad, ByteView ciphertext) {
  check(key.size() == crypto_aead_chacha20poly1305_ietf_KEYBYTES, "Noise decrypts with a key of a wrong length");
  if (ciphertext.size() < kNoiseTagLength) return std::nullopt;
  Bytes plaintext(ciphertext.size() - kNoiseTagLength);
  if (crypto_aead_chacha20poly1305_ietf_decrypt(plaintext.data(), nullptr, nullptr, ciphertext.data(),
                                                ciphertext.size(), ad.data(), ad.size(), nonce_of(counter).data(),
                                                key.data()) != 0)
    return std::nullopt;
  return plaintext;
}

}  // namespace duolog::crypto
