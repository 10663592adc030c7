// device_reach.cc: by which ways the other reaches this device, and why not by others.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/device_state.h"
#include "daemon/net/ways.h"

namespace duolog {
namespace {

const char* name_of(net::MappingWay way) {
  switch (way) {
    case net::MappingWay::kPcp:
      return "PCP";
    case net::MappingWay::kNatPmp:
      return "NAT-PMP";
    case net::MappingWay::kUpnp:
      return "UPnP";
  }
  return "";
}

}  // namespace

const char* Device::Open::way_of(const net::PeerStatus& status) const {
  if (status.state != net::PeerStatus::State::kConnected) return "";
  const bool mapped = node.mapping().is == net::MappingStatus::Is::kMapped;
  const auto address = parse_address(status.address);
  if (status.came_in && net::is_onion(status.address)) return "tor";
  if (!address) return "";
  switch (status.came_in ? net::way_of_visit(address->host, mapped) : net::way_of_dial(*address)) {
    case net::Way::kNone:
      return "";
    case net::Way::kHere:
      return "here";
    case net::Way::kName:
      return "name";
    case net::Way::kAcross:
      return "across";
    case net::Way::kCameIn:
      return "came in";
    case net::Way::kThroughPort:
      return "through port";
    case net::Way::kTor:
      return "tor";
  }
  return "";
}

void Device::Open::examine_mapping(const std::function<void(const char*, const char*, std::string)>& find) const {
  using Is = net::MappingStatus::Is;
  const net::MappingStatus status = node.mapping();
  switch (status.is) {
    case Is::kOff:
      return find("mapping-off", "note", "");
    case Is::kNotNeeded:
      return find("mapping-not-needed", "note", "");
    case Is::kTunnel:
      return find("mapping-tunnel", "note", "");
    case Is::kNoRouter:
      return find("mapping-no-router", "note", "");
    case Is::kAsking:
      return find("mapping-asking", "note", "");
    case Is::kNoAnswer:
      return find("mapping-no-answer", "note", "");
    case Is::kRefused:
      return find("mapping-refused", "note", name_of(status.way));
    case Is::kNotOutside:
      return find("mapping-double-nat", "note", "");
    case Is::kMapped:
      return find("mapped", "ok", status.outside->text() + " (" + name_of(status.way) + ")");
  }
}

void Device::Open::examine_tor(const std::function<void(const char*, const char*, std::string)>& find) const {
  using Is = net::TorStatus::Is;
  const net::TorStatus status = node.tor();
  switch (status.is) {
    case Is::kOff:
      if (device.config.tor) find("tor-waits", "note", "");
      return;  // of what nobody has asked for there is nothing to say
    case Is::kMissing:
      return find("tor-missing", "warning", "");
    case Is::kStarting:
      return find("tor-starting", "note", std::to_string(status.percent));
    case Is::kUp:
      return find("tor-up", "note", "");
    case Is::kPublished:
      return find("tor-published", "ok", status.address->text());
    case Is::kEnded:
      return find("tor-ended", "warning", status.why);
  }
}

}  // namespace duolog
