// durability_test.cc: the log killed between any two instructions, and on a disk that fails at any operation.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "daemon/store/query.h"
#include "daemon/store/sealed_log.h"
#include "tests/unit/home/temporary_folder.h"
#include "tests/unit/store/authors.h"
#include "tests/unit/store/faulty_disk.h"

namespace duolog::store {
namespace {

using testing::Author;
using testing::FaultyDisk;
using Fault = FaultyDisk::Fault;

RecordId append(SealedLog& log, Author& author, const std::string& text, const std::string& request) {
  return log.append(
      author.journal(), author.id(), [&](const auto& at) { return author.make_at(at, text); }, as_bytes(request));
}

std::vector<RecordId> ids_in(const SealedLog& log, const Author& author) {
  std::vector<RecordId> ids;
  log.each(author.journal(), author.id(), 1, [&](std::uint64_t seq, const RecordId& id, const crypto::Record& record) {
    EXPECT_EQ(as_text(*author.read(record)), "entry " + std::to_string(seq));
    ids.push_back(id);
    return true;
  });
  return ids;
}

// Writes until it is killed, and says the id of every record once it was acknowledged.
[[noreturn]] void write_for_ever(const std::filesystem::path& file, int told) {
  Database database(file, Database::Open::kExisting);
  SealedLog log(database);
  Author author(2);
  for (std::uint64_t seq = log.record_count(author.journal()) + 1;; ++seq) {
    const RecordId id = append(log, author, "entry " + std::to_string(seq), "request " + std::to_string(seq));
    if (::write(told, id.bytes.data(), id.bytes.size()) != 32) ::_exit(1);
  }
}

// What a writer acknowledged before it was killed, after at least `enough`.
std::vector<RecordId> acknowledged_until_killed(const std::filesystem::path& file, std::size_t enough) {
  std::array<int, 2> pipe{};
  EXPECT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) write_for_ever(file, pipe[1]);
  ::close(pipe[1]);
  std::vector<RecordId> acknowledged;
  for (RecordId id; ::read(pipe[0], id.bytes.data(), id.bytes.size()) == 32; acknowledged.push_back(id)) {
    if (acknowledged.size() + 1 == enough) ::kill(child, SIGKILL);
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer was not killed";
  return acknowledged;
}

TEST(Durability, WhatWasAcknowledgedIsThereAfterAKill) {
  const testing::TemporaryFolder folder;
  const auto file = folder / "duolog.db";
  Author author(2);
  {
    Database database(file, Database::Open::kCreate);
    SealedLog log(database);
    log.add_journal(author.journal());
    log.admit(author.journal(), author.id(), author.key());
  }
  std::mt19937 random(20261122);  // NOLINT(cert-msc32-c,cert-msc51-cpp): a seed that can be repeated
  std::vector<RecordId> expected;
  for (int kill = 0; kill < 25; ++kill) {
    const auto more = acknowledged_until_killed(file, 1 + random() % 20);
    expected.insert(expected.end(), more.begin(), more.end());
    Database database(file, Database::Open::kExisting);
    SealedLog log(database);
    auto found = ids_in(log, author);
    ASSERT_GE(found.size(), expected.size());
    ASSERT_LE(found.size(), expected.size() + 1) << "more than the one that was under way";
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), found.begin())) << "after kill " << kill;
    EXPECT_EQ(database.integrity(), "");
    for (std::size_t seq = 1; seq <= found.size(); ++seq) {
      ASSERT_EQ(log.answered(as_bytes("request " + std::to_string(seq))), std::pair(author.journal(), found[seq - 1]));
    }
    expected = std::move(found);
  }
}

class ALogOnAFaultyDisk : public ::testing::TestWithParam<Fault> {
 protected:
  void open(Database::Open how) {
    log_.reset();
    database_.reset();
    database_ = std::make_unique<Database>(folder_->path() / "duolog.db", how);
    log_.emplace(*database_);
  }
  void start_anew() {
    log_.reset();
    database_.reset();
    folder_.emplace();
    open(Database::Open::kCreate);
    log_->add_journal(author.journal());
    log_->admit(author.journal(), author.id(), author.key());
  }
  // Appends and accepts `count` records each way; the seqs that were acknowledged.
  std::uint64_t append_until_it_fails(int count) {
    std::uint64_t acknowledged = 0;
    try {
      for (int i = 1; i <= count; ++i) {
        append(*log_, author, "entry " + std::to_string(i), "request " + std::to_string(i));
        ++acknowledged;
      }
    } catch (const NotDurable&) {
    }
    return acknowledged;
  }
  std::uint64_t accept_until_it_fails(const std::vector<crypto::Record>& run, std::size_t at_a_time) {
    std::uint64_t acknowledged = 0;
    try {
      for (std::size_t from = 0; from < run.size(); from += at_a_time) {
        const auto accepted = log_->accept(author.journal(), author.id(), from + 1,
                                           std::span(run).subspan(from, std::min(at_a_time, run.size() - from)));
        EXPECT_EQ(accepted.verdict, Accepted::Verdict::kStored);
        acknowledged = accepted.last;
      }
    } catch (const NotDurable&) {
    }
    return acknowledged;
  }
  std::uint64_t held() { return log_->head(author.journal(), author.id())->seq; }

  FaultyDisk disk;
  Author author{2};
  std::optional<testing::TemporaryFolder> folder_;
  std::unique_ptr<Database> database_;
  std::optional<SealedLog> log_;
};

std::string name_of(const ::testing::TestParamInfo<Fault>& fault) {
  if (fault.param == Fault::kFull) return "FullDisk";
  return fault.param == Fault::kWriteError ? "WriteError" : "LostSync";
}

INSTANTIATE_TEST_SUITE_P(Every, ALogOnAFaultyDisk,
                         ::testing::Values(Fault::kWriteError, Fault::kFull, Fault::kSyncError), name_of);

TEST_P(ALogOnAFaultyDisk, KeepsWhatItAcknowledgedOfItsOwn) {
  int struck = 0;
  for (int nth = 1;; ++nth, ++struck) {
    start_anew();
    disk.fail_at(GetParam(), nth);
    const std::uint64_t acknowledged = append_until_it_fails(5);
    const bool fired = disk.fired();
    disk.heal();
    EXPECT_EQ(held(), acknowledged) << "what is told must be what is certain";
    open(Database::Open::kExisting);
    const auto found = ids_in(*log_, author);
    EXPECT_GE(found.size(), acknowledged);
    EXPECT_LE(found.size(), acknowledged + 1);
    EXPECT_EQ(database_->integrity(), "");
    if (!fired) break;
    append_until_it_fails(5);  // the client asks again: nothing is written twice
    EXPECT_EQ(ids_in(*log_, author).size(), 5U);
  }
  EXPECT_GE(struck, 5);
}

TEST_P(ALogOnAFaultyDisk, KeepsWhatItAcknowledgedOfTheOthers) {
  const auto run = author.write_many(30);
  int struck = 0;
  for (int nth = 1;; ++nth, ++struck) {
    start_anew();
    disk.fail_at(GetParam(), nth);
    const std::uint64_t acknowledged = accept_until_it_fails(run, 10);
    const bool fired = disk.fired();
    disk.heal();
    EXPECT_EQ(held(), acknowledged);
    open(Database::Open::kExisting);
    EXPECT_TRUE(held() == acknowledged || held() == acknowledged + 10) << held() << " is part of a run";
    EXPECT_EQ(ids_in(*log_, author).size(), held());
    if (!fired) break;
  }
  EXPECT_GE(struck, 3);
}

class ALogThatRots : public ALogOnAFaultyDisk {
 protected:
  void SetUp() override {
    start_anew();
    ASSERT_EQ(log_->accept(author.journal(), author.id(), 1, author.write_many(5)).verdict, Accepted::Verdict::kStored);
    disk.heal();
  }
  void rot(const char* sql) {
    database_->transaction([&] {
      Query(*database_, "PRAGMA ignore_check_constraints = ON").run();
      Query(*database_, sql).run();
    });
  }
  void fail_a_write() {
    EXPECT_THROW(database_->transaction([] { throw std::logic_error("not now"); }), std::logic_error);
  }
};

INSTANTIATE_TEST_SUITE_P(Every, ALogThatRots, ::testing::Values(Fault::kWriteError, Fault::kFull, Fault::kSyncError),
                         name_of);

// The body cannot be forgotten, and the rollback reads the chains anew under the reader's hands.
TEST_P(ALogThatRots, IsReadWhereTheDiskRefusesToForget) {
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) IN (1, 3)");
  disk.fail_at(GetParam(), 1, true);
  const auto run = log_->read_run(author.journal(), author.id(), 1);
  ASSERT_TRUE(disk.fired());
  ASSERT_EQ(run.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(run[i].body.has_value(), i != 1 && i != 3) << i;
  EXPECT_EQ(log_->damage().size(), 2U);
  EXPECT_EQ(held(), 5U);
}

TEST_P(ALogThatRots, IsVisitedWhereTheDiskRefusesToForget) {
  rot("UPDATE record SET body = zeroblob(length(body)) WHERE (place & 0xffffffff) IN (1, 3)");
  disk.fail_at(GetParam(), 1, true);
  std::uint64_t visited = 0;
  log_->each(author.journal(), author.id(), 1, [&](std::uint64_t seq, const RecordId&, const crypto::Record& record) {
    EXPECT_EQ(record.body.has_value(), seq != 2 && seq != 4);
    return ++visited == seq;
  });
  ASSERT_TRUE(disk.fired());
  EXPECT_EQ(visited, 5U);
}

// After such a rollback nothing is known of anybody, which is no bug of the one who asks and no fault of a peer.
TEST_P(ALogThatRots, RefusesEveryWriteWhereItCouldNotBeReadAnew) {
  const ForkProof proof{author.id(), 1, {}, {}};
  rot("UPDATE device SET id = x'00'");
  fail_a_write();
  ASSERT_THAT(database_->refusal(), ::testing::HasSubstr("an id of a wrong length"));
  EXPECT_THROW(append(*log_, author, "entry 6", ""), NotDurable);
  EXPECT_THROW(log_->accept(author.journal(), author.id(), 6, author.write_many(1)), NotDurable);
  EXPECT_THROW(log_->admit(author.journal(), author.id(), author.key()), NotDurable);
  EXPECT_THROW(log_->freeze(author.journal(), proof), NotDurable);
  EXPECT_TRUE(log_->journals().empty()) << "half of what is there is known";
}

}  // namespace
}  // namespace duolog::store
