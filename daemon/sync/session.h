// session.h: the conversation of two logs about one journal. Bytes in, bytes out; it owns no socket and no clock.
// Both sides run the same machine. Spec: proto/README.md section 3.7.
//
//   start() ─► kGreeting ── HELLO both ways ──► kFlowing ─────────► kParted
//                  └──────────────── any violation: part(reason) ──────▲
//
// kGreeting: our HELLO is out, theirs is awaited; anything else from them ends the session.
// kFlowing:  each side pushes what the other's frontier lacks: chains first, then logs, at most kWindow messages of
//            records not yet acknowledged; a FRONTIER follows every durable commit and is the receipt. Appends made
//            here are pushed at once. Bodies that are missing are asked for. Where heads differ at a common seq, the
//            lowest difference is found by halving and both freeze that device.
// kParted:   nothing is read or written any more; reason() says why.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "crypto/certificate.h"
#include "daemon/home/clock.h"
#include "daemon/store/sealed_log.h"

namespace duolog::sync {

inline constexpr std::size_t kWindow = 8;

// What the other side said of itself in its HELLO. Untrusted.
struct Greeting {
  std::int64_t time_ms = 0;
  std::vector<std::string> addresses;  // checked for length and form, nothing more
};

// News that goes up, and what only the journal can decide. All are called on the daemon's one thread, after the log is
// durable, never from inside another hook.
struct Hooks {
  std::function<void(const Greeting&)> greeted;
  // A run (or missing bodies) was stored: open and fold it when there is time.
  std::function<void(const DeviceId& author, std::uint64_t first, std::uint64_t last)> stored;
  // The other side holds our log up to here, durably.
  std::function<void(const store::Frontier&)> acknowledged;
  // A chain for a device whose log is not known here. True: it was admitted to the log.
  std::function<bool(const crypto::Chain&)> admit;
  // The chains of the devices whose logs are held, to be given.
  std::function<std::vector<crypto::Chain>()> chains;
  // The proof is stored and the device is frozen.
  std::function<void(const DeviceId&)> forked;
};

// What ends a session. The first six are said in a BYE; the others close without a word.
enum class Parting {
  kNone, kStopping, kDuplicate, kRenew, kNewer, kFrozen, kTheyLeft,
  kViolation,   // their bytes were wrong: `detail` for the notes, never sent
  kRefusedRun,
};

class Session {
 public:
  struct Facts {
    JournalId journal;
    DeviceId self;
    DeviceId other;                      // as proven in the handshake; their HELLO must say the same
    std::vector<std::string> addresses;  // where this side listens
    std::int64_t time_ms = 0;            // this side's wall clock now
  };
  Session(store::SealedLog& log, Facts facts, Hooks hooks);
  ~Session();

  void start();                         // queues our HELLO
  void receive(ByteView message);       // one application message; a violation parts the session, nothing is thrown
                                        // but store::NotDurable (the log is read-only: not the other side's fault)
  void log_grew();                      // something was appended here or came by another session: push it
  void ping();                          // queues a PING
  void part(Parting reason);            // queues a BYE where one is said

  // The next message to send, made when asked for: what is not asked for costs no memory.
  [[nodiscard]] std::optional<Bytes> next();
  [[nodiscard]] bool has_next() const;

  [[nodiscard]] Parting reason() const;
  [[nodiscard]] const std::string& detail() const;
  // Both frontiers are equal, nothing is missing and nothing is under way.
  [[nodiscard]] bool in_step() const;
  // Records here that the other has not acknowledged, and records there that we lack, as far as its frontier told.
  [[nodiscard]] std::uint64_t unacknowledged() const;
  [[nodiscard]] std::uint64_t lacking() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::sync
