// pair_frames.h: what is said in a pairing's conversation, to be looked at and changed on its way.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include "crypto/bytes.h"
#include "proto/wire.pb.h"

namespace duolog::journal {

inline wire::PairFrame read(const Bytes& bytes) {
  wire::PairFrame frame;
  EXPECT_TRUE(frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return frame;
}

inline Bytes bytes_of(const wire::PairFrame& frame) {
  const std::string text = frame.SerializeAsString();
  return {text.begin(), text.end()};
}

}  // namespace duolog::journal
