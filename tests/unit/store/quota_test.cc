// quota_test.cc: how much is taken in from others, and that what is written here goes on.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <filesystem>
#include <limits>

#include "tests/unit/store/faulty_disk.h"
#include "tests/unit/store/log_fixture.h"

namespace duolog::store {
namespace {

using testing::FaultyDisk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::what_it_says;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

class AQuota : public ASealedLog {
 protected:
  AQuota() {
    log().add_journal(journal);
    log().admit(journal, bo.id(), bo.key());
    log().admit(journal, ada.id(), ada.key());
  }
  // The same log, from now on with this much room.
  void allow(std::uint64_t journal_bytes, std::uint64_t free_bytes = 0) {
    reopen(Database::Open::kExisting, {journal_bytes, free_bytes});
  }
  std::string refusal(std::uint64_t start_seq, const Records& run) {
    return what_it_says<NotDurable>([&] { accept(start_seq, run); });
  }
  static std::uint64_t weight(const Records& run) {
    std::uint64_t bytes = 0;
    for (const Record& record : run) bytes += record.head.size() + (record.body ? record.body->size() : 0);
    return bytes;
  }

  Author ada{3};
};

TEST_F(AQuota, OfTheJournalLetsNothingInOnceItIsReached) {
  const Records run = bo.write_many(4);
  allow(weight(part(run, 0, 3)));
  EXPECT_EQ(verdict(1, part(run, 0, 2)), Verdict::kStored);
  EXPECT_EQ(verdict(3, part(run, 2, 1)), Verdict::kStored);
  EXPECT_THAT(refusal(4, part(run, 3, 1)), HasSubstr("has reached its 0 MiB: nothing more is received"));
  EXPECT_THAT(log().why_nothing_is_received(journal), HasSubstr("raise journal_limit_mib in config.toml"));
  EXPECT_EQ(held(), 3U);
}

TEST_F(AQuota, OfTheJournalHoldsOneByteMore) {
  const Records run = bo.write_many(4);
  allow(weight(part(run, 0, 3)) + 1);
  verdict(1, part(run, 0, 3));
  EXPECT_THAT(log().why_nothing_is_received(journal), IsEmpty());
  EXPECT_EQ(verdict(4, part(run, 3, 1)), Verdict::kStored);
}

// Nothing is weighed while the whole file, with what lies in its write-ahead log, is shorter than the limit.
TEST_F(AQuota, IsReachedByWhatLiesInTheWriteAheadLogAlone) {
  const Records run = bo.write_many(301);
  allow(weight(part(run, 0, 300)));
  ASSERT_LT(std::filesystem::file_size(database().file()), weight(part(run, 0, 300)));
  EXPECT_EQ(verdict(1, part(run, 0, 300)), Verdict::kStored);
  ASSERT_LT(std::filesystem::file_size(database().file()), weight(part(run, 0, 300)));
  EXPECT_THAT(refusal(301, part(run, 300, 1)), HasSubstr("has reached"));
}

TEST_F(AQuota, IsTheSameAfterAStart) {
  const Records run = bo.write_many(4);
  verdict(1, part(run, 0, 3));
  allow(weight(part(run, 0, 3)));
  EXPECT_THAT(refusal(4, part(run, 3, 1)), HasSubstr("journal 07070707… has reached"));
  allow(weight(part(run, 0, 3)) + 1);
  EXPECT_EQ(verdict(4, part(run, 3, 1)), Verdict::kStored);
}

TEST_F(AQuota, LetsOneWriteOn) {
  const Records run = bo.write_many(2);
  allow(1);
  verdict(1, part(run, 0, 1));
  ASSERT_THAT(refusal(2, part(run, 1, 1)), HasSubstr("nothing more is received"));
  EXPECT_NO_THROW(own(ada, "mine"));
  EXPECT_EQ(database().refusal(), "") << "the disk is well";
}

TEST_F(AQuota, CountsWhatOneWritesToo) {
  allow(1);
  own(ada, "mine");
  EXPECT_THAT(refusal(1, bo.write_many(1)), HasSubstr("nothing more is received"));
}

TEST_F(AQuota, CountsOneJournalAndNotItsNeighbour) {
  Author elsewhere(4, journal_named(8));
  log().add_journal(elsewhere.journal());
  log().admit(elsewhere.journal(), elsewhere.id(), elsewhere.key());
  own(elsewhere, "a long one");
  allow(1);
  EXPECT_THAT(log().why_nothing_is_received(elsewhere.journal()), HasSubstr("journal 08080808…"));
  EXPECT_EQ(verdict(1, bo.write_many(1)), Verdict::kStored);
}

TEST_F(AQuota, StillHearsWhatItHoldsAndBlamesWhatIsWrong) {
  Records run = bo.write_many(2);
  verdict(1, part(run, 0, 1));
  allow(1);
  EXPECT_EQ(verdict(1, part(run, 0, 1)), Verdict::kNothingNew);
  run[1].head.back() ^= 1;
  EXPECT_EQ(verdict(2, part(run, 1, 1)), Verdict::kRefused);
}

TEST_F(AQuota, CountsABodyThatWentAndCameBack) {
  const Records run = bo.write_many(3);
  allow(weight(part(run, 0, 2)) + 1);
  verdict(1, part(run, 0, 2));
  log().forget_body(journal, bo.id(), 2);
  EXPECT_EQ(verdict(1, part(run, 0, 2)), Verdict::kBodies);
  EXPECT_THAT(log().why_nothing_is_received(journal), IsEmpty());
  EXPECT_EQ(verdict(3, part(run, 2, 1)), Verdict::kStored);
  EXPECT_THAT(log().why_nothing_is_received(journal), HasSubstr("has reached"));
  log().forget_body(journal, bo.id(), 3);
  log().forget_body(journal, bo.id(), 2);
  EXPECT_THAT(log().why_nothing_is_received(journal), IsEmpty());
}

TEST_F(AQuota, KeepsTheDisksLastSpaceFree) {
  const Records run = bo.write_many(1);
  allow(kNoLimit, kNoLimit);
  EXPECT_THAT(refusal(1, run), HasSubstr(database().file().parent_path().string() + ": nothing more is received"));
  EXPECT_EQ(held(), 0U);
  EXPECT_NO_THROW(own(ada, "mine"));
  allow(kNoLimit, 1);
  EXPECT_EQ(verdict(1, run), Verdict::kStored);
}

TEST_F(AQuota, KeepsHalfAGigabyteFreeWhereNobodySaysMore) {
  EXPECT_EQ(Quota{}.free_bytes, 524'288'000U);
  EXPECT_EQ(Quota{}.journal_bytes, 4'294'967'296U);
}

class AQuotaOnAFaultyDisk : public AQuota {
 protected:
  FaultyDisk disk;
  void TearDown() override { close(); }  // before the disk
};

TEST_F(AQuotaOnAFaultyDisk, DoesNotCountWhatWasRolledBack) {
  const Records run = bo.write_many(3);
  allow(weight(part(run, 0, 2)));
  verdict(1, part(run, 0, 1));
  disk.fail_at(FaultyDisk::Fault::kFull, 1);
  EXPECT_EQ(refusal(2, part(run, 1, 1)), "the disk is full");
  ASSERT_TRUE(disk.fired());
  EXPECT_EQ(log().why_nothing_is_received(journal), "the disk is full");
  ASSERT_TRUE(database().try_again());
  EXPECT_EQ(verdict(2, part(run, 1, 1)), Verdict::kStored);
  EXPECT_THAT(refusal(3, part(run, 2, 1)), HasSubstr("nothing more is received"));
}

}  // namespace
}  // namespace duolog::store
