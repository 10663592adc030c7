// verb_export.h: what the word export of the command line does, as client/verbs.h has it of the others.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/verbs.h"

namespace duolog::client {

Exit export_journal(Context& context, const ExportOptions& options);

}  // namespace duolog::client
