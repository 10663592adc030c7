// frame_codec.cc: lengths before messages, written and read.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "proto/frame_codec.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace duolog::proto {
namespace {

constexpr std::size_t kPeerPrefix = 2;
constexpr std::size_t kControlPrefix = 4;

std::size_t prefix_length(Framing framing) { return framing == Framing::kPeer ? kPeerPrefix : kControlPrefix; }
std::size_t longest(Framing framing) { return framing == Framing::kPeer ? kPeerFrameLimit : kControlLimit; }

// Big-endian between daemons, as Noise recommends; little-endian, as everything else, on the local socket.
std::size_t read_length(Framing framing, std::span<const std::uint8_t> prefix) {
  if (framing == Framing::kPeer) return std::size_t{prefix[0]} << 8 | prefix[1];
  return std::size_t{prefix[0]} | std::size_t{prefix[1]} << 8 | std::size_t{prefix[2]} << 16 |
         std::size_t{prefix[3]} << 24;
}

}  // namespace

void append_frame(std::vector<std::uint8_t>& out, Framing framing, std::span<const std::uint8_t> message) {
  if (message.size() > longest(framing)) throw std::length_error("a message is longer than a frame can hold");
  const auto byte_at = [&](unsigned shift) { return static_cast<std::uint8_t>(message.size() >> shift); };
  if (framing == Framing::kPeer) {
    out.insert(out.end(), {byte_at(8), byte_at(0)});
  } else {
    out.insert(out.end(), {byte_at(0), byte_at(8), byte_at(16), byte_at(24)});
  }
  out.insert(out.end(), message.begin(), message.end());
}

FrameReader::FrameReader(Framing framing, std::size_t limit)
    : framing_(framing), limit_(std::min(limit, longest(framing))) {}

void FrameReader::set_limit(std::size_t limit) { limit_ = std::min(limit, longest(framing_)); }

void FrameReader::feed(std::span<const std::uint8_t> bytes) {
  if (broken_) return;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
  consumed_ = 0;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

FrameReader::Next FrameReader::next(std::vector<std::uint8_t>& message) {
  if (broken_) return Next::kTooLong;
  const std::size_t prefix = prefix_length(framing_);
  const auto waiting = std::span<const std::uint8_t>(buffer_).subspan(consumed_);
  if (waiting.size() < prefix) return Next::kNeedMore;
  const std::size_t length = read_length(framing_, waiting);
  if (length > limit_) {
    broken_ = true;
    buffer_ = {};
    consumed_ = 0;
    return Next::kTooLong;
  }
  if (waiting.size() - prefix < length) return Next::kNeedMore;
  const auto body = waiting.subspan(prefix, length);
  message.assign(body.begin(), body.end());
  ::explicit_bzero(buffer_.data() + consumed_, prefix + length);  // a passphrase may have been in it
  consumed_ += prefix + length;
  return Next::kMessage;
}

}  // namespace duolog::proto
