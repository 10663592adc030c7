// foreign.h: imports: what a tool has read elsewhere, on its way into a journal.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/attaching.h"
#include "daemon/control/practices.h"

namespace duolog::control {

// REQUIRES: an Import. Of what the visit has attached, each item takes as many as it says; what is named by none, as
// where an entry was there already, is dropped. Throws as the journal does.
void answer_import(journal::Shelf& shelf, Attaching& attaching, const Request& request, const Answering& answers);

}  // namespace duolog::control
