// channel.cc: messages cut into padded fragments, and put together again. Spec: proto/README.md section 3.6.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/check.h"
#include "crypto/noise.h"
#include "crypto/noise_primitives.h"

namespace duolog::crypto {
namespace {

constexpr std::uint8_t kMoreFollows = 0;  // DO NOT CHANGE
constexpr std::uint8_t kLast = 1;

// A session ends in good order at seven eighths: what is on its way then still fits.
constexpr std::uint64_t worn(std::uint64_t limit) { return limit / 8 * 7; }

struct WipedBytes {
  Bytes bytes;
  ~WipedBytes() { wipe(bytes); }
};

}  // namespace

Channel::Channel(ChannelKeys keys) : send_{std::move(keys.send)}, receive_{std::move(keys.receive)} {}

bool Channel::Direction::has_room_for(std::size_t length) const {
  return messages < kChannelMessageLimit && bytes + length <= kChannelByteLimit;
}

void Channel::Direction::count(std::size_t length) {
  ++messages;
  bytes += length;
}

bool Channel::seal(ByteView message, const std::function<void(ByteView)>& emit) {
  check(message.size() <= kMessageLimit, "a message is too long for the channel");
  bool last = false;
  while (!last) {
    const ByteView fragment = message.first(std::min(message.size(), kFragmentLimit));
    message = message.subspan(fragment.size());
    last = message.empty();
    if (!seal_fragment(fragment, last ? kLast : kMoreFollows, emit)) return false;
  }
  return true;
}

bool Channel::seal_fragment(ByteView fragment, std::uint8_t flag, const std::function<void(ByteView)>& emit) {
  if (broken_) return false;
  WipedBytes flagged{{flag}};
  append(flagged.bytes, fragment);
  const WipedBytes padded{pad(flagged.bytes, kTransportPadFloor)};
  if (!send_.has_room_for(padded.bytes.size() + kNoiseTagLength)) {
    break_off();
    return false;
  }
  const Bytes sealed = noise_encrypt(send_.key.view(), send_.messages, {}, padded.bytes);
  send_.count(sealed.size());
  emit(sealed);
  return true;
}

Channel::Opened Channel::open(ByteView transport_message, Bytes& message) {
  if (broken_) return Opened::kBroken;
  const Opened opened = open_fragment(transport_message);
  if (opened == Opened::kBroken) break_off();
  if (opened == Opened::kMessage) message = std::exchange(partial_, {});
  return opened;
}

Channel::Opened Channel::open_fragment(ByteView transport_message) {
  if (transport_message.size() > kTransportPlaintextLimit + kNoiseTagLength ||
      !receive_.has_room_for(transport_message.size()))
    return Opened::kBroken;
  std::optional<Bytes> padded = noise_decrypt(receive_.key.view(), receive_.messages, {}, transport_message);
  if (!padded) return Opened::kBroken;
  const WipedBytes plain{std::move(*padded)};
  receive_.count(transport_message.size());

  const std::optional<ByteView> flagged = unpadded(plain.bytes);
  if (!flagged || flagged->empty() || flagged->front() > kLast) return Opened::kBroken;
  const ByteView fragment = flagged->subspan(1);
  if (partial_.size() + fragment.size() > kMessageLimit) return Opened::kBroken;
  append(partial_, fragment);
  return flagged->front() == kLast ? Opened::kMessage : Opened::kMore;
}

bool Channel::worn_out() const {
  const auto is_worn = [](const Direction& way) {
    return way.messages >= worn(kChannelMessageLimit) || way.bytes >= worn(kChannelByteLimit);
  };
  return is_worn(send_) || is_worn(receive_);
}

void Channel::break_off() {
  broken_ = true;
  const ChannelKey sent_with = std::move(send_.key);  // both are wiped at the end of this scope
  const ChannelKey received_with = std::move(receive_.key);
  wipe(partial_);
  partial_ = {};
}

}  // namespace duolog::crypto
