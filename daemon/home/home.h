// home.h: every path on disk, who may read it, and the lock that keeps a second daemon out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "crypto/vault.h"
#include "proto/socket_place.h"

namespace duolog::home {

// What config.toml says, or its defaults. Read once, at start; README.md documents it key by key.
struct Config {
  std::string listen;                    // "host:port"; empty: every interface, port 38650 or the next free one
  bool discovery = true;                 // announce and look for pairing windows on the local network
  std::vector<std::string> addresses;    // more "host:port" where this device can be reached, told to the partner
  std::string notes_level = "info";      // "error", "warning", "info", "debug"
  crypto::Argon2Cost passphrase_cost;    // of new passphrases
};
// Defaults where the file is absent. Throws std::runtime_error with file, line and key for anything it does not know.
Config read_config(const std::filesystem::path& file);

struct AlreadyRunning : std::runtime_error {
  explicit AlreadyRunning(int pid_of_other);
  int pid;  // 0: not known
};

class Home {
 public:
  // Creates the folders (0700) where they are missing. Refuses, with the cure in the text, a data or runtime folder that
  // belongs to somebody else, is a symbolic link or can be written by others. Throws std::runtime_error.
  explicit Home(const std::filesystem::path& home);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  // Held until this object goes. Throws AlreadyRunning.
  void lock();

  [[nodiscard]] const proto::Places& places() const { return places_; }
  [[nodiscard]] std::filesystem::path database() const { return places_.data / "duolog.db"; }
  [[nodiscard]] std::filesystem::path vault() const { return places_.data / "vault"; }
  [[nodiscard]] std::filesystem::path key_file() const { return places_.data / "key"; }
  [[nodiscard]] std::filesystem::path notes() const { return places_.state / "notes.log"; }
  // True when this home was set up once: a vault or a database is there. Then nothing is ever created over it.
  [[nodiscard]] bool in_use() const;

 private:
  proto::Places places_;
  int lock_fd_ = -1;
};

// umask 077, no core dumps, not dumpable, no new privileges. Called first of all by main.
void harden_process();

}  // namespace duolog::home
