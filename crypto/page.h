// page.h: one page of a file, sealed where it lies: no copy, no allocation.
//
// sealed page = ciphertext || tag (16) || nonce (24), as long as the page was: whoever lays out the page leaves the
// last kPageSealLength bytes free. XChaCha20-Poly1305 with a random nonce; the page's number is bound in.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/secret.h"

namespace duolog::crypto {

inline constexpr std::size_t kPageTagLength = 16;
inline constexpr std::size_t kPageNonceLength = 24;
inline constexpr std::size_t kPageSealLength = kPageTagLength + kPageNonceLength;

using PageKey = Secret<struct PageKeyTag>;  // of one file, from its birth to its end

// What stood in the last kPageSealLength bytes is overwritten. REQUIRES: page.size() > kPageSealLength.
void seal_page(std::span<std::uint8_t> page, const PageKey& key, std::uint32_t number);
// The last kPageSealLength bytes are zeros afterwards. False: not authentic; what `page` holds then is of no use.
bool open_page(std::span<std::uint8_t> page, const PageKey& key, std::uint32_t number);
// Of a sealed page. REQUIRES: page.size() > kPageSealLength.
ByteView page_nonce(ByteView page);

}  // namespace duolog::crypto
