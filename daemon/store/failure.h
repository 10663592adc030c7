// failure.h: what SQLite's results mean to a person, and whether time can mend them. Inside this room only.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

struct sqlite3;  // NOLINT(readability-identifier-naming): theirs

namespace SQLite {
class Exception;
}  // namespace SQLite

namespace duolog::store {

struct Failure {
  enum class Kind { kWrite, kWriteForGood, kDamage } kind;
  std::string text;
};

Failure classify(int extended, const char* message, int system_error);
// `database`: null where there is no connection yet.
Failure failure_of(const SQLite::Exception& error, sqlite3* database);

}  // namespace duolog::store
