// page_test.cc: a page sealed in place opens with its key and its number, and with nothing else.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/page.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "tests/unit/crypto/scripted_random.h"
#include "tests/unit/crypto/vectors.h"

namespace duolog::crypto {
namespace {

constexpr std::size_t kLength = 300;
constexpr std::size_t kInside = kLength - kPageSealLength;

class APage : public ::testing::Test {
 protected:
  APage() {
    for (std::size_t i = 0; i < kInside; ++i) plain_[i] = static_cast<std::uint8_t>(i * 3);
    sealed_ = plain_;
    seal_page(sealed_, key_, 17);
  }
  static bool opens(Bytes page, const PageKey& key, std::uint32_t number) { return open_page(page, key, number); }

  PageKey key_ = *PageKey::from(Bytes(32, 4));
  Bytes plain_ = Bytes(kLength, 0);
  Bytes sealed_;
};

TEST_F(APage, OpensAsItWas) {
  EXPECT_NE(sealed_, plain_);
  ASSERT_TRUE(open_page(sealed_, key_, 17));
  EXPECT_EQ(sealed_, plain_) << "and the room of the seal is zeros";
}

TEST_F(APage, EveryByteFlippedIsRefused) {
  for (std::size_t at = 0; at < kLength; ++at) {
    Bytes changed = sealed_;
    changed[at] ^= 1;
    EXPECT_FALSE(opens(changed, key_, 17)) << at;
  }
}

TEST_F(APage, OfAnotherNumberOrKeyIsRefused) {
  EXPECT_TRUE(opens(sealed_, key_, 17));
  for (const std::uint32_t number : {0U, 16U, 18U, 17U << 8, 17U + (1U << 24), 0xffffffffU})
    EXPECT_FALSE(opens(sealed_, key_, number)) << number;
  EXPECT_FALSE(opens(sealed_, *PageKey::from(Bytes(32, 5)), 17));
}

TEST_F(APage, IsSealedUnderAnotherNonceEachTime) {
  Bytes again = plain_;
  seal_page(again, key_, 17);
  EXPECT_NE(to_bytes(page_nonce(again)), to_bytes(page_nonce(sealed_)));
  EXPECT_NE(again, sealed_);
}

// Made by another program: hashlib's BLAKE2b, HChaCha20 written down from its draft, ChaCha20-Poly1305 of OpenSSL.
TEST(APageOfTheView, IsSealedByteForByteAsItIsSpecified) {
  using testing::kat;
  const Bytes salt = kat("/view/salt");
  const auto key = kdf<PageKey>(kat("/derived/local_view_a1"), "view.page", {salt});
  EXPECT_EQ(to_bytes(key.view()), kat("/view/page_key"));
  EXPECT_EQ(to_bytes(kdf<LocalKey>(kat("/derived/local_view_a1"), "view.clean").view()), kat("/view/mark_key"));
  Bytes page = kat("/view/plain");
  page.resize(page.size() + kPageSealLength);
  const auto random = testing::ScriptedRandom::giving({kat("/view/nonce")});
  seal_page(page, key, 0x01020304);
  EXPECT_EQ(page, kat("/view/sealed"));
}

}  // namespace
}  // namespace duolog::crypto
