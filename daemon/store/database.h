// database.h: the one SQLite file and the one connection to it.
//
// WAL, synchronous=FULL, locking_mode=EXCLUSIVE, secure_delete=ON, foreign_keys=ON: what a transaction has committed
// survives a power cut. After a failed commit the database refuses every further write (an fsync error is told once,
// and pretending afterwards would lose words); it says why until it is opened again.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace duolog::store {

// The world would not take it: disk full, read-only, I/O error. Nothing of the transaction is stored.
struct NotDurable : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The file is not ours, is damaged, or was written by a newer version (whose number is in the text).
struct BadDatabase : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Database {
 public:
  enum class Open { kCreate, kExisting };  // kExisting never creates: an empty decoy is refused, not filled
  Database(const std::filesystem::path& file, Open how);
  ~Database();

  // Runs `work` in one transaction; durable when this returns. Nested calls join the outer one.
  // Rolls back and rethrows what `work` throws; throws NotDurable when the disk refuses.
  void transaction(const std::function<void()>& work);

  // Called after a rollback, so that caches beside the file can be read anew.
  void on_rollback(std::function<void()> reload);

  // A prepared statement, compiled once and reset. REQUIRES: used before the next statement() with the same text.
  SQLite::Statement& statement(const char* sql);

  // Empty while all is well; else why writing is refused.
  [[nodiscard]] const std::string& refusal() const;
  // Tries to write again after the cause may be gone (space freed). True when it works. A lost fsync stays refused.
  bool try_again();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::store
