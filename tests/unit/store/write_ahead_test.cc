// write_ahead_test.cc: a log that a power cut may have left, and one that it cannot have.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/store/write_ahead.h"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "daemon/store/database.h"
#include "daemon/store/query.h"
#include "tests/unit/home/temporary_folder.h"

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
