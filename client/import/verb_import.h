// verb_import.h: what the word import of the command line does, as client/verbs.h has it of the others.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/verbs.h"

namespace duolog::client {

Exit import(Context& context, const ImportOptions& options);

}  // namespace duolog::client
