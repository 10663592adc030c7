// arrival.h: a person's own second device is let in. Bytes in, bytes out; sister of founding.h.
// Spec: proto/README.md section 3.8, purpose D; the messages are PairFrame in proto/wire.proto.
//
//   host    kDeciding ── welcome(): enrols, stores ─► kAwaitingStored ── Stored ─► kArrived
//   joiner  kAwaitingHandover ── Handover; verifies, stores ─────────────────────► kArrived
//           either: a no ─► kDeclined; anything else out of turn or untrue ─► kFailed
//
// kDeciding:         nothing is sent until a person has said yes or no.
// kAwaitingStored:   the new device is enrolled, durably, and was sent all that makes it this person's. If the
//                    connection ends now, or this daemon does, nobody knows what it has kept: it has two minutes to
//                    come by itself (Shelf::expect_arrival), and then it is removed again.
// kAwaitingHandover: the joiner has nothing but keys of its own.
//
// No record goes this way. The new device opens as any other, and notebook and journals come by sessions.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <functional>

#include "daemon/home/address.h"
#include "daemon/journal/shelf.h"

namespace duolog::journal {

inline constexpr std::size_t kJournalsHanded = 64;
inline constexpr std::size_t kLeftHanded = 1024;
inline constexpr std::size_t kEpochsHanded = 200;  // of a journal, beside epoch zero: the others come by the notebook
inline constexpr std::size_t kEpochsHandedInAll = 2000;  // of all journals: each lies in locked memory, twice
inline constexpr std::size_t kReachHanded = 64;          // devices

// What the handshake proved and told of the other device.
struct ArrivalFacts {
  DeviceId device;        // of the chain's last certificate, whose noise key the handshake proved
  crypto::Chain chain;    // as introduced; of a joiner one certificate that it has signed itself; untrusted
  std::string paired_by;  // "code" or "link"
};

struct Reach {
  DeviceId device;
  std::vector<Address> addresses;
};

// What a new device was handed, verified.
struct Handover {
  Handed handed;
  std::vector<Reach> reach;
};

enum class ArrivalFault {
  kNone,
  kViolation,  // their bytes were wrong or untrue: `detail` for the notes
  kRefused,    // this device may not let anybody in now: refused()
  kNotStored,  // our disk would not take it: `detail`
  kLeft,       // the connection ended while nobody knows whether the new device has kept what it was sent
};

// The host's half: a device that this person has already.
class Welcome {
 public:
  enum class State { kDeciding, kAwaitingStored, kArrived, kDeclined, kFailed };
  // `reach`: where this person's and the others' devices were reached last.
  Welcome(Shelf& shelf, ArrivalFacts facts, std::function<std::vector<Reach>()> reach);
  ~Welcome();

  void welcome();  // REQUIRES: kDeciding
  void decline();
  void receive(ByteView message);  // one application message; never throws
  std::optional<Bytes> next();     // may hold keys: to be wiped
  void lost();                     // the connection has ended

  [[nodiscard]] State state() const;
  [[nodiscard]] ArrivalFault fault() const;
  [[nodiscard]] const std::string& detail() const;
  [[nodiscard]] std::exception_ptr refused() const;      // of kRefused: the Refusal
  [[nodiscard]] const std::string& device_name() const;  // of the visitor, from the start; untrusted; "" if malformed
  [[nodiscard]] const DeviceId& device() const;

 private:
  struct Talk;
  std::unique_ptr<Talk> talk_;
};

// The joiner's half: there is no shelf yet.
class Arrival {
 public:
  enum class State { kAwaitingHandover, kArrived, kDeclined, kFailed };
  // `store` keeps what was handed, durably, before the host is told; it throws store::NotDurable.
  // REQUIRES: `self` outlives this.
  Arrival(const crypto::DeviceKeys& self, ArrivalFacts facts, std::function<void(Handover)> store);
  ~Arrival();

  void receive(ByteView message);  // never throws
  std::optional<Bytes> next();

  [[nodiscard]] State state() const;
  [[nodiscard]] ArrivalFault fault() const;
  [[nodiscard]] const std::string& detail() const;

 private:
  struct Talk;
  std::unique_ptr<Talk> talk_;
};

}  // namespace duolog::journal
