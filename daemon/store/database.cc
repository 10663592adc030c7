// database.cc: the file judged before SQLite touches it, its pragmas proven, and every failure answered once.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>
#include <vector>

#include "crypto/check.h"
#include "daemon/home/descriptor.h"
#include "daemon/home/home.h"
#include "daemon/store/failure.h"
#include "daemon/store/pragma.h"
#include "daemon/store/schema.h"
#include "daemon/store/statements.h"
#include "daemon/store/write_ahead.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;

constexpr int kFoldAtPages = 2000;  // of the write-ahead log: 8 MB
// The first 100 bytes of an SQLite file: a magic text at 0, the page size (big-endian; 1 means 65536) at 16, the
// application id at 68.
constexpr std::size_t kFileHeader = 100;
constexpr std::string_view kFileMagic("SQLite format 3\0", 16);
constexpr std::size_t kPageSizeAt = 16;
constexpr std::size_t kApplicationIdAt = 68;

[[noreturn]] void refuse(const fs::path& file, std::string_view what, std::string_view hint) {
  throw BadDatabase(fmt::format("{} {}; nothing was changed\nhint: {}", file.string(), what, hint));
}

constexpr std::string_view kRestore = "restore it from a backup";

std::uint32_t read_big_endian(const std::uint8_t* at) {
  return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

// SQLite reads zeros where half a page is missing at the end. After a power cut while the log was folded that is well,
// for the log has the page; without a log it is damage.
bool ends_within_a_page(const fs::path& file, std::uint64_t size, const std::uint8_t* header) {
  const std::uint64_t page_size = std::uint64_t{header[kPageSizeAt]} << 8 | header[kPageSizeAt + 1];
  std::error_code absent;
  const std::uintmax_t log = fs::file_size(file.string() + "-wal", absent);
  return (absent || log == 0) && size % (page_size > 1 ? page_size : 65536) != 0;
}

// Judged by reading alone: merely opening somebody else's database with SQLite could change it.
void judge_file(const fs::path& file) {
  struct stat found{};
  if (::lstat(file.c_str(), &found) != 0) refuse(file, "is missing", kIfItIsLost);
  if (!S_ISREG(found.st_mode)) refuse(file, "is not an ordinary file", "duolog follows no links here");
  if (found.st_size == 0) refuse(file, "is empty", kRestore);
  const home::Descriptor opened(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  std::array<std::uint8_t, kFileHeader> header{};
  if (!opened.is_open()) {
    refuse(file, fmt::format("cannot be read: {}", std::generic_category().message(errno)),
           "look at its owner and permissions, and at the disk");
  }
  if (::pread(opened.get(), header.data(), header.size(), 0) != static_cast<ssize_t>(header.size())) {
    refuse(file, "is cut short", kRestore);
  }
  if (std::memcmp(header.data(), kFileMagic.data(), kFileMagic.size()) != 0) refuse(file, "is no database", kRestore);
  if (read_big_endian(&header[kApplicationIdAt]) != static_cast<std::uint32_t>(kApplicationId)) {
    refuse(file, "is the database of another program", "name another folder with --home");
  }
  if (ends_within_a_page(file, static_cast<std::uint64_t>(found.st_size), header.data())) {
    refuse(file, "is cut short", kRestore);
  }
}

constexpr const char* kFailedDisk =
    "look at the disk and make a copy of it, then start duologd anew: duolog daemon stop";

// What a person can do; the text alone is what refusal() says.
[[noreturn]] void throw_not_durable(const std::string& text, const std::string& hint) {
  throw NotDurable(hint.empty() ? text : fmt::format("{}\nhint: {}", text, hint));
}

[[noreturn]] void throw_failure(const Failure& failure) {
  if (failure.kind == Failure::Kind::kDamage) throw BadDatabase(failure.text);
  throw_not_durable(failure.text, failure.kind == Failure::Kind::kWriteForGood ? kFailedDisk : "");
}

// In this order: without EXCLUSIVE first, WAL would use shared memory beside the file.
void keep_others_out(SQLite::Database& database) {
  prove(database, "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA main.locking_mode", "exclusive");
  prove(database, "PRAGMA mmap_size = 0", "PRAGMA mmap_size", "0");
  prove(database, "PRAGMA temp_store = MEMORY", "PRAGMA temp_store", "2");
}

void make_durable(SQLite::Database& database) {
  prove(database, "PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal");
  prove(database, "PRAGMA synchronous = FULL", "PRAGMA synchronous", "2");
  prove(database, "PRAGMA secure_delete = ON", "PRAGMA secure_delete", "1");
  prove(database, "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys", "1");
  prove(database, "PRAGMA cell_size_check = ON", "PRAGMA cell_size_check", "1");
  prove(database, "PRAGMA journal_size_limit = 16777216", "PRAGMA journal_size_limit", "16777216");
}

void fold_on_close(SQLite::Database& database, bool allowed) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, allowed ? 0 : 1, nullptr);
}

void judge_version(SQLite::Database& database, const fs::path& file) {
  const int version = std::stoi(ask(database, "PRAGMA user_version"));
  if (version > kSchemaVersion) {
    refuse(file, fmt::format("was written by a newer duolog (format {}; this one knows {})", version, kSchemaVersion),
           "install that version");
  }
  if (version != kSchemaVersion) refuse(file, "has no version that duolog ever wrote", kRestore);
}

[[noreturn]] void fail_to_open(const fs::path& file, const Failure& failure) {
  const std::string what = fmt::format("cannot be opened: {}", failure.text);
  if (failure.kind == Failure::Kind::kDamage) refuse(file, what, kRestore);
  throw NotDurable(
      fmt::format("{} {}; what was saved is safe\n"
                  "hint: make room, mend the disk or end the other program, then try again",
                  file.string(), what));
}

void settle(SQLite::Database& database, const fs::path& file) {
  try {
    fold_on_close(database, false);  // a newer version's file is left exactly as it was
    keep_others_out(database);
    judge_version(database, file);
    make_durable(database);
    fold_on_close(database, true);
  } catch (const SQLite::Exception& error) {
    fail_to_open(file, failure_of(error, database.getHandle()));
  }
}

SQLite::Database open_existing(const fs::path& file) {
  judge_file(file);
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    settle(database, file);
    return database;
  } catch (const SQLite::Exception& error) {
    fail_to_open(file, failure_of(error, nullptr));
  }
}

void fill(const fs::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  prove(database, "PRAGMA synchronous = FULL", "PRAGMA synchronous", "2");
  database.exec("BEGIN");
  database.exec(kSchema);
  database.exec(kKeptTable);
  database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  database.exec("COMMIT");
}

// Under another name until it is whole and on the disk.
void create(const fs::path& file) {
  const fs::path unfinished = file.string() + ".new";
  const auto clear = [&] {
    for (const char* suffix : {"", "-journal", "-wal"}) ::unlink((unfinished.string() + suffix).c_str());
  };
  clear();
  try {
    const home::Descriptor made(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!made.is_open()) throw std::system_error(errno, std::generic_category(), unfinished.string());
    fill(unfinished);
    if (::rename(unfinished.c_str(), file.c_str()) != 0) {
      throw std::system_error(errno, std::generic_category(), file.string());
    }
    home::sync_folder(file.parent_path());
  } catch (const SQLite::Exception& error) {
    clear();
    throw NotDurable(fmt::format("{} cannot be made: {}", file.string(), failure_of(error, nullptr).text));
  } catch (const std::system_error& error) {
    clear();
    throw NotDurable(fmt::format("{} cannot be made: {}", file.string(), error.what()));
  }
}

SQLite::Database open_or_create(const fs::path& file, Database::Open how) {
  check(sqlite3_threadsafe() != 0, "this SQLite was built without thread safety");
  std::error_code error;
  if (how == Database::Open::kCreate && fs::symlink_status(file, error).type() == fs::file_type::not_found) {
    create(file);
  }
  return open_existing(file);
}

// While the mark stands in the file itself, the write-ahead log holds what the file does not, and must be there.
constexpr const char* kMark = "INSERT OR IGNORE INTO kept (mark) VALUES (1)";
constexpr const char* kMarkAgain = "UPDATE kept SET mark = 1";
constexpr const char* kUnmark = "DELETE FROM kept";

bool has_log(const fs::path& file) {
  std::error_code unknown;
  return fs::exists(write_ahead_of(file), unknown);
}

// What a daemon that was killed has left in the log is read again, but perhaps lies in memory alone, and for ever:
// where an fsync had failed, the system takes the pages for clean, and no later fsync writes them. And where the log
// was made and never synced, its name may be gone after a power cut. What is written behind such a log would be lost
// with it, so all of it is written once more.
void write_log_again(const fs::path& file) {
  const home::Descriptor log(::open(write_ahead_of(file).c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  const auto fail = [] { throw std::system_error(errno, std::generic_category()); };
  if (!log.is_open()) return fail();
  std::vector<std::uint8_t> piece(std::size_t{1} << 18);
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(log.get(), piece.data(), piece.size(), at);
    if (got < 0) return fail();
    if (got == 0) break;
    for (ssize_t written = 0; written < got;) {
      const ssize_t more = ::write(log.get(), piece.data() + written, static_cast<std::size_t>(got - written));
      if (more < 0 && errno != EINTR) return fail();
      written += std::max<ssize_t>(more, 0);
    }
    at += got;
  }
  if (::fsync(log.get()) != 0) return fail();
  home::sync_folder(file.parent_path());
}

}  // namespace

struct Database::State {
  State(const fs::path& at, Open how)
      : file(at),
        log_was_there(write_ahead_is_there(at)),
        log_was_whole(write_ahead_is_whole(at)),
        log_had_its_header(write_ahead_has_its_header(at)),
        log_was_left_behind(has_log(at)),
        sqlite(open_or_create(at, how)) {
    sqlite3_wal_hook(sqlite.getHandle(), &State::note_pages, this);
    fold_on_close(sqlite, false);  // until it is known that all is there
    const bool given_up = was_given_up();
    marked = has_mark();
    if (!log_was_whole) {
      refuse_without_log("is damaged", "set it aside: mv " + write_ahead_of(file).string());
    } else if (marked && !log_was_there && !given_up) {
      refuse_without_log("is missing", "touch");
    } else {
      if (log_was_left_behind) keep_log();
      fold_on_close(sqlite, true);
      if (marked && !log_was_there) begin_log_anew();
    }
  }

  // Given up, and not to be asked for again where this daemon is killed before it saves anything: from here on there is
  // a log. Where the disk has no room for it, the next transaction says so.
  void begin_log_anew() noexcept {
    try {
      sqlite.exec(kMarkAgain);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
    }
  }

  // What is there can be read in any case.
  void keep_log() {
    try {
      if (!log_had_its_header) drop_frames_of_write_ahead(file);
      write_log_again(file);
    } catch (const std::system_error& error) {
      refuse_failed_disk(error);
    }
  }

  // What the log held is not there; what the file holds can be read. Nothing is written over it: a chain that is
  // continued without its end forks.
  void refuse_without_log(std::string_view is, const std::string& cure) {
    refuse_writes({Failure::Kind::kWriteForGood,
                   fmt::format("{} {}: what was saved last cannot be read", write_ahead_of(file).string(), is)});
    hint = fmt::format(
        "end duologd and put the file back; or, to go on without what was in it (or where an older duologd or another "
        "program has had the database open since: nothing is lost then), {} {}: what your partner has of it comes "
        "back, so be connected before you write",
        cure, given_up_of(file).string());
  }

  // A person has said so by the name of a file. It counts at this start, needed or not, and never at a later one; what
  // was set aside under that name may hold words, so nothing is written over.
  [[nodiscard]] bool was_given_up() const {
    const std::string given_up = given_up_of(file).string();
    std::string seen = given_up + ".seen";
    for (int i = 2; fs::exists(seen); ++i) seen = fmt::format("{}.seen.{}", given_up, i);
    std::error_code absent;
    fs::rename(given_up, seen, absent);
    return !absent;
  }

  bool has_mark() {
    try {
      return ask(sqlite, "SELECT 'yes' FROM kept") == "yes";
    } catch (const SQLite::Exception& error) {
      // A file from before there was a mark, or without its tables: refused at the first use. What could not be read
      // this time may be there.
      const int code = error.getErrorCode();
      return code == SQLITE_IOERR || code == SQLITE_NOMEM;
    }
  }
  // Before the first transaction, and after one that came to nothing. All of the log is folded, so that it begins anew:
  // SQLite writes over the frames of what came to nothing and gives the new ones the same salt, and where a power cut
  // tears a commit there, what is left behind it seems to have followed it. Then the mark, into the file at once, by
  // way of the log. In the log alone it would be lost with what it guards, so where the fold fails nothing is taken in.
  // A log that was left behind may hold what a transaction has overwritten that was to be wiped: its frames go.
  void make_ready() {
    fold();
    if (refusal.empty() && !marked) {
      sqlite.exec(fmt::format("BEGIN IMMEDIATE; {}; {}; COMMIT", kKeptTable, kMark));
      marked = true;
    }
    if (refusal.empty()) keep_name_of_log();
    log_is_ready = refusal.empty() && (log_was_left_behind ? wipe() : fold());
    log_was_left_behind = log_was_left_behind && !log_is_ready;
    if (!refusal.empty()) throw_not_durable(refusal, hint);
  }
  // SQLite syncs the folder of a log that it has made, and goes on where that fails.
  void keep_name_of_log() {
    try {
      home::sync_folder(file.parent_path());
    } catch (const std::system_error& error) {
      refuse_failed_disk(error);
    }
  }
  // At a good end, so that the log can go; at any other it stays, as after a kill.
  void unmark() noexcept {
    if (!marked) return;
    try {
      if (!for_good && (log_is_ready || fold())) return sqlite.exec(kUnmark), void();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the disk is full
    }
    fold_on_close(sqlite, false);
  }

  static int note_pages(void* self, sqlite3* /*database*/, const char* /*name*/, int pages) {
    static_cast<State*>(self)->pages = pages;
    return SQLITE_OK;
  }

  void refuse_writes(const Failure& failure) {
    if (for_good) return;  // the first cause that does not pass is the one to tell
    refusal = failure.text;
    for_good = failure.kind != Failure::Kind::kWrite;
    hint = for_good ? kFailedDisk : "";
  }

  void refuse_failed_disk(const std::system_error& error) {
    refuse_writes({Failure::Kind::kWriteForGood, fmt::format("the disk failed ({})", error.code().message())});
  }

  void roll_back();
  void fold_when_due();
  bool fold();
  bool wipe();
  bool drop_frames();
  [[nodiscard]] int pages_written() const;
  std::string examine(const char* pragma);

  fs::path file;
  bool log_was_there;  // these four before SQLite opens the file
  bool log_was_whole;
  bool log_had_its_header;
  bool log_was_left_behind;
  SQLite::Database sqlite;  // before the statements, which must go first
  Statements statements{sqlite};
  std::vector<std::function<void()>> reloads;
  int depth = 0;
  bool doomed = false;        // a nested transaction threw
  bool half_written = false;  // and not undone: what would be read is not what is kept
  bool wipe_is_due = false;   // the log holds what was overwritten
  int pages = 0;              // in the write-ahead log after the last commit
  int written_before = 0;     // pages_written() when the transaction began
  bool marked = false;        // that there is a log; see kMark
  bool log_is_ready = false;  // see make_ready()
  std::string refusal;
  std::string hint;       // what can be done about it
  bool for_good = false;  // the refusal lasts until the file is opened again
};

void Database::State::roll_back() {
  depth = 0;
  doomed = false;
  if (pages_written() != written_before) log_is_ready = false;
  const auto attempt = [&](const auto& step) {
    try {
      step();
    } catch (const std::exception& error) {
      refuse_writes({Failure::Kind::kWriteForGood, fmt::format("a write could not be undone ({})", error.what())});
    }
  };
  attempt([&] {
    // SQLite has rolled back by itself after some errors.
    if (sqlite3_get_autocommit(sqlite.getHandle()) == 0) sqlite.exec("ROLLBACK");
  });
  half_written = sqlite3_get_autocommit(sqlite.getHandle()) == 0;
  for (const auto& reload : reloads) attempt(reload);  // also then: what is in memory is not what is certain
}

// The commit before this is durable whatever happens here; but if the file itself cannot be written, nothing more is
// taken in.
void Database::State::fold_when_due() {
  if (wipe_is_due) {
    wipe_is_due = !wipe();
  } else if (pages >= kFoldAtPages) {
    fold();
  }
}

// What lies in the log is in the file, where secure_delete has put zeros in the place of what was overwritten; it
// begins anew with the next commit.
bool Database::State::wipe() { return fold() && drop_frames(); }

// True when all of the log is in the file. Not while a row is being read: then it is for the next transaction to do.
bool Database::State::fold() {
  int in_log = 0, folded = 0;
  const int result =
      sqlite3_wal_checkpoint_v2(sqlite.getHandle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &folded);
  if (result == SQLITE_OK && in_log == 0) return drop_frames();
  if (result == SQLITE_OK) return in_log == folded;
  if ((result & 0xff) == SQLITE_BUSY || (result & 0xff) == SQLITE_LOCKED) return false;
  refuse_writes(classify(sqlite3_extended_errcode(sqlite.getHandle()), sqlite3_errmsg(sqlite.getHandle()),
                         sqlite3_system_errno(sqlite.getHandle())));
  return false;
}

// REQUIRES: what lies in the log was folded, or came to nothing. Where there was no commit since the log began anew,
// SQLite gives the next frames the same salt.
bool Database::State::drop_frames() {
  try {
    drop_frames_of_write_ahead(file);
    return true;
  } catch (const std::system_error& error) {
    refuse_failed_disk(error);
    return false;
  }
}

// By transactions, into the log, since the file was opened; also those that came to nothing.
int Database::State::pages_written() const {
  int written = 0, unused = 0;
  sqlite3_db_status(sqlite.getHandle(), SQLITE_DBSTATUS_CACHE_WRITE, &written, &unused, 0);
  return written;
}

Database::Database(const fs::path& file, Open how) : state_(std::make_unique<State>(file, how)) {}
Database::~Database() { state_->unmark(); }

void Database::transaction(const std::function<void()>& work) {
  State& state = *state_;
  if (state.depth > 0) {
    try {
      return work();
    } catch (...) {
      state.doomed = true;
      throw;
    }
  }
  if (!state.refusal.empty()) throw_not_durable(state.refusal, state.hint);
  state.written_before = state.pages_written();
  try {
    if (!state.log_is_ready) state.make_ready();
    state.sqlite.exec("BEGIN IMMEDIATE");
    state.depth = 1;
    work();
    if (state.doomed) throw NotDurable("a part of this could not be written");
    state.sqlite.exec("COMMIT");
    state.depth = 0;
  } catch (const SQLite::Exception& error) {
    state.roll_back();
    fail(error);
  } catch (...) {
    state.roll_back();
    throw;
  }
  state.fold_when_due();
}

void Database::expect_writes() {
  if (!state_->refusal.empty() || state_->depth > 0 || state_->log_is_ready) return;
  try {
    state_->make_ready();
  } catch (const NotDurable&) {  // NOLINT(bugprone-empty-catch): the refusal stands
  } catch (const SQLite::Exception& error) {
    const Failure failure = failure_of(error, state_->sqlite.getHandle());
    state_->roll_back();
    state_->refuse_writes(failure);
  }
}

void Database::wipe_after_commit() { state_->wipe_is_due = true; }

void Database::on_rollback(std::function<void()> reload) { state_->reloads.push_back(std::move(reload)); }

SQLite::Statement& Database::statement(const char* sql) {
  if (state_->half_written) throw_not_durable(state_->refusal, state_->hint);
  try {
    return state_->statements.of(sql);
  } catch (const SQLite::Exception& error) {
    Database::fail(error);
  }
}

void Database::fail(const std::exception& sqlite_error) {
  const auto* error = dynamic_cast<const SQLite::Exception*>(&sqlite_error);
  check(error != nullptr, "an error that is not SQLite's was given to the database");
  const Failure failure = failure_of(*error, state_->sqlite.getHandle());
  state_->refuse_writes(failure);
  throw_failure(failure);
}

const std::string& Database::refusal() const { return state_->refusal; }

bool Database::try_again() {
  State& state = *state_;
  if (state.refusal.empty()) return true;
  if (state.for_good || state.depth > 0) return false;
  const std::string before = std::exchange(state.refusal, {});
  try {
    // Writes one page, though nothing in it changes.
    transaction([&] { state.sqlite.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion)); });
  } catch (const NotDurable&) {
    if (state.refusal.empty()) state.refusal = before;
  }
  return state.refusal.empty();
}

const fs::path& Database::file() const { return state_->file; }

std::optional<std::uint64_t> Database::free_bytes() const {
  struct statvfs disk{};
  if (::statvfs(state_->file.parent_path().c_str(), &disk) != 0) return std::nullopt;
  return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

sqlite3* Database::handle_to_copy() { return state_->sqlite.getHandle(); }

std::string Database::State::examine(const char* pragma) {
  try {
    const std::string found = ask(sqlite, pragma);
    return found == "ok" ? std::string() : found;
  } catch (const SQLite::Exception& error) {
    return error.what();
  }
}

std::string Database::integrity() { return state_->examine("PRAGMA integrity_check(1)"); }

std::optional<std::string> Database::quick_integrity() {
  std::error_code unknown;
  const std::uintmax_t length = fs::file_size(state_->file, unknown);
  if (!unknown && length > kQuickLookLimit) return std::nullopt;
  return state_->examine("PRAGMA quick_check(1)");
}

}  // namespace duolog::store
