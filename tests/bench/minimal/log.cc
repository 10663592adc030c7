// log.cc: five prepared statements.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/minimal/log.h"

#include <algorithm>
#include <stdexcept>

namespace minimal {
namespace {

sqlite3_int64 place(std::size_t author, std::uint64_t seq) {
  return static_cast<sqlite3_int64>(author + 1) << 32 | static_cast<sqlite3_int64>(seq - 1);
}

void must(bool well, sqlite3* database) {
  if (!well) throw std::runtime_error(sqlite3_errmsg(database));
}

View blob(sqlite3_stmt* statement, int column) {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

Log::Log(const std::string& file) {
  must(sqlite3_open(file.c_str(), &database_) == SQLITE_OK, database_);
  must(sqlite3_exec(database_,
                    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                    "PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 2000;"
                    "CREATE TABLE IF NOT EXISTS record (place INTEGER PRIMARY KEY, head BLOB NOT NULL, body BLOB)",
                    nullptr, nullptr, nullptr) == SQLITE_OK,
       database_);
  begin_ = prepare("BEGIN IMMEDIATE");
  commit_ = prepare("COMMIT");
  insert_ = prepare("INSERT INTO record VALUES (?, ?, ?)");
  select_ = prepare("SELECT head, body FROM record WHERE place BETWEEN ? AND ? ORDER BY place");
  last_ = prepare("SELECT place, head FROM record WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1");
}

Log::~Log() {
  for (sqlite3_stmt* statement : {begin_, commit_, insert_, select_, last_}) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

sqlite3_stmt* Log::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  must(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK, database_);
  return statement;
}

void Log::run(sqlite3_stmt* statement) {
  const int result = sqlite3_step(statement);
  sqlite3_reset(statement);
  must(result == SQLITE_DONE, database_);
}

void Log::append(std::size_t author, std::uint64_t seq, const Record& record) {
  sqlite3_bind_int64(insert_, 1, place(author, seq));
  sqlite3_bind_blob(insert_, 2, record.head.data(), static_cast<int>(record.head.size()), SQLITE_STATIC);
  sqlite3_bind_blob(insert_, 3, record.body.data(), static_cast<int>(record.body.size()), SQLITE_STATIC);
  run(insert_);
}

std::vector<Record> Log::read(std::size_t author, std::uint64_t from, std::size_t count) {
  std::vector<Record> records;
  records.reserve(count);
  sqlite3_bind_int64(select_, 1, place(author, from));
  sqlite3_bind_int64(select_, 2, place(author, from + count - 1));
  while (sqlite3_step(select_) == SQLITE_ROW) {
    Record& record = records.emplace_back();
    const View head = blob(select_, 0);
    const View body = blob(select_, 1);
    std::copy(head.begin(), head.end(), record.head.begin());
    record.body.assign(body.begin(), body.end());
  }
  sqlite3_reset(select_);
  return records;
}

Place Log::end(const Keys& keys, std::size_t author) {
  Place next{1, first_prev(keys, author)};
  sqlite3_bind_int64(last_, 1, place(author, 1));
  sqlite3_bind_int64(last_, 2, place(author, std::uint64_t{1} << 32));
  if (sqlite3_step(last_) == SQLITE_ROW) {
    Head head{};
    const View stored = blob(last_, 1);
    std::copy(stored.begin(), stored.end(), head.begin());
    next = {static_cast<std::uint64_t>(sqlite3_column_int64(last_, 0) - place(author, 1)) + 2, id_of(keys, head)};
  }
  sqlite3_reset(last_);
  return next;
}

}  // namespace minimal
