// The frame codec fed in pieces: whatever arrives, messages come out whole and within the limit, or nothing more does.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/frame_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace duolog::proto;
  if (size < 2) return 0;
  const Framing framing = data[0] % 2 == 0 ? Framing::kPeer : Framing::kControl;
  const std::size_t limit = framing == Framing::kPeer ? 82 : 4096;
  const std::size_t piece = 1 + data[1];
  FrameReader reader(framing, limit);
  std::vector<std::uint8_t> message;
  for (std::size_t at = 2; at < size; at += piece) {
    reader.feed({data + at, std::min(piece, size - at)});
    while (reader.next(message) == FrameReader::Next::kMessage) {
      if (message.size() > limit) __builtin_trap();
    }
  }
  return 0;
}
