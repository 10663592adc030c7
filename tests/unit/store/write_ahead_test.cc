// write_ahead_test.cc: a log that a power cut may have left, and one that it cannot have.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/write_ahead.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <functional>
#include <memory>

#include "daemon/store/database.h"
#include "daemon/store/query.h"
#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/store/faulty_disk.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::text_of;
using testing::what_it_says;
using testing::write_text;

constexpr std::size_t kHeader = 32;
constexpr std::size_t kFrame = 24 + 4096;

// A database with what was folded into it, and a killed daemon's log of `kCommits` more transactions beside it.
class AWriteAheadLog : public ::testing::Test {
 protected:
  static constexpr int kCommits = 6;

  void SetUp() override {
    Database database(folder_ / "first.db", Database::Open::kCreate);
    for (int commit = 0; commit < kCommits; ++commit) {
      put(database, "fact " + std::to_string(commit));
      ends_.push_back(fs::file_size(folder_ / "first.db-wal"));
    }
    killed_ = text_of(folder_ / "first.db");
    whole_ = text_of(folder_ / "first.db-wal");
  }
  static void put(Database& database, const std::string& name) {
    database.transaction(
        [&] { Query(database, "INSERT OR REPLACE INTO local (name, value) VALUES (?, x'00')").bind(name).run(); });
  }
  void place(const std::string& log) {
    write_text(file(), killed_);
    write_text(write_ahead_of(file()), log);
  }
  bool is_whole(const std::string& log) {
    place(log);
    return write_ahead_is_whole(file());
  }
  static std::string damaged(std::string log, std::size_t at, std::size_t length = 1) {
    for (std::size_t i = at; i < at + length && i < log.size(); ++i) log[i] = static_cast<char>(~log[i]);
    return log;
  }
  [[nodiscard]] fs::path file() const { return folder_ / "duolog.db"; }
  [[nodiscard]] std::size_t frames() const { return (whole_.size() - kHeader) / kFrame; }

  testing::TemporaryFolder folder_;
  std::string killed_, whole_;
  std::vector<std::size_t> ends_;  // of each transaction
};

TEST_F(AWriteAheadLog, IsWholeAsItWasLeft) {
  EXPECT_GE(frames(), std::size_t{kCommits});
  EXPECT_TRUE(is_whole(whole_));
  EXPECT_TRUE(is_whole(""));
  write_text(file(), killed_);
  fs::remove(write_ahead_of(file()));
  EXPECT_TRUE(write_ahead_is_whole(file()));
}

// What was written last may have reached the disk in any part and order: that is no damage.
TEST_F(AWriteAheadLog, CutAtAnyBlockIsWhatAPowerCutLeaves) {
  for (std::size_t length = 0; length <= whole_.size(); length += 512) EXPECT_TRUE(is_whole(whole_.substr(0, length)));
}

TEST_F(AWriteAheadLog, WhoseLastTransactionIsTornAnywhereIsWhatAPowerCutLeaves) {
  for (std::size_t at = ends_[kCommits - 2]; at < whole_.size(); at += 512) {
    EXPECT_TRUE(is_whole(damaged(whole_, at, 512))) << at;
  }
}

TEST_F(AWriteAheadLog, DamagedAnywhereBeforeTheLastTwoTransactionsIsDamaged) {
  for (std::size_t at = 0; at + 512 <= ends_[kCommits - 3]; at += 512) {
    EXPECT_FALSE(is_whole(damaged(whole_, at, 512))) << at;
  }
}

TEST_F(AWriteAheadLog, WithOneByteDamagedAnywhereBeforeTheLastTwoTransactionsIsDamaged) {
  for (std::size_t at = 0; at < ends_[kCommits - 3]; at += 61) EXPECT_FALSE(is_whole(damaged(whole_, at))) << at;
}

// The header is written anew once everything is in the file; a power cut then tears it, and nothing is lost.
TEST_F(AWriteAheadLog, WithATornHeaderIsWholeWhereTheFileHasEverything) {
  place(whole_);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "PRAGMA wal_checkpoint", nullptr, nullptr, nullptr), SQLITE_OK);
  killed_ = text_of(file());
  sqlite3_close(database);
  EXPECT_TRUE(is_whole(damaged(whole_, 0, kHeader)));
  EXPECT_TRUE(is_whole(damaged(whole_, 0, 512)));
}

// A log over whose frames SQLite begins to write anew, with every byte of the new header that a power cut may have let
// through. `turns_` are the generations before it, each of so many commits and then folded; the first is the longest.
class ALogBegunAnew : public AWriteAheadLog, public ::testing::WithParamInterface<std::vector<int>> {
 protected:
  void SetUp() override {
    AWriteAheadLog::SetUp();
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "turns.db").c_str(), &database), SQLITE_OK);
    run(database,
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;"
        "CREATE TABLE words (row INTEGER PRIMARY KEY, said TEXT); PRAGMA wal_checkpoint;");
    for (const int commits : GetParam()) {
      for (int commit = 0; commit < commits; ++commit) say(database);
      unfolded_ = text_of(folder_ / "turns.db");
      run(database, "PRAGMA wal_checkpoint");
    }
    killed_ = text_of(folder_ / "turns.db");
    before_ = text_of(folder_ / "turns.db-wal");
    say(database);
    after_ = text_of(folder_ / "turns.db-wal");
    ASSERT_NE(before_.substr(0, kHeader), after_.substr(0, kHeader)) << "it was not begun anew";
    sqlite3_close(database);
  }
  static void run(sqlite3* database, const char* sql) {
    ASSERT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  }
  static void say(sqlite3* database) { run(database, "INSERT INTO words (said) VALUES (hex(randomblob(20)))"); }
  // Whole, or with the last of the frames before it torn as by another power cut.
  void expect_no_damage(const std::string& frames) {
    for (std::size_t torn = 0; torn <= kHeader; ++torn) {
      EXPECT_TRUE(is_whole(after_.substr(0, torn) + frames.substr(torn))) << torn << " bytes of the new header";
    }
  }
  std::string unfolded_, before_, after_;
};

INSTANTIATE_TEST_SUITE_P(After, ALogBegunAnew,
                         ::testing::Values(std::vector{9}, std::vector{9, 1}, std::vector{9, 1, 1}, std::vector{9, 3},
                                           std::vector{9, 5, 2, 1}, std::vector{1}));

TEST_P(ALogBegunAnew, IsWholeWithAnyPartOfItsHeader) { expect_no_damage(before_); }

TEST_P(ALogBegunAnew, IsWholeWithItsHeaderAndAnyPartOfItsFrames) {
  for (std::size_t length = kHeader; length <= kHeader + kFrame; length += 8) {
    EXPECT_TRUE(is_whole(after_.substr(0, length) + before_.substr(length))) << length;
  }
}

// Another power cut had torn the transaction behind: it is no commit, though its last frame says so.
TEST_P(ALogBegunAnew, IsWholeThoughBehindItLiesATornTransaction) {
  const std::string salt = before_.substr(16, 8);
  std::size_t end = kHeader;
  while (end < before_.size() && before_.substr(end + 8, 8) == salt) end += kFrame;
  std::string torn = before_.substr(end - kFrame, kFrame);  // a commit of the same generation
  torn[kFrame - 1] = static_cast<char>(~torn[kFrame - 1]);
  expect_no_damage(before_.substr(0, end) + torn + before_.substr(std::min(end + kFrame, before_.size())));
}

// Where the file has not what was in it, the header was not written anew but damaged.
TEST_P(ALogBegunAnew, IsDamagedWhereTheFileLacksWhatWasInIt) {
  killed_ = unfolded_;
  for (std::size_t at = 0; at < kHeader; ++at) EXPECT_FALSE(is_whole(damaged(before_, at))) << at;
  EXPECT_FALSE(is_whole(damaged(before_, 0, kHeader)));
}

// SQLite goes on with the salt of the torn header, which is that of the frames behind it: they must not pass for a part
// of what is written then.
TEST_F(AWriteAheadLog, WithATornHeaderStaysWholeWhenMoreIsWritten) {
  place(whole_);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, "PRAGMA wal_checkpoint", nullptr, nullptr, nullptr), SQLITE_OK);
  killed_ = text_of(file());
  sqlite3_close(database);
  place(damaged(whole_, 15));  // the count of folds is the new one, the salt the old one
  Database again(file(), Database::Open::kExisting);
  ASSERT_EQ(again.refusal(), "");
  put(again, "more");
  const testing::TemporaryFolder killed;
  write_text(killed / "duolog.db", text_of(file()));
  write_text(killed / "duolog.db-wal", text_of(write_ahead_of(file())));
  Database found(killed / "duolog.db", Database::Open::kExisting);
  EXPECT_EQ(found.refusal(), "");
  Query query(found, "SELECT count(*) FROM local WHERE name LIKE 'fact%' OR name = 'more'");
  ASSERT_TRUE(query.step());
  EXPECT_EQ(query.number(0), kCommits + 1);
}

// SQLite writes over the frames of a transaction that came to nothing and gives the new ones the same salt. Where a
// commit is torn there, what lies behind it must not seem to have followed it.
class ATransactionThatCameToNothing : public AWriteAheadLog {
 protected:
  using Fault = testing::FaultyDisk::Fault;

  // In a generation of the log with so many commits, and left as it is, or by a daemon that was killed then. True while
  // a write of the next transaction was there to be torn.
  bool is_torn_over(int commits, bool killed, int nth, const std::function<void(Database&)>& come_to_nothing) {
    place(whole_);
    auto database = std::make_unique<Database>(file(), Database::Open::kExisting);
    for (int commit = 0; commit < commits; ++commit) put(*database, "more " + std::to_string(commit));
    come_to_nothing(*database);
    disk_.heal();
    if (killed) database = leave_behind(std::move(database));
    disk_.fail_at(Fault::kWriteError, nth);
    if (database->try_again()) try_to_put(*database);
    disk_.heal();
    database = leave_behind(std::move(database));
    EXPECT_EQ(database->refusal(), "") << "write " << nth << " torn after " << commits << " commits";
    Query query(*database, "SELECT count(*) FROM local WHERE name LIKE 'fact%' OR name LIKE 'more%'");
    EXPECT_TRUE(query.step());
    EXPECT_EQ(query.number(0), kCommits + commits);
    return disk_.fired();
  }
  std::unique_ptr<Database> leave_behind(std::unique_ptr<Database> database) {
    const std::string held = text_of(file()), log = text_of(write_ahead_of(file()));
    database.reset();
    write_text(file(), held);
    write_text(write_ahead_of(file()), log);
    return std::make_unique<Database>(file(), Database::Open::kExisting);
  }
  static void try_to_put(Database& database) {
    try {
      put(database, "a word");
    } catch (const NotDurable&) {
    }
  }
  static void write_much(Database& database, int bytes) {
    Query(database, "INSERT INTO local (name, value) VALUES ('much', zeroblob(?))").bind(bytes).run();
  }
  void at_every_write(const std::function<void(Database&)>& come_to_nothing) {
    for (const int commits : {0, 2}) {
      for (const bool killed : {false, true}) {
        int nth = 1;
        while (is_torn_over(commits, killed, nth, come_to_nothing) && !HasFailure()) ++nth;
        EXPECT_GT(nth, 3);
      }
    }
  }

  testing::FaultyDisk disk_;
};

TEST_F(ATransactionThatCameToNothing, ForAFullDiskIsNotTakenForOneThatFollowedACommit) {
  for (int full = 2; full <= 8; ++full) {
    at_every_write([&](Database& database) {
      database.transaction([] {});  // all that comes before the first
      disk_.fail_at(Fault::kFull, full);
      EXPECT_THROW(database.transaction([&] { write_much(database, 20'000); }), NotDurable);
      EXPECT_TRUE(disk_.fired());
    });
  }
}

TEST_F(ATransactionThatCameToNothing, ForASecondThoughtIsNotTakenForOneThatFollowedACommit) {
  at_every_write([](Database& database) {
    EXPECT_THROW(database.transaction([&] {
      write_much(database, 8 << 20);  // more than SQLite keeps in memory
      throw std::logic_error("changed my mind");
    }),
                 std::logic_error);
  });
}

TEST_F(AWriteAheadLog, ThatIsDamagedIsReadUpToThereAndNeverWritten) {
  const std::string log = damaged(whole_, ends_[1] + 100);
  place(log);
  {
    Database database(file(), Database::Open::kExisting);
    EXPECT_THAT(database.refusal(), HasSubstr("duolog.db-wal is damaged: what was saved last cannot be read"));
    EXPECT_THAT(what_it_says<NotDurable>([&] { put(database, "more"); }), HasSubstr("hint: end duologd and put"));
    EXPECT_FALSE(database.try_again());
    Query query(database, "SELECT count(*) FROM local WHERE name LIKE 'fact%'");
    ASSERT_TRUE(query.step());
    EXPECT_EQ(query.number(0), 2);
  }
  EXPECT_EQ(text_of(write_ahead_of(file())), log);
  EXPECT_EQ(text_of(file()), killed_);
}

// What guards the log must not lie in it alone.
TEST_F(AWriteAheadLog, TakesNothingInBeforeItsMarkIsInTheFile) {
  testing::FaultyDisk disk;
  int struck = 0;
  for (int nth = 1;; ++nth) {
    const testing::TemporaryFolder fresh;
    std::string acknowledged;
    {
      Database database(fresh / "duolog.db", Database::Open::kCreate);
      disk.fail_at(testing::FaultyDisk::Fault::kFull, nth);
      try {
        put(database, "a word");
        EXPECT_FALSE(disk.fired()) << "it was taken in though write " << nth << " failed";
        acknowledged = text_of(fresh / "duolog.db");
      } catch (const NotDurable&) {
        ++struck;
      }
      disk.heal();
      if (acknowledged.empty()) continue;
    }
    write_text(file(), acknowledged);
    write_text(write_ahead_of(file()), "");
    EXPECT_THAT(Database(file(), Database::Open::kExisting).refusal(), HasSubstr("is missing")) << "write " << nth;
    if (!disk.fired()) break;
  }
  EXPECT_GE(struck, 5) << "of the header, of both frames, of the fold";
}

// A killed daemon may have come as far as the mark in the log and no further.
TEST_F(AWriteAheadLog, WhoseMarkWasLeftInItIsFoldedBeforeMoreIsTakenIn) {
  const testing::TemporaryFolder fresh;
  {
    const Database unused(fresh / "duolog.db", Database::Open::kCreate);
  }
  const std::string unmarked = text_of(fresh / "duolog.db");
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((fresh / "duolog.db").c_str(), &database), SQLITE_OK);
  EXPECT_EQ(
      sqlite3_exec(database, "PRAGMA journal_mode=WAL; INSERT INTO kept (mark) VALUES (1)", nullptr, nullptr, nullptr),
      SQLITE_OK);
  killed_ = unmarked;
  place(text_of(fresh / "duolog.db-wal"));
  sqlite3_close(database);
  Database found(file(), Database::Open::kExisting);
  EXPECT_EQ(found.refusal(), "");
  put(found, "a word");
  write_text(fresh / "later.db", text_of(file()));
  EXPECT_THAT(Database(fresh / "later.db", Database::Open::kExisting).refusal(), HasSubstr("is missing"));
}

TEST_F(AWriteAheadLog, ThatWentMissingIsMissedUntilItIsGivenUp) {
  for (const bool empty : {false, true}) {
    place("");
    if (!empty) fs::remove(write_ahead_of(file()));
    for (int start = 0; start < 2; ++start) {
      Database database(file(), Database::Open::kExisting);
      EXPECT_THAT(database.refusal(), HasSubstr("duolog.db-wal is missing: what was saved last cannot be read"));
    }
    write_text(given_up_of(file()), "");
    Database database(file(), Database::Open::kExisting);
    EXPECT_EQ(database.refusal(), "");
    put(database, "more");
  }
}

TEST_F(AWriteAheadLog, ThatWasGivenUpIsNotMissedAgainAfterAKillBeforeTheFirstWord) {
  place("");
  write_text(given_up_of(file()), "");
  const testing::TemporaryFolder killed;
  {
    const Database database(file(), Database::Open::kExisting);
    EXPECT_EQ(database.refusal(), "");
    write_text(killed / "duolog.db", text_of(file()));
    write_text(killed / "duolog.db-wal", text_of(write_ahead_of(file())));
  }
  EXPECT_EQ(Database(killed / "duolog.db", Database::Open::kExisting).refusal(), "");
}

TEST_F(AWriteAheadLog, IsGivenUpForOneStartAndWhatWasSetAsideIsKept) {
  for (const char* set_aside : {"first", "second"}) {
    place(whole_);
    write_text(given_up_of(file()), set_aside);
    EXPECT_EQ(Database(file(), Database::Open::kExisting).refusal(), "") << "it was not needed";
    EXPECT_FALSE(fs::exists(given_up_of(file())));
    place("");
    EXPECT_THAT(Database(file(), Database::Open::kExisting).refusal(), HasSubstr("is missing"));
  }
  EXPECT_EQ(text_of(given_up_of(file()).string() + ".seen"), "first");
  EXPECT_EQ(text_of(given_up_of(file()).string() + ".seen.2"), "second");
}

TEST_F(AWriteAheadLog, IsNotMissedAfterAGoodEndNorWhereNothingWasWritten) {
  place(whole_);
  {
    const Database ended(file(), Database::Open::kExisting);
  }
  fs::remove(write_ahead_of(file()));
  for (int start = 0; start < 2; ++start) {
    const Database database(file(), Database::Open::kExisting);
    EXPECT_EQ(database.refusal(), "");
  }
}

}  // namespace
}  // namespace duolog::store
