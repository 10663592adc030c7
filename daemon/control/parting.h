// parting.h: a shared journal is left, kept to be read or forgotten. Where the other is to be told, that is waited for:
//
//   told ─► their device holds it, or the time is over ─► parted ─► kept or forgotten
//
// When the hold goes in between, the journal is parted already, and kept.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/keep.h"

namespace duolog::control {

class Part;

// REQUIRES: Desk::State::kOpen. Throws what a request may throw; nothing has changed then.
Hold begin_parting(Desk& desk, const Part& asked, Keep::Answers answers);

}  // namespace duolog::control
