// repairing.h: everything that is kept is read once, and what is damaged or missing is asked of whoever is connected.
//
//   reading: records, then chunks of attachments ──► fetching: until all is here, or the time is over ──► done
//
// In slices, so that others are served. It ends when the hold goes; what was asked for until then still comes.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/keep.h"

namespace duolog::control {

class Repair;

// REQUIRES: Desk::State::kOpen. Throws what a request may throw.
Hold begin_repair(Desk& desk, const Repair& asked, Keep::Answers answers);

}  // namespace duolog::control
