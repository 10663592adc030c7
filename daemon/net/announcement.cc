// announcement.cc: 11 bytes in the clear, and what several of them mean.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/announcement.h"

#include <algorithm>

#include "crypto/check.h"

namespace duolog::net {
namespace {

constexpr int kLargestNameplate = 99;
constexpr std::size_t kHeardLimit = 64;  // more interfaces than anybody has; the rest is a flood

// The order in which they are worth trying: an ordinary IPv4 address, a link-local IPv6 one, then this very machine.
constexpr int kLastRank = 2;
int rank(const Heard& heard) {
  const bool loopback = heard.host.starts_with("127.") || heard.host == "::1";
  return loopback ? kLastRank : heard.v6 ? 1 : 0;
}

bool is_from(const Heard& a, const Heard& b) { return a.host == b.host && a.interface == b.interface; }

bool contradict(const Heard& a, const Heard& b) {
  if (a.announcement.port != b.announcement.port) return true;
  return a.interface == b.interface && a.v6 == b.v6 && a.host != b.host;
}

// The one may be the other's new address.
bool is_a_move(const Heard& a, const Heard& b) {
  return a.v6 && b.v6 && a.interface == b.interface && a.host != b.host && a.announcement.port == b.announcement.port;
}

}  // namespace

Bytes encode(const Announcement& announcement) {
  check(announcement.nameplate >= 1 && announcement.nameplate <= kLargestNameplate, "a nameplate is out of range");
  Bytes packet = to_bytes(as_bytes(kAnnouncementMark));
  packet.push_back(static_cast<std::uint8_t>(announcement.nameplate));
  packet.push_back(static_cast<std::uint8_t>(announcement.port >> 8));
  packet.push_back(static_cast<std::uint8_t>(announcement.port & 0xff));
  return packet;
}

std::optional<Announcement> decode_announcement(ByteView packet) {
  if (packet.size() != kAnnouncementLength || !as_text(packet).starts_with(kAnnouncementMark)) return std::nullopt;
  const ByteView rest = packet.subspan(kAnnouncementMark.size());
  const Announcement announcement{rest[0], static_cast<std::uint16_t>(rest[1] << 8 | rest[2])};
  if (announcement.nameplate < 1 || announcement.nameplate > kLargestNameplate || announcement.port == 0)
    return std::nullopt;
  return announcement;
}

bool Announcements::hear(const Heard& heard) {
  if (heard.announcement.nameplate != nameplate_ || heard_.size() >= kHeardLimit) return false;
  const auto same = [&](const Heard& known) {
    return known.announcement == heard.announcement && is_from(known, heard);
  };
  const auto known = std::find_if(heard_.begin(), heard_.end(), same);
  if (known == heard_.end()) {
    heard_.push_back(heard);
    return true;
  }
  came_back_ =
      came_back_ || std::any_of(known, heard_.end(), [&](const Heard& later) { return is_a_move(heard, later); });
  return false;
}

bool Announcements::two_windows() const {
  for (const Heard& one : heard_) {
    std::size_t moves = 0;
    for (const Heard& other : heard_) {
      if (!contradict(one, other)) continue;
      if (came_back_ || !is_a_move(one, other) || ++moves > 1) return true;
    }
  }
  return false;
}

bool Announcements::in_doubt() const {
  for (const Heard& one : heard_) {
    const auto moved = [&](const Heard& other) { return is_a_move(one, other); };
    if (std::any_of(heard_.begin(), heard_.end(), moved)) return true;
  }
  return false;
}

std::vector<Address> Announcements::addresses() const {
  std::vector<Address> addresses;
  for (int wanted = 0; wanted <= kLastRank; ++wanted) {
    for (const Heard& each : heard_) {
      const Address address{each.host, each.announcement.port};
      const bool known = std::find(addresses.begin(), addresses.end(), address) != addresses.end();
      if (rank(each) == wanted && !known) addresses.push_back(address);
    }
  }
  return addresses;
}

}  // namespace duolog::net
