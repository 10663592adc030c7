// notebook.h: the secrets of a notebook that is begun: of a new person, or of one who came back with the words.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/identity.h"

namespace duolog::journal {

inline constexpr const char* kNotebookName = "notebook";  // how it is always called

// Hidden until the log holds its first records.
JournalSecrets new_notebook(const crypto::RootPublic& root);

}  // namespace duolog::journal
