// home_to_be.h: what a device has that is nobody's yet: keys of its own, and a database beside the place where its home
// will be. Out of it comes a home, or nothing.
//
//   <data>/.duolog-joining/   duolog.db   its own from the first moment on
//                             vault, key  once all that makes a home is here
//                             moving      from the first move into its place on
//
// The database is the home's from then on: both are of the same keys. Whatever stops this in between leaves an empty
// home, or a whole one.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/home/home.h"
#include "daemon/journal/identity.h"
#include "daemon/store/local_state.h"
#include "daemon/store/sealed_log.h"

namespace duolog {

class HomeToBe {
 public:
  // Throws std::system_error, store::NotDurable. REQUIRES: nothing lies in home.joining(). `home` outlives it.
  HomeToBe(const home::Home& home, std::string device_name);

  [[nodiscard]] const crypto::DeviceKeys& keys() const { return keys_; }
  [[nodiscard]] const std::string& device_name() const { return device_name_; }
  [[nodiscard]] store::Database& database() const { return *database_; }
  [[nodiscard]] store::SealedLog& log() const { return *log_; }
  // What the home that is to be will find there. Written down by keep().
  [[nodiscard]] store::LocalState& memory() const { return *memory_; }

  // All that makes a home is on the disk. Throws store::NotDurable.
  void keep(journal::Handed handed, const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost);

 private:
  std::filesystem::path folder_;
  std::string device_name_;
  crypto::DeviceSeed seed_;
  crypto::DeviceKeys keys_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::SealedLog> log_;
  std::unique_ptr<store::LocalState> memory_;
};

// What keep() has stored becomes the home: the database first and the vault last. Throws store::NotDurable, and then
// there is none. REQUIRES: the HomeToBe is gone, and there is no home.
void move_in_from_joining(const home::Home& home);

// What was left that was stopped goes. Throws std::system_error. REQUIRES: none is under way.
void clear_unfinished_joining(const home::Home& home);

}  // namespace duolog
