// dialer.h: whom to try next, where and when. It dials nothing itself: it says when an attempt is due and is told what
// became of it. One attempt goes through all known addresses of a device, the last good one first.
//
//   tries: at once, then 1 s, 2 s, 4 s … 5 min apart, each stretched by up to a half at random, so that two devices
//   that lost each other do not dial in step; from the first hour on never more than 12 an hour
//   anything that may have changed the answer (address learnt, network changed, woken from sleep, asked for) starts
//   over a device that misbehaved is left alone, and not let in, for 1 min, 2 min … 1 h
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include "daemon/home/address.h"
#include "daemon/home/clock.h"
#include "daemon/net/doorway.h"

namespace duolog::net {

inline constexpr std::chrono::milliseconds kFirstRetry{1'000};
inline constexpr std::chrono::milliseconds kLongestRetry{300'000};  // × 1 to 1.5: at most 12 an hour
inline constexpr std::chrono::milliseconds kSettled{5'000};         // a connection this old has not just flapped
inline constexpr std::chrono::milliseconds kFirstPenalty{60'000};
inline constexpr std::chrono::milliseconds kLongestPenalty{3'600'000};

// Why an attempt came to nothing. Of several addresses the most telling is told: the greater.
enum class Trouble {
  kNone,      // nothing is known
  kNoName,    // the name leads nowhere
  kNoWay,     // this machine has no way there
  kNoAnswer,  // packets go out and nothing comes back
  kRefused,   // the machine is there and nobody listens, or a firewall says so
  kSilent,    // somebody took the call and said nothing
};

// One journal with one device: what is connected at most once.
struct PeerKey {
  JournalId journal;
  DeviceId device;
  auto operator<=>(const PeerKey&) const = default;
};

class Dialer {
 public:
  explicit Dialer(Random random);

  // Exactly these are looked for from now on. New ones are due at once; what is known of the others stays.
  void look_for(const std::vector<PeerKey>& keys, SteadyTime now);

  // The keys whose attempt is due; each counts as under way until one of the three below is said of it.
  std::vector<PeerKey> due(SteadyTime now);
  void connected(const PeerKey& key, SteadyTime now);
  void failed(const PeerKey& key, SteadyTime now);  // no address answered, or the handshake came to nothing
  void misbehaved(const PeerKey& key, SteadyTime now);
  // A connection ended. Due again after `pause`, or as after a failure when it had lasted but a moment.
  void lost(const PeerKey& key, SteadyTime now, std::chrono::milliseconds pause = {});

  // Something may have changed the answer: tried again now, back-off forgotten (a penalty is not).
  void encourage(const PeerKey& key, SteadyTime now);
  void encourage_all(SteadyTime now);
  // Somebody says that it is there: tried now, once, and the back-off stays; it may be there and out of reach.
  void try_now(const PeerKey& key, SteadyTime now);

  [[nodiscard]] bool penalised(const PeerKey& key, SteadyTime now) const;
  [[nodiscard]] SteadyTime deadline() const;  // when due() has something; SteadyTime::max() for never

  enum class State { kIdle, kWaiting, kDialling, kConnected };
  struct Status {
    State state = State::kIdle;  // kIdle: not looked for
    int failures = 0;            // in a row
    SteadyTime next_try;         // of kWaiting
  };
  [[nodiscard]] Status status(const PeerKey& key) const;

 private:
  struct Entry {
    State state = State::kWaiting;
    int failures = 0;
    int offences = 0;
    SteadyTime next_try;      // of kWaiting
    SteadyTime connected_at;  // of kConnected
    SteadyTime penalty_until;
  };
  [[nodiscard]] std::chrono::milliseconds stretched(std::chrono::milliseconds pause);

  Random random_;
  std::map<PeerKey, Entry> entries_;
};

}  // namespace duolog::net
