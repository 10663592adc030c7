// database_test.cc: which files are opened, what a transaction promises, and what happens when the disk does not.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/database.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <numeric>

#include "daemon/store/query.h"
#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/store/faulty_disk.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::FaultyDisk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::text_of;
using testing::what_it_says;
using testing::write_text;
using Fault = FaultyDisk::Fault;
using Open = Database::Open;

class ADatabase : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path file() const { return folder_ / "duolog.db"; }
  [[nodiscard]] fs::path log_file() const { return folder_ / "duolog.db-wal"; }
  Database& open(Open how = Open::kExisting) {
    database_.reset();
    database_ = std::make_unique<Database>(file(), how);
    return *database_;
  }
  void close() { database_.reset(); }
  std::string refusal(Open how = Open::kExisting) {
    return what_it_says<BadDatabase>([&] { const Database opened(file(), how); });
  }
  // One fact, of `length` bytes of its own kind.
  void put(const std::string& name, std::size_t length = 10) {
    const Bytes value(length, static_cast<std::uint8_t>(name.front()));
    database_->transaction([&] {
      Query(*database_, "INSERT OR REPLACE INTO local (name, value) VALUES (?, ?)").bind(name).bind(value).run();
    });
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    Query query(*database_, "SELECT name FROM local ORDER BY name");
    while (query.step()) found.push_back(query.text(0));
    return found;
  }
  std::string told(const char* sql) {
    Query query(*database_, sql);
    return query.step() ? query.text(0) : "";
  }
  // With SQLite alone, as another program would.
  void execute_as_somebody(const std::string& sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  testing::TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
};

// ---- which files ----

TEST_F(ADatabase, IsNotCreatedWhereOneIsExpected) {
  EXPECT_THAT(refusal(), HasSubstr("is missing; nothing was changed\nhint: restore it from a backup. without one:"));
  EXPECT_FALSE(fs::exists(file()));
}

TEST_F(ADatabase, IsCreatedWholeAndForItsOwnerAlone) {
  open(Open::kCreate);
  put("a");
  close();
  EXPECT_EQ(testing::mode_of(file()), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_FALSE(fs::exists(file().string() + ".new"));
  open();
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(ADatabase, ThatIsThereIsKeptByCreate) {
  open(Open::kCreate);
  put("a");
  open(Open::kCreate);
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(ADatabase, ReplacesTheLeftoversOfACreationCutShort) {
  write_text(file().string() + ".new", "half a database");
  open(Open::kCreate);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(ADatabase, EmptyDecoyIsRefusedAndNotFilled) {
  write_text(file(), "");
  EXPECT_THAT(refusal(Open::kExisting), HasSubstr("is empty"));
  EXPECT_THAT(refusal(Open::kCreate), HasSubstr("is empty"));
  EXPECT_EQ(fs::file_size(file()), 0U);
}

TEST_F(ADatabase, TruncatedAnywhereIsRefusedAndNotTouched) {
  open(Open::kCreate);
  for (char name = 'a'; name <= 'z'; ++name) put(std::string(1, name), 1000);
  close();
  const std::string whole = text_of(file());
  ASSERT_GT(whole.size(), 30'000U);
  for (std::size_t cut = 1; cut < whole.size(); cut += cut < 200 ? 1 : 997) {
    write_text(file(), whole.substr(0, cut));
    EXPECT_THAT(refusal(), Not(IsEmpty())) << "cut at " << cut;
    EXPECT_EQ(fs::file_size(file()), cut);
  }
}

TEST_F(ADatabase, TextFileIsRefusedAndNotTouched) {
  const std::string text(5000, 'x');
  write_text(file(), text);
  EXPECT_THAT(refusal(), HasSubstr("is no database"));
  EXPECT_EQ(text_of(file()), text);
}

TEST_F(ADatabase, OfAnotherProgramIsRefusedAndNotTouched) {
  execute_as_somebody("CREATE TABLE theirs (x)");
  const std::string before = text_of(file());
  EXPECT_THAT(refusal(Open::kCreate), HasSubstr("is the database of another program"));
  EXPECT_EQ(text_of(file()), before);
}

TEST_F(ADatabase, OfANewerVersionIsRefusedByNameAndNotTouched) {
  open(Open::kCreate);
  close();
  execute_as_somebody("PRAGMA user_version = 41");
  const std::string before = text_of(file());
  EXPECT_THAT(refusal(), HasSubstr("was written by a newer duolog (format 41; this one knows 1)"));
  EXPECT_EQ(text_of(file()), before);
}

// The newer version was killed: its version stands in the write-ahead log alone.
TEST_F(ADatabase, OfANewerVersionThatWasKilledIsNotTouchedEither) {
  open(Open::kCreate);
  put("a");
  Query(*database_, "PRAGMA user_version = 41").run();
  const std::string main = text_of(file());
  const std::string log = text_of(log_file());
  close();
  write_text(file(), main);
  write_text(log_file(), log);
  EXPECT_THAT(refusal(), HasSubstr("format 41"));
  EXPECT_EQ(text_of(file()), main);
  EXPECT_EQ(text_of(log_file()), log);
}

TEST_F(ADatabase, BehindALinkIsRefused) {
  open(Open::kCreate);
  close();
  fs::rename(file(), folder_ / "real.db");
  fs::create_symlink(folder_ / "real.db", file());
  EXPECT_THAT(refusal(), HasSubstr("is not an ordinary file"));
}

TEST_F(ADatabase, WithoutItsTablesIsRefusedAtTheFirstUse) {
  open(Open::kCreate);
  close();
  execute_as_somebody("DROP TABLE local");
  open();
  EXPECT_THROW(names(), BadDatabase);
}

TEST_F(ADatabase, HasRoomForOneDaemonOnly) {
  open(Open::kCreate);
  put("a");
  EXPECT_THAT(what_it_says<NotDurable>([&] { const Database second(file(), Open::kExisting); }),
              HasSubstr("another program has the database open; what was saved is safe\nhint: "));
}

TEST_F(ADatabase, RunsAsItMust) {
  open(Open::kCreate);
  put("a");
  EXPECT_EQ(told("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(told("PRAGMA synchronous"), "2");
  EXPECT_EQ(told("PRAGMA locking_mode"), "exclusive");
  EXPECT_EQ(told("PRAGMA secure_delete"), "1");
  EXPECT_EQ(told("PRAGMA foreign_keys"), "1");
  EXPECT_EQ(told("PRAGMA mmap_size"), "0");
  EXPECT_FALSE(fs::exists(folder_ / "duolog.db-shm"));
}

TEST_F(ADatabase, IntegrityNamesRottenPages) {
  open(Open::kCreate);
  for (char name = 'a'; name <= 'z'; ++name) put(std::string(1, name), 3000);
  EXPECT_EQ(database_->integrity(), "");
  close();
  std::string bytes = text_of(file());
  std::fill(bytes.begin() + 40'000, bytes.begin() + 60'000, 'Z');
  write_text(file(), bytes);
  open();
  EXPECT_NE(database_->integrity(), "");
  EXPECT_NE(database_->quick_integrity(), "");
}

TEST_F(ADatabase, IsLookedOverQuicklyOnlyWhileItIsSmall) {
  open(Open::kCreate);
  put("a", 5000);
  EXPECT_EQ(database_->quick_integrity(), "");
  fs::resize_file(file(), Database::kQuickLookLimit);  // as it lies; what SQLite reads of it does not change
  EXPECT_EQ(database_->quick_integrity(), "");
  fs::resize_file(file(), Database::kQuickLookLimit + 1);
  EXPECT_EQ(database_->quick_integrity(), std::nullopt);
}

TEST_F(ADatabase, KnowsHowMuchRoomItsDiskHas) {
  open(Open::kCreate);
  const auto free = fs::space(folder_.path()).available;
  ASSERT_TRUE(database_->free_bytes());
  EXPECT_GT(*database_->free_bytes(), free / 2);
  EXPECT_LT(*database_->free_bytes(), free * 2);
}

// A power cut while the log was folded may leave half a page at the end: the log still has the whole one.
TEST_F(ADatabase, WithHalfAPageIsOpenedWhileTheLogHasTheWhole) {
  open(Open::kCreate);
  put("a", 20'000);
  const std::string main = text_of(file());
  const std::string log = text_of(log_file());
  close();
  write_text(file(), main + std::string(100, '\0'));
  write_text(log_file(), log);
  open();
  EXPECT_THAT(names(), ElementsAre("a"));
  EXPECT_EQ(database_->integrity(), "");
}

// ---- transactions ----

class ATransaction : public ADatabase {
 protected:
  void SetUp() override { open(Open::kCreate); }
};

TEST_F(ATransaction, IsAllOrNothing) {
  EXPECT_THROW(database_->transaction([&] {
    put("a");
    throw std::logic_error("changed my mind");
  }),
               std::logic_error);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(ATransaction, JoinsTheOneAroundIt) {
  database_->transaction([&] {
    put("a");
    database_->transaction([&] { put("b"); });
  });
  EXPECT_THAT(names(), ElementsAre("a", "b"));
}

TEST_F(ATransaction, ThatFailsInsideTakesTheOuterOneDown) {
  EXPECT_THROW(database_->transaction([&] {
    put("a");
    try {
      database_->transaction([] { throw std::logic_error("inner"); });
    } catch (const std::logic_error&) {
    }
  }),
               NotDurable);
  EXPECT_THAT(names(), IsEmpty());
  put("b");
  EXPECT_THAT(names(), ElementsAre("b"));
}

TEST_F(ATransaction, TellsCachesAfterItWasRolledBack) {
  int reloads = 0;
  database_->on_rollback([&] { ++reloads; });
  put("a");
  EXPECT_EQ(reloads, 0);
  EXPECT_THROW(database_->transaction([] { throw std::logic_error("no"); }), std::logic_error);
  EXPECT_EQ(reloads, 1);
}

// SQLite lets nobody undo anything: neither a part of a transaction nor a cache that follows it may pass for certain.
class ATransactionThatCannotBeUndone : public ADatabase {
 protected:
  static int refuse_to_undo(void* /*context*/, int action, const char* step, const char* /*argument*/,
                            const char* /*database*/, const char* /*trigger*/) {
    return action == SQLITE_TRANSACTION && std::string_view(step) == "ROLLBACK" ? SQLITE_DENY : SQLITE_OK;
  }
  static int on_every_connection(sqlite3* database, char** /*error*/, const sqlite3_api_routines* /*routines*/) {
    return sqlite3_set_authorizer(database, refuse_to_undo, nullptr);
  }
  static void (*entry())() { return reinterpret_cast<void (*)()>(on_every_connection); }
  void SetUp() override {
    sqlite3_auto_extension(entry());
    open(Open::kCreate);
    sqlite3_cancel_auto_extension(entry());
  }
};

TEST_F(ATransactionThatCannotBeUndone, IsNotReadAndTakesNothingElseDownWithIt) {
  put("a");
  int reloads = 0;
  database_->on_rollback([] { throw std::runtime_error("nothing can be read"); });
  database_->on_rollback([&] { ++reloads; });
  EXPECT_THROW(database_->transaction([&] {
    put("b");
    throw std::logic_error("changed my mind");
  }),
               std::logic_error);
  EXPECT_EQ(reloads, 1);
  EXPECT_THAT(database_->refusal(), HasSubstr("a write could not be undone"));
  EXPECT_THROW(names(), NotDurable) << "what would be read is half of a transaction";
  EXPECT_THROW(put("c"), NotDurable);
  open();
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(ATransaction, FoldsTheLogSoThatItDoesNotGrowForEver) {
  std::uintmax_t largest = 0;
  for (int i = 0; i < 60; ++i) {
    put("a" + std::to_string(i % 3), 500'000);
    largest = std::max(largest, fs::file_size(log_file()));
  }
  EXPECT_LT(largest, 16U << 20);  // 30 MB were written
}

// ---- when the disk fails ----

class OnAFaultyDisk : public ADatabase {
 protected:
  // What was put and acknowledged before the disk failed; a put that throws was not.
  std::vector<std::string> put_until_it_fails(int count, std::size_t length) {
    std::vector<std::string> acknowledged;
    for (int i = 0; i < count; ++i) {
      const std::string name = std::string(1, static_cast<char>('a' + i));
      try {
        put(name, length);
        acknowledged.push_back(name);
      } catch (const NotDurable&) {
        EXPECT_FALSE(database_->refusal().empty());
      }
    }
    return acknowledged;
  }
  // Whatever fails at whichever operation: what was acknowledged is there, what was not is whole or absent, and in
  // order. Returns how many operations were failed before one came through untouched.
  int fail_every(Fault fault, std::size_t length) {
    for (int nth = 1;; ++nth) {
      testing::TemporaryFolder fresh;
      const fs::path place = fresh / "duolog.db";
      database_ = std::make_unique<Database>(place, Open::kCreate);
      disk.fail_at(fault, nth);
      const auto acknowledged = put_until_it_fails(6, length);
      const bool fired = disk.fired();
      disk.heal();
      database_.reset();
      database_ = std::make_unique<Database>(place, Open::kExisting);
      EXPECT_EQ(database_->integrity(), "") << "at operation " << nth;
      const auto found = names();
      EXPECT_TRUE(std::includes(found.begin(), found.end(), acknowledged.begin(), acknowledged.end()))
          << "at operation " << nth;
      Query sizes(*database_, "SELECT count(*) FROM local WHERE length(value) <> ?");
      EXPECT_TRUE(sizes.bind(static_cast<std::int64_t>(length)).step() && sizes.number(0) == 0);
      if (!fired) {
        EXPECT_EQ(acknowledged.size(), 6U);
        return nth - 1;
      }
      EXPECT_EQ(HasFailure(), false);
      if (HasFailure()) return -1;
    }
  }

  FaultyDisk disk;
  void TearDown() override { close(); }  // before the disk
};

TEST_F(OnAFaultyDisk, NoFailingWriteLosesWhatWasAcknowledged) { EXPECT_GT(fail_every(Fault::kWriteError, 3000), 12); }
TEST_F(OnAFaultyDisk, NoFullDiskLosesWhatWasAcknowledged) { EXPECT_GT(fail_every(Fault::kFull, 3000), 12); }
TEST_F(OnAFaultyDisk, NoLostSyncLosesWhatWasAcknowledged) { EXPECT_GE(fail_every(Fault::kSyncError, 3000), 6); }

TEST_F(OnAFaultyDisk, AnExpectedWriteFindsTheMarkDurable) {
  open(Open::kCreate);
  const int before = disk.syncs();
  database_->expect_writes();
  const int expected = disk.syncs();
  EXPECT_GE(expected - before, 3);
  database_->expect_writes();
  EXPECT_EQ(disk.syncs(), expected) << "what was done is done again";
  put("a");
  EXPECT_LE(disk.syncs() - expected, 2) << "the head of the log, and the commit";
}

TEST_F(OnAFaultyDisk, AnExpectationThatFailsIsARefusal) {
  for (const Fault fault : {Fault::kWriteError, Fault::kFull, Fault::kSyncError}) {
    int failed = 0;
    for (;; ++failed) {
      testing::TemporaryFolder fresh;
      database_ = std::make_unique<Database>(fresh / "duolog.db", Open::kCreate);
      disk.fail_at(fault, failed + 1);
      database_->expect_writes();
      const bool fired = disk.fired();
      disk.heal();
      EXPECT_EQ(database_->refusal().empty(), !fired);
      if (fired) {
        EXPECT_THROW(put("a"), NotDurable);
        EXPECT_EQ(database_->try_again(), fault == Fault::kFull);
      }
      if (!fired || fault == Fault::kFull) put("b");
      database_.reset();
      database_ = std::make_unique<Database>(fresh / "duolog.db", Open::kExisting);
      EXPECT_EQ(names().size(), !fired || fault == Fault::kFull ? 1U : 0U);
      if (!fired || HasFailure()) break;
    }
    EXPECT_GE(failed, 3);
  }
}

TEST_F(OnAFaultyDisk, AFullDiskIsTriedAgain) {
  open(Open::kCreate);
  put("a");
  disk.fail_at(Fault::kFull, 1, true);
  EXPECT_THROW(put("b"), NotDurable);
  ASSERT_TRUE(disk.fired());
  EXPECT_EQ(database_->refusal(), "the disk is full");
  EXPECT_FALSE(database_->try_again());
  EXPECT_THROW(put("c"), NotDurable);
  disk.heal();
  EXPECT_THROW(put("c"), NotDurable) << "written without having been tried";
  EXPECT_TRUE(database_->try_again());
  put("d");
  EXPECT_THAT(names(), ElementsAre("a", "d"));
}

TEST_F(OnAFaultyDisk, ALostSyncStaysRefusedUntilReopened) {
  open(Open::kCreate);
  put("a");
  disk.fail_at(Fault::kSyncError, 1);
  EXPECT_THROW(put("b"), NotDurable);
  ASSERT_TRUE(disk.fired());
  EXPECT_FALSE(database_->try_again());
  EXPECT_THROW(put("c"), NotDurable);
  EXPECT_THAT(names(), ElementsAre("a"));
  open();
  put("d");
  EXPECT_THAT(names(), ::testing::IsSupersetOf({"a", "d"}));
}

TEST_F(OnAFaultyDisk, AFoldThatFailsKeepsTheCommitAndRefusesTheNext) {
  open(Open::kCreate);
  put("a");
  // The write-ahead log is synced first (for the commit); the file itself when the log is folded into it.
  disk.fail_at(Fault::kSyncError, 3);
  put("b", 9'000'000);
  ASSERT_TRUE(disk.fired());
  EXPECT_FALSE(database_->refusal().empty());
  EXPECT_THROW(put("c"), NotDurable);
  open();
  EXPECT_THAT(names(), ElementsAre("a", "b"));
  EXPECT_EQ(database_->integrity(), "");
}

TEST_F(OnAFaultyDisk, ATruncationThatFailsCostsNothing) {
  open(Open::kCreate);
  put("a", 20'000'000);  // longer than the log may stay: the next commit cuts it
  disk.fail_at(Fault::kTruncateError, 1);
  put("b");
  ASSERT_TRUE(disk.fired());
  EXPECT_EQ(database_->refusal(), "");
  open();
  EXPECT_THAT(names(), ElementsAre("a", "b"));
}

TEST_F(OnAFaultyDisk, WhatIsKeptCanBeReadWhileItIsFull) {
  open(Open::kCreate);
  put("a");
  close();
  disk.fail_at(Fault::kFull, 1, true);
  open();
  EXPECT_THAT(names(), ElementsAre("a"));
  EXPECT_THROW(put("b"), NotDurable);
}

TEST_F(OnAFaultyDisk, ACreationThatFailsLeavesNothing) {
  for (const Fault fault : {Fault::kWriteError, Fault::kFull, Fault::kSyncError}) {
    int failed = 0;
    for (int nth = 1;; ++nth, ++failed) {
      disk.fail_at(fault, nth);
      const std::string said = what_it_says<std::runtime_error>([&] { open(Open::kCreate); });
      if (!disk.fired()) break;
      disk.heal();
      if (fs::exists(file())) {  // whole already, and only the opening failed
        EXPECT_NO_THROW(open(Open::kExisting));
        break;
      }
      EXPECT_THAT(said, HasSubstr("cannot be made"));
      EXPECT_TRUE(fs::is_empty(folder_.path()));
    }
    EXPECT_GT(failed, 0);
    disk.heal();
    close();
    fs::remove(file());
  }
}

}  // namespace
}  // namespace duolog::store
