// whereabouts.h: where this device can be reached, and what a change of the network means for it. It holds no socket
// and no clock: the caller says what interfaces there are, and when.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>

#include "daemon/home/address.h"
#include "daemon/home/clock.h"
#include "daemon/line/interfaces.h"
#include "daemon/net/beacon.h"

namespace duolog::net {

class Whereabouts {
 public:
  // `host`: the one that is listened on; empty: every interface. `more`: told besides, before the others. `v4_only`: no
  // IPv6 is listened on.
  void listen(std::string host, std::uint16_t port, const std::vector<std::string>& more, bool v4_only = false);

  // Where a router lets others in; told after `more`, before what this machine knows of itself. nullopt: it does not.
  void outside(const std::optional<Address>& address) { outside_ = address; }
  [[nodiscard]] const std::optional<Address>& outside() const { return outside_; }
  // Our onion service, told after that.
  void onion(const Address& address) { onion_ = address; }
  [[nodiscard]] const std::optional<Address>& onion() const { return onion_; }

  struct Change {
    bool told = false;  // addresses() has changed: tell it
    bool way = false;   // an address or a carrier is new: whoever is away may be within reach now
  };
  Change look(const std::vector<Interface>& all);

  [[nodiscard]] const std::vector<std::string>& addresses() const { return told_; }
  // Where others in the same network can reach this device, an address for each interface and family: loopback only
  // where there is nothing else, or where nothing else is listened on; nothing without a carrier.
  [[nodiscard]] const std::vector<BeaconSource>& beacon_sources() const { return sources_; }
  // An address of this machine, when it was last looked at. Link-local ones are given the benefit of the doubt.
  [[nodiscard]] bool stands(const std::string& host) const;

 private:
  std::string host_;
  bool v4_only_ = false;
  std::uint16_t port_ = 0;
  std::vector<std::string> more_;
  std::optional<Address> outside_, onion_;
  std::vector<std::string> told_;
  std::vector<BeaconSource> sources_;
  std::set<std::string> hosts_;     // of this machine, loopback too
  std::set<std::string> carriers_;  // names of interfaces that have one
};

// How long to wait, once a change was told, before looking. Changes come in bursts, and a bad link comes and goes every
// second: the sooner after a look, the longer, but never so long that a good change is missed for ten seconds.
class Settling {
 public:
  [[nodiscard]] std::chrono::milliseconds pause(SteadyTime now);

 private:
  static constexpr std::chrono::milliseconds kShortest{1'000};
  static constexpr std::chrono::milliseconds kLongest{8'000};
  static constexpr std::chrono::milliseconds kCalm{10'000};

  std::chrono::milliseconds last_ = kShortest;
  std::optional<SteadyTime> looked_;  // or will have, when the last pause is over
};

}  // namespace duolog::net
