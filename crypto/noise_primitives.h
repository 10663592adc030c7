// noise_primitives.h: HMAC, HKDF and the cipher as Noise spells them. Inside this room and its tests only.
// HMAC is RFC 2104 over unkeyed BLAKE2b-512, not BLAKE2b's own keyed mode. Spec: proto/README.md section 3.0.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/hash.h"

namespace duolog::crypto {

inline constexpr std::size_t kNoiseHashLength = 64;
inline constexpr std::size_t kNoiseTagLength = 16;

void noise_hash(std::span<std::uint8_t> out64, Parts parts);
void hmac_blake2b(std::span<std::uint8_t> out64, ByteView key, Parts parts);
// HKDF(chaining_key, input, n) with n = outputs.size(), 2 or 3.
void noise_hkdf(std::span<Wiped<kNoiseHashLength>> outputs, ByteView chaining_key, ByteView input);

// ChaCha20-Poly1305-IETF under nonce 0^4 || LE64(counter). REQUIRES: key of 32 bytes.
Bytes noise_encrypt(ByteView key, std::uint64_t counter, ByteView ad, ByteView plaintext);
std::optional<Bytes> noise_decrypt(ByteView key, std::uint64_t counter, ByteView ad, ByteView ciphertext);

}  // namespace duolog::crypto
