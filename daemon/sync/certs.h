// certs.h: chains are said in CERTS messages of a bounded length, in a session and in a bundle alike.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "daemon/sync/message.h"

namespace duolog::sync {

// As many of them as one message takes, from the front on; they are not waiting any more. None: there were none.
Certs next_certs(std::deque<crypto::Chain>& waiting);

}  // namespace duolog::sync
