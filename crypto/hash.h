// hash.h: the constructions everything else is spelled with: lv, H, KDF, SEAL, SIGN, pad.
// Spec: proto/README.md section 3.0. Every label is given without its "duolog1:" prefix; it is added here.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>

#include "crypto/bytes.h"
#include "crypto/secret.h"

namespace duolog::crypto {

using Parts = std::initializer_list<ByteView>;

// concat( LEB128(len) || x ) over all parts; CPace's lv_cat is the same function.
Bytes lv(Parts parts);
void append_lv(Bytes& out, ByteView part);

// BLAKE2b-256 over lv("duolog1:"||label, parts…).
ByteArray<32> hash_bytes(std::string_view label, Parts parts);
template <class Id = Hash>
Id hash(std::string_view label, Parts parts) {
  return Id{hash_bytes(label, parts)};
}
// The same over parts whose number is known at run time only.
ByteArray<32> hash_list(std::string_view label, std::span<const ByteView> parts);

// Keyed BLAKE2b-256 of the same. REQUIRES: key of 32 to 64 bytes.
void kdf_into(std::span<std::uint8_t> out32, ByteView key, std::string_view label, Parts parts);
template <class Out>
Out kdf(ByteView key, std::string_view label, Parts parts = {}) {
  return Out::filled([&](std::span<std::uint8_t> out) { kdf_into(out, key, label, parts); });
}

inline constexpr std::size_t kSealOverhead = 24 + 16;  // nonce + tag

// n || XChaCha20-Poly1305-IETF(key, n, plaintext, ad) with a random n. REQUIRES: key of 32 bytes.
Bytes seal(ByteView key, ByteView ad, ByteView plaintext);
// nullopt: too short or not authentic. A failed open says no, not why.
std::optional<Bytes> open(ByteView key, ByteView ad, ByteView box);
// The same into the caller's memory, for what is secret. False also when `out` is not box.size() - kSealOverhead long;
// what `out` holds then is of no use.
bool open_into(std::span<std::uint8_t> out, ByteView key, ByteView ad, ByteView box);

// Ed25519 over "duolog1:sig." || label || 0x00 || digest.
Signature sign(const SignSecret& secret, std::string_view label, ByteView digest32);
bool verify(const SignPublic& key, std::string_view label, ByteView digest32, ByteView signature);

// PADME: the least length that leaks O(log log n) bits of n. Integers only.
std::uint64_t padme(std::uint64_t length);
// u32 length || plaintext || zeros, max(floor, padme(4 + length)) bytes in all.
Bytes pad(ByteView plaintext, std::size_t floor);
// nullopt: the length does not fit or a pad byte is not zero.
std::optional<Bytes> unpad(ByteView padded);
std::optional<ByteView> unpadded(ByteView padded);  // the same without a copy: a view into `padded`

}  // namespace duolog::crypto
