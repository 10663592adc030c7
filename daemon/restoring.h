// restoring.h: a backup that was taken apart becomes a home: judged, locked anew, moved into its place.
// Spec: proto/README.md section 3.16.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "daemon/home/home.h"
#include "daemon/journal/identity.h"
#include "daemon/store/backup_unpacker.h"

namespace duolog {

struct NewLock {
  crypto::SecretBytes passphrase;  // empty: a key file
  crypto::Argon2Cost cost;
};

struct Restored {
  std::uint64_t records = 0;
  std::uint64_t missing = 0;  // of them, not whole: fetched from the other side
  std::vector<std::string> damage;
};

// There is a home, or what is left of one. What a restore has left that was stopped on its way is none.
[[nodiscard]] bool holds_a_home(const home::Home& home);
// What such a restore has left goes, also where all but the last of its steps was done. Throws std::system_error.
// REQUIRES: no restore is under way.
void clear_unfinished_restore(const home::Home& home);

// Nothing lies in the home's own place before every hash, the vault and the database were found to be as they were
// made, and to belong together, and each record was read. `gone`: what only the old device had may be written in at
// once. Throws Refusal(kBackupPassphrase), and then it may be called again; store::BadBackup, store::NotDurable.
// REQUIRES: `backup` lies in home.restoring(), and !holds_a_home().
Restored move_in(store::BackupUnpacker& backup, const home::Home& home, const crypto::SecretBytes& passphrase,
                 const NewLock& lock, bool gone);

}  // namespace duolog
