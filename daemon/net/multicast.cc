// multicast.cc: two groups, every interface, no default route needed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/multicast.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "daemon/line/interfaces.h"

namespace duolog::net {
namespace {

constexpr int kOn = 1;
constexpr int kAnswerTime = 50;  // ms; a machine answers itself at once
constexpr int kPacketsAtOnce = 32;
constexpr std::size_t kLongestPacket = std::max(kAnnouncementLength, crypto::kBeaconLength);
constexpr std::size_t kRoomForPacket = kLongestPacket + 1;  // one more byte shows that it is too long
constexpr std::size_t kRoomForControl = 128;
constexpr std::size_t kV4At = 12;  // in ::ffff:a.b.c.d

Descriptor udp_socket(int family) { return Descriptor(socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

template <class Value>
bool set_option(const Descriptor& socket, int level, int name, const Value& value) {
  return setsockopt(socket.get(), level, name, &value, sizeof value) == 0;
}

template <class Address>
const sockaddr* as_sockaddr(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

sockaddr_in group4() {
  sockaddr_in group{};
  group.sin_family = AF_INET;
  group.sin_port = htons(kMulticastPort);
  inet_pton(AF_INET, kMulticastGroup4, &group.sin_addr);
  return group;
}

sockaddr_in6 group6(unsigned interface) {
  sockaddr_in6 group{};
  group.sin6_family = AF_INET6;
  group.sin6_port = htons(kMulticastPort);
  group.sin6_scope_id = interface;
  inet_pton(AF_INET6, kMulticastGroup6, &group.sin6_addr);
  return group;
}

template <class Address>
bool send_to(const Descriptor& socket, ByteView packet, const Address& group) {
  return sendto(socket.get(), packet.data(), packet.size(), 0, as_sockaddr(group), sizeof group) ==
         static_cast<ssize_t>(packet.size());
}

ip_mreqn membership4(unsigned interface) {
  ip_mreqn membership{};
  membership.imr_multiaddr = group4().sin_addr;
  membership.imr_ifindex = static_cast<int>(interface);
  return membership;
}

Descriptor listen4(const std::vector<Interface>& all) {
  Descriptor socket = udp_socket(AF_INET);
  if (!socket) return {};
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, kOn);
  set_option(socket, SOL_SOCKET, SO_REUSEPORT, kOn);
  set_option(socket, IPPROTO_IP, IP_PKTINFO, kOn);
  const sockaddr_in group = group4();
  if (bind(socket.get(), as_sockaddr(group), sizeof group) != 0) return {};
  for (const Interface& each : all)
    if (!each.v4.empty()) set_option(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, membership4(each.index));
  return socket;
}

Descriptor listen6(const std::vector<Interface>& all) {
  Descriptor socket = udp_socket(AF_INET6);
  if (!socket) return {};
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, kOn);
  set_option(socket, SOL_SOCKET, SO_REUSEPORT, kOn);
  set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, kOn);
  set_option(socket, IPPROTO_IPV6, IPV6_RECVPKTINFO, kOn);
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  any.sin6_port = htons(kMulticastPort);
  if (bind(socket.get(), as_sockaddr(any), sizeof any) != 0) return {};
  for (const Interface& each : all) {
    const ipv6_mreq membership{group6(0).sin6_addr, each.index};
    if (each.has_v6) set_option(socket, IPPROTO_IPV6, IPV6_JOIN_GROUP, membership);
  }
  return socket;
}

// What recvmsg fills in.
struct Packet {
  std::array<std::uint8_t, kRoomForPacket> bytes{};
  alignas(cmsghdr) std::array<char, kRoomForControl> control{};
  sockaddr_storage source{};
  unsigned interface = 0;
  std::size_t length = 0;
};

// The control messages carry the index of the interface, which tells two hosts on two networks from one on both.
unsigned interface_of(msghdr& message) {
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      return static_cast<unsigned>(info.ipi_ifindex);
    }
    if (each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(each), sizeof info);
      return info.ipi6_ifindex;
    }
  }
  return 0;
}

bool take_packet(int fd, Packet& packet) {
  iovec room{packet.bytes.data(), packet.bytes.size()};
  msghdr message{};
  message.msg_name = &packet.source;
  message.msg_namelen = sizeof packet.source;
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  message.msg_control = packet.control.data();
  message.msg_controllen = packet.control.size();
  const ssize_t length = recvmsg(fd, &message, 0);
  if (length < 0) return false;
  packet.length = static_cast<std::size_t>(length);
  packet.interface = interface_of(message);
  return true;
}

// "fe80::7%eth0": a link-local address means nothing without its interface.
std::string source_text(const Packet& packet) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (packet.source.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&packet.source);
    return inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size()) ? text.data() : "";
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&packet.source);
  if (!inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size())) return "";
  std::array<char, IF_NAMESIZE> name{};
  const bool local = IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr) && if_indextoname(packet.interface, name.data());
  return local ? std::string(text.data()) + "%" + name.data() : text.data();
}

// Out by this interface, from its own address: on loopback the system would choose another interface's.
bool send_from(const Descriptor& socket, unsigned interface, const in_addr& source, ByteView packet) {
  ip_mreqn way = membership4(interface);
  way.imr_address = source;
  return set_option(socket, IPPROTO_IP, IP_MULTICAST_IF, way) && send_to(socket, packet, group4());
}

bool send_by(const Descriptor& socket, const Interface& interface, ByteView packet) {
  in_addr source{};
  return inet_pton(AF_INET, interface.v4.front().c_str(), &source) == 1 &&
         send_from(socket, interface.index, source, packet);
}

// An interface may have several addresses of IPv6: the one that is meant is bound to.
bool send_from(const Descriptor& socket, unsigned interface, const in6_addr& source, ByteView packet) {
  sockaddr_in6 here{};
  here.sin6_family = AF_INET6;
  here.sin6_addr = source;
  here.sin6_scope_id = interface;
  const int way = static_cast<int>(interface);
  return bind(socket.get(), as_sockaddr(here), sizeof here) == 0 &&
         set_option(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, way) && send_to(socket, packet, group6(interface));
}

}  // namespace

int announce(const Announcement& announcement) {
  const Bytes packet = encode(announcement);
  const Descriptor v4 = udp_socket(AF_INET);
  const Descriptor v6 = udp_socket(AF_INET6);
  int sent = 0;
  for (const Interface& each : interfaces()) {
    if (v4 && !each.v4.empty()) sent += send_by(v4, each, packet) ? 1 : 0;
    if (v6 && each.has_v6) sent += send_to(v6, packet, group6(each.index)) ? 1 : 0;
  }
  return sent;
}

bool send_beacon(const BeaconSource& source, ByteView packet) {
  if (is_v4(source.ip)) {
    in_addr address{};
    std::memcpy(&address, &source.ip[kV4At], sizeof address);
    const Descriptor socket = udp_socket(AF_INET);
    return socket && send_from(socket, source.interface, address, packet);
  }
  in6_addr address{};
  std::memcpy(&address, source.ip.data(), sizeof address);
  const Descriptor socket = udp_socket(AF_INET6);
  return socket && send_from(socket, source.interface, address, packet);
}

bool hears_itself() {
  const GroupListener listener;
  const Descriptor speaker = udp_socket(AF_INET);
  if (listener.v4() < 0 || !speaker) return false;
  constexpr std::uint8_t kStayHere = 0;  // hops
  set_option(speaker, IPPROTO_IP, IP_MULTICAST_TTL, kStayHere);
  const std::string question = "?" + std::to_string(::getpid());
  bool anywhere = false;
  bool asked = false;
  for (const Interface& each : interfaces()) {
    if (each.v4.empty() || each.loopback) continue;
    anywhere = true;
    asked = send_by(speaker, each, as_bytes(question)) || asked;
  }
  if (!anywhere) return true;
  pollfd heard{listener.v4(), POLLIN, 0};
  Packet packet;
  for (int i = 0; i < kPacketsAtOnce && asked && ::poll(&heard, 1, kAnswerTime) > 0; ++i) {
    if (!take_packet(listener.v4(), packet)) continue;
    if (as_text(ByteView(packet.bytes).first(packet.length)) == question) return true;
  }
  return false;
}

GroupListener::GroupListener() {
  const std::vector<Interface> all = interfaces();
  v4_ = listen4(all);
  v6_ = listen6(all);
}

void GroupListener::read(const std::function<void(const GroupPacket&)>& came) const {
  for (const Descriptor* socket : {&v4_, &v6_}) {
    Packet packet;
    for (int i = 0; i < kPacketsAtOnce && *socket && take_packet(socket->get(), packet); ++i) {
      const std::string host = source_text(packet);
      const auto ip = ip_bytes(host);
      if (!ip) continue;
      came({ByteView(packet.bytes).first(packet.length), host, *ip, packet.interface,
            packet.source.ss_family == AF_INET6});
    }
  }
}

}  // namespace duolog::net
