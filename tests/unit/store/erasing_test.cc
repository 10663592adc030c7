// erasing_test.cc: what its author has taken back is gone from the disk, and its place stays.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fstream>
#include <iterator>

#include "tests/unit/store/faulty_files.h"
#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Whether some middle of these bytes lies in the database or in any file beside it.
bool lies_beside(const std::filesystem::path& database, ByteView bytes) {
  const std::string wanted(as_text(bytes.subspan(bytes.size() / 3, 48)));
  for (const auto& file : std::filesystem::directory_iterator(database.parent_path())) {
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string all(std::istreambuf_iterator<char>(stream), {});
    if (all.find(wanted) != std::string::npos) return true;
  }
  return false;
}

class AnErasedBody : public ASealedLog {
 protected:
  // Of every size: one that fits beside others on a page, and one that needs pages of its own.
  Records write_three() {
    Records run{bo.write("small"), bo.write(std::string(100'000, 'x')), bo.write("stays")};
    EXPECT_EQ(verdict(1, run), Verdict::kStored);
    return run;
  }
};

TEST_F(AnErasedBody, IsInNoByteOfTheDatabaseOrItsLog) {
  const Records run = write_three();
  for (const Record& record : run) ASSERT_TRUE(lies_beside(database().file(), *record.body));
  ASSERT_TRUE(log().erase(journal, bo.id(), {1, 2}));
  EXPECT_FALSE(lies_beside(database().file(), *run[0].body));
  EXPECT_FALSE(lies_beside(database().file(), *run[1].body));
  EXPECT_TRUE(lies_beside(database().file(), *run[2].body));
  reopen();
  EXPECT_FALSE(lies_beside(database().file(), *run[0].body));
}

TEST_F(AnErasedBody, LeavesItsPlaceInTheChain) {
  Records run = write_three();
  ASSERT_TRUE(log().erase(journal, bo.id(), {2}));
  run[1].body.reset();
  EXPECT_EQ(read(), run);
  reopen();
  EXPECT_EQ(read(), run);
  EXPECT_EQ(held(), 3U);
  EXPECT_THAT(damaged(), IsEmpty());
}

TEST_F(AnErasedBody, IsNotWantedAndNotTakenInAgain) {
  const Records run = write_three();
  log().erase(journal, bo.id(), {1, 2});
  EXPECT_THAT(log().missing_bodies(journal), IsEmpty());
  EXPECT_EQ(verdict(1, run), Verdict::kNothingNew);
  EXPECT_FALSE(lies_beside(database().file(), *run[0].body));
}

TEST_F(AnErasedBody, IsNoLongerWantedWhereItNeverCame) {
  Records run = bo.write_many(3);
  run[1].body.reset();
  verdict(1, run);
  ASSERT_THAT(log().missing_bodies(journal), ElementsAre(Pair(bo.id(), ElementsAre(2))));
  EXPECT_TRUE(log().erase(journal, bo.id(), {2}));
  EXPECT_THAT(log().missing_bodies(journal), IsEmpty());
}

TEST_F(AnErasedBody, IsErasedOnce) {
  write_three();
  EXPECT_TRUE(log().erase(journal, bo.id(), {1}));
  EXPECT_FALSE(log().erase(journal, bo.id(), {1}));
}

TEST_F(AnErasedBody, IsNeverOneThatTheMachineNeeds) {
  const Records run{bo.write_epoch(), bo.write("words")};
  verdict(1, run);
  EXPECT_FALSE(log().erase(journal, bo.id(), {1, 7}));
  EXPECT_EQ(read(), run);
}

TEST_F(AnErasedBody, OfOursIsGoneFromWhatWasWrittenAMomentAgo) {
  own(bo, "words that I take back");
  ASSERT_TRUE(log().erase(journal, bo.id(), {1}));
  bool had_body = true;
  log().each_to_open(journal, bo.id(), 1, [&](auto, const auto&, const Record& record) {
    had_body = record.body.has_value();
    return true;
  });
  EXPECT_FALSE(had_body);
}

TEST_F(AnErasedBody, IsGoneThoughARowWasBeingRead) {
  const Records run = write_three();
  log().each(journal, bo.id(), 1, [&](auto, const auto&, const Record&) {
    log().erase(journal, bo.id(), {1});
    return false;
  });
  own(bo, "the next thing that is written");
  EXPECT_FALSE(lies_beside(database().file(), *run[0].body));
}

// Killed between the commit and the wiping: whoever folds the tombstone anew erases once more.
TEST_F(AnErasedBody, IsGoneAlsoFromTheLogThatAKillLeftBehind) {
  const Records run = write_three();
  const testing::TemporaryFolder killed;
  {
    Query reading(database(), "SELECT place FROM record");
    ASSERT_TRUE(reading.step());
    log().erase(journal, bo.id(), {1, 2});
    for (const char* name : {"duolog.db", "duolog.db-wal"})
      std::filesystem::copy_file(database().file().parent_path() / name, killed / name);
  }
  ASSERT_TRUE(lies_beside(killed / "duolog.db", *run[0].body)) << "else this shows nothing";
  Database found(killed / "duolog.db", Database::Open::kExisting);
  SealedLog after(found);
  after.erase(journal, bo.id(), {1, 2});
  for (const std::size_t erased : {0U, 1U}) EXPECT_FALSE(lies_beside(found.file(), *run[erased].body));
  EXPECT_TRUE(lies_beside(found.file(), *run[2].body));
  EXPECT_EQ(found.refusal(), "");
}

// Else nobody would ask for it again: the next start finds it erased, and its bytes in the log that it finds there,
// too.
TEST_F(AnErasedBody, IsToBeErasedAgainWhereTheDiskDidNotLetItsBytesBeWiped) {
  const Records run = write_three();
  {
    const testing::FaultyFiles disk(testing::FaultyFiles::Fault::kSyncError, 1);
    EXPECT_THAT(log().erase(journal, bo.id(), {1, 2}).unknown, ElementsAre(1, 2));
    ASSERT_TRUE(disk.fired());
  }
  EXPECT_THAT(log().erase(journal, bo.id(), {1, 2}).unknown, ElementsAre(1, 2)) << "this daemon writes no more";
  reopen();
  EXPECT_THAT(log().erase(journal, bo.id(), {1, 2}).unknown, IsEmpty());
  for (const std::size_t erased : {0U, 1U}) EXPECT_FALSE(lies_beside(database().file(), *run[erased].body));
  EXPECT_EQ(database().refusal(), "");
}

TEST_F(AnErasedBody, WeighsNothing) {
  write_three();
  Quota tight;
  tight.journal_bytes = 100'000;
  tight.free_bytes = 0;
  reopen(Database::Open::kExisting, tight);
  ASSERT_NE(log().why_nothing_is_received(journal), "");
  log().erase(journal, bo.id(), {2});
  EXPECT_EQ(log().why_nothing_is_received(journal), "");
}

// What was written afterwards survives as ever: the log that was emptied is gone on with.
TEST_F(AnErasedBody, IsFollowedByWhatIsDurable) {
  write_three();
  log().erase(journal, bo.id(), {1, 2});
  own(bo, "afterwards");
  log().erase(journal, bo.id(), {3});
  own(bo, "and again");
  reopen();
  EXPECT_EQ(held(), 5U);
  EXPECT_EQ(database().refusal(), "");
  EXPECT_EQ(database().integrity(), "");
}

}  // namespace
}  // namespace duolog::store
