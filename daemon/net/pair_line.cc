// pair_line.cc: the part of a pairing that does not depend on who invited whom.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/pair_line.h"

namespace duolog::net {

PairLine::PairLine(SteadyTime deadline) : deadline_(deadline), reader_(proto::Framing::kPeer, 0) {}

void PairLine::expect(std::size_t frame_limit, SteadyTime by) {
  reader_.set_limit(frame_limit);
  deadline_ = by;
}

void PairLine::say(ByteView frame) { proto::append_frame(output_, proto::Framing::kPeer, frame); }

void PairLine::talk(crypto::ChannelKeys keys, Conversation conversation, SteadyTime by) {
  channel_.emplace(std::move(keys));
  conversation_ = std::move(conversation);
  talks_until_ = by;
  expect(proto::kPeerFrameLimit, by);
  hear();  // the other side may have begun already
}

void PairLine::feed(ByteView bytes) {
  if (over_) return;
  reader_.feed(bytes);
  if (talking()) hear();
}

bool PairLine::a_person_decides() const { return !conversation_.a_person_decides || conversation_.a_person_decides(); }

void PairLine::moved(SteadyTime now) {
  if (talking() && !over_) deadline_ = a_person_decides() ? talks_until_ : std::min(talks_until_, now + kTalkTime);
}

std::optional<Bytes> PairLine::next_frame() {
  if (over_ || talking()) return std::nullopt;
  Bytes frame;
  switch (reader_.next(frame)) {
    case proto::FrameReader::Next::kMessage:
      return frame;
    case proto::FrameReader::Next::kTooLong:
      drop();
      return std::nullopt;
    case proto::FrameReader::Next::kNeedMore:
      return std::nullopt;
  }
  return std::nullopt;
}

void PairLine::hear() {
  Bytes frame;
  while (!over_) {
    const auto next = reader_.next(frame);
    if (next == proto::FrameReader::Next::kNeedMore) return;
    Bytes message;
    const auto opened =
        next == proto::FrameReader::Next::kTooLong ? crypto::Channel::Opened::kBroken : channel_->open(frame, message);
    if (opened == crypto::Channel::Opened::kBroken) return lose();
    if (opened == crypto::Channel::Opened::kMessage && state() == Conversation::State::kGoing)
      conversation_.receive(message);
    crypto::wipe(message);  // what makes a device its person's may be in it
  }
}

Bytes PairLine::take_output() {
  const auto emit = [this](ByteView frame) { say(frame); };
  while (talking() && !over_ && output_.size() < kOutputRoom) {
    auto message = conversation_.next();
    if (!message) {
      over_ = state() != Conversation::State::kGoing;
      break;
    }
    if (!channel_->seal(*message, emit)) lose();
    crypto::wipe(*message);
  }
  return std::exchange(output_, {});
}

void PairLine::drop() {
  over_ = true;
  output_.clear();
}

void PairLine::lose() {
  if (over_) return;
  drop();
  if (talking() && state() == Conversation::State::kGoing && conversation_.lost) conversation_.lost();
}

std::optional<Introduced> introduced_by(ByteView payload, const crypto::Handshake& handshake, const Self& self) {
  auto introduction = decode_introduction(payload);
  if (!introduction) return std::nullopt;
  const auto device = introduced_device(introduction->chain, handshake.remote());
  if (!device || device->id() == self.keys.id()) return std::nullopt;
  Introduced introduced;
  introduced.introduction = std::move(*introduction);
  introduced.device = device->id();
  return introduced;
}

}  // namespace duolog::net
