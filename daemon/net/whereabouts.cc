// whereabouts.cc: what was, what is, and the difference.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/whereabouts.h"

#include <algorithm>

namespace duolog::net {
namespace {

std::set<std::string> hosts_of(const std::vector<Interface>& all) {
  std::set<std::string> hosts;
  for (const Interface& each : all) {
    hosts.insert(each.v4.begin(), each.v4.end());
    hosts.insert(each.v6.begin(), each.v6.end());
  }
  return hosts;
}

std::set<std::string> carriers_of(const std::vector<Interface>& all) {
  std::set<std::string> names;
  for (const Interface& each : all)
    if (each.carrier) names.insert(each.name);
  return names;
}

// Everything at which this interface is listened on.
std::vector<std::string> hosts_listened_on(const Interface& interface, const std::string& host, bool v4_only) {
  std::vector<std::string> hosts;
  if (!host.empty()) {
    for (const auto* family : {&interface.v4, &interface.v6})
      if (std::ranges::find(*family, host) != family->end()) hosts.push_back(host);
    return hosts;
  }
  if (!interface.v4.empty()) hosts.push_back(interface.v4.front());
  if (!interface.v6_local.empty() && !v4_only) hosts.push_back(interface.v6_local);
  return hosts;
}

std::vector<BeaconSource> sources_of(const std::vector<Interface>& all, const std::string& host, bool v4_only) {
  const bool alone = std::ranges::all_of(all, &Interface::loopback);
  std::vector<BeaconSource> sources;
  for (const Interface& each : all) {
    if (!each.carrier || (each.loopback && !alone && host.empty())) continue;
    for (const std::string& here : hosts_listened_on(each, host, v4_only))
      if (const auto ip = ip_bytes(here)) sources.push_back({each.index, *ip});
  }
  return sources;
}

bool has_new(const std::set<std::string>& now, const std::set<std::string>& before) {
  return !std::includes(before.begin(), before.end(), now.begin(), now.end());
}

}  // namespace

void Whereabouts::listen(std::string host, std::uint16_t port, const std::vector<std::string>& more, bool v4_only) {
  host_ = std::move(host);
  v4_only_ = v4_only;
  port_ = port;
  for (const std::string& text : more)
    if (const auto address = parse_address(text)) more_.push_back(address->text());
}

Whereabouts::Change Whereabouts::look(const std::vector<Interface>& all) {
  std::vector<std::string> addresses = more_;
  if (outside_ && std::ranges::find(more_, outside_->text()) == more_.end()) addresses.push_back(outside_->text());
  if (onion_) addresses.push_back(onion_->text());
  for (const std::string& host : host_.empty() ? reachable_hosts(all) : std::vector{host_})
    addresses.push_back(Address{host, port_}.text());
  std::set<std::string> hosts = hosts_of(all);
  std::set<std::string> carriers = carriers_of(all);
  const Change change{addresses != told_, has_new(hosts, hosts_) || has_new(carriers, carriers_)};
  told_ = std::move(addresses);
  sources_ = sources_of(all, host_, v4_only_);
  hosts_ = std::move(hosts);
  carriers_ = std::move(carriers);
  return change;
}

bool Whereabouts::stands(const std::string& host) const {
  return hosts_.empty() || host.starts_with("fe80:") || hosts_.contains(host);
}

std::chrono::milliseconds Settling::pause(SteadyTime now) {
  const bool calm = !looked_ || now - *looked_ >= kCalm;
  last_ = calm ? kShortest : std::min(2 * last_, kLongest);
  looked_ = now + last_;
  return last_;
}

}  // namespace duolog::net
