// statements.h: the statements of one connection, each compiled once. Inside this room only.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <string>
#include <unordered_map>

namespace duolog::store {

class Statements {
 public:
  // REQUIRES: outlived by `database`.
  explicit Statements(SQLite::Database& database) : database_(database) {}
  // Throws SQLite::Exception. REQUIRES: `sql` is a literal.
  SQLite::Statement& of(const char* sql);

 private:
  SQLite::Database& database_;
  std::map<std::string, SQLite::Statement, std::less<>> compiled_;
  std::unordered_map<const char*, SQLite::Statement*> by_address_;  // found without reading the text again
};

}  // namespace duolog::store
