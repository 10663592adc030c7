// hash.cc: lv, H, KDF, SEAL, SIGN and pad over libsodium's primitives.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/hash.h"

#include <sodium.h>

#include <bit>
#include <limits>

#include "crypto/blake2b.h"
#include "crypto/check.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kNamespace = "duolog1:";
constexpr std::string_view kSignaturePrefix = "duolog1:sig.";
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kLengthPrefix = 4;
static_assert(kNonce + kTag == kSealOverhead);
static_assert(sizeof(crypto_generichash_state) == 384 && alignof(crypto_generichash_state) <= 64);

// LEB128 of any length fits 10 bytes.
struct Leb128 {
  ByteArray<10> bytes{};
  std::size_t used = 0;

  explicit Leb128(std::uint64_t value) {
    do {
      const bool more = value >= 0x80;
      bytes[used++] = static_cast<std::uint8_t>((value & 0x7f) | (more ? 0x80 : 0));
      value >>= 7;
    } while (value != 0);
  }
  [[nodiscard]] ByteView view() const { return ByteView(bytes).first(used); }
};

// lv("duolog1:" || label, parts…), fed to the hash piece by piece.
template <class Range>
void absorb(Blake2b& hash, std::string_view label, const Range& parts) {
  hash.update(Leb128(kNamespace.size() + label.size()).view());
  hash.update(as_bytes(kNamespace));
  hash.update(as_bytes(label));
  for (const ByteView part : parts) {
    hash.update(Leb128(part.size()).view());
    hash.update(part);
  }
}

template <class Range>
ByteArray<32> hash_range(std::string_view label, const Range& parts) {
  ByteArray<32> out;
  Blake2b hash(out.size());
  absorb(hash, label, parts);
  hash.finish(out);
  return out;
}

Bytes signed_bytes(std::string_view label, ByteView digest32) {
  check(digest32.size() == 32, "what is signed is not a digest");
  Bytes message = to_bytes(as_bytes(kSignaturePrefix));
  append(message, as_bytes(label));
  message.push_back(0);
  append(message, digest32);
  return message;
}

}  // namespace

Blake2b::Blake2b(std::size_t out_length, ByteView key) {
  check(crypto_generichash_init(reinterpret_cast<crypto_generichash_state*>(state_.data()), key.data(), key.size(),
                                out_length) == 0,
        "BLAKE2b refused its lengths");
}

void Blake2b::update(ByteView bytes) {
  check(crypto_generichash_update(reinterpret_cast<crypto_generichash_state*>(state_.data()), bytes.data(),
                                  bytes.size()) == 0,
        "BLAKE2b refused its input");
}

void Blake2b::finish(std::span<std::uint8_t> out) {
  check(
      crypto_generichash_final(reinterpret_cast<crypto_generichash_state*>(state_.data()), out.data(), out.size()) == 0,
      "BLAKE2b was finished twice");
}

void append_lv(Bytes& out, ByteView part) {
  append(out, Leb128(part.size()).view());
  append(out, part);
}

Bytes lv(Parts parts) {
  Bytes out;
  for (const ByteView part : parts) append_lv(out, part);
  return out;
}

ByteArray<32> hash_bytes(std::string_view label, Parts parts) { return hash_range(label, parts); }
ByteArray<32> hash_list(std::string_view label, std::span<const ByteView> parts) { return hash_range(label, parts); }

void kdf_into(std::span<std::uint8_t> out32, ByteView key, std::string_view label, Parts parts) {
  check(out32.size() == 32 && key.size() >= 32 && key.size() <= 64, "a key is derived from or into a wrong length");
  Blake2b hash(out32.size(), key);
  absorb(hash, label, parts);
  hash.finish(out32);
}

Bytes seal(ByteView key, ByteView ad, ByteView plaintext) {
  check(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a box is sealed with a key of a wrong length");
  Bytes box(plaintext.size() + kSealOverhead);
  fill_random(std::span(box).first(kNonce));
  check(crypto_aead_xchacha20poly1305_ietf_encrypt(box.data() + kNonce, nullptr, plaintext.data(), plaintext.size(),
                                                   ad.data(), ad.size(), nullptr, box.data(), key.data()) == 0,
        "a box could not be sealed");
  return box;
}

bool open_into(std::span<std::uint8_t> out, ByteView key, ByteView ad, ByteView box) {
  check(key.size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a box is opened with a key of a wrong length");
  if (box.size() < kSealOverhead || box.size() - kSealOverhead != out.size()) return false;
  const ByteView sealed = box.subspan(kNonce);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                    ad.data(), ad.size(), box.data(), key.data()) == 0;
}

std::optional<Bytes> open(ByteView key, ByteView ad, ByteView box) {
  if (box.size() < kSealOverhead) return std::nullopt;
  Bytes plaintext(box.size() - kSealOverhead);
  if (!open_into(plaintext, key, ad, box)) return std::nullopt;
  return plaintext;
}

Signature sign(const SignSecret& secret, std::string_view label, ByteView digest32) {
  const Bytes message = signed_bytes(label, digest32);
  Signature signature{};
  check(crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(), secret.view().data()) ==
            0,
        "Ed25519 could not sign");
  return signature;
}

bool verify(const SignPublic& key, std::string_view label, ByteView digest32, ByteView signature) {
  if (signature.size() != crypto_sign_ed25519_BYTES) return false;
  const Bytes message = signed_bytes(label, digest32);
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), key.bytes.data()) == 0;
}

std::uint64_t padme(std::uint64_t length) {
  if (length < 2) return length;
  const std::uint64_t exponent = std::bit_width(length) - 1;
  const std::uint64_t kept = std::bit_width(exponent);  // bits of the length that stay visible
  if (exponent <= kept) return length;
  const std::uint64_t mask = (std::uint64_t{1} << (exponent - kept)) - 1;
  return (length + mask) & ~mask;
}

Bytes pad(ByteView plaintext, std::size_t floor) {
  check(plaintext.size() <= std::numeric_limits<std::uint32_t>::max(), "too much to pad");
  const std::size_t total = std::max<std::size_t>(floor, padme(kLengthPrefix + plaintext.size()));
  Bytes padded;
  padded.reserve(total);
  append_u32(padded, static_cast<std::uint32_t>(plaintext.size()));
  append(padded, plaintext);
  padded.resize(total);
  return padded;
}

std::optional<ByteView> unpadded(ByteView padded) {
  if (padded.size() < kLengthPrefix) return std::nullopt;
  const std::size_t length = read_u32(padded);
  if (length > padded.size() - kLengthPrefix) return std::nullopt;
  const ByteView zeros = padded.subspan(kLengthPrefix + length);
  if (std::any_of(zeros.begin(), zeros.end(), [](std::uint8_t byte) { return byte != 0; })) return std::nullopt;
  return padded.subspan(kLengthPrefix, length);
}

std::optional<Bytes> unpad(ByteView padded) {
  const std::optional<ByteView> inside = unpadded(padded);
  if (!inside) return std::nullopt;
  return to_bytes(*inside);
}

}  // namespace duolog::crypto
