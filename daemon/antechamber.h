// antechamber.h: where a device stands that is nobody's yet and meets somebody who will let it in: a home to be
// (home_to_be.h), and a network that can do nothing but pair.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/home/clock.h"
#include "daemon/home_to_be.h"
#include "daemon/journal/arrival.h"
#include "daemon/net/node.h"

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
  [[nodiscard]] const crypto::DeviceKeys& keys() const { return home_.keys(); }
  [[nodiscard]] store::LocalState& memory() { return home_.memory(); }  // written down by keep()
  // From now on it says this of itself, and no longer its own word alone. REQUIRES: nobody was met yet.
  void introduce_as(net::Introduction introduction) { as_ = std::move(introduction); }
  [[nodiscard]] std::string refusal() const { return home_.database().refusal(); }
  [[nodiscard]] Bytes spent() const;

  // What was handed over is on the disk, beside the place where it will be a home. Throws store::NotDurable.
  void keep(journal::Handover handover, const crypto::SecretBytes& passphrase, crypto::Argon2Cost cost);
  // The network says its farewells; then `done`, from which this may not be destroyed.
  void leave(std::function<void()> done);

 private:
  [[nodiscard]] net::Introduction introduction() const;

  HomeToBe home_;
  crypto::Certificate certificate_;  // its own word for its keys and its name
  std::optional<net::Introduction> as_;
  std::unique_ptr<net::Switchboard> switchboard_;
  std::unique_ptr<net::Node> node_;
};

}  // namespace duolog
