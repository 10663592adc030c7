// origin_test.cc: a home knows whether it lies where it was made.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/origin.h"

#include <gtest/gtest.h>

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
    write_text(folder / "origin", place() + "\n");
  }
  [[nodiscard]] std::string place() const { return place_of(folder / "duolog.db", folder / "machine-id"); }
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

TEST_F(AnOrigin, IsAnotherOnAnotherMachine) {
  write_text(folder / "machine-id", "fedcba9876543210\n");
  EXPECT_TRUE(copied());
}

TEST_F(AnOrigin, ThatWasNeverNotedOrCannotBeReadHoldsNobodyBack) {
  std::filesystem::remove(folder / "origin");
  EXPECT_FALSE(copied());
  write_text(folder / "origin", "");
  EXPECT_FALSE(copied());
  write_text(folder / "origin", place().substr(1));
  EXPECT_FALSE(copied());
  write_text(folder / "origin", std::string(place().size(), '0'));
  EXPECT_FALSE(is_a_copy(folder / "origin", ""));
}

}  // namespace
}  // namespace duolog::home
