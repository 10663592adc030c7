// backup_unpacker.h: a backup taken apart into a folder of its own, which goes again unless all of it was sound.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <set>

#include "daemon/home/descriptor.h"
#include "daemon/store/backup_format.h"

namespace duolog::store {

class BackupUnpacker {
 public:
  // `folder` is made, 0700, in the place of one that an earlier attempt left. Throws NotDurable.
  explicit BackupUnpacker(std::filesystem::path folder);
  ~BackupUnpacker();
  BackupUnpacker(const BackupUnpacker&) = delete;
  BackupUnpacker& operator=(const BackupUnpacker&) = delete;

  // Throws BadBackup, or NotDurable where the disk refuses.
  void feed(ByteView bytes);
  // All was fed: every file is whole and on the disk, the vault and the database among them. Throws as feed() does.
  void finish();

  [[nodiscard]] const BackupReader& reader() const { return reader_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path vault() const { return folder_ / "vault"; }
  [[nodiscard]] std::filesystem::path database() const { return folder_ / "duolog.db"; }
  [[nodiscard]] std::filesystem::path blobs() const { return folder_ / "blobs"; }

 private:
  void begin(const std::string& name);
  void make_folders(const std::filesystem::path& file);
  void write(ByteView bytes);
  void done();

  std::filesystem::path folder_;
  std::filesystem::path writing_;
  std::unique_ptr<home::Descriptor> file_;
  std::set<std::filesystem::path> folders_;  // below folder_
  BackupReader reader_;
};

}  // namespace duolog::store
