// session.h: the conversation of two logs about one journal. Bytes in, bytes out; it owns no socket and no clock.
// Both sides run the same machine. Spec: proto/README.md section 3.7.
//
//   start() ─► kGreeting ── HELLO both ways ──► kFlowing ─────────► kParted
//                  └──────────────── any violation: part(reason) ──────▲
//
// kGreeting: our HELLO is out, theirs is awaited; anything else from them (but a BYE) ends the session.
// kFlowing:  each side pushes what the other's frontier lacks: chains first, then logs, at most kWindow messages of
//            records not yet acknowledged; a FRONTIER follows every durable commit and is the receipt. Appends made
//            here are pushed at once. Bodies that are missing are asked for. Where heads differ at a common seq, the
//            lowest difference is found by halving and both freeze that device. The session stays for the other logs,
//            also when the frozen device is this one or the other one: the words before the fork must still arrive.
// kParted:   nothing is read any more and nothing but a BYE is written; reason() says why.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>

#include "crypto/certificate.h"
#include "crypto/secret.h"
#include "daemon/home/clock.h"
#include "daemon/store/blobs.h"
#include "daemon/store/sealed_log.h"

namespace duolog::sync {

inline constexpr std::size_t kWindow = 8;
// What may be sent in one session that the other side had or was given before (a lower frontier, the same body twice,
// heads): an honest one needs next to nothing of it.
inline constexpr std::size_t kResendBudget = 64 << 20;
// Runs of no use (of unknown or frozen devices, beyond a gap), answers to nothing: so many are overlooked.
inline constexpr std::size_t kIgnoredLimit = 64;
// Chunks asked for and not come: so many are under way at once, and no more are owed to anybody.
inline constexpr std::size_t kChunksUnderWay = 8;
// Epochs asked for in one session, by either side: what is lacked beyond them the next one asks for.
inline constexpr std::size_t kEpochsAsked = 1024;

// What the other side said of itself in its HELLO. Untrusted.
struct Greeting {
  std::int64_t time_ms = 0;
  std::vector<std::string> addresses;  // at most 8 of at most 64 bytes, each "host:port"; nothing more is known of them
};

// Chunks of attachments. They come after every record, and only between two that both say they know them.
struct Chunks {
  store::Blobs* store = nullptr;  // null: none are given or taken; outlives the session
  // Whether the journal names it: nobody else's chunks are given away. A question, as Hooks::chains.
  std::function<bool(const ChunkId&)> named;
  // Those that are to be had, the most wanted first, at most so many, none that is in the store or that `passed` says
  // true of. Each has a place in that order: only what stands from `place` on, which moves behind what was looked at,
  // so that a list that grows is not looked through again. A question, as Hooks::chains.
  std::function<std::vector<ChunkId>(std::size_t most, std::int64_t& place,
                                     const std::function<bool(const ChunkId&)>& passed)>
      wanted;
  // Where the order begins: lower than before once something is wanted before all else. Absent: always at 0.
  std::function<std::int64_t()> first_place;
  std::function<void(const ChunkId&)> came;          // durable
  std::function<void(const ChunkId&)> is_not_there;  // the other side has none to give
};

// Secrets of epochs whose records are here and which do not open here: written for a member that nobody had told their
// writer of yet, say. Only between two that both say they know this.
struct Epochs {
  // Which those are. A question, as Hooks::chains. Absent: none are asked for, and none are given.
  std::function<std::vector<EpochId>()> wanted;
  // What the other side may have of this journal, now; null: not that, or not yet. It is asked again when our log has
  // grown. A question, as Hooks::chains; valid until the next one.
  std::function<const crypto::EpochSecret*(const EpochId&)> give;
  std::function<void(std::vector<crypto::EpochSecret>)> came;  // each was asked for: its id is the hash of it
};

// News that goes up, and what only the journal can decide. All are called on the daemon's one thread, after the log is
// durable, never from inside another hook. A hook may call log_grew(), ping(), part() and next() of any session, this
// one too; it may not call receive() of this one, nor destroy it. Any hook may be empty.
struct Hooks {
  std::function<void(const Greeting&)> greeted;
  // A run (or missing bodies) was stored: open and fold it when there is time. Call log_grew() of the other sessions.
  std::function<void(const DeviceId& author, std::uint64_t first, std::uint64_t last)> stored;
  // The other side holds our logs up to here, durably, with every body. Only devices whose heads were compared.
  std::function<void(const store::Frontier&)> acknowledged;
  // A chain for a device whose log is not known here. True: it was admitted to the log.
  std::function<bool(const crypto::Chain&)> admit;
  // The chains of the devices whose logs are held, to be given. A question, asked from next(): it may only read.
  std::function<std::vector<crypto::Chain>()> chains;
  // The proof is stored and the device is frozen. Call log_grew() of the other sessions: they pass it on.
  std::function<void(const DeviceId&)> forked;
  Chunks chunks;
  Epochs epochs;
};

// What ends a session. Those from kStopping to kFrozen are said in a BYE, by these numbers (DO NOT CHANGE); the others
// close without a word.
enum class Parting {
  kNone = 0,
  kStopping = 1,
  kDuplicate = 2,
  kRenew = 3,
  kNewer = 4,
  kFrozen = 5,
  kTheyLeft = 6,
  kViolation = 7,   // their bytes were wrong: `detail` for the notes, never sent
  kRefusedRun = 8,  // a run that does not continue its author's chain, or whose signature is wrong; nothing was stored
};

class Session {
 public:
  struct Facts {
    JournalId journal;
    DeviceId self;
    DeviceId other;                      // as proven in the handshake; their HELLO must say the same
    std::vector<std::string> addresses;  // where this side listens; those that would not be valid are not sent
    std::int64_t time_ms = 0;            // this side's wall clock now
  };
  // Cheap: nothing is read before start(). `log` must outlive the session.
  Session(store::SealedLog& log, Facts facts, Hooks hooks);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();  // reads the log and queues our HELLO
  // One application message. A violation parts the session; nothing is thrown but what the log throws
  // (store::NotDurable: not the other side's fault). Then nothing of the message is stored, no receipt is sent for it,
  // and what follows in the same chain is ignored without blame: the session still pushes what is ours, and is to be
  // parted and dialled again once the log writes again. REQUIRES: no hook of this session is running.
  void receive(ByteView message);
  // Something was appended here, admitted, came by another session: push it, receipt it. Or chunks are wanted now, or
  // epochs, or there are other members.
  void log_grew();
  void ping();                // queues a PING
  void part(Parting reason);  // queues a BYE where one is said; the first reason stays

  // The next message to send, made when asked for: what is not asked for costs no memory. Most urgent first. nullopt:
  // nothing for now, ask again after receive(), log_grew(), ping() or part().
  [[nodiscard]] std::optional<Bytes> next();
  [[nodiscard]] bool has_next() const;  // false: next() has nothing. True: it most likely has

  [[nodiscard]] Parting reason() const;        // kNone until parted
  [[nodiscard]] Parting their_reason() const;  // what their BYE said; kNone without one
  [[nodiscard]] const std::string& detail() const;
  // Both frontiers are equal, nothing is missing and nothing is under way.
  [[nodiscard]] bool in_step() const;
  // Records here that the other has not acknowledged, and records there that we lack, as far as its frontier told.
  // A record whose body is missing counts.
  [[nodiscard]] std::uint64_t unacknowledged() const;
  [[nodiscard]] std::uint64_t lacking() const;
  [[nodiscard]] bool gives_chunks() const;  // both sides know what attachments are

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::sync
