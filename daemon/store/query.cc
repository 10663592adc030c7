// query.cc: SQLiteCpp's statement, one use at a time.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/query.h"

#include <SQLiteCpp/SQLiteCpp.h>

namespace duolog::store {
namespace {

constexpr std::uint8_t kNothing = 0;  // an empty blob is not NULL: it needs an address

// Runs `use`; what SQLite throws is said again by whom it was asked.
template <class Use>
auto said_by(Connection& connection, Use&& use) {
  try {
    return use();
  } catch (const SQLite::Exception& error) {
    connection.fail(error);
    throw;  // g++ 12 does not believe a virtual function that it never returns
  }
}

}  // namespace

Query::Query(Connection& connection, const char* sql)
    : connection_(connection), statement_(connection.statement(sql)) {}

Query::~Query() {
  statement_.tryReset();
  try {
    statement_.clearBindings();
  } catch (const SQLite::Exception&) {  // NOLINT(bugprone-empty-catch): bindings cannot fail to be cleared
  }
}

Query& Query::bind(std::int64_t number) {
  said_by(connection_, [&] { statement_.bind(next_++, number); });
  return *this;
}

Query& Query::bind(ByteView bytes) {
  const void* data = bytes.empty() ? &kNothing : bytes.data();
  said_by(connection_, [&] { statement_.bindNoCopy(next_++, data, static_cast<int>(bytes.size())); });
  return *this;
}

Query& Query::bind(std::string_view text) {
  said_by(connection_, [&] { statement_.bind(next_++, std::string(text)); });
  return *this;
}

Query& Query::bind_null() {
  said_by(connection_, [&] { statement_.bind(next_++); });
  return *this;
}

bool Query::step() {
  return said_by(connection_, [&] { return statement_.executeStep(); });
}

void Query::run() {
  while (step()) {
  }
  said_by(connection_, [&] { statement_.reset(); });
  next_ = 1;
}

std::int64_t Query::number(int column) const { return statement_.getColumn(column).getInt64(); }

ByteView Query::blob(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  // getBlob before getBytes: SQLite may convert on the first call.
  const auto* data = static_cast<const std::uint8_t*>(value.getBlob());
  return {data, static_cast<std::size_t>(value.getBytes())};
}

bool Query::is_null(int column) const { return statement_.isColumnNull(column); }

}  // namespace duolog::store
