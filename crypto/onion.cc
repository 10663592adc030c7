// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/onion.h"

#include <sodium.h>

#include "crypto/check.h"

namespace duolog::crypto {

OnionSecret onion_secret(const LocalKey& seed) {
  return OnionSecret::filled([&](std::span<std::uint8_t> out) {
    check(crypto_hash_sha512(out.data(), seed.view().data(), seed.view().size()) == 0, "SHA-512 made no digest");
    out[0] &= 248;
    out[31] &= 63;
    out[31] |= 64;
  });
}

OnionClientSecret onion_client(const EpochSecret& epoch) { return kdf<OnionClientSecret>(epoch.view(), "net.onion"); }

OnionClientPublic onion_client_public(const OnionClientSecret& secret) {
  OnionClientPublic key;
  check(crypto_scalarmult_curve25519_base(key.bytes.data(), secret.view().data()) == 0, "X25519 made no public key");
  return key;
}

SecretBytes in_base64(ByteView secret) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  const std::size_t room = sodium_base64_ENCODED_LEN(secret.size(), kVariant);  // with a zero behind it
  SecretBytes with_zero(room);
  auto out = with_zero.writable();
  check(sodium_bin2base64(reinterpret_cast<char*>(out.data()), room, secret.data(), secret.size(), kVariant) != nullptr,
        "base64 made no text");
  return SecretBytes(with_zero.view().first(room - 1));
}

}  // namespace duolog::crypto
