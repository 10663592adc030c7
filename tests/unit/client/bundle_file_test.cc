// bundle_file_test.cc: the file that was brought, whatever stands under its name; and what is told of what was in it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/bundle_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "proto/control.pb.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::client {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string why_not(const std::filesystem::path& file) {
  try {
    BundleFile{file.string()};
  } catch (const Failure& failure) {
    return failure.code() + std::string(": ") + failure.what();
  }
  return {};
}

TEST(ABundleFile, IsReadToItsEnd) {
  const duolog::testing::TemporaryFolder folder;
  std::ofstream(folder / "words.bundle") << "sealed";
  const BundleFile file((folder / "words.bundle").string());
  EXPECT_EQ(file.size(), 6U);
  EXPECT_EQ(file.read(), "sealed");
  EXPECT_THAT(file.read(), IsEmpty());
}

// Nobody writes into it: opening it would wait for ever.
TEST(ABundleFile, IsNoPipeThatHasAName) {
  const duolog::testing::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(why_not(folder / "pipe"), HasSubstr("BUNDLE_FILE"));
  EXPECT_THAT(why_not(folder / "pipe"), HasSubstr("is no file; nothing was read"));
}

TEST(ABundleFile, IsNoFolderAndNothingThatIsNotThere) {
  const duolog::testing::TemporaryFolder folder;
  EXPECT_THAT(why_not(folder / ""), HasSubstr("is no file"));
  EXPECT_THAT(why_not(folder / "nothing"), HasSubstr("cannot read"));
}

TEST(GapsOfABundle, AreToldByWhoseAndWhere) {
  control::BundleReport report;
  auto& mine = *report.add_gaps();
  mine.set_device("laptop");
  mine.set_begins(12);
  auto& theirs = *report.add_gaps();
  theirs.set_name("Bo");
  theirs.set_device("phone");
  theirs.set_held(3);
  theirs.set_begins(9);
  EXPECT_EQ(
      gaps_text(report),
      "of laptop it begins with record 12, and none before that is here; of Bo's phone it begins with record 9, and "
      "they are here up to 3");
}

TEST(WhatWasPassedOver, IsToldInWords) {
  constexpr std::size_t kWide = 1000;
  control::BundleReport report;
  EXPECT_THAT(passed_over_text(report, kWide), IsEmpty());
  report.set_unknown(3);
  EXPECT_THAT(passed_over_text(report, kWide),
              HasSubstr("passed over: 3 records of devices that nobody here has let in"));
  report.set_newer(1);
  EXPECT_THAT(passed_over_text(report, kWide), HasSubstr("from a newer version of Duolog"));
}

}  // namespace
}  // namespace duolog::client
