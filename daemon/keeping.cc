// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/keeping.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "daemon/control/visit.h"
#include "daemon/home/origin.h"
#include "daemon/home_to_be.h"

namespace duolog {

namespace fs = std::filesystem;

namespace {

// One of ours, or what SQLite puts beside it: the name is matched to its end, since a person's own copy of the database
// lies here too, and is the one thing that must still be there after a disk has failed.
bool is_copy_for_a_backup(std::string_view name, std::string_view begin) {
  if (!name.starts_with(begin)) return false;
  name.remove_prefix(begin.size());
  const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
  const std::string_view rest = name.substr(digits);
  return digits > 0 && (rest.empty() || rest == "-wal" || rest == "-shm" || rest == "-journal");
}

// It is the file that leaves the house: guessing its passphrase never costs less than by default, whatever this home's
// own does.
crypto::Argon2Cost cost_of_backups(const crypto::Argon2Cost& own) {
  return {std::max(own.ops, crypto::kDefaultCost.ops), std::max(own.memory_kib, crypto::kDefaultCost.memory_kib)};
}

}  // namespace

void Keeping::clear_unfinished() const {
  try {
    clear_unfinished_restore(home_);
  } catch (const std::system_error& refused) {
    spdlog::warn("what a stopped restore has left cannot be cleared away: {}", refused.what());
  }
  try {
    clear_unfinished_joining(home_);
  } catch (const std::system_error& refused) {
    spdlog::warn("what a stopped joining has left cannot be cleared away: {}", refused.what());
  }
  const std::string begin = home_.backup_copy().filename().string();
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(home_.places().data, ignored)) {
    if (is_copy_for_a_backup(file.path().filename().string(), begin)) fs::remove(file.path(), ignored);
  }
}

store::BackupParts Keeping::backup_parts(Household& house, WallTime now, const crypto::SecretBytes& passphrase) {
  house.write_notes_down();  // where the other is reached stands in them
  fs::path copy = home_.backup_copy();
  copy += std::to_string(++backups_);
  return {house.database(),
          house.attachments().blobs(),
          std::move(copy),
          house.identity().sealing_for_backup(passphrase, cost_of_backups(config_.passphrase_cost)),
          {now.time_since_epoch().count(), house.identity().keys().id()},
          house.identity().keys().local_key("local.backup")};
}

std::shared_ptr<store::BackupUnpacker> Keeping::begin_restore() {
  if (holds_a_home(home_)) throw control::HomeInUse(home_.places().data.string());
  clear_unfinished_restore(home_);
  auto unpacker = std::make_shared<store::BackupUnpacker>(home_.restoring());
  restoring_ = unpacker;
  return unpacker;
}

void Keeping::forget_what_lay_here() const {
  fs::remove(home_.origin());
  fs::remove(home_.restored_mark());
}

store::RestoredMark Keeping::look_where_it_lies(const journal::Identity& identity) const {
  store::RestoredMark mark(home_.restored_mark());
  const std::string place = home::place_of(home_.database());
  const bool copied = home::is_a_copy(home_.origin(), place);
  if (place.empty() || (!copied && home::is_noted(home_.origin(), place))) return mark;
  std::set<JournalId> all;
  for (const journal::JournalSecrets& journal : identity.journals()) all.insert(journal.id);
  if (copied) spdlog::warn("this home is a copy: nothing is written in it until the other device was met");
  try {
    if (copied) mark.hold(all);
    store::replace_file(home_.origin(), as_bytes(place));
  } catch (const std::system_error& refused) {
    spdlog::warn("where this home lies cannot be noted: {}", refused.what());
    if (copied) mark.hold_meanwhile(std::move(all));
  }
  return mark;
}

}  // namespace duolog
