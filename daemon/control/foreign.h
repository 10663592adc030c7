// foreign.h: imports: what a tool has read elsewhere, on its way into a journal.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/practices.h"

namespace duolog::control {

// As answer_practices().
bool answer_import(journal::Shelf& shelf, const Request& request, const Answering& answers);

}  // namespace duolog::control
