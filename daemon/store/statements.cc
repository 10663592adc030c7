// statements.cc: compiled at the first use.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/statements.h"

namespace duolog::store {

SQLite::Statement& Statements::of(const char* sql) {
  const auto known = by_address_.find(sql);
  if (known != by_address_.end()) return *known->second;
  SQLite::Statement& compiled = compiled_.try_emplace(sql, database_, sql).first->second;
  by_address_.emplace(sql, &compiled);
  return compiled;
}

}  // namespace duolog::store
