// talk_line.cc: the part of a talk that does not depend on who called whom.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/talk_line.h"

namespace duolog::net {

TalkLine::TalkLine(SteadyTime deadline) : deadline_(deadline), reader_(proto::Framing::kPeer, 0) {}

void TalkLine::expect(std::size_t frame_limit, SteadyTime by) {
  reader_.set_limit(frame_limit);
  deadline_ = by;
}

void TalkLine::say(ByteView frame) { proto::append_frame(output_, proto::Framing::kPeer, frame); }

void TalkLine::talk(crypto::ChannelKeys keys, Conversation conversation, SteadyTime by) {
  channel_.emplace(std::move(keys));
  conversation_ = std::move(conversation);
  talks_until_ = by;
  expect(proto::kPeerFrameLimit, by);
  hear();  // the other side may have begun already
}

void TalkLine::feed(ByteView bytes) {
  if (over_) return;
  reader_.feed(bytes);
  if (talking()) hear();
}

bool TalkLine::a_person_decides() const { return !conversation_.a_person_decides || conversation_.a_person_decides(); }

void TalkLine::moved(SteadyTime now) {
  if (talking() && !over_) deadline_ = a_person_decides() ? talks_until_ : std::min(talks_until_, now + kTalkTime);
}

std::optional<Bytes> TalkLine::next_frame() {
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

void TalkLine::hear() {
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

Bytes TalkLine::take_output() {
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

void TalkLine::drop() {
  over_ = true;
  output_.clear();
}

void TalkLine::lose() {
  if (over_) return;
  drop();
  if (talking() && state() == Conversation::State::kGoing && conversation_.lost) conversation_.lost();
}

}  // namespace duolog::net
