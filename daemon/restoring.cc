// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/restoring.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/journal/birth.h"
#include "daemon/journal/refusal.h"
#include "daemon/store/database_copy.h"
#include "daemon/store/log_walk.h"
#include "daemon/store/restored_mark.h"

namespace duolog {
namespace {

namespace fs = std::filesystem;

// In the folder of what was unpacked.
constexpr const char* kNewVault = "new.vault";
constexpr const char* kMoving = "moving";  // from the first move on
constexpr const char* kMark = "restored";
constexpr const char* kBlobs = "blobs";
constexpr const char* kDatabase = "duolog.db";
constexpr const char* kKey = "key";
constexpr std::size_t kVaultLimit = 4 << 20;
constexpr std::size_t kSlice = 65536;  // records; nobody else is served by a daemon without a home

// The vault under a lock of the new home. What the backup's passphrase opened is gone afterwards.
journal::Identity lock_anew(const store::BackupUnpacker& backup, const crypto::SecretBytes& passphrase,
                            const NewLock& lock) {
  const Bytes bytes = store::read_private_file(backup.vault(), kVaultLimit);
  const auto opened = crypto::VaultLock::of(bytes, passphrase);
  const auto payload = opened ? opened->open(bytes) : std::nullopt;
  if (!payload) throw journal::Refusal(journal::Reason::kBackupPassphrase);
  store::VaultFile vault(backup.folder() / kNewVault, backup.folder() / kKey);
  (void)(lock.passphrase.empty() ? vault.lock_with_key_file(payload->view())
                                 : vault.lock_with(lock.passphrase, payload->view(), lock.cost));
  auto identity = journal::Identity::open(vault, lock.passphrase);
  if (!identity) throw store::BadBackup("its vault does not open a second time");
  if (!backup.reader().is_of(identity->keys().local_key("local.backup")))
    throw store::BadBackup("its end was not made by the device that its vault belongs to");
  return std::move(*identity);
}

// As a start would, and then every record. What is damaged was so when the backup was made, or it would be another
// file: it is wanted again, and an own log that cannot be read to its end is not written in. The rest is not given up
// for it.
Restored read_log(const std::filesystem::path& file, const journal::Identity& identity) {
  store::Database database(file, store::Database::Open::kExisting);
  store::SealedLog log(database);
  for (const journal::JournalSecrets& journal : identity.journals()) {
    if (!journal.unacknowledged && log.record_count(journal.id) == 0)
      throw store::BadBackup("its vault and its database do not belong together");
  }
  store::LogWalk walk(log);
  while (walk.step(kSlice)) {
  }
  Restored found{walk.read(), store::missing_in_all(log), {}};
  for (const JournalId& id : log.journals()) {
    if (identity.has(id) || journal::is_a_joining_cut_short(log, id, identity.keys().id())) continue;
    found.damage.push_back(fmt::format("the vault does not know journal {}… of the database: nobody can open it",
                                       hex(id.view()).substr(0, 8)));
  }
  for (const store::Damage& one : log.damage())
    if (one.kind != store::Damage::Kind::kBody) found.damage.push_back(one.what);
  if (std::string damaged = database.integrity(); !damaged.empty()) found.damage.push_back(std::move(damaged));
  return found;
}

Restored judge_log(const store::BackupUnpacker& backup, const journal::Identity& identity) {
  Restored found = read_log(backup.database(), identity);
  store::require_one_file(backup.database());
  return found;
}

std::set<JournalId> to_be_held(const journal::Identity& identity, bool gone) {
  std::set<JournalId> held;
  for (const journal::JournalSecrets& journal : identity.journals())
    if (!gone || (journal.shared() && !journal.unacknowledged)) held.insert(journal.id);
  return held;
}

bool is_there(const fs::path& file) { return fs::symlink_status(file).type() != fs::file_type::not_found; }

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
    throw std::system_error(errno, std::generic_category(), to.string());
}

// Until the vault is in its place there is no home, whatever else lies there already.
bool was_stopped_while_moving(const home::Home& home) {
  return !is_there(home.vault()) && is_there(home.restoring() / kMoving);
}

// What was moved is no longer where it was unpacked. There was nothing in its place: see holds_a_home().
void take_back(const home::Home& home) {
  const auto moved = [&home](const char* name) { return !is_there(home.restoring() / name); };
  if (moved(kKey)) store::destroy_key_file(home.key_file());
  if (moved(kDatabase)) store::remove_database(home.database());
  if (moved(kBlobs)) fs::remove_all(home.blobs());
  if (moved(kMark)) fs::remove(home.restored_mark());
  home::sync_folder(home.vault().parent_path());
}

// The mark first and the vault last: whatever stops this in between leaves no home, or one that does not write.
void move_files(const home::Home& home) {
  const fs::path from = home.restoring(), folder = home.vault().parent_path();
  store::replace_file(from / kMoving, {});
  fs::remove(home.origin());  // of another home that lay here once
  move(from / kMark, home.restored_mark());
  home::sync_folder(folder);
  move(from / kBlobs, home.blobs());
  move(from / kDatabase, home.database());
  move(from / kKey, home.key_file());
  home::sync_folder(folder);
  move(from / kNewVault, home.vault());
  home::sync_folder(folder);
}

void move_files_or_none(const home::Home& home) {
  try {
    move_files(home);
  } catch (...) {
    move(home.vault(), home.restoring() / kNewVault);
    take_back(home);
    throw;
  }
}

// The key file of a home that did not come to be: it opens the vault that lay beside it.
struct KeyNotMoved {
  fs::path file;
  ~KeyNotMoved() {
    try {
      store::destroy_key_file(file);
    } catch (
        const std::system_error&) {  // NOLINT(bugprone-empty-catch): the disk refuses; the folder goes all the same
    }
  }
};

}  // namespace

bool holds_a_home(const home::Home& home) {
  if (was_stopped_while_moving(home)) return false;
  return is_there(home.vault()) || is_there(home.database()) || is_there(home.key_file()) || is_there(home.blobs());
}

void clear_unfinished_restore(const home::Home& home) {
  if (!is_there(home.restoring())) return;
  if (was_stopped_while_moving(home)) take_back(home);
  store::destroy_key_file(home.restoring() / kKey);
  fs::remove_all(home.restoring());
}

Restored move_in(store::BackupUnpacker& backup, const home::Home& home, const crypto::SecretBytes& passphrase,
                 const NewLock& lock, bool gone) {
  backup.finish();
  const KeyNotMoved guard{backup.folder() / kKey};
  try {
    const journal::Identity identity = lock_anew(backup, passphrase, lock);
    const Restored restored = judge_log(backup, identity);
    store::RestoredMark(backup.folder() / kMark).hold(to_be_held(identity, gone));
    move_files_or_none(home);
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
