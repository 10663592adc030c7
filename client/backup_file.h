// backup_file.h: the file a backup goes into, there whole and on the disk or not at all; and the file it is read from.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace duolog::client {

class BackupTarget {
 public:
  // "-": standard output, which is given away as it comes. Else FILE.unfinished until keep(), in the place of one that
  // was stopped. Throws Failure; where FILE is there already, unless `over` it, or a FILE.unfinished that is no backup.
  BackupTarget(const std::string& file, bool over);
  ~BackupTarget();  // what was not kept goes
  BackupTarget(const BackupTarget&) = delete;
  BackupTarget& operator=(const BackupTarget&) = delete;

  void write(std::string_view piece);  // throws Failure
  void settle();                       // on the disk from here on, and read from it again
  std::string read();                  // after settle(): the next MiB; empty: the end
  void keep();                         // under its own name, also after a power cut
  [[nodiscard]] bool is_file() const { return !unfinished_.empty(); }

 private:
  std::string file_;
  std::string unfinished_;  // empty: standard output
  bool over_;
  int fd_ = -1;
};

class BackupSource {
 public:
  explicit BackupSource(const std::string& file);  // "-": standard input. Throws Failure
  ~BackupSource();
  BackupSource(const BackupSource&) = delete;
  BackupSource& operator=(const BackupSource&) = delete;
  std::string read();                        // the next MiB; empty: the end. Throws Failure
  [[nodiscard]] std::uint64_t size() const;  // 0: not known

 private:
  std::string file_;
  int fd_ = -1;
};

}  // namespace duolog::client
