// delivery.h: where words have arrived, and what is known of the devices there.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace duolog::control {
class Delivery;
class Peer;
}  // namespace duolog::control

namespace duolog::client {

// "here", or "on Bo's laptop 21:14". `day`: the one whose dates need not be named.
std::string delivery_text(const control::Delivery& delivery, std::string_view day);
// "Bo's laptop"
std::string device_text(std::string_view person, std::string_view device);
// "connected", "no answer since 21:14", …
std::string peer_state(const control::Peer& peer);

}  // namespace duolog::client
