// private_file.h: a file, or a folder of files, that only its owner can read, and that is there whole or not at all.
//
// It is written under another name beside its place (0600, 0700), flushed to the disk, and renamed at the end. Where
// anything goes wrong nothing is left of it, and what was there before is still there. Only a kill or a power cut
// leaves what sweep_unfinished() takes away.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace duolog::client {

// One file. Throws Failure, also when the disk is full.
class PrivateFile {
 public:
  explicit PrivateFile(const std::filesystem::path& place);  // what is at `place` is not touched before keep()
  ~PrivateFile();
  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;
  void write(std::string_view text);
  // `replace`: also where there is one already; else that is a Failure.
  void keep(bool replace);

 private:
  void flush();
  std::filesystem::path place_, unfinished_;
  int fd_ = -1;
  std::string buffer_;
};

// A folder. Files are written below path(), and are of mode 0600 in folders of mode 0700.
class PrivateFolder {
 public:
  explicit PrivateFolder(const std::filesystem::path& place);
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return unfinished_; }
  // `replace`: also an earlier export at that place; never anything else.
  void keep(bool replace);

 private:
  std::filesystem::path place_, unfinished_;
  int fd_ = -1;  // holds it, so that nobody sweeps it
};

// For files below path(): of mode 0700, flushed. Nothing happens where it is there. Throws Failure.
void make_private_folder(const std::filesystem::path& place);

// Takes away what an export to this place has left when it was killed: one's own, that nobody is writing.
void sweep_unfinished(const std::filesystem::path& place);

// Before anything is asked of the daemon: throws Failure where something is at the place that must not be replaced.
void check_place(const std::filesystem::path& place, bool folder, bool replace);

// Texts put aside in a file that has no name, to be read again in another order.
class Aside {
 public:
  explicit Aside(const std::filesystem::path& folder);  // on the disk of
  ~Aside();
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;
  std::size_t put(std::string_view text);  // where it is
  [[nodiscard]] std::string get(std::size_t at, std::size_t length);

 private:
  int fd_ = -1;
  std::size_t end_ = 0;
  std::string buffer_;
};

}  // namespace duolog::client
