// announcement.h: the one thing said in the clear: "a pairing window with this number is open on this port".
// The packet, and what a listener concludes from several. The sockets are in multicast.h.
// Spec: proto/README.md section 3.8.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/bytes.h"
#include "daemon/home/address.h"
#include "daemon/home/clock.h"

namespace duolog::net {

inline constexpr std::string_view kAnnouncementMark = "DUOLOGP1";                     // DO NOT CHANGE
inline constexpr std::size_t kAnnouncementLength = kAnnouncementMark.size() + 1 + 2;  // nameplate, port (big-endian)
inline constexpr const char* kMulticastGroup4 = "239.255.38.65";                      // DO NOT CHANGE
inline constexpr const char* kMulticastGroup6 = "ff02::3865";                         // DO NOT CHANGE
inline constexpr std::uint16_t kMulticastPort = 38650;                                // DO NOT CHANGE
inline constexpr std::chrono::milliseconds kAnnounceEvery{1'000};

struct Announcement {
  int nameplate = 0;  // 1 to 99
  std::uint16_t port = 0;
  auto operator<=>(const Announcement&) const = default;
};
Bytes encode(const Announcement& announcement);
std::optional<Announcement> decode_announcement(ByteView packet);  // nullopt: not one of ours

// An announcement as it arrived.
struct Heard {
  Announcement announcement;
  std::string host;        // the source address; link-local ones with "%interface"
  unsigned interface = 0;  // index of the interface it came in by
  bool v6 = false;
};

// Collects what is heard for one nameplate. One host is heard several times: by every interface and family. Over IPv6
// its source may change once while its window is open; what came from the old one is silent then, and two hosts are
// not.
class Announcements {
 public:
  explicit Announcements(int nameplate) : nameplate_(nameplate) {}
  bool hear(const Heard& heard);  // true: it has this nameplate and is new
  // Two hosts announce it: two ports, or two sources by one interface and family that are both heard.
  [[nodiscard]] bool two_windows() const;
  // A host has moved, or a second one has come: whoever collects listens on until the old one would have been heard.
  [[nodiscard]] bool in_doubt() const;
  [[nodiscard]] std::vector<Address> addresses() const;  // loopback last, IPv4 before link-local IPv6

 private:
  int nameplate_;
  std::vector<Heard> heard_;
  bool came_back_ = false;  // the old source was heard after the new one
};

}  // namespace duolog::net
