// antechamber.h: where a device stands that is nobody's yet: keys of its own, a database that knows no journal, and a
// network that can do nothing but pair. Out of it comes a home, or nothing.
//
//   <data>/.duolog-joining/   duolog.db   where others were reached, codes that were spent
//                             vault, key  once another device of the person has handed everything over
//                             moving      from the first move into its place on
//
// The database is the home's from then on: both are of the same keys. Whatever stops this in between leaves an empty
// home, or a whole one.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/home/clock.h"
#include "daemon/home/home.h"
#include "daemon/journal/arrival.h"
#include "daemon/net/node.h"
#include "daemon/store/sealed_log.h"

namespace duolog {

class Antechamber {
 public:
  // `failed`: our own bug. `spent`: codes that were guessed here before, as spent() gives them: each is good for one
  // guess, whatever became of the attempt. Throws std::system_error, store::NotDurable, and what net::Node throws.
  // REQUIRES: nothing lies in home.joining(). io, home and config outlive it.
  Antechamber(asio::io_context& io, const home::Home& home, const home::Config& config, const Clock& clock,
              std::string device_name, std::function<void(std::exception_ptr)> failed, ByteView spent);
  ~Antechamber();
  Antechamber(const Antechamber&) = delete;
  Antechamber& operator=(const Antechamber&) = delete;

  [[nodiscard]] net::Switchboard& switchboard() { return *switchboard_; }
  [[nodiscard]] const crypto::DeviceKeys& keys() const { return keys_; }
  // What the home that is to be will find there. Written down by keep().
  [[nodiscard]] store::LocalState& memory() { return *memory_; }
  // From now on it says this of itself, and no longer its own word alone. REQUIRES: nobody was met yet.
  void introduce_as(net::Introduction introduction) { as_ = std::move(introduction); }
  [[nodiscard]] std::string refusal() const { return database_->refusal(); }
  [[nodiscard]] Bytes spent() const;

  // What was handed over is on the disk, beside the place where it will be a home. Throws store::NotDurable.
  void keep(journal::Handover handover, const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost);
  // The network says its farewells; then `done`, from which this may not be destroyed.
  void leave(std::function<void()> done);

 private:
  [[nodiscard]] net::Introduction introduction() const;

  std::filesystem::path folder_;
  std::string device_name_;
  crypto::DeviceSeed seed_;
  crypto::DeviceKeys keys_;
  crypto::Certificate certificate_;  // its own word for its keys and its name
  std::optional<net::Introduction> as_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::SealedLog> log_;
  std::unique_ptr<store::LocalState> memory_;
  std::unique_ptr<net::Switchboard> switchboard_;
  std::unique_ptr<net::Node> node_;
};

// What keep() has stored becomes the home: the database first and the vault last. Throws store::NotDurable, and then
// there is none. REQUIRES: the Antechamber is gone, and there is no home.
void move_in_from_antechamber(const home::Home& home);

// What a joining has left that was stopped goes. Throws std::system_error. REQUIRES: none is under way.
void clear_unfinished_joining(const home::Home& home);

}  // namespace duolog
