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
  if (state == "no address") return "no address of it is known: it is found where both are in one network";
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
  if (way == "tor") return " through Tor";
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
  if (delivery.state() == "mailbox") return "in the mailbox since " + near(delivery.at(), day);
  if (delivery.state() == "bundle") return "in the drop box since " + near(delivery.at(), day);
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

namespace {

// Why a mailbox was not reached, from the daemon's word for it.
std::string mailbox_trouble(const control::Mailbox& mailbox) {
  const auto& why = mailbox.trouble();
  const auto at = sanitise_line(mailbox.trouble_at());
  if (why == "no name") return "the name " + at + " leads nowhere";
  if (why == "no way") return "no way leads to " + at + " from here";
  if (why == "refused") return "nobody listens at " + at;
  if (why == "silent") return at + " does not answer to this link: is it still the newest (duolog-mailbox link)?";
  if (why == "stranger") return at + " knows the link and is not the mailbox: make a new link there";
  if (why == "untrue") return at + " answers what no mailbox does";
  if (why == "full") return "its disk is full; what lies there is safe";
  if (why == "too long") return "something is longer than it takes";
  if (why == "disk") return "this device's own disk: " + at;
  return "no answer from " + at;
}

std::string mailbox_line(const control::Mailbox& mailbox) {
  const auto day = today();
  std::string text = "mailbox";
  if (mailbox.addresses_size() > 0) text += " " + sanitise_line(mailbox.addresses(0));
  for (int i = 0; i < mailbox.journals_size(); ++i)
    text += (i == 0 ? " for " : ", ") + sanitise_line(mailbox.journals(i));
  text += mailbox.looked().empty() ? ": not reached yet" : ": last reached " + near(mailbox.looked(), day);
  if (!mailbox.put().empty()) text += ", last put there " + near(mailbox.put(), day);
  if (!mailbox.read().empty()) text += ", last came from there " + near(mailbox.read(), day);
  if (mailbox.quota_mib() > 0)
    text += fmt::format(", {} of {} MiB taken, each kept {} days", mailbox.held_mib(), mailbox.quota_mib(),
                        mailbox.keeps_days());
  if (mailbox.state() == "calling") return text + "; calling now";
  if (!mailbox.trouble().empty()) text += "; now it cannot be used: " + mailbox_trouble(mailbox);
  if (!mailbox.trouble().empty() && !mailbox.next_try().empty()) text += ", next try " + near(mailbox.next_try(), day);
  return text;
}

}  // namespace

std::vector<std::string> mailbox_lines(const google::protobuf::RepeatedPtrField<control::Mailbox>& mailboxes) {
  std::vector<std::string> lines;
  for (const auto& mailbox : mailboxes) lines.push_back(mailbox_line(mailbox));
  return lines;
}

}  // namespace duolog::client
