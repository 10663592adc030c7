// restoring.h: a backup that was taken apart becomes a home: judged, locked anew, moved into its place.
// Spec: proto/README.md section 3.15.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
  std::uint64_t missing = 0;  // of them, without their body: fetched from the other side
};

// There is a home, or what is left of one. What a restore has left that was stopped on its way is none.
[[nodiscard]] bool holds_a_home(const home::Home& home);
// What such a restore has left goes. Throws std::system_error. REQUIRES: !holds_a_home().
void clear_unfinished_restore(const home::Home& home);

// Nothing lies in the home's own place before all of it was found sound: every hash, the vault, the database, each
// record of it, and that the two belong together. `gone`: what only the old device had may be written in at once.
// Throws Refusal(kBackupPassphrase), and then it may be called again; store::BadBackup, store::NotDurable.
Restored move_in(store::BackupUnpacker& backup, const home::Home& home, const crypto::SecretBytes& passphrase,
                 const NewLock& lock, bool gone);

}  // namespace duolog
