// database_copy.h: the database as it is at one moment, in a file of its own, while it goes on being written.
//
// Copied in slices by the one connection there is: what is committed in between is brought into the copy by SQLite. The
// copy is as sealed as the original. It needs no write-ahead log beside it: the mark that says so is taken out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "daemon/store/database.h"

namespace duolog::store {

class DatabaseCopy {
 public:
  // What an earlier one left under this name is removed. Throws NotDurable. REQUIRES: `source` outlives it.
  DatabaseCopy(Database& source, std::filesystem::path to);
  ~DatabaseCopy();  // the file goes, with whatever lies beside it
  DatabaseCopy(const DatabaseCopy&) = delete;
  DatabaseCopy& operator=(const DatabaseCopy&) = delete;

  // False: the copy is whole, on the disk, and closed. Throws NotDurable or BadDatabase.
  bool step(int pages);
  [[nodiscard]] std::uint64_t copied() const;  // pages
  [[nodiscard]] std::uint64_t pages() const;   // in all, as far as known
  [[nodiscard]] const std::filesystem::path& file() const;
  void drop();  // the file goes now

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A file of SQLite's and all that SQLite puts beside one.
void remove_database(const std::filesystem::path& file);

// A database that was just closed lies in its one file: nothing of it stayed in a log beside it, whose mark would ask
// for that log wherever the file goes. Throws NotDurable where that is not so: the disk is full, or fails.
void require_one_file(const std::filesystem::path& file);

}  // namespace duolog::store
