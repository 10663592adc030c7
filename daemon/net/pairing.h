// pairing.h: two strangers' devices meet: the host's window and the joiner. Bytes in, bytes out; no socket, no clock.
// Spec: proto/README.md section 3.8; the cryptography is crypto/pairing.h.
//
//   host     open ─► code and link shown ─► a visitor has proven one of them ─► conversation ─► ended
//                       ▲      wrong guess: all half-open attempts dropped, new code (three, then ended)
//                       └───── the visitor left, or was declined: new code
//   joiner   looking ─► connecting ─► proving (the one guess) ─► conversation ─► ended
//
// What is said after the handshake is a Conversation, given from above; here it is opaque messages.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>

#include "crypto/pairing.h"
#include "daemon/line/talk_line.h"
#include "daemon/net/announcement.h"
#include "daemon/net/doorway.h"
#include "daemon/net/peer.h"

namespace duolog::net {

inline constexpr std::chrono::milliseconds kWindowTime{600'000};
inline constexpr int kCodesPerWindow = 3;
inline constexpr std::size_t kHalfOpenLimit = 4;
inline constexpr std::chrono::milliseconds kLookTime{10'000};      // for an announcement
inline constexpr std::chrono::milliseconds kCollectTime{1'500};    // after the first one, to notice a second host
inline constexpr std::chrono::milliseconds kNextPairAddress{500};  // an address that does not answer is not waited for

// Whom the handshake met.
struct Introduced {
  crypto::PairPurpose purpose = crypto::PairPurpose::kPartner;
  bool by_link = false;
  Introduction introduction;        // its last certificate carries the key that was spoken with; nothing else is proven
  DeviceId device;                  // of that certificate
  ByteArray<64> channel_binding{};  // genesis_nonce() and the words come from it
  std::vector<std::string> words;   // four, the same on both screens
};
using StartConversation = std::function<Conversation(const Introduced&)>;

// ---- host ----

// What the host's person shows to the other. Both are valid until `expires`.
struct Invitation {
  crypto::PairCode code;
  crypto::SecretBytes link;
  std::vector<std::string> addresses;
  WallTime expires;
  int codes_left = kCodesPerWindow;  // this one included
};

enum class WindowEnd { kPaired, kExpired, kCodesBurnt, kClosed };

// All are set.
struct HostEvents {
  std::function<void(const Invitation&)> invitation;  // at opening, and whenever the code is a new one
  std::function<void(int codes_left)> wrong_code;     // someone tried a wrong code; a new invitation follows
  StartConversation visitor;
  std::function<void()> visitor_left;    // before it was done; a new invitation follows
  std::function<void(WindowEnd)> ended;  // the last
};

// What both sides make of the other's introduction. nullopt: malformed, of another key than the one spoken with, or
// ours.
std::optional<Introduced> introduced_by(ByteView payload, const crypto::Handshake& handshake, const Self& self);

class PairingWindow {
 public:
  struct Facts {
    crypto::PairPurpose purpose = crypto::PairPurpose::kPartner;
    Self self;
    std::vector<std::string> addresses;  // for the link
    WallTime wall_now;
  };
  PairingWindow(Facts facts, HostEvents events, SteadyTime now);
  ~PairingWindow();

  // A new connection's first frame of 16 bytes, or of 48 that no journal's psk fits. False: no interest; stay silent.
  bool first_frame(LineId line, ByteView frame, SteadyTime now);
  // For lines it took.
  void receive(LineId line, ByteView bytes, SteadyTime now);
  void closed(LineId line, SteadyTime now);
  [[nodiscard]] Bytes take_output(LineId line, SteadyTime now);
  [[nodiscard]] bool finished(LineId line) const;           // close it, after the last output
  [[nodiscard]] std::size_t read_limit(LineId line) const;  // 82 bytes in all before the code or link was proven

  void close();
  void tick(SteadyTime now);
  [[nodiscard]] SteadyTime deadline() const;
  [[nodiscard]] bool ended() const;
  [[nodiscard]] std::optional<int> nameplate() const;  // to be announced; none while somebody is being confirmed
  [[nodiscard]] bool is_own(const crypto::PairCode& code) const;
  [[nodiscard]] const Invitation& invitation() const;
  [[nodiscard]] crypto::PairPurpose purpose() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// ---- joiner ----

enum class JoinEnd {
  kPaired,
  kOwnCode,    // our own window's code, or our own link
  kCodeSpent,  // this device has used its guess for this code
  kLinkExpired,
  kNobodyFound,    // no announcement
  kTwoWindows,     // two hosts announce this number
  kCannotConnect,  // found, or given, but no answer
  kWrongCode,      // the guess is spent: a bad tag, or nothing within 10 s
  kWrongPerson,    // link: the host's key is not the one in the link
  kNotDurable,     // the disk refuses to remember the guess, so it was not made
  kFailed,         // the conversation said so (declined, or worse): it knows why
  kOtherSideLeft,  // after the handshake, before the conversation was done
  kTimedOut,
  kCancelled,
};

// All are set.
struct JoinEvents {
  std::function<void()> looking;
  std::function<void(const Address&)> connecting;
  StartConversation introduced;        // the other's name and the words; their person decides now
  std::function<void(JoinEnd)> ended;  // the last
};

class PairingJoiner {
 public:
  struct Facts {
    Self self;
    crypto::PairPurpose purpose = crypto::PairPurpose::kPartner;
    std::optional<crypto::PairCode> code;  // either this
    std::optional<crypto::PairLink> link;  // or this
    std::optional<Address> at;             // empty: the announcement's, or the link's addresses
    WallTime wall_now;
    std::function<bool(const crypto::PairCode&)> spent;  // this device has used its guess for this code
    std::function<bool(const crypto::PairCode&)> spend;  // remembers it for ever, durably; false: it could not
  };
  PairingJoiner(Facts facts, JoinEvents events, SteadyTime now);
  ~PairingJoiner();

  [[nodiscard]] std::optional<int> looking() const;  // the nameplate to listen for
  void heard(const Heard& heard, SteadyTime now);

  // Addresses to dial now; the driver answers each with connected() or closed().
  std::vector<Address> take_dials(SteadyTime now);
  void connected(LineId line, const Address& address, SteadyTime now);
  void unreachable(const Address& address, SteadyTime now);
  void receive(LineId line, ByteView bytes, SteadyTime now);
  void closed(LineId line, SteadyTime now);
  [[nodiscard]] Bytes take_output(LineId line, SteadyTime now);
  [[nodiscard]] bool finished(LineId line) const;

  void cancel();
  void tick(SteadyTime now);
  [[nodiscard]] SteadyTime deadline() const;
  [[nodiscard]] bool ended() const;
  // Whom it was introduced to and where it reached them, for the address book.
  [[nodiscard]] std::optional<std::pair<DeviceId, Address>> met() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::net
