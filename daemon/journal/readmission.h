// readmission.h: somebody who has lost all devices comes back with their 24 words, to a person they share a journal
// with. Bytes in, bytes out; sister of founding.h and arrival.h.
// Spec: proto/README.md section 3.8, purpose R; the messages are PairFrame in proto/wire.proto.
//
//   host    kAwaitingProof ── Proof; holds ─► kDeciding ── give_back() ─► kAwaitingStored ── Stored ─► kGivenBack
//   joiner  kAwaitingReturn ── Return; verifies, stores ────────────────────────────────────────────► kGivenBack
//           either: a no ─► kDeclined; anything else out of turn or untrue ─► kFailed
//
// kAwaitingProof:   the visitor's chain names somebody this person shares a journal with. Any of that person's devices
//                   could show one, lost ones too: nothing is said, and nobody is asked.
// kDeciding:        whoever is there has the words. Nothing is sent until a person has said yes or no.
// kAwaitingStored:  its log may come in, and it was sent what the words open. If the connection ends now, nobody knows
//                   what it has kept: whoever has the words may come again.
// kAwaitingReturn:  the joiner has said its proof, and has nothing but the words and fresh keys.
//
// No secret goes over and no record: epochs go sealed, as they lie, and the words open them. The rest comes by
// sessions.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <functional>

#include "daemon/journal/shelf.h"

namespace duolog::journal {

inline constexpr std::size_t kJournalsReturned = 8;
inline constexpr std::size_t kEpochsReturned = 1000;  // in all journals, without their first

// What the handshake proved and told of the other device.
struct ReadmissionFacts {
  DeviceId device;                  // of the chain's last certificate, whose noise key the handshake proved
  crypto::Chain chain;              // as introduced; untrusted
  ByteArray<64> channel_binding{};  // what the proof is about
};

// How far the giver's logs of a journal go: nobody writes in it before all of that is here, as whoever was removed
// stands in it.
using Reached = std::map<DeviceId, std::uint64_t>;

// What came back, verified and opened.
struct Returned {
  struct Journal {
    JournalSecrets secrets;  // awaited
    Reached reached;
  };
  std::vector<Journal> journals;
  crypto::Chain giver;  // of the device that gave it back: it has the logs. Empty: they are here
};

enum class ReadmissionFault {
  kNone,
  kNobody,     // nobody this person shares a journal with has these words
  kOwnWords,   // they are this very person's
  kViolation,  // their bytes were wrong or untrue: `detail` for the notes
  kRefused,    // this device can let in nobody of that person any more: refused()
  kNotStored,  // our disk would not take it: `detail`
  kLeft,       // the connection ended while nobody knows whether what was sent was kept
};

// The host's half. It gives back once.
class Readmission {
 public:
  enum class State { kAwaitingProof, kDeciding, kAwaitingStored, kGivenBack, kDeclined, kFailed };
  // `proven`: kDeciding has begun.
  Readmission(Shelf& shelf, ReadmissionFacts visitor, std::function<void()> proven);
  ~Readmission();

  void give_back();  // REQUIRES: kDeciding
  void decline();
  void receive(ByteView message);  // one application message; never throws
  std::optional<Bytes> next();
  void lost();  // the connection has ended

  [[nodiscard]] State state() const;
  [[nodiscard]] ReadmissionFault fault() const;
  [[nodiscard]] const std::string& detail() const;
  [[nodiscard]] std::exception_ptr refused() const;         // of kRefused: the Refusal
  [[nodiscard]] const std::string& person() const;          // as this device calls whoever has the words
  [[nodiscard]] const std::string& device_name() const;     // of the visitor; untrusted
  [[nodiscard]] const DeviceId& device() const;             // of the visitor
  [[nodiscard]] std::vector<std::string> journals() const;  // names of those that are given back
  [[nodiscard]] const std::vector<JournalId>& shared() const;

 private:
  struct Talk;
  std::unique_ptr<Talk> talk_;
};

// The joiner's half: there is no shelf yet.
class Homecoming {
 public:
  enum class State { kAwaitingReturn, kGivenBack, kDeclined, kFailed };
  // `store` keeps what came back, durably, before the host is told; it throws store::NotDurable.
  // REQUIRES: `root` and `self` outlive this.
  Homecoming(const crypto::RootKeys& root, const crypto::DeviceKeys& self, ReadmissionFacts host,
             std::function<void(Returned)> store);
  ~Homecoming();

  void receive(ByteView message);  // never throws
  std::optional<Bytes> next();

  [[nodiscard]] State state() const;
  [[nodiscard]] ReadmissionFault fault() const;
  [[nodiscard]] const std::string& detail() const;

 private:
  struct Talk;
  std::unique_ptr<Talk> talk_;
};

}  // namespace duolog::journal
