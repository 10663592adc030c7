// compose.h: what somebody typed, checked and made into what is written. Every limit that a reader enforces is enforced
// here first, with the place of the fault.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/event.h"
#include "daemon/journal/shelf.h"

namespace duolog::journal {

// Throws Refusal: kEmpty, kBadUtf8, kTooLong, kBadField ("tag"), kBadDate.
Entry compose(const Draft& draft, std::int64_t now_ms, const Zone& zone);

}  // namespace duolog::journal
