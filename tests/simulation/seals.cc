// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/seals.h"

namespace duolog::simulation {
namespace {

Seals* watching = nullptr;

constexpr std::size_t kKey = 32;
constexpr std::size_t kLongNonce = 24;   // XChaCha20
constexpr std::size_t kShortNonce = 12;  // ChaCha20, of Noise

void note(char kind, const unsigned char* key, const unsigned char* nonce, std::size_t nonce_size) {
  if (watching == nullptr) return;
  std::string both(1, kind);
  both.append(key, key + kKey);
  both.append(nonce, nonce + nonce_size);
  watching->sealed(std::move(both));
}

}  // namespace

Seals::Seals() { watching = this; }
Seals::~Seals() { watching = nullptr; }

void Seals::sealed(std::string key_and_nonce) {
  if (!used_.insert(std::move(key_and_nonce)).second) ++repeated_;
}

}  // namespace duolog::simulation

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): the linker's
// names
extern "C" {

using Bytes = const unsigned char*;
using Size = unsigned long long;  // NOLINT(google-runtime-int): libsodium's

int __real_crypto_aead_xchacha20poly1305_ietf_encrypt(unsigned char* out, Size* out_size, Bytes text, Size size,
                                                      Bytes beside, Size beside_size, Bytes none, Bytes nonce,
                                                      Bytes key);
int __wrap_crypto_aead_xchacha20poly1305_ietf_encrypt(unsigned char* out, Size* out_size, Bytes text, Size size,
                                                      Bytes beside, Size beside_size, Bytes none, Bytes nonce,
                                                      Bytes key);
int __real_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char* out, Size* out_size, Bytes text, Size size,
                                                     Bytes beside, Size beside_size, Bytes none, Bytes nonce,
                                                     Bytes key);
int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char* out, Size* out_size, Bytes text, Size size,
                                                     Bytes beside, Size beside_size, Bytes none, Bytes nonce,
                                                     Bytes key);

int __wrap_crypto_aead_xchacha20poly1305_ietf_encrypt(unsigned char* out, Size* out_size, Bytes text, Size size,
                                                      Bytes beside, Size beside_size, Bytes none, Bytes nonce,
                                                      Bytes key) {
  duolog::simulation::note('x', key, nonce, duolog::simulation::kLongNonce);
  return __real_crypto_aead_xchacha20poly1305_ietf_encrypt(out, out_size, text, size, beside, beside_size, none, nonce,
                                                           key);
}

int __wrap_crypto_aead_chacha20poly1305_ietf_encrypt(unsigned char* out, Size* out_size, Bytes text, Size size,
                                                     Bytes beside, Size beside_size, Bytes none, Bytes nonce,
                                                     Bytes key) {
  duolog::simulation::note('c', key, nonce, duolog::simulation::kShortNonce);
  return __real_crypto_aead_chacha20poly1305_ietf_encrypt(out, out_size, text, size, beside, beside_size, none, nonce,
                                                          key);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
