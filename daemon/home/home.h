// home.h: every path on disk, who may read it, and the lock that keeps a second daemon out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/vault.h"
#include "daemon/home/notify.h"
#include "proto/socket_place.h"

namespace duolog::home {

// What config.toml says, or its defaults. Read once, at start; README.md documents it key by key.
struct Config {
  std::string listen;                      // "host:port"; empty: every interface, port 38650 or the next free one
  bool discovery = true;                   // announce and look for pairing windows on the local network
  bool port_mapping = true;                // ask the network's router to let the port in
  bool tor = false;                        // run a tor of our own: be found, and find others, through it
  std::string tor_lines;                   // a file with more lines for it (torrc(5)), as for bridges; empty: none
  std::vector<std::string> addresses;      // more "host:port" where this device can be reached, told to the partner
  std::string notes_level = "info";        // "error", "warning", "info", "debug"
  std::uint32_t journal_limit_mib = 4096;  // from there on a journal takes in nothing more
  crypto::Argon2Cost passphrase_cost;      // of new passphrases
  Notify notify;                           // how the person wants to be spoken to
  // Of the other's attachments those of at most so many bytes come by themselves; 0: none, each when it is asked for.
  std::uint64_t attachments_eager_bytes = std::uint64_t{32} << 20;
  std::uint32_t attachments_limit_mib = 16384;  // from there on none of theirs is taken in
  std::string drop_box;                         // a folder through which bundles go and come by themselves; empty: none
};
// Defaults where the file is absent. Throws std::runtime_error with file, line and key for anything it does not know.
Config read_config(const std::filesystem::path& file);

struct AlreadyRunning : std::runtime_error {
  explicit AlreadyRunning(int pid_of_other);
  int pid;  // by the kernel's word, never by what a file says; 0: it has not said so yet
};

class Home {
 public:
  // Creates the folders (0700) where they are missing. Refuses, with the cure in the text, a data, state or runtime
  // folder that belongs to somebody else, is a symbolic link or can be written by others. The socket's folder is closed
  // to everybody else (0700) even where it was readable. Throws std::runtime_error.
  explicit Home(const std::filesystem::path& home);
  ~Home();
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

  // Of the data folder and of the socket's: no second daemon on the same database, and none on the same socket. Held
  // until this object goes, or the process however it ends. Throws AlreadyRunning, or std::system_error where the file
  // system cannot lock. REQUIRES: not locked yet.
  void lock();

  // The socket's folder has vanished under a running daemon, as it does at logout: finds and makes it anew, or another
  // one, locks it, and says so beside the database. Throws as the constructor and lock() do. REQUIRES: locked.
  void move_house();

  [[nodiscard]] const proto::Places& places() const { return places_; }
  [[nodiscard]] std::filesystem::path database() const { return places_.data / "duolog.db"; }
  [[nodiscard]] std::filesystem::path view() const { return places_.data / "view.db"; }  // and view.clean beside it
  [[nodiscard]] std::filesystem::path vault() const { return places_.data / "vault"; }
  [[nodiscard]] std::filesystem::path blobs() const { return places_.data / "blobs"; }
  [[nodiscard]] std::filesystem::path key_file() const { return places_.data / "key"; }
  // This home was restored: in which journals it may not write yet (store/restored_mark.h).
  [[nodiscard]] std::filesystem::path restored_mark() const { return places_.data / "restored"; }
  // Where it was made, so that a copy of it knows that it is one (origin.h).
  [[nodiscard]] std::filesystem::path origin() const { return places_.data / "origin"; }
  // While a backup is made, the database as it was at one moment (with a number behind it); while one is restored, the
  // home it will be. A start clears away what a kill has left of them: names that nobody gives to a copy of their own.
  [[nodiscard]] std::filesystem::path backup_copy() const { return places_.data / ".duolog-copying-"; }
  [[nodiscard]] std::filesystem::path restoring() const { return places_.data / ".duolog-restoring"; }
  // While this device joins a person's others: the home it will be.
  [[nodiscard]] std::filesystem::path joining() const { return places_.data / ".duolog-joining"; }
  [[nodiscard]] std::filesystem::path notes() const { return places_.state / "notes.log"; }

 private:
  std::filesystem::path given_;
  proto::Places places_;
  std::array<int, 2> lock_fds_{-1, -1};  // of the data folder, of the runtime folder
};

// umask 077, no core dumps, not dumpable, no new privileges. Called first of all by main. Throws std::system_error.
// Only in a build with a sanitizer, DUOLOG_SANITIZER_MAY_TRACE=1 leaves the process dumpable: LeakSanitizer reads it
// with ptrace. In every other build the variable means nothing.
void harden_process();

// Makes names just created, renamed or removed in `folder` survive a power cut. Throws std::system_error.
void sync_folder(const std::filesystem::path& folder);

}  // namespace duolog::home
