// counter.h: where devices are served: every connection of a mailbox, from a stranger's first bytes to the last answer.
// Bytes in, bytes out; it owns no socket and no clock.
//
//   stranger ──message 1 that the link's psk fits──► shaking hands ──message 3 with the link's key──► asking ─► over
//      └── anything else: silence until its ten seconds are over ─┘ └── any doubt: the same silence
//
// Asking: one question, one answer; a second question before that ends it without a word, as does anything that is no
// question. Half a minute for each, an hour for all. Once the link is a new one, nobody who came by the old one is
// answered any more. Spec: proto/README.md sections 3.6, 3.11b and 3.12.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/line/seen_ephemerals.h"
#include "daemon/line/strangers.h"
#include "daemon/line/talk_line.h"
#include "daemon/mailbox/bundles.h"
#include "daemon/mailbox/keys.h"

namespace duolog::mailbox {

using net::LineId;

inline constexpr std::size_t kVisitorsLimit = 32;  // that have shown that they know the link; the oldest gives way
inline constexpr std::chrono::milliseconds kVisitTime{3'600'000};

class Counter {
 public:
  struct House {
    Bundles& bundles;
    KeyFile& keys;
    Clock clock;
  };
  explicit Counter(House house);
  ~Counter();
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  LineId accepted();
  void received(LineId line, ByteView bytes);
  void closed(LineId line);
  void tick();
  [[nodiscard]] Bytes take_output(LineId line);             // when the line has nothing left to write
  [[nodiscard]] bool finished(LineId line) const;           // close it once its output is written; then closed()
  [[nodiscard]] std::size_t read_limit(LineId line) const;  // bytes it may take now; 0: do not read
  [[nodiscard]] SteadyTime deadline() const;                // call tick() then

 private:
  struct Visit;
  [[nodiscard]] SteadyTime now() const { return house_.clock.steady(); }
  void look_at_strangers();
  void greet(const net::Strangers::FirstFrame& first);
  void shake_hands(Visit& visit, ByteView third);
  void make_room();

  House house_;
  net::Strangers strangers_;
  net::SeenEphemerals seen_;
  std::map<LineId, std::unique_ptr<Visit>> visits_;
  LineId last_ = 0;
};

}  // namespace duolog::mailbox
