// page.cc: XChaCha20-Poly1305 over a page, in place.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/page.h"

#include <sodium.h>

namespace duolog::crypto {
namespace {

static_assert(kPageTagLength == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(kPageNonceLength == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(PageKey::kLength == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

ByteArray<4> bound_to(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8),
          static_cast<std::uint8_t>(number >> 16), static_cast<std::uint8_t>(number >> 24)};
}

}  // namespace

ByteView page_nonce(ByteView page) { return page.last(kPageNonceLength); }

void seal_page(std::span<std::uint8_t> page, const PageKey& key, std::uint32_t number) {
  check(page.size() > kPageSealLength, "a page has no room for its seal");
  const std::span<std::uint8_t> nonce = page.last(kPageNonceLength);
  fill_random(nonce);
  const auto ad = bound_to(number);
  check(crypto_aead_xchacha20poly1305_ietf_encrypt(page.data(), nullptr, page.data(), page.size() - kPageSealLength,
                                                   ad.data(), ad.size(), nullptr, nonce.data(), key.view().data()) == 0,
        "a page could not be sealed");
}

bool open_page(std::span<std::uint8_t> page, const PageKey& key, std::uint32_t number) {
  check(page.size() > kPageSealLength, "a page has no room for its seal");
  const auto ad = bound_to(number);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(page.data(), nullptr, nullptr, page.data(),
                                                 page.size() - kPageNonceLength, ad.data(), ad.size(),
                                                 page_nonce(page).data(), key.view().data()) != 0)
    return false;
  std::ranges::fill(page.last(kPageSealLength), std::uint8_t{0});
  return true;
}

}  // namespace duolog::crypto
