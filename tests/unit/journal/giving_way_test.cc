// giving_way_test.cc: on a disk without room the view gives its own to words, and goes back when there is room again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/view_file.h"

#include <gmock/gmock.h>

#include "crypto/secret.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::journal {
namespace {

constexpr std::uint64_t kRoom = 4 << 20;

class AViewThatGivesWay : public ::testing::Test {
 protected:
  AViewThatGivesWay()
      : file(folder / "view.db", (crypto::initialise(), crypto::LocalKey::random()), {},
             [this](const auto&) { return free; }) {}
  [[nodiscard]] bool is_on_the_disk() const { return std::filesystem::exists(folder / "view.db"); }

  duolog::testing::TemporaryFolder folder;
  std::optional<std::uint64_t> free = kRoom;
  ViewFile file;
};

TEST_F(AViewThatGivesWay, DoesSoWhereRoomIsWhatLacks) {
  EXPECT_FALSE(file.give_way(kRoom)) << "there is room";
  EXPECT_TRUE(is_on_the_disk());
  free = std::nullopt;
  EXPECT_FALSE(file.give_way(kRoom)) << "nobody knows";
  free = kRoom - 1;
  EXPECT_TRUE(file.give_way(kRoom));
  EXPECT_TRUE(file.is_in_memory());
  EXPECT_FALSE(is_on_the_disk());
  EXPECT_FALSE(file.give_way(kRoom)) << "it has nothing more";
}

TEST_F(AViewThatGivesWay, StaysWhereAllOfItWouldBeTooLittle) {
  free = 1 << 20;
  EXPECT_FALSE(file.give_way(std::uint64_t{64} << 20)) << "an attachment would find no room all the same";
  EXPECT_TRUE(is_on_the_disk());
}

TEST_F(AViewThatGivesWay, GoesBackOnceThereIsRoomForBoth) {
  EXPECT_FALSE(file.may_return()) << "it is there";
  free = 0;
  const auto had = std::filesystem::file_size(folder / "view.db");
  ASSERT_TRUE(file.give_way(kRoom));
  free = had + 2 * kRoom - 1;
  EXPECT_FALSE(file.return_to_disk());
  EXPECT_TRUE(file.is_in_memory());
  free = had + 2 * kRoom;
  const auto begun = file.begun();
  EXPECT_TRUE(file.return_to_disk());
  EXPECT_FALSE(file.is_in_memory());
  EXPECT_TRUE(is_on_the_disk());
  EXPECT_EQ(file.begun(), begun + 1) << "what was numbered in it before is nothing any more";
  EXPECT_FALSE(file.return_to_disk()) << "it is there";
}

TEST_F(AViewThatGivesWay, GoesBackAlsoWhereTheFullDiskItselfPushedItOut) {
  free = 0;
  file.begin_anew("for the test");
  file.begin_anew("for the test");
  ASSERT_TRUE(file.is_in_memory());
  free = 1 << 20;
  EXPECT_FALSE(file.may_return());
  free = 1 << 30;
  EXPECT_TRUE(file.return_to_disk());
  EXPECT_TRUE(is_on_the_disk());
}

TEST_F(AViewThatGivesWay, DoesNotGoBackToADiskThatHasFailedIt) {
  file.begin_anew("for the test");
  file.begin_anew("for the test");
  ASSERT_TRUE(file.is_in_memory());
  free = 1 << 30;
  EXPECT_FALSE(file.may_return());
}

}  // namespace
}  // namespace duolog::journal
