// upnp_words.h: what the daemon and its errand (upnp_errand.h) say to each other: a wish as words of a command line,
// and lines of text back. The errand reads what strangers say, so the daemon reads it as a stranger's: of bounded
// length, visible letters, numbers in their range, an address at the router's own machine.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/net/mapping.h"

namespace duolog::net {

inline constexpr std::size_t kUpnpReportLimit = 512;  // all that an errand says

// Where a router takes orders. What is behind "http://its.own.address" is the router's; nothing here understands it.
struct UpnpCounter {
  std::string router;
  std::string url;
  std::string service;
  bool operator==(const UpnpCounter&) const = default;
};
// nullopt: not of that very machine ("http://192.168.7.1:5000/…"), too long, or not all visible letters.
std::optional<UpnpCounter> counter_at(std::string router, std::string url, std::string service);
bool is_at(std::string_view url, std::string_view router);

struct UpnpErrand {
  UpnpWish wish;
  std::optional<UpnpCounter> counter;  // where the last mapping was made: no search
};
std::vector<std::string> words_of(const UpnpErrand& errand);
std::optional<UpnpErrand> read_errand(std::span<const char* const> words);

std::uint16_t port_above(std::uint16_t port);  // the next that is tried

// Said as soon as it is known, before anything is asked there; then the answer, which ends the errand.
std::string line_of(const UpnpCounter& counter);
std::string line_of(const UpnpAnswer& answer);

struct UpnpReport {
  std::optional<UpnpCounter> counter;
  std::optional<UpnpAnswer> answer;
};
// Whatever it says. What is not understood is not there.
UpnpReport read_report(std::string_view said, const UpnpWish& wish);

}  // namespace duolog::net
