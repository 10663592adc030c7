// damage.h: ways to spoil good bytes, each exactly once.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include "crypto/bytes.h"

namespace duolog::crypto::testing {

// Each byte changed in one bit, a different one from byte to byte. `refuses` gets the spoilt bytes.
template <class Refuses>
void expect_each_flip_refused(ByteView good, Refuses refuses) {
  ASSERT_FALSE(good.empty());
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = to_bytes(good);
    bad[i] = static_cast<std::uint8_t>(bad[i] ^ 1 << (i % 8));
    EXPECT_TRUE(refuses(bad)) << "accepted with byte " << i << " changed";
  }
}

template <class Refuses>
void expect_each_bit_flip_refused(ByteView good, Refuses refuses) {
  ASSERT_FALSE(good.empty());
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    Bytes bad = to_bytes(good);
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1 << (bit % 8));
    EXPECT_TRUE(refuses(bad)) << "accepted with bit " << bit << " changed";
  }
}

// Each shorter length, down to nothing.
template <class Refuses>
void expect_each_cut_refused(ByteView good, Refuses refuses) {
  ASSERT_FALSE(good.empty());
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_TRUE(refuses(to_bytes(good.first(length)))) << "accepted when cut to " << length << " bytes";
}

}  // namespace duolog::crypto::testing
