// frame_codec.h: where one message ends and the next begins, on both kinds of stream.
//
//   between daemons   u16 big-endian length || Noise message (at most 65535)
//   local socket      u32 little-endian length || protobuf (at most kControlLimit)
//
// A reader is fed whatever arrived and gives back whole messages; a length over the limit is refused the moment it
// is known, before anything is allocated. The same code runs in the fuzzer.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace duolog::proto {

enum class Framing { kPeer, kControl };
inline constexpr std::size_t kPeerFrameLimit = 65535;
inline constexpr std::size_t kControlLimit = 4 << 20;

void append_frame(std::vector<std::uint8_t>& out, Framing framing, std::span<const std::uint8_t> message);

class FrameReader {
 public:
  // `limit` may be lower than the framing allows (before the first tag is checked, a few bytes are enough).
  explicit FrameReader(Framing framing, std::size_t limit);
  void set_limit(std::size_t limit) { limit_ = limit; }

  void feed(std::span<const std::uint8_t> bytes);
  enum class Next { kMessage, kNeedMore, kTooLong };
  // kTooLong is for ever: the stream cannot be trusted to have a next message.
  Next next(std::vector<std::uint8_t>& message);
  [[nodiscard]] std::size_t buffered() const { return buffer_.size() - consumed_; }

 private:
  Framing framing_;
  std::size_t limit_;
  std::vector<std::uint8_t> buffer_;
  std::size_t consumed_ = 0;
};

}  // namespace duolog::proto
