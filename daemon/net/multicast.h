// multicast.h: the UDP sockets of announcements and beacons. Sends on every interface by name, loopback too, and
// listens on all of them: a join or send without a named interface fails where there is no default route. Never blocks;
// node.cc waits for the descriptors.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "daemon/net/announcement.h"
#include "daemon/net/beacon.h"
#include "daemon/net/descriptor.h"

namespace duolog::net {

// Whether what is sent to the group can be heard on this very machine: false where a firewall here forbids it. The
// question does not leave the machine. Waits 50 ms for the answer at most.
bool hears_itself();

// To both groups on every interface that is up. Interfaces that refuse are skipped: the world is like that.
// Returns how many packets the system took.
int announce(const Announcement& announcement);

// To the group of its family, by this interface and from this address alone. False: the system did not take it.
bool send_beacon(const BeaconSource& source, ByteView packet);

// One packet that came by the group, whatever it holds.
struct GroupPacket {
  ByteView bytes;    // longer than any of ours are cut to one byte more than the longest
  std::string host;  // its source; link-local ones with "%interface"
  ByteArray<crypto::kBeaconIpLength> ip{};
  unsigned interface = 0;
  bool v6 = false;
};

// On every interface there is when it is made: where they change, another one is made.
class GroupListener {
 public:
  // Two daemons on one machine may both listen. A family that the machine does not have is left out.
  GroupListener();
  // To be waited on for reading. -1: this family is not there.
  [[nodiscard]] int v4() const { return v4_.get(); }
  [[nodiscard]] int v6() const { return v6_.get(); }
  // Takes what has come, at most 32 packets of each family at a time. Their bytes are gone afterwards.
  void read(const std::function<void(const GroupPacket&)>& came) const;

 private:
  Descriptor v4_;
  Descriptor v6_;
};

}  // namespace duolog::net
