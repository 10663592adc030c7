// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/database_copy.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "daemon/home/descriptor.h"
#include "daemon/home/home.h"
#include "daemon/store/failure.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void not_copied(const fs::path& file, const std::string& why) {
  throw NotDurable(fmt::format("{} cannot be written: {}", file.string(), why));
}

fs::path made(fs::path file) {
  remove_database(file);
  const home::Descriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!opened.is_open()) not_copied(file, std::generic_category().message(errno));
  return file;
}

}  // namespace

void remove_database(const fs::path& file) {
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((file.string() + suffix).c_str());
}

void require_one_file(const fs::path& file) {
  std::error_code unknown;
  if (fs::exists(file.string() + "-wal", unknown) || unknown)
    not_copied(file, "what was found to be damaged in it cannot be noted there");
}

struct DatabaseCopy::State {
  State(Database& from, fs::path to)
      : source(from), file(made(std::move(to))), target(std::in_place, file.string(), SQLite::OPEN_READWRITE) {
    target->exec("PRAGMA synchronous = FULL");
    copy = sqlite3_backup_init(target->getHandle(), "main", source.handle_to_copy(), "main");
    if (copy == nullptr) not_copied(file, sqlite3_errmsg(target->getHandle()));
  }
  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  int close() {
    const int result = copy != nullptr ? sqlite3_backup_finish(copy) : SQLITE_OK;
    copy = nullptr;
    return result;
  }
  void fail(int code) const {
    const Failure failure = classify(code, sqlite3_errstr(code), errno);
    if (failure.kind == Failure::Kind::kDamage) throw BadDatabase(failure.text);
    not_copied(file, failure.text);
  }
  // Opened anew, by itself: while the mark stood in the file, a log beside it would be asked for (database.cc).
  void settle() {
    target.reset();
    {
      SQLite::Database whole(file.string(), SQLite::OPEN_READWRITE);
      whole.exec("PRAGMA locking_mode = EXCLUSIVE");
      whole.exec("PRAGMA synchronous = FULL");
      if (whole.tableExists("kept")) whole.exec("DELETE FROM kept");
    }
    const home::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.is_open() || ::fsync(opened.get()) != 0) not_copied(file, std::generic_category().message(errno));
    home::sync_folder(file.parent_path());
  }

  Database& source;
  fs::path file;
  std::optional<SQLite::Database> target;
  sqlite3_backup* copy = nullptr;
  std::uint64_t copied = 0;
  std::uint64_t pages = 0;
};

DatabaseCopy::DatabaseCopy(Database& source, fs::path to) {
  const fs::path file = to;
  try {
    state_ = std::make_unique<State>(source, std::move(to));
  } catch (const std::exception& error) {
    remove_database(file);
    if (const auto* known = dynamic_cast<const NotDurable*>(&error)) throw NotDurable(*known);
    not_copied(file, error.what());
  }
}

DatabaseCopy::~DatabaseCopy() {
  const fs::path file = state_->file;
  state_.reset();
  remove_database(file);
}

bool DatabaseCopy::step(int pages) {
  State& state = *state_;
  if (state.copy == nullptr) return false;
  const int result = sqlite3_backup_step(state.copy, pages);
  state.pages = static_cast<std::uint64_t>(sqlite3_backup_pagecount(state.copy));
  state.copied = state.pages - static_cast<std::uint64_t>(sqlite3_backup_remaining(state.copy));
  if (result == SQLITE_OK) return true;
  if (result != SQLITE_DONE) state.fail(result);
  const int closed = state.close();
  if (closed != SQLITE_OK) state.fail(closed);
  try {
    state.settle();
  } catch (const SQLite::Exception& error) {
    not_copied(state.file, error.what());
  } catch (const std::system_error& error) {
    not_copied(state.file, error.code().message());
  }
  return false;
}

std::uint64_t DatabaseCopy::copied() const { return state_->copied; }
std::uint64_t DatabaseCopy::pages() const { return state_->pages; }
const fs::path& DatabaseCopy::file() const { return state_->file; }
void DatabaseCopy::drop() { remove_database(state_->file); }

}  // namespace duolog::store
