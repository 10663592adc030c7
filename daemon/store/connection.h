// connection.h: what a Query (query.h) runs on: the log's Database, and the ViewDatabase beside it.
//
// Its face is all that other rooms see of SQLite: no header of SQLite's is needed to include it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <functional>

namespace SQLite {
class Statement;
}  // namespace SQLite

namespace duolog::store {

class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs `work` in one transaction; nested calls join the outer one, and one that throws takes the outer one down with
  // it. Rolls back and rethrows what `work` throws.
  virtual void transaction(const std::function<void()>& work) = 0;

  // ---- for Query alone ----
  // Compiled once, found by the address of `sql`. REQUIRES: `sql` is a literal.
  virtual SQLite::Statement& statement(const char* sql) = 0;
  // Says in this room's words what SQLite said.
  [[noreturn]] virtual void fail(const std::exception& sqlite_error) = 0;
};

}  // namespace duolog::store
