// database.h: the one SQLite file and the one connection to it.
//
// WAL, synchronous=FULL, locking_mode=EXCLUSIVE, secure_delete=ON, foreign_keys=ON: what a transaction has committed
// survives a power cut. After a failed commit the database refuses every further write (an fsync error is told once,
// and pretending afterwards would lose words); it says why until it is opened again, or until try_again() where the
// cause was a full disk. The write-ahead log is folded into the file here and not by SQLite, which would swallow an
// fsync error of its own accord.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "daemon/store/connection.h"

struct sqlite3;  // NOLINT(readability-identifier-naming): theirs

namespace duolog::store {

// The world would not take it: disk full, read-only, I/O error. Nothing of the transaction is stored.
struct NotDurable : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The file is not ours, is damaged, or was written by a newer version (whose number is in the text).
struct BadDatabase : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What to do where the file is gone and nothing else: every other way back needs something that is left.
inline constexpr std::string_view kIfItIsLost =
    "restore it from a backup. without one: put this folder away; \"duolog recover\" with your 24 words and the other "
    "person then brings back what you two share";

class Database : public Connection {
 public:
  // kExisting never creates. Neither fills what is there and is not ours: an empty decoy is refused. A new file appears
  // whole, with its tables, or not at all.
  enum class Open { kCreate, kExisting };
  // Throws BadDatabase, or NotDurable where the disk does not let it be made or opened for writing.
  Database(const std::filesystem::path& file, Open how);
  ~Database() override;

  // Runs `work` in one transaction; durable when this returns. Nested calls join the outer one and are durable when it
  // returns; one that throws takes the outer one down with it, also where the exception is caught on the way.
  // Rolls back and rethrows what `work` throws; throws NotDurable when the disk refuses.
  void transaction(const std::function<void()>& work) override;

  // Somebody is about to write: does now what the first transaction would do before it begins, the mark that there is a
  // log (write_ahead.h). Where the disk refuses, refusal() says why, as after a transaction.
  void expect_writes();

  // Once the transaction under way is committed, what it has overwritten stands in no byte of the file or the log.
  // Where the disk, or a row that is being read, does not let that be, the next transaction sees to it.
  void wipe_after_commit();

  // Called after a rollback, so that caches beside the file can be read anew.
  void on_rollback(std::function<void()> reload);

  // A prepared statement, compiled once. REQUIRES: `sql` is a literal. Inside this room only, by way of query.h, which
  // resets it after use: one left open would keep the write-ahead log from ever being folded.
  SQLite::Statement& statement(const char* sql) override;
  // Says in this room's words what SQLite said, and refuses further writes where that is due.
  [[noreturn]] void fail(const std::exception& sqlite_error) override;

  // Empty while all is well; else why writing is refused.
  [[nodiscard]] const std::string& refusal() const;
  // Tries to write again after the cause may be gone (space freed). True when it works. A lost fsync stays refused.
  bool try_again();

  // Of the disk the file lies on, as far as it is ours to fill. nullopt: it does not say.
  [[nodiscard]] std::optional<std::uint64_t> free_bytes() const;
  [[nodiscard]] const std::filesystem::path& file() const;

  // For database_copy.h alone, which reads by it.
  [[nodiscard]] sqlite3* handle_to_copy();

  // Reads everything. Empty: sound; else the first thing that is wrong. Takes its time.
  [[nodiscard]] std::string integrity();
  // The same without comparing indexes with their tables, while somebody waits: 10 ms for 10,000 records, and nullopt,
  // unread, where the file is longer than kQuickLookLimit.
  [[nodiscard]] std::optional<std::string> quick_integrity();
  static constexpr std::uint64_t kQuickLookLimit = std::uint64_t{256} << 20;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace duolog::store
