// new_file_test.cc: a file appears whole, and in nobody's place.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/new_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "client/failure.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::client {
namespace {

namespace fs = std::filesystem;

class ANewFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string place() const { return folder_.path().string(); }
  static void write(NewFile& file, std::string_view text) { file.write(text); }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& name, const std::string& what) const { std::ofstream(folder_ / name) << what; }
  [[nodiscard]] std::ptrdiff_t names() const {
    return std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator());
  }
  testing::TemporaryFolder folder_;
};

TEST_F(ANewFile, AppearsWhole) {
  NewFile file(place());
  write(file, "all of ");
  EXPECT_EQ(names(), 0) << "nothing is seen of it before";
  write(file, "it");
  EXPECT_TRUE(file.appear_as("name"));
  EXPECT_EQ(text("name"), "all of it");
  EXPECT_EQ(fs::status(folder_ / "name").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ANewFile, ThatIsGivenUpLeavesNothing) {
  {
    NewFile file(place());
    write(file, "half");
  }
  EXPECT_EQ(names(), 0);
}

TEST_F(ANewFile, TakesAwayWhatAKillHasLeftAndNothingElse) {
  put(".duolog-17.part", "left by a kill");
  const std::vector<std::string> others{"17.part", ".duolog-.part", ".duolog-17x.part", ".duolog-17.parts",
                                        ".duolog-1"};
  for (const auto& name : others) put(name, "somebody's");
  fs::create_symlink(folder_ / "17.part", folder_ / ".duolog-18.part");
  fs::create_directory(folder_ / ".duolog-19.part");
  NewFile file(place());
  EXPECT_FALSE(fs::exists(folder_ / ".duolog-17.part"));
  for (const auto& name : others) EXPECT_EQ(text(name), "somebody's") << name;
  EXPECT_TRUE(fs::is_symlink(folder_ / ".duolog-18.part"));
  EXPECT_TRUE(fs::is_directory(folder_ / ".duolog-19.part"));
}

TEST_F(ANewFile, TakesNothingAwayThatAnotherIsWriting) {
  put(".duolog-17.part", "half of it");
  const int held = ::open((folder_ / ".duolog-17.part").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(held, LOCK_EX), 0);
  NewFile file(place());
  EXPECT_EQ(text(".duolog-17.part"), "half of it");
  ::close(held);
}

TEST_F(ANewFile, TakesNobodysPlace) {
  put("name", "precious");
  put("victim", "precious too");
  fs::create_symlink(folder_ / "victim", folder_ / "link");
  fs::create_symlink(folder_ / "nowhere", folder_ / "dangling");
  fs::create_directory(folder_ / "folder");
  NewFile file(place());
  write(file, "new");
  for (const char* taken : {"name", "link", "dangling", "folder"}) {
    EXPECT_TRUE(file.name_is_taken(taken)) << taken;
    EXPECT_FALSE(file.appear_as(taken)) << taken;
  }
  EXPECT_EQ(text("name"), "precious");
  EXPECT_EQ(text("victim"), "precious too");
  EXPECT_FALSE(fs::exists(folder_ / "nowhere"));
}

TEST_F(ANewFile, ReplacesALinkAndNotWhatItLeadsTo) {
  put("victim", "precious");
  fs::create_symlink(folder_ / "victim", folder_ / "link");
  NewFile file(place());
  write(file, "new");
  file.replace("link");
  EXPECT_FALSE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(text("link"), "new");
  EXPECT_EQ(text("victim"), "precious");
  EXPECT_EQ(names(), 2);
}

TEST_F(ANewFile, StaysInTheFolderThatWasOpened) {
  fs::create_directory(folder_ / "a");
  fs::create_directory(folder_ / "elsewhere");
  NewFile file(place() + "/a");
  write(file, "text");
  fs::rename(folder_ / "a", folder_ / "moved");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "a");
  EXPECT_TRUE(file.appear_as("name"));
  EXPECT_EQ(text("moved/name"), "text");
  EXPECT_TRUE(fs::is_empty(folder_ / "elsewhere"));
}

TEST_F(ANewFile, InNoFolderIsRefusedInWords) {
  put("file", "");
  for (const auto& nowhere : {place() + "/none", place() + "/file"}) {
    try {
      NewFile file(nowhere);
      ADD_FAILURE() << nowhere;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), "CANNOT_SAVE");
    }
  }
}

}  // namespace
}  // namespace duolog::client
