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

// Throws std::length_error when `message` is longer than the framing can say: that is this program's fault.
void append_frame(std::vector<std::uint8_t>& out, Framing framing, std::span<const std::uint8_t> message);

class FrameReader {
 public:
  // `limit` may be lower than the framing allows (before the first tag is checked, a few bytes are enough); a higher
  // one counts as the framing's own.
  explicit FrameReader(Framing framing, std::size_t limit);
  void set_limit(std::size_t limit);

  // REQUIRES: what can be had by next() was taken before more is fed; then never more than one message and one feed are
  // held. After kTooLong nothing is kept.
  void feed(std::span<const std::uint8_t> bytes);
  enum class Next { kMessage, kNeedMore, kTooLong };
  // kTooLong is for ever: the stream cannot be trusted to have a next message.
  Next next(std::vector<std::uint8_t>& message);
  [[nodiscard]] std::size_t buffered() const { return buffer_.size() - consumed_; }

 private:
  Framing framing_;
  std::size_t limit_;
  std::vector<std::uint8_t> buffer_;
  std::size_t consumed_ = 0;  // of buffer_, already given out
  bool broken_ = false;       // a length was over the limit
};

}  // namespace duolog::proto
