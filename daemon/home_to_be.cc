// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home_to_be.h"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <system_error>

#include "daemon/store/database_copy.h"

namespace duolog {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabase = "duolog.db";
constexpr const char* kVault = "vault";
constexpr const char* kKey = "key";
constexpr const char* kMoving = "moving";

fs::path made(const fs::path& folder) {
  fs::create_directory(folder);
  fs::permissions(folder, fs::perms::owner_all);
  return folder;
}

bool is_there(const fs::path& file) { return fs::symlink_status(file).type() != fs::file_type::not_found; }

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw std::system_error(errno, std::generic_category(), to.string());
}

void move_files(const home::Home& home) {
  const fs::path from = home.joining();
  store::replace_file(from / kMoving, {});
  move(from / kDatabase, home.database());
  if (is_there(from / kKey)) move(from / kKey, home.key_file());
  home::sync_folder(home.vault().parent_path());
  move(from / kVault, home.vault());
  try {  // it is a home from here on, and others count it: nobody is told that nothing was saved
    home::sync_folder(home.vault().parent_path());
  } catch (const std::system_error& refused) {
    spdlog::warn("joining: the disk does not confirm the last step: {}", refused.what());
  }
}

// Until the vault is in its place there is no home, whatever else lies there already. Nothing lay there before.
void take_back(const home::Home& home) {
  if (is_there(home.vault()) || !is_there(home.joining() / kMoving)) return;
  store::destroy_key_file(home.key_file());
  if (!is_there(home.joining() / kDatabase)) store::remove_database(home.database());
  home::sync_folder(home.vault().parent_path());
}

}  // namespace

HomeToBe::HomeToBe(const home::Home& home, std::string device_name)
    : folder_(made(home.joining())),
      device_name_(std::move(device_name)),
      seed_(crypto::DeviceSeed::random()),
      keys_(seed_),
      database_(std::make_unique<store::Database>(folder_ / kDatabase, store::Database::Open::kCreate)),
      log_(std::make_unique<store::SealedLog>(*database_)),
      memory_(std::make_unique<store::LocalState>(*database_, keys_.local_key("local.state"))) {}

void HomeToBe::keep(journal::Handed handed, const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost) {
  memory_->write_down();
  const auto made = journal::Identity::arrive({folder_ / kVault, folder_ / kKey}, seed_.clone(), std::move(handed),
                                              device_name_, passphrase, cost);
  static_cast<void>(made);  // it is opened anew where it will lie
}

void move_in_from_joining(const home::Home& home) {
  try {
    store::require_one_file(home.joining() / kDatabase);
    try {
      move_files(home);
    } catch (...) {
      take_back(home);
      throw;
    }
    std::error_code ignored;  // the next start sees to it
    fs::remove_all(home.joining(), ignored);
  } catch (const std::system_error& refused) {
    throw store::NotDurable(refused.what());
  }
}

void clear_unfinished_joining(const home::Home& home) {
  if (!is_there(home.joining())) return;
  take_back(home);
  store::destroy_key_file(home.joining() / kKey);
  fs::remove_all(home.joining());
}

}  // namespace duolog
