// new_file.h: a file that appears whole under its name, or not at all, and never in the place of another.
//
// It is written without a name (or, where a file system has no such files, under a hidden one that is taken away
// again; after a kill the next one there does it), in a folder that is held open: whatever somebody exchanges on the
// way to it meanwhile, or puts in its place, is neither followed nor written over.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace duolog::client {

class NewFile {
 public:
  // In `folder`, which the person has named. Throws Failure.
  explicit NewFile(const std::string& folder);
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes);  // throws Failure
  // Under this name, durably. False: there is something of that name, be it a link that leads nowhere.
  // REQUIRES: a name, no path. Throws Failure.
  bool appear_as(const std::string& name);
  // In the place of what is there, which the person has agreed to; a link there gives way, what it leads to stays.
  void replace(const std::string& name);
  [[nodiscard]] bool name_is_taken(const std::string& name) const;

 private:
  [[noreturn]] void refuse(int why) const;
  void sweep() const;
  void take_away(const std::string& left) const;
  bool link_as(const std::string& name);
  void make_durable();

  std::string folder_;
  int folder_fd_ = -1;
  int fd_ = -1;
  std::string hidden_;  // its name so far; empty: it has none
};

}  // namespace duolog::client
