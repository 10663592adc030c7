// origin_test.cc: a home knows whether it lies where it was made.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/origin.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/unit/home/temporary_folder.h"

namespace duolog::home {
namespace {

using duolog::testing::write_text;

class AnOrigin : public ::testing::Test {
 protected:
  void SetUp() override {
    write_text(folder / "duolog.db", "a database");
    write_text(folder / "machine-id", "0123456789abcdef\n");
    if (place().empty()) GTEST_SKIP() << "inodes here come and go with a mount";
    write_text(folder / "origin", place());
  }
  [[nodiscard]] std::string place() const { return place_of(folder / "duolog.db", folder / "machine-id"); }
  [[nodiscard]] std::uint64_t inode() const {
    struct stat found{};
    EXPECT_EQ(::stat((folder / "duolog.db").c_str(), &found), 0);
    return found.st_ino;
  }
  static auto lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }
  [[nodiscard]] bool copied() const { return is_a_copy(folder / "origin", place()); }
  duolog::testing::TemporaryFolder folder;
};

TEST_F(AnOrigin, StaysWhatItIsWhileTheHomeIsWrittenIn) {
  write_text(folder / "duolog.db", "a database with more in it");
  std::filesystem::rename(folder / "duolog.db", folder / "moved");
  std::filesystem::rename(folder / "moved", folder / "duolog.db");
  EXPECT_FALSE(copied());
}

TEST_F(AnOrigin, IsAnotherForACopy) {
  std::filesystem::copy_file(folder / "duolog.db", folder / "copy");
  std::filesystem::rename(folder / "copy", folder / "duolog.db");
  EXPECT_TRUE(copied());
}

// The usual way to put a copy back. Its inode is the one that was just freed, as often as not.
TEST_F(AnOrigin, IsAnotherForACopyThatWasGivenTheSameInode) {
  if (lines(place()) < 2) GTEST_SKIP() << "this disk does not tell when a file was born";
  std::filesystem::copy_file(folder / "duolog.db", folder / "backup");
  const auto number = inode();
  bool same = false;
  for (int tries = 0; tries < 100 && !same; ++tries) {
    std::filesystem::remove(folder / "duolog.db");
    std::filesystem::copy_file(folder / "backup", folder / "duolog.db");
    EXPECT_TRUE(copied());
    same = inode() == number;
  }
  if (!same) GTEST_SKIP() << "this disk gives no inode out again";
}

TEST_F(AnOrigin, ThatKnowsLessThanIsKnownNowIsComparedInWhatItKnows) {
  const std::string noted = place().substr(0, place().find('\n') + 1);
  write_text(folder / "origin", noted);
  EXPECT_FALSE(copied());
  EXPECT_EQ(is_noted(folder / "origin", place()), noted == place());
  write_text(folder / "origin", place());
  EXPECT_FALSE(is_a_copy(folder / "origin", noted));
  EXPECT_TRUE(is_noted(folder / "origin", noted));
}

TEST_F(AnOrigin, IsAnotherOnAnotherMachine) {
  write_text(folder / "machine-id", "fedcba9876543210\n");
  EXPECT_TRUE(copied());
}

TEST_F(AnOrigin, ThatWasNeverNotedOrCannotBeReadHoldsNobodyBack) {
  std::filesystem::remove(folder / "origin");
  EXPECT_FALSE(copied());
  write_text(folder / "origin", "");
  EXPECT_FALSE(copied());
  write_text(folder / "origin", place().substr(1, 63));
  EXPECT_FALSE(copied());
  write_text(folder / "origin", std::string(64, '0'));
  EXPECT_TRUE(copied());
  EXPECT_FALSE(is_a_copy(folder / "origin", ""));
}

}  // namespace
}  // namespace duolog::home
