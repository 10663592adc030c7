// pragma.h: settings of a connection, asked back after they were made. Inside this room only.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace SQLite {
class Database;
}  // namespace SQLite

namespace duolog::store {

// The first column of the first row; empty where there is none.
std::string ask(SQLite::Database& database, const char* sql);
// Sets what does not come back as a row, then asks whether it took effect: a pragma that is misspelt or overridden
// says nothing. Throws BadDatabase where it did not.
void prove(SQLite::Database& database, const char* set, const char* asked, std::string_view expected);

}  // namespace duolog::store
