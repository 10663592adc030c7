// view_opening.cc: believed with its mark, made anew without.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "crypto/check.h"
#include "daemon/home/descriptor.h"
#include "daemon/store/database.h"
#include "daemon/store/pragma.h"
#include "daemon/store/view_state.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMarkSuffix = ".clean";  // view.db -> view.clean

Hash digest_of(const ViewSchema& schema) {
  Bytes version;
  append_u32(version, schema.version);
  return crypto::hash("view.schema", {version, as_bytes(schema.text), as_bytes(schema.made_by)});
}

void set_reserved_bytes(SQLite::Database& database) {
  int bytes = EncryptedPages::kReserved;
  sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
  bytes = -1;
  sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &bytes);
  if (bytes != EncryptedPages::kReserved) throw BadDatabase("SQLite leaves no room for the seals");
}

// Nothing but the pages themselves goes to the disk, and nobody waits for it.
void settle(SQLite::Database& database, std::size_t cache_bytes) {
  const std::string cache = fmt::format("-{}", cache_bytes / 1024);
  prove(database, "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA main.locking_mode", "exclusive");
  prove(database, "PRAGMA page_size = 4096", "PRAGMA page_size", "4096");
  prove(database, "PRAGMA journal_mode = MEMORY", "PRAGMA journal_mode", "memory");
  prove(database, "PRAGMA synchronous = OFF", "PRAGMA synchronous", "0");
  prove(database, "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2");
  prove(database, "PRAGMA secure_delete = ON", "PRAGMA secure_delete", "1");
  prove(database, fmt::format("PRAGMA cache_size = {}", cache).c_str(), "PRAGMA cache_size", cache);
}

void require_fts5(SQLite::Database& database) {
  check(ask(database, "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'") == "1",
        "this SQLite was built without FTS5");
}

void make_file(const fs::path& file) {
  const home::Descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!made.is_open()) throw std::system_error(errno, std::generic_category(), file.string());
}

void remove_file(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT)
    throw std::system_error(errno, std::generic_category(), file.string());
}

// How many pages the file has; or why it is none of ours.
struct Measured {
  std::uint64_t pages = 0;
  const char* fault = nullptr;
};
Measured measure(const fs::path& file) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(file, error).type();
  if (type == fs::file_type::not_found) return {0, "there was none"};
  if (type != fs::file_type::regular) return {0, "something else lay in its place"};
  const std::uintmax_t size = fs::file_size(file, error);
  if (error) return {0, "it cannot be looked at"};
  if (size % EncryptedPages::kPageSize != 0) return {0, "it is cut off within a page"};
  return {size / EncryptedPages::kPageSize, nullptr};
}

}  // namespace

void ViewDatabase::State::connect(const crypto::LocalKey& key, std::size_t cache_bytes) {
  pages = std::make_unique<EncryptedPages>(crypto::kdf<crypto::PageKey>(key.view(), "view.page", {place->says.salt}),
                                           std::exchange(place->says.stamps, {}), [this] {
                                             place->mark.remove();
                                             place->marked = false;
                                           });
  sqlite = std::make_unique<SQLite::Database>(place->file.string(), SQLite::OPEN_READWRITE, 0, pages->vfs());
  settle(*sqlite, cache_bytes);
  set_reserved_bytes(*sqlite);
  require_fts5(*sqlite);
  statements = std::make_unique<Statements>(*sqlite);
}

void ViewDatabase::State::connect_to_memory() {
  sqlite = std::make_unique<SQLite::Database>(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  prove(*sqlite, "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2");
  require_fts5(*sqlite);
  statements = std::make_unique<Statements>(*sqlite);
}

void ViewDatabase::State::close() {
  statements.reset();
  sqlite.reset();
  pages.reset();
}

void ViewDatabase::State::fill(const ViewSchema& schema) {
  sqlite->exec("BEGIN");
  sqlite->exec(schema.text);
  sqlite->exec("COMMIT");
}

// Empty: it is open. Else why it is not believed.
std::string ViewDatabase::State::open_what_is_there(const crypto::LocalKey& key, std::size_t cache_bytes) {
  const Measured measured = measure(place->file);
  if (measured.fault != nullptr) return measured.fault;
  if (!place->mark.is_there()) return "it was not closed well";
  const Hash schema = place->says.schema;
  auto says = place->mark.read(measured.pages);
  if (!says) return "its clean mark does not fit";
  if (says->schema != schema) return "it is of another version";
  place->says = std::move(*says);
  try {
    connect(key, cache_bytes);
    ask(*sqlite, "SELECT count(*) FROM sqlite_schema");  // reads it
    place->marked = true;
    return {};
  } catch (const std::runtime_error& error) {  // SQLite's, BadDatabase
    std::string cause = why(error);
    close();
    return cause;
  }
}

void ViewDatabase::State::make_anew(const crypto::LocalKey& key, const ViewSchema& schema, std::size_t cache_bytes) {
  place->mark.remove();
  remove_file(place->file);
  make_file(place->file);
  crypto::fill_random(place->says.salt);
  place->says.stamps.clear();
  connect(key, cache_bytes);
  fill(schema);
}

// What the disk says while one is made.
void ViewDatabase::State::as_view_lost(const std::function<void()>& work) {
  try {
    work();
  } catch (const SQLite::Exception& error) {
    raise(error, true);
  } catch (const std::system_error& error) {
    lose(error.what());
  } catch (const BadDatabase& error) {
    lose(error.what());
  }
}

ViewDatabase::ViewDatabase(const fs::path& file, const crypto::LocalKey& key, const ViewSchema& schema,
                           std::size_t cache_bytes)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  fs::path mark = file;
  mark.replace_extension(kMarkSuffix);
  state.place.emplace(State::Place{file, CleanMark(mark, key), {{}, digest_of(schema), {}}});
  state.as_view_lost([&] {
    state.why_fresh = state.open_what_is_there(key, cache_bytes);
    if (!state.why_fresh.empty()) state.make_anew(key, schema, cache_bytes);
  });
}

ViewDatabase::ViewDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::unique_ptr<ViewDatabase> ViewDatabase::in_memory(const ViewSchema& schema) {
  auto state = std::make_unique<State>();
  state->why_fresh = "it is kept in memory";
  state->as_view_lost([&] {
    state->connect_to_memory();
    state->fill(schema);
  });
  return std::unique_ptr<ViewDatabase>(new ViewDatabase(std::move(state)));
}

// At a good end it is clean. Where that cannot be, it is made anew the next time.
ViewDatabase::~ViewDatabase() {
  try {
    if (state_->lost.empty() && state_->depth == 0) make_clean();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
  }
}

void ViewDatabase::drop() noexcept {
  State& state = *state_;
  state.close();
  state.lost = "it was dropped";
  if (!state.place) return;
  const auto attempt = [](const auto& step) {
    try {
      step();
    } catch (const std::system_error&) {  // NOLINT(bugprone-empty-catch): one of the two is enough
    }
  };
  attempt([&] { state.place->mark.remove(); });
  attempt([&] { remove_file(state.place->file); });
}

bool ViewDatabase::fresh() const { return !state_->why_fresh.empty(); }
const std::string& ViewDatabase::why_fresh() const { return state_->why_fresh; }
bool ViewDatabase::is_in_memory() const { return !state_->place; }

}  // namespace duolog::store
