// peer.h: one connection between two devices for one journal, from the handshake to the farewell. Bytes in, bytes out;
// it owns no socket and no clock. Spec: proto/README.md sections 3.6 and 3.7.
//
//   initiator   kAwaitingSecond ──message 2, chain admitted, message 3 out──┐
//   responder   kAwaitingThird ───message 3, chain admitted─────────────────┴─► kOpen ──► kParting ──► kFinished
//                      └── any doubt: not a word ─► (responder: kMuted until the deadline) ──────────────▲
//
// kAwaiting…: the introduction is the first thing read, and must be there within 10 s.
// kMuted:     a bad tag has ended the handshake; nothing is read or said, so that it looks like a slow stranger.
// kOpen:      a sync::Session speaks through the channel. A ping after 15 s in which nothing was sent; dead after 25 s
//             in which nothing came; parted for a fresh handshake after an hour or when the channel is worn out.
// kParting:   a BYE is on its way out; what comes in is no longer read. 5 s, then over.
// kFinished:  close the connection, after writing what take_output() still gives.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "daemon/line/line.h"
#include "daemon/net/doorway.h"
#include "proto/frame_codec.h"

namespace duolog::net {

inline constexpr milliseconds kPingAfter{15'000};
inline constexpr milliseconds kDeadAfter{25'000};
inline constexpr milliseconds kRenewAfter{3'600'000};
inline constexpr milliseconds kFarewellTime{5'000};

// Why a connection is over. What the dialler does about it is its own business.
enum class PeerEnd {
  kNone,        // it is not
  kSilent,      // the handshake was not finished in time: a stranger, another psk, or nobody there
  kRefused,     // bad tag, bad introduction, not a member, or ourselves
  kClosed,      // by the other side or the network, without a farewell
  kDead,        // 25 s of silence
  kTheyLeft,    // said BYE
  kStopping,    // we said BYE because we stop, or because this device is no longer welcome
  kDuplicate,   // another connection of the two is kept
  kRenew,       // shake hands again
  kMisbehaved,  // an authenticated peer sent what it must not; detail() says what
  kNewer,       // it speaks a newer version
  kNotDurable,  // our own disk refuses: detail()
};

class Peer {
 public:
  // What all peers of a device share. Outlives them.
  struct House {
    Self self;
    store::SealedLog& log;
    PeerHooks hooks;
    std::function<std::vector<std::string>()> addresses;  // where this device listens, for HELLO
    std::function<WallTime()> wall;
  };
  struct Met {  // valid from kOpen on
    crypto::ProvenDevice device;
    std::string name;  // of the person, as introduced
  };

  // We dialled: message 1 is the first output.
  static Peer initiate(const House& house, const JournalId& journal, const crypto::PreparedPsk& psk, SteadyTime now);
  // They dialled, and `handshake` has read their message 1: message 2 is the first output.
  static Peer respond(const House& house, const JournalId& journal, crypto::Handshake handshake, SteadyTime deadline);
  Peer(Peer&&) noexcept;
  Peer& operator=(Peer&&) = delete;
  ~Peer();

  void receive(ByteView bytes, SteadyTime now);
  void closed();  // by the other side or the network
  // Both have called, and the network made one connection of two calls: the message 1 that came where message 2 was
  // awaited, once. Whoever is to answer it makes a new Peer of it; the other goes on to wait.
  std::optional<Bytes> take_crossed();
  [[nodiscard]] bool awaits_second() const;
  [[nodiscard]] const Bytes& called_with() const;  // our message 1, of an initiator
  void tick(SteadyTime now);
  [[nodiscard]] SteadyTime deadline() const;  // when tick() has something to do
  // Everything to be written now. The session is asked for more only here, so what is not taken costs no memory.
  [[nodiscard]] Bytes take_output(SteadyTime now);

  void log_grew();
  void part(sync::Parting reason, SteadyTime now);

  [[nodiscard]] bool open() const;
  [[nodiscard]] bool reading() const;   // false: bytes would be ignored; leave them in the socket
  [[nodiscard]] bool finished() const;  // and nothing is left to be written
  [[nodiscard]] PeerEnd end() const;
  [[nodiscard]] const std::string& detail() const;  // for the notes; no content
  [[nodiscard]] bool initiator() const;
  [[nodiscard]] const JournalId& journal() const;
  [[nodiscard]] const std::optional<Met>& met() const;
  [[nodiscard]] const std::optional<sync::Greeting>& greeting() const;  // their HELLO, once it came
  [[nodiscard]] std::optional<milliseconds> clock_ahead() const;        // theirs minus ours, at their HELLO
  [[nodiscard]] const sync::Session* session() const;                   // null before kOpen
  [[nodiscard]] SteadyTime opened_at() const;
  [[nodiscard]] SteadyTime heard_at() const;  // when the last byte came

 private:
  struct State;
  explicit Peer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace duolog::net
