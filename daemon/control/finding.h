// finding.h: requests that look for something: searches, this day in other years, how much there is.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/practices.h"

namespace duolog::control {

// As answer_practices() does.
bool answer_finding(journal::Shelf& shelf, const Request& request, const Answering& answers);

}  // namespace duolog::control
