// calling.h: from an address to a connection: the name is looked up, and what it leads to is tried in turn.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <asio/awaitable.hpp>
#include <memory>
#include <optional>

#include "daemon/net/dialer.h"
#include "daemon/net/names.h"

namespace duolog::net {

struct Called {
  std::optional<asio::ip::tcp::socket> socket;  // connected
  Trouble trouble = Trouble::kNone;             // why there is none
};
// Takes kConnectTime for the name and as long again for all that it leads to, at most. `narrow`: ask for packets of at
// most 576 bytes, both ways. `from`: the port from which an address of the internet is called, where the system lets
// us: the one that is listened on. A router that keeps it lets in who calls from there to here; so two who call each
// other meet, though neither router lets strangers in. 0: any.
asio::awaitable<Called> call(asio::io_context& io, std::shared_ptr<Names> names, Address address, bool narrow,
                             std::uint16_t from);

// A line on which nobody has to speak, as while a person decides, is asked by the system whether it still leads
// anywhere.
void keep_asking(asio::ip::tcp::socket& socket);

}  // namespace duolog::net
