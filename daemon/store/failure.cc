// failure.cc: SQLite's result codes in this room's words.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/failure.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace duolog::store {
namespace {

// The system's own reason, where it is one that a person can do something about.
std::string cannot_be_written(int system_error) {
  switch (system_error) {
    case 0:
      return "the database cannot be written";
    case ENOSPC:
    case EDQUOT:
      return "the disk is full";
    case EROFS:
      return "the disk is read-only";
    case ENOENT:  // what was to be made is not there: SQLite's second try only opens it
      return "no file can be made beside the database: the disk is full, has no names left, or is gone";
    default:
      return fmt::format("the database cannot be written ({})", std::generic_category().message(system_error));
  }
}

}  // namespace

Failure classify(int extended, const char* message, int system_error) {
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return {Failure::Kind::kWrite, "the disk is full"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Failure::Kind::kWrite, "another program has the database open"};
    case SQLITE_NOMEM:
      return {Failure::Kind::kWrite, "there is no memory left"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {Failure::Kind::kWrite, cannot_be_written(system_error)};
    case SQLITE_IOERR:
      return {Failure::Kind::kWriteForGood, fmt::format("the disk failed ({})", extended)};
    default:
      return {Failure::Kind::kDamage, fmt::format("the database is damaged ({})", message)};
  }
}

Failure failure_of(const SQLite::Exception& error, sqlite3* database) {
  return classify(error.getExtendedErrorCode(), error.what(), database == nullptr ? 0 : sqlite3_system_errno(database));
}

}  // namespace duolog::store
