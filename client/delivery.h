// delivery.h: where words have arrived, and what is known of the devices there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
template <class Element>
class RepeatedPtrField;
}
namespace duolog::control {
class Delivery;
class Mailbox;
class Peer;
}  // namespace duolog::control

namespace duolog::client {

// "here", "in the mailbox since 21:14", or "on Bo's laptop 21:14". `day`: the one whose dates need not be named.
std::string delivery_text(const control::Delivery& delivery, std::string_view day);
// "Bo's laptop"
std::string device_text(std::string_view person, std::string_view device);
// "connected", "no answer since 21:14", …
std::string peer_state(const control::Peer& peer);
// "Bo's laptop: connected, both hold the same", "your phone: …": one's own devices first, and what is the same in
// several journals once.
std::vector<std::string> peer_lines(const google::protobuf::RepeatedPtrField<control::Peer>& peers);

// "mailbox box.example.org:38651 for Bo: last reached 21:14 …"
std::vector<std::string> mailbox_lines(const google::protobuf::RepeatedPtrField<control::Mailbox>& mailboxes);

}  // namespace duolog::client
