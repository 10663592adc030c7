// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/notebook.h"

namespace duolog::journal {

JournalSecrets new_notebook(const crypto::RootPublic& root) {
  JournalSecrets notebook;
  crypto::fill_random(notebook.genesis.nonce);
  notebook.genesis.first = root;
  notebook.id = notebook.genesis.id();
  notebook.epochs.push_back(crypto::EpochSecret::random());  // zero: for the root
  notebook.epochs.push_back(crypto::EpochSecret::random());  // one: with the first device
  notebook.name = kNotebookName;
  notebook.unacknowledged = true;
  return notebook;
}

}  // namespace duolog::journal
