// blake2b.h: BLAKE2b in pieces, so that what is hashed is never copied together. Inside this room only.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/secret.h"

namespace duolog::crypto {

class Blake2b {
 public:
  // REQUIRES: out_length of 16 to 64, a key of at most 64 bytes (none: unkeyed).
  explicit Blake2b(std::size_t out_length, ByteView key = {});
  ~Blake2b() { wipe(state_); }
  Blake2b(const Blake2b&) = delete;
  Blake2b& operator=(const Blake2b&) = delete;

  void update(ByteView bytes);
  void finish(std::span<std::uint8_t> out);  // REQUIRES: `out` of the length given at construction

 private:
  alignas(64) ByteArray<384> state_{};  // libsodium's opaque state; its size is asserted in hash.cc
};

}  // namespace duolog::crypto
