// pragma.cc: asked, set, and asked back.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/pragma.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "daemon/store/database.h"

namespace duolog::store {

std::string ask(SQLite::Database& database, const char* pragma) {
  SQLite::Statement statement(database, pragma);
  return statement.executeStep() ? statement.getColumn(0).getString() : std::string();
}

void prove(SQLite::Database& database, const char* set, const char* asked, std::string_view expected) {
  ask(database, set);
  const std::string is = ask(database, asked);
  if (is != expected)
    throw BadDatabase(fmt::format("SQLite answers \"{}\" with \"{}\", not \"{}\"", asked, is, expected));
}

}  // namespace duolog::store
