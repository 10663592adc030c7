// view_faults_test.cc: a disk that fails under a view: it is lost with a reason, and made anew when the disk is well.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/store/faulty_disk.h"
#include "tests/unit/store/view_fixture.h"

namespace duolog::store {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using testing::FaultyDisk;
using ::testing::HasSubstr;
using testing::what_it_says;
using Fault = FaultyDisk::Fault;

class AViewOnAFaultyDisk : public AView {
 protected:
  void TearDown() override { close(); }  // before the disk

  void work() {
    open();
    for (int round = 0; round < 3; ++round) {
      put_many(1 + round * 100, 40, 2000);
      view().transaction([&] { Query(view(), "DELETE FROM note WHERE id % 3 = 0").run(); });
      view().make_clean();
      notes();
    }
  }
  // Whichever operation fails: it is lost, and nothing but the whole of a clean moment is ever believed afterwards.
  // Returns how many were failed before one came through untouched.
  int fail_every(Fault fault, int step) {
    for (int nth = 1, failed = 0;; nth += step, ++failed) {
      disk.fail_at(fault, nth);
      const std::string said = what_it_says<ViewLost>([&] { work(); });
      const bool fired = disk.fired();
      if (fired && said.empty()) {
        EXPECT_EQ(fault, Fault::kReadError) << "while it was opened: made anew at once";
      }
      close();
      disk.heal();
      open();
      const auto found = notes();
      EXPECT_EQ(told("PRAGMA integrity_check"), "ok");
      EXPECT_EQ(view().fresh(), found.empty()) << "at operation " << nth;
      EXPECT_THAT(found.size(), AnyOf(0U, 27U, 54U, 80U)) << "a moment that was not clean, at operation " << nth;
      view().drop();
      close();
      if (!fired) return failed;
      if (HasFailure()) return -1;
    }
  }

  FaultyDisk disk;
};

TEST_F(AViewOnAFaultyDisk, IsLostByAnyWriteThatFails) { EXPECT_GT(fail_every(Fault::kWriteError, 7), 20); }
TEST_F(AViewOnAFaultyDisk, IsLostWhereTheDiskIsFull) { EXPECT_GT(fail_every(Fault::kFull, 11), 15); }
TEST_F(AViewOnAFaultyDisk, IsLostByAnySyncThatFails) { EXPECT_EQ(fail_every(Fault::kSyncError, 1), 3); }
TEST_F(AViewOnAFaultyDisk, IsLostByAnyReadThatFails) { EXPECT_GT(fail_every(Fault::kReadError, 41), 3); }

TEST_F(AViewOnAFaultyDisk, SaysWhatFailed) {
  open();
  disk.fail_at(Fault::kFull, 1, true);
  EXPECT_EQ(what_it_says<ViewLost>([&] { put(1); }), "the disk is full");
  EXPECT_EQ(what_it_says<ViewLost>([&] { notes(); }), "the disk is full") << "and is lost for good";
  close();
  EXPECT_EQ(what_it_says<ViewLost>([&] { open(); }), "the disk is full");
  ASSERT_TRUE(disk.fired());
  disk.heal();
  disk.fail_at(Fault::kWriteError, 1);
  EXPECT_THAT(what_it_says<ViewLost>([&] { open(); }), HasSubstr("page 1 cannot be written"));
}

TEST_F(AViewOnAFaultyDisk, IsNotCleanAfterASyncThatFailed) {
  open();
  put(1);
  disk.fail_at(Fault::kSyncError, 1);
  EXPECT_THROW(view().make_clean(), ViewLost);
  ASSERT_TRUE(disk.fired());
  EXPECT_FALSE(view().is_clean());
  EXPECT_FALSE(fs::exists(mark()));
}

// ---- where the mark cannot be made or taken away: folders lie where it and its unfinished self should ----

TEST_F(AView, IsLostWhereItsMarkCannotBeWritten) {
  open();
  put(1);
  fs::create_directories(folder_ / "view.clean.new" / "in the way");
  EXPECT_THAT(what_it_says<ViewLost>([&] { view().make_clean(); }), HasSubstr("view.clean.new"));
  close();
  EXPECT_FALSE(fs::exists(mark()));
  open();
  EXPECT_EQ(view().why_fresh(), "it was not closed well");
}

TEST_F(AView, IsNotWrittenWhereItsMarkCannotBeTakenAway) {
  open();
  put(1);
  close();
  open();
  const std::string before = testing::text_of(file());
  fs::remove(mark());
  fs::create_directories(mark() / "in the way");
  EXPECT_THAT(what_it_says<ViewLost>([&] { put(2); }), HasSubstr("view.clean"));
  EXPECT_EQ(testing::text_of(file()), before);
  close();
  EXPECT_EQ(testing::text_of(file()), before);
  EXPECT_THAT(what_it_says<ViewLost>([&] { open(); }), HasSubstr("view.clean")) << "nor made anew";
}

TEST_F(AView, IsLostWhereSomethingThatIsNoFileLiesInItsPlace) {
  fs::create_directories(file() / "in the way");
  EXPECT_THAT(what_it_says<ViewLost>([&] { open(); }), HasSubstr("view.db"));
}

TEST_F(AView, IsLostInAFolderThatIsNotThere) {
  const fs::path nowhere = folder_ / "gone" / "view.db";
  EXPECT_THROW(ViewDatabase(nowhere, key(), kNotes), ViewLost);
}

}  // namespace
}  // namespace duolog::store
