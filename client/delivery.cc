// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/delivery.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/moment.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

// Why there is no connection, from the daemon's word for it.
std::string away_text(std::string_view state) {
  if (state == "dialling") return "trying now";
  if (state == "never met") return "not connected since pairing";
  if (state == "no answer") return "no answer";
  return "not connected";
}

std::string peer_text(const control::Peer& peer) {
  if (!peer.own()) return device_text(peer.name(), peer.device());
  return peer.device().empty() ? "your other device" : "your " + sanitise_line(peer.device());
}

// By which way the two are connected.
std::string_view way_text(std::string_view way) {
  if (way == "name") return " by a name";
  if (way == "across") return " across the internet";
  if (way == "came in") return " from across the internet";
  if (way == "through port") return " through the port that your router maps";
  return way == "here" ? " in this network" : "";
}

}  // namespace

std::string device_text(std::string_view person, std::string_view device) {
  if (device.empty()) return person.empty() ? "the other device" : sanitise_line(person) + "'s device";
  const std::string whose = person.empty() ? "" : sanitise_line(person) + "'s ";
  const std::string name = sanitise_line(device);
  return name.starts_with(whose) ? name : whose + name;  // many a device is called "Bo's laptop"
}

std::string delivery_text(const control::Delivery& delivery, std::string_view day) {
  if (delivery.state() != "delivered") return "here";
  return "on " + device_text(delivery.person(), delivery.device()) + " " + near(delivery.at(), day);
}

std::string peer_state(const control::Peer& peer) {
  const auto day = today();
  std::string text;
  if (peer.connected()) {
    text = "connected" + std::string(way_text(peer.way()));
  } else if (!peer.since().empty()) {
    text = "no answer since " + near(peer.since(), day);
  } else {
    text = away_text(peer.state());
  }
  if (!peer.connected() && peer.since().empty() && !peer.last_seen().empty())
    text += ", last seen " + near(peer.last_seen(), day);
  if (!peer.connected() && !peer.next_try().empty()) text += ", next try " + near(peer.next_try(), day);
  if (!peer.since().empty() && peer.next_try().empty()) text += ", trying now";
  if (peer.version() == "newer") text += ", its Duolog is newer: update this one";
  if (peer.version() == "older") text += ", its Duolog is older: it needs an update";
  if (peer.behind() > 0) text += fmt::format(", {} not there yet", peer.behind());
  if (peer.missing() > 0) text += fmt::format(", {} not here yet", peer.missing());
  if (peer.behind() == 0 && peer.missing() == 0 && peer.connected()) text += ", both hold the same";
  return text;
}

std::vector<std::string> peer_lines(const google::protobuf::RepeatedPtrField<control::Peer>& peers) {
  std::vector<std::string> lines;
  for (const bool own : {true, false}) {
    for (const auto& peer : peers) {
      if (peer.own() != own) continue;
      auto line = peer_text(peer) + ": " + peer_state(peer);
      if (!own || std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
    }
  }
  return lines;
}

}  // namespace duolog::client
