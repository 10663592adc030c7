// strangers.h: connections that have not shown yet that they know anything. Each may send one first frame of 16 or 48
// bytes; whoever sends something else, or is not recognised by it, meets silence until its ten seconds are over.
//
//   waiting for bytes ──first frame──► waiting for its turn (200 a second) ──► recognised: taken away by somebody
//          └── anything else ──► muted ──10 s after it came──► finished        └─ not: muted
//
// At most 64 at a time: the oldest gives way, muted ones before those that may still be a friend.
// Spec: proto/README.md sections 3.6, 3.12 and 3.13.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>

#include "crypto/bytes.h"
#include "daemon/line/line.h"
#include "proto/frame_codec.h"

namespace duolog::net {

inline constexpr std::size_t kStrangersLimit = 64;
inline constexpr std::uint32_t kHandshakesPerSecond = 200;

class Strangers {
 public:
  explicit Strangers(SteadyTime now) : refilled_at_(now) {}

  void admit(LineId line, SteadyTime now);
  void receive(LineId line, ByteView bytes);

  struct FirstFrame {
    LineId line = 0;
    Bytes frame;          // of 16 or 48 bytes
    SteadyTime deadline;  // of the whole handshake
  };
  // The next first frame whose turn it is. Its line is muted unless it is taken away by forget().
  std::optional<FirstFrame> next(SteadyTime now);
  void forget(LineId line);

  [[nodiscard]] std::size_t read_limit(LineId line) const;  // bytes it may still send
  [[nodiscard]] bool finished(LineId line) const;           // gave way, or its time is over: close it
  void tick(SteadyTime now);
  [[nodiscard]] SteadyTime deadline() const;
  [[nodiscard]] std::size_t count() const { return strangers_.size(); }

 private:
  struct Stranger {
    enum class Stage { kReading, kQueued, kMuted, kFinished } stage = Stage::kReading;
    SteadyTime deadline;
    proto::FrameReader reader;
    std::size_t received = 0;
    Bytes frame;
  };
  void make_room();
  void refill(SteadyTime now);

  std::map<LineId, Stranger> strangers_;  // the oldest first
  std::uint32_t turns_ = kHandshakesPerSecond;
  SteadyTime refilled_at_;
};

}  // namespace duolog::net
