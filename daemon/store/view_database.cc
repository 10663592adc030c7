// view_database.cc: the view in use; lost at the first thing that does not add up.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/view_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <new>
#include <system_error>

#include "crypto/check.h"
#include "daemon/store/failure.h"
#include "daemon/store/view_state.h"

namespace duolog::store {
namespace {

// So many are committed together: their rollback journal is in memory, a few pages for each.
constexpr int kGatheredAtMost = 64;

// Our own bug and no fault of the file's: it would come again in a new one.
bool is_our_bug(int code) {
  switch (code) {
    case SQLITE_ERROR:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
    case SQLITE_AUTH:
    case SQLITE_ABORT:
    case SQLITE_LOCKED:  // by another statement of ours
      return true;
    default:
      return code < 0;  // SQLiteCpp's own
  }
}

}  // namespace

// Also where SQLite has swallowed what the pages said.
void ViewDatabase::State::require() {
  if (lost.empty() && pages != nullptr) lost = pages->trouble();
  if (!lost.empty()) throw ViewLost(lost);
}

// The pages know better than SQLite, which says "disk I/O error".
std::string ViewDatabase::State::why(const std::exception& error) const {
  return pages != nullptr && !pages->trouble().empty() ? pages->trouble() : error.what();
}

void ViewDatabase::State::lose(const std::string& why) {
  lost = why;
  throw ViewLost(why);
}

void ViewDatabase::State::raise(const SQLite::Exception& error, bool quotes_nothing) {
  if (pages != nullptr && !pages->trouble().empty()) lose(why(error));
  const int code = error.getErrorCode();
  if (code == SQLITE_NOMEM) throw std::bad_alloc();
  if (is_our_bug(code)) {
    // FTS5 quotes what somebody searched for, and that is no word for notes.
    throw BadQuery(quotes_nothing || code == SQLITE_CONSTRAINT ? std::string(error.what())
                                                               : fmt::format("{} ({})", sqlite3_errstr(code), code));
  }
  lose(failure_of(error, sqlite == nullptr ? nullptr : sqlite->getHandle()).text);
}

void ViewDatabase::State::roll_back() {
  depth = 0;
  doomed = false;
  gathered = 0;
  if (!lost.empty() || !in_one()) return;
  try {
    sqlite->exec("ROLLBACK");
  } catch (const SQLite::Exception& error) {
    lost = why(error);
  }
}

bool ViewDatabase::State::in_one() const { return sqlite3_get_autocommit(sqlite->getHandle()) == 0; }

void ViewDatabase::State::begin() {
  if (!in_one()) sqlite->exec("BEGIN IMMEDIATE");
}

void ViewDatabase::State::commit() {
  gathered = 0;
  if (in_one()) sqlite->exec("COMMIT");
}

void ViewDatabase::State::within(const std::function<void()>& work, const std::function<void()>& end) {
  require();
  if (depth > 0) {
    try {
      return work();
    } catch (...) {
      doomed = true;
      throw;
    }
  }
  try {
    begin();
    depth = 1;
    work();
    require();
    if (doomed) throw BadQuery("a part of this transaction failed");
    end();
    depth = 0;
  } catch (const SQLite::Exception& error) {
    roll_back();
    raise(error, false);
  } catch (...) {
    roll_back();
    throw;
  }
}

void ViewDatabase::transaction(const std::function<void()>& work) {
  if (state_->depth == 0) commit();
  state_->within(work, [this] { state_->commit(); });
}

void ViewDatabase::gather(const std::function<void()>& work) {
  state_->within(work, [this] {
    if (++state_->gathered >= kGatheredAtMost) state_->commit();
  });
}

void ViewDatabase::commit() {
  check(state_->depth == 0, "a view is committed within a transaction");
  if (state_->gathered > 0) state_->within([] {}, [this] { state_->commit(); });
}

bool ViewDatabase::is_clean() const {
  const State& state = *state_;
  return state.lost.empty() && state.place && state.place->marked && state.gathered == 0 && !state.pages->changed();
}

void ViewDatabase::make_clean() {
  State& state = *state_;
  state.require();
  commit();
  if (is_in_memory() || is_clean()) return;
  try {
    state.pages->sync();
    state.place->mark.write({state.place->says.salt, state.place->says.schema, state.pages->stamps()});
    state.pages->settle();
    state.place->marked = true;
  } catch (const std::runtime_error& error) {
    state.lose(error.what());
  }
}

SQLite::Statement& ViewDatabase::statement(const char* sql) {
  state_->require();
  try {
    return state_->statements->of(sql);
  } catch (const SQLite::Exception& error) {
    state_->raise(error, true);
  }
}

void ViewDatabase::fail(const std::exception& sqlite_error) {
  const auto* error = dynamic_cast<const SQLite::Exception*>(&sqlite_error);
  check(error != nullptr, "an error that is not SQLite's was given to the view");
  state_->raise(*error, false);
}

}  // namespace duolog::store
