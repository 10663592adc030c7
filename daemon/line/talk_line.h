// talk_line.h: one connection on which two say to each other what a Conversation has to say: frames of a handshake, and
// after it messages through the channel. Pairings and mailboxes speak so; it knows neither codes nor links nor bundles.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>

#include "crypto/noise.h"
#include "daemon/line/line.h"
#include "proto/frame_codec.h"

namespace duolog::net {

inline constexpr milliseconds kTalkTime{30'000};  // for a step; and a pairing outlives its window by this

// What is said over the channel once both have proven what they know. next() is asked after every receive() and
// whenever something has moved (moved()). The connection is closed when state() is no longer kGoing and
// next() has nothing more.
struct Conversation {
  enum class State { kGoing, kDone, kFailed };
  std::function<void(ByteView)> receive;
  std::function<std::optional<Bytes>()> next;
  std::function<State()> state;
  std::function<void()> lost;  // the connection ended before it was done; may be empty
  // What comes next is up to a person, here or there, and may take as long as all of it. Empty: always so. Otherwise
  // each step has kTalkTime.
  std::function<bool()> a_person_decides;
};

class TalkLine {
 public:
  // A handshake message awaited on this line must be there by `deadline`.
  explicit TalkLine(SteadyTime deadline);

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

}  // namespace duolog::net
