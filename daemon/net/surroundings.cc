// surroundings.cc: netlink and timerfd.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/surroundings.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <array>
#include <cstdint>
#include <limits>

namespace duolog::net {
namespace {

constexpr std::size_t kMessageRoom = 8192;

Descriptor watch_network() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
  sockaddr_nl groups{};
  groups.nl_family = AF_NETLINK;
  groups.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE;
  if (socket && bind(socket.get(), reinterpret_cast<const sockaddr*>(&groups), sizeof groups) == 0) return socket;
  return {};
}

// Set for the end of time: only the clock being set, by a person or by waking up, ends the wait.
bool arm(int fd) {
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<std::int32_t>::max();
  return timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0;
}

Descriptor watch_clock() {
  Descriptor timer(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
  if (timer && arm(timer.get())) return timer;
  return {};
}

}  // namespace

Surroundings::Surroundings() : network_(watch_network()), clock_(watch_clock()) {}

void Surroundings::drain_network() const {
  std::array<char, kMessageRoom> message{};
  while (recv(network_.get(), message.data(), message.size(), 0) > 0) {
  }
}

void Surroundings::drain_clock() const {
  std::uint64_t times = 0;
  [[maybe_unused]] const auto told =
      ::read(clock_.get(), &times, sizeof times);  // fails with ECANCELED: that is the news
  arm(clock_.get());
}

}  // namespace duolog::net
