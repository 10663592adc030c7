// query.h: one use of a prepared statement: bind, step, read; unbound and reset when it goes.
//
// The same for the log's Database and for the ViewDatabase. What SQLite throws comes out as NotDurable or BadDatabase
// (database.h), or as ViewLost or BadQuery (view_database.h). Beside this room only daemon/journal/view* may include
// it.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "crypto/bytes.h"
#include "daemon/store/connection.h"

namespace duolog::store {

class Query {
 public:
  // The address of `sql` is the key to the compiled statement. REQUIRES: it is a literal, and no other Query with the
  // same text is alive.
  Query(Connection& connection, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // The next parameter. Bytes and text are not copied: REQUIRES that they live until the query has run.
  Query& bind(std::int64_t number);
  Query& bind(ByteView bytes);
  Query& bind(std::string_view text);
  Query& bind_null();

  bool step();  // true: there is a row
  void run();   // to the end, and ready for the next bind()

  // Of the present row; blob() lives until the next step().
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] ByteView blob(int column) const;
  [[nodiscard]] std::string text(int column) const { return std::string(as_text(blob(column))); }
  [[nodiscard]] bool is_null(int column) const;

 private:
  Connection& connection_;
  SQLite::Statement& statement_;
  int next_ = 1;
};

}  // namespace duolog::store
