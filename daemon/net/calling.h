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
// most 576 bytes, both ways.
asio::awaitable<Called> call(asio::io_context& io, std::shared_ptr<Names> names, Address address, bool narrow);

// A line on which nobody has to speak, as while a person decides, is asked by the system whether it still leads
// anywhere.
void keep_asking(asio::ip::tcp::socket& socket);

}  // namespace duolog::net
