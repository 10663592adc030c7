// mailboxes.h: which mailboxes this device's journals go through.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/practices.h"
#include "daemon/control/visit.h"

namespace duolog::control {

// As answer_practices() does.
bool answer_mailboxes(Desk& desk, const Request& request, const Answering& answers);

}  // namespace duolog::control
