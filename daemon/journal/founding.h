// founding.h: two people, just introduced by a handshake, found their journal. Bytes in, bytes out.
// Spec: proto/README.md section 3.8, purpose A; the messages are PairFrame in proto/wire.proto.
//
//   host    kDeciding ── approve() ─► kAwaitingKeys ── Keys; stores ─► kAwaitingStored ── Stored ─► kFounded
//   joiner  kAwaitingApproval ── Approval ─► kAwaitingFounding ── Founding; verifies, stores ─────► kFounded
//           either: decline() or a no ─► kDeclined; anything else out of turn or untrue ─► kFailed
//
// kDeciding:         nothing is sent until a person has said yes or no.
// kAwaitingApproval: the joiner's person typed the code and so has said yes; the host's decides now.
// kAwaitingKeys:     the host waits for the joiner's root keys and its psk of this journal; nothing is stored yet.
// kAwaitingFounding: the joiner waits for the journal; nothing is stored yet.
// kAwaitingStored:   the host holds the founding, hidden. If the connection ends now, a session in the journal may
//                    still acknowledge it; the next pairing drops it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "daemon/journal/shelf.h"

namespace duolog::journal {

enum class FoundingRole { kHost, kJoiner };

// What the handshake proved and told.
struct FoundingFacts {
  ByteArray<64> channel_binding{};
  DeviceId device;           // of the chain's last certificate, whose noise key the handshake proved
  crypto::Chain chain;       // the other's, as introduced; untrusted
  std::string name;          // the other person's, as introduced; untrusted
  std::string paired_by;     // "code" or "link"
  std::string journal_name;  // what this side will call the journal; empty: the other's name
};

enum class FoundingFault {
  kNone,
  kViolation,      // their bytes were wrong or untrue: `detail` for the notes
  kAlreadyPaired,  // there is a journal with this person
  kOwnDevice,      // the other device is of this very person
  kNotStored,      // our disk would not take it: `detail`
};

class Founding {
 public:
  enum class State {
    kDeciding,
    kAwaitingApproval,
    kAwaitingKeys,
    kAwaitingFounding,
    kAwaitingStored,
    kFounded,
    kDeclined,
    kFailed
  };
  Founding(Shelf& shelf, FoundingRole role, FoundingFacts facts);
  ~Founding();

  // The host's person. REQUIRES: kDeciding; relationship is "partner", "friend" or "family".
  void approve(std::string_view relationship);
  void decline();
  void receive(ByteView message);  // one application message; never throws
  std::optional<Bytes> next();     // the next message to send; what it says is stored already

  [[nodiscard]] State state() const;
  [[nodiscard]] FoundingFault fault() const;
  [[nodiscard]] const std::string& detail() const;

  // Of the introduction, from the start: the name, and that of the device ("" where the chain is malformed).
  [[nodiscard]] const std::string& other() const;
  [[nodiscard]] std::string other_device() const;
  [[nodiscard]] std::vector<std::string> comparison_words() const;

  // REQUIRES: kFounded.
  [[nodiscard]] const JournalSecrets& journal() const;

 private:
  struct Talk;
  std::unique_ptr<Talk> talk_;
};

}  // namespace duolog::journal
