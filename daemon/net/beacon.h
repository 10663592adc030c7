// beacon.h: how two who share a journal find each other in the network they are both in, though neither knows where
// the other is: when a device says that it is here, whom what is heard is from, and how much is done about it.
// The packet is crypto/beacon.h, the sockets are multicast.h. Nothing is ever answered; whoever understands, dials.
// Spec: proto/README.md section 3.6b.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/beacon.h"
#include "daemon/net/dialer.h"

namespace duolog::net {

inline constexpr std::size_t kBeaconEpochs = 4;  // of each journal, the newest first
inline constexpr std::uint32_t kBeaconTrialsPerSecond = 200;
inline constexpr std::size_t kBeaconSourcesLimit = 16;
inline constexpr std::chrono::hours kBeaconClocksMayDiffer{24};

// An address of an interface under which this device can be reached, and from which it can say so.
struct BeaconSource {
  unsigned interface = 0;
  ByteArray<crypto::kBeaconIpLength> ip{};
  auto operator<=>(const BeaconSource&) const = default;
};
std::uint64_t minute_of(WallTime wall);  // since 1970, and 0 before
bool is_v4(const ByteArray<crypto::kBeaconIpLength>& ip);

struct HeardBeacon {
  ByteView packet;
  ByteArray<crypto::kBeaconIpLength> ip{};  // that it came from
  std::string host;                         // the same as text; link-local ones with "%interface"
};

// When to say it: at once and a moment later whenever the network has changed, then every 30 s ± 10 s; after an hour in
// which nobody came, every 5 min ± 100 s. Never while nobody is away, and not for somebody who is back within 2 s, as
// at every fresh handshake.
class BeaconSchedule {
 public:
  explicit BeaconSchedule(Random random);
  // Whether there is anybody to be found, and a way to say so. From false to true it begins anew.
  void want(bool wanted, SteadyTime now);
  void begin_anew(SteadyTime now);  // the network is another one, or a person asked
  bool due(SteadyTime now);         // true once each time
  // Under which of so many epochs it is said this time: at first the newest, then every other time an older one.
  [[nodiscard]] std::size_t epoch(std::size_t epochs) const;
  [[nodiscard]] bool wanted() const { return wanted_; }
  [[nodiscard]] SteadyTime deadline() const { return wanted_ ? next_ : SteadyTime::max(); }

 private:
  void begin(SteadyTime first, SteadyTime now);
  [[nodiscard]] std::chrono::milliseconds pause(SteadyTime now);

  Random random_;
  bool wanted_ = false;
  bool repeat_ = false;    // the first of a series: the network may not have been ready for it
  std::size_t times_ = 0;  // said since it began
  SteadyTime began_;
  std::optional<SteadyTime> changed_;
  SteadyTime next_;
  std::optional<SteadyTime> said_;
};

// Whom a beacon is from. At most so many keys a second are tried: the rest of a flood is thrown away unread.
class BeaconEar {
 public:
  explicit BeaconEar(SteadyTime now) : refilled_at_(now) {}

  struct Sender {
    PeerKey key;
    Address address;
  };
  // nullopt: noise, a clock a day off, said again from elsewhere, ourselves, or nobody who is looked for.
  std::optional<Sender> understand(const HeardBeacon& heard, const std::vector<Doorway>& doorways, const DeviceId& self,
                                   WallTime wall, SteadyTime now);
  [[nodiscard]] std::uint64_t trials() const { return trials_; }

 private:
  bool may_try(SteadyTime now);

  std::uint32_t turns_ = kBeaconTrialsPerSecond;
  SteadyTime refilled_at_;
  std::uint64_t trials_ = 0;
};

// What somebody says over and over is not acted upon each time: they may be there and out of reach.
class BeaconNews {
 public:
  static constexpr std::size_t kPerPeer = 8;
  static constexpr std::chrono::milliseconds kFirstPause{30'000};
  static constexpr std::chrono::milliseconds kLongestPause{300'000};
  static constexpr std::chrono::milliseconds kForgottenAfter{900'000};  // of silence

  // True: this should be tried. Of one peer at one address at once, then 30 s, 1 min … 5 min after.
  bool is_news(const PeerKey& key, const Address& address, SteadyTime now);
  void forget(const PeerKey& key) { told_.erase(key); }
  void forget_all() { told_.clear(); }

 private:
  struct Told {
    Address address;
    SteadyTime heard_at;
    SteadyTime next;
    std::chrono::milliseconds pause{};
  };
  std::map<PeerKey, std::vector<Told>> told_;
};

}  // namespace duolog::net
