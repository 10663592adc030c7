// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/restoring.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/journal/refusal.h"
#include "daemon/store/database_copy.h"
#include "daemon/store/log_walk.h"
#include "daemon/store/restored_mark.h"

namespace duolog {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNewVault = "new.vault";
constexpr std::size_t kVaultLimit = 4 << 20;
constexpr std::size_t kSlice = 65536;  // records; nobody else is served by a daemon without a home

// The vault under a lock of the new home. What the backup's passphrase opened is gone afterwards.
journal::Identity lock_anew(const store::BackupUnpacker& backup, const crypto::SecretBytes& passphrase,
                            const NewLock& lock) {
  const Bytes bytes = store::read_private_file(backup.vault(), kVaultLimit);
  const auto opened = crypto::VaultLock::of(bytes, passphrase);
  const auto payload = opened ? opened->open(bytes) : std::nullopt;
  if (!payload) throw journal::Refusal(journal::Reason::kBackupPassphrase);
  store::VaultFile vault(backup.folder() / kNewVault, backup.folder() / "key");
  (void)(lock.passphrase.empty() ? vault.lock_with_key_file(payload->view())
                                 : vault.lock_with(lock.passphrase, payload->view(), lock.cost));
  auto identity = journal::Identity::open(vault, lock.passphrase);
  if (!identity) throw store::BadBackup("its vault does not open a second time");
  if (!backup.reader().is_of(identity->keys().local_key("local.backup")))
    throw store::BadBackup("its end was not made by the device that its vault belongs to");
  return std::move(*identity);
}

// As a start would, and then every record. A body that does not fit is wanted again: the other side may have it. An own
// log whose end cannot be read would be forked by the next word.
Restored judge_log(const store::BackupUnpacker& backup, const journal::Identity& identity) {
  store::Database database(backup.database(), store::Database::Open::kExisting);
  store::SealedLog log(database);
  for (const journal::JournalSecrets& journal : identity.journals()) {
    if (!journal.unacknowledged && log.record_count(journal.id) == 0)
      throw store::BadBackup("its vault and its database do not belong together");
  }
  store::LogWalk walk(log);
  while (walk.step(kSlice)) {
  }
  for (const store::Damage& damage : log.damage())
    if (damage.kind != store::Damage::Kind::kBody) throw store::BadBackup(damage.what);
  const std::string damaged = database.integrity();
  if (!damaged.empty()) throw store::BadBackup("its database is damaged: " + damaged);
  return {walk.read(), store::missing_in_all(log)};
}

std::set<JournalId> to_be_held(const journal::Identity& identity, bool gone) {
  std::set<JournalId> held;
  for (const journal::JournalSecrets& journal : identity.journals())
    if (!gone || (journal.shared() && !journal.unacknowledged)) held.insert(journal.id);
  return held;
}

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
    throw std::system_error(errno, std::generic_category(), to.string());
}

// The mark first and the vault last: whatever stops this in between leaves no home, or one that does not write.
void move_files(const store::BackupUnpacker& backup, const home::Home& home) {
  const fs::path folder = home.vault().parent_path();
  move(backup.folder() / "restored", home.restored_mark());
  home::sync_folder(folder);
  move(backup.blobs(), home.blobs());
  move(backup.database(), home.database());
  move(backup.folder() / "key", home.key_file());
  home::sync_folder(folder);
  move(backup.folder() / kNewVault, home.vault());
  home::sync_folder(folder);
}

bool is_there(const fs::path& file) { return fs::symlink_status(file).type() != fs::file_type::not_found; }

// The new vault still waits for its turn, and the database has had its own.
bool was_stopped_while_moving(const home::Home& home) {
  return !is_there(home.vault()) && is_there(home.restoring() / kNewVault) && !is_there(home.restoring() / "duolog.db");
}

}  // namespace

bool holds_a_home(const home::Home& home) {
  return is_there(home.vault()) || (is_there(home.database()) && !was_stopped_while_moving(home));
}

void clear_unfinished_restore(const home::Home& home) {
  if (!is_there(home.restoring())) return;
  if (was_stopped_while_moving(home)) {
    store::remove_database(home.database());
    store::RestoredMark(home.restored_mark()).hold({});
    fs::remove_all(home.blobs());
    home::sync_folder(home.database().parent_path());
  }
  fs::remove_all(home.restoring());
}

Restored move_in(store::BackupUnpacker& backup, const home::Home& home, const crypto::SecretBytes& passphrase,
                 const NewLock& lock, bool gone) {
  backup.finish();
  try {
    const journal::Identity identity = lock_anew(backup, passphrase, lock);
    const Restored restored = judge_log(backup, identity);
    store::RestoredMark(backup.folder() / "restored").hold(to_be_held(identity, gone));
    try {
      move_files(backup, home);
    } catch (...) {
      clear_unfinished_restore(home);
      throw;
    }
    return restored;
  } catch (const store::BadDatabase& damaged) {
    throw store::BadBackup(damaged.what());
  } catch (const store::BadVaultFile& damaged) {
    throw store::BadBackup(damaged.what());
  } catch (const std::system_error& refused) {
    throw store::NotDurable(refused.what());
  }
}

}  // namespace duolog
