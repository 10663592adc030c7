// backup_writer.h: a backup made while the daemon goes on: copied, checked, then handed out piece by piece.
//
//   kCopying ──► kChecking ──► kWriting ──► kDone          work() moves it as far as kWriting, next() from there on
//
// kCopying:  the database goes into a copy of its own, in slices. With the last of them the vault is sealed: a pairing
//            that came in between is in both or in neither.
// kChecking: the copy was opened as a start would open it, and every record in it is read once.
// kWriting:  head, vault, database and chunks go out in frames (backup_format.h). Each chunk is hashed before it goes.
//            The copy goes with its last byte.
// Spec: proto/README.md section 3.16.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/store/backup_format.h"
#include "daemon/store/blobs.h"

namespace duolog::store {

struct BackupParts {
  Database& source;  // both outlive the writer
  Blobs& blobs;
  std::filesystem::path copy;    // where the copy may lie meanwhile: on a disk of one's own, in a closed folder
  std::function<Bytes()> vault;  // locked by a passphrase; asked for at the moment at which the copy is whole
  BackupHead head;
  crypto::LocalKey key;  // KDF(ds, "local.backup")
};

class BackupWriter {
 public:
  enum class Stage { kCopying, kChecking, kWriting, kDone };

  explicit BackupWriter(BackupParts parts);  // throws NotDurable
  ~BackupWriter();                           // nothing is left behind
  BackupWriter(const BackupWriter&) = delete;
  BackupWriter& operator=(const BackupWriter&) = delete;

  // One slice. Throws NotDurable, BadDatabase. Nothing where the stage is kWriting or kDone.
  void work();
  // About a MiB of the backup; empty when all of it was given. A chunk that has rotted or was taken back meanwhile is
  // not in it. REQUIRES: kWriting or kDone. Throws BadDatabase where something cannot be read just now: half a backup
  // must not look like a whole one.
  [[nodiscard]] Bytes next();

  [[nodiscard]] Stage stage() const;
  struct Progress {
    std::uint64_t done = 0;
    std::uint64_t total = 0;  // pages, records or bytes, by the stage; 0: not known yet
  };
  [[nodiscard]] Progress progress() const;
  // Of the copy, by the check: records, those whose body is not there, and what is damaged, one sentence each.
  [[nodiscard]] std::uint64_t records() const;
  [[nodiscard]] std::uint64_t missing() const;
  [[nodiscard]] const std::vector<std::string>& damage() const;
  [[nodiscard]] std::uint64_t chunks() const;  // that were given so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::store
