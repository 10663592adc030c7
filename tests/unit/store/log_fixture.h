// log_fixture.h: a log on a disk of its own that knows one author, Bo.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include "daemon/store/query.h"
#include "daemon/store/sealed_log.h"
#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/store/authors.h"

namespace duolog::store {

using crypto::Record;
using testing::Author;
using testing::journal_named;
using Records = std::vector<Record>;
using Verdict = Accepted::Verdict;

inline Records part(const Records& run, std::size_t from, std::size_t count) {
  const auto first = run.begin() + static_cast<std::ptrdiff_t>(from);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

class ASealedLog : public ::testing::Test {
 protected:
  ASealedLog() { reopen(Database::Open::kCreate); }
  void SetUp() override {
    log().add_journal(bo.journal());
    ASSERT_TRUE(log().admit(bo.journal(), bo.id(), bo.key()));
  }

  void close() {
    log_.reset();
    database_.reset();
  }
  void reopen(Database::Open how = Database::Open::kExisting, Quota quota = {}) {
    close();
    database_ = std::make_unique<Database>(folder_ / "duolog.db", how);
    log_.emplace(*database_, quota);
  }
  SealedLog& log() { return *log_; }
  Database& database() { return *database_; }

  Accepted accept(std::uint64_t start_seq, const Records& run) {
    return log().accept(journal, bo.id(), start_seq, run);
  }
  Verdict verdict(std::uint64_t start_seq, const Records& run) { return accept(start_seq, run).verdict; }
  Records read(std::uint64_t from = 1, std::size_t records = crypto::kRunLimit,
               std::size_t bytes = crypto::kRunBytesLimit) {
    return log().read_run(journal, bo.id(), from, records, bytes);
  }
  std::uint64_t held() { return log().head(journal, bo.id())->seq; }
  RecordId own(Author& author, std::string_view text, std::string_view request = {}) {
    return log().append(
        author.journal(), author.id(), [&](const auto& at) { return author.make_at(at, text); }, as_bytes(request));
  }
  // As bit rot does it: below the log.
  void rot(const char* sql, std::uint64_t seq) {
    database().transaction([&] {
      Query(database(), "PRAGMA ignore_check_constraints = ON").run();
      Query(database(), sql).bind(static_cast<std::int64_t>(seq)).run();
    });
  }
  std::vector<std::uint64_t> damaged() {
    std::vector<std::uint64_t> seqs;
    for (const Damage& damage : log().damage()) seqs.push_back(damage.seq);
    return seqs;
  }

  Author bo{2};
  JournalId journal = bo.journal();

 private:
  testing::TemporaryFolder folder_;
  std::unique_ptr<Database> database_;
  std::optional<SealedLog> log_;
};

}  // namespace duolog::store
