// log.h: records in SQLite with the durability that Duolog promises: WAL, synchronous=FULL, one exclusive connection.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sqlite3.h>

#include "tests/bench/minimal/record.h"

namespace minimal {

class Log {
 public:
  explicit Log(const std::string& file);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void begin() { run(begin_); }
  void commit() { run(commit_); }  // durable when it returns
  void append(std::size_t author, std::uint64_t seq, const Record& record);
  std::vector<Record> read(std::size_t author, std::uint64_t from, std::size_t count);
  // Where the chain goes on.
  Place end(const Keys& keys, std::size_t author);

 private:
  void run(sqlite3_stmt* statement);
  sqlite3_stmt* prepare(const char* sql);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* select_ = nullptr;
  sqlite3_stmt* last_ = nullptr;
};

}  // namespace minimal
