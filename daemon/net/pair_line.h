// pair_line.h: one connection of a pairing, as host and joiner share it: frames of a handshake, and after it a
// Conversation through the channel. Knows neither codes nor links.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/net/pairing.h"

namespace duolog::net {

class PairLine {
 public:
  // A handshake message awaited on this line must be there by `deadline`.
  explicit PairLine(SteadyTime deadline);

  void expect(std::size_t frame_limit, SteadyTime by);  // the next handshake message, and how long it may be
  void say(ByteView frame);
  // The handshake is complete: what comes is opened and handed to the conversation.
  void talk(crypto::ChannelKeys keys, Conversation conversation, SteadyTime by);

  void feed(ByteView bytes);
  void moved(SteadyTime now);  // something came or went: while talking, the next step has its time from now
  [[nodiscard]] bool a_person_decides() const;
  // The next handshake message. nullopt: none yet, the line is over, or it is talking.
  std::optional<Bytes> next_frame();
  // Everything to be written. Talking: also what the conversation says; done with it, the line is over.
  [[nodiscard]] Bytes take_output();

  void end() { over_ = true; }  // nothing is read any more; what was said before is still written
  void drop();                  // … nor written
  void lose();                  // drop(), and an unfinished conversation is told
  [[nodiscard]] bool over() const { return over_; }
  [[nodiscard]] bool finished() const { return over_ && output_.empty(); }
  [[nodiscard]] std::size_t buffered() const { return reader_.buffered(); }
  [[nodiscard]] bool talking() const { return channel_.has_value(); }
  [[nodiscard]] SteadyTime deadline() const { return over_ ? SteadyTime::max() : deadline_; }
  // REQUIRES: talking().
  [[nodiscard]] Conversation::State state() const { return conversation_.state(); }

 private:
  void hear();

  SteadyTime deadline_;
  SteadyTime talks_until_;  // talking
  proto::FrameReader reader_;
  Bytes output_;
  std::optional<crypto::Channel> channel_;
  Conversation conversation_;
  bool over_ = false;
};

// What both sides make of the other's introduction. nullopt: malformed, of another key than the one spoken with, or
// ours.
std::optional<Introduced> introduced_by(ByteView payload, const crypto::Handshake& handshake, const Self& self);

}  // namespace duolog::net
