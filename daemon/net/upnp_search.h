// upnp_search.h: the search for a router that speaks UPnP: SSDP, said to the router itself and to the group, and
// answered in a few seconds or never. For the errand alone (upnp_errand.h): it waits where it stands.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "daemon/net/mapping.h"

namespace duolog::net {

inline constexpr int kSearchSeconds = 3;
inline constexpr std::size_t kSearchPacket = 1536;  // what is longer is none
inline constexpr int kSearchAnswers = 16;           // of the router's own; then it has had its say

// Where its description lies, out of an answer; empty: it does not say.
std::string read_location(std::string_view answer);

// Calls `found` with each new place that the router names at its own address, until one is taken (true). Everybody in
// the network may answer: only what comes from the router's address is read. Nothing leaves the network: the group is
// spoken to with one hop, the router without a route. False: nobody, or no such place was taken.
bool search_upnp(const Route& route, const std::function<bool(const std::string&)>& found);

}  // namespace duolog::net
