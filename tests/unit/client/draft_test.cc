// Drafts outlive failures and nothing else.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/draft.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "client/failure.h"

namespace duolog::client {
namespace {

namespace fs = std::filesystem;

class Drafts : public testing::Test {
 protected:
  Drafts() : draft_(Draft::make("a first line\n")) {}
  ~Drafts() override { draft_.shred(); }
  fs::path file() const {
    EXPECT_TRUE(draft_.kept_hint().ends_with("duolog write < " + draft_.file().string()));
    return draft_.file();
  }
  static mode_t mode_of(const fs::path& path) {
    struct stat found{};
    ::stat(path.c_str(), &found);
    return found.st_mode & 0777U;
  }
  Draft draft_;
};

TEST_F(Drafts, NobodyElseMayLookIn) {
  EXPECT_EQ(mode_of(file().parent_path()), 0700U);
  EXPECT_EQ(mode_of(file()), 0600U);
}

TEST_F(Drafts, AreReadBackAsWritten) { EXPECT_EQ(draft_.read(), "a first line\n"); }

TEST_F(Drafts, TheEditorGetsTheFileAndMayHaveOptions) {
  ::setenv("VISUAL", "sh -c 'echo second >> \"$1\"' --", 1);
  draft_.edit();
  ::unsetenv("VISUAL");
  EXPECT_EQ(draft_.read(), "a first line\nsecond\n");
}

TEST_F(Drafts, AnEditorThatFailsLeavesTheFile) {
  ::setenv("VISUAL", "false", 1);
  EXPECT_THROW(draft_.edit(), Failure);
  ::unsetenv("VISUAL");
  EXPECT_TRUE(fs::exists(file()));
}

TEST_F(Drafts, ShreddingTakesWhatTheEditorLeftBesideIt) {
  std::ofstream(file().parent_path() / ".entry.txt.swp") << "secret";
  draft_.shred();
  EXPECT_FALSE(fs::exists(file().parent_path()));
}

TEST_F(Drafts, LeftOnesAreFound) { EXPECT_THAT(Draft::left_behind(), testing::Contains(file())); }

TEST_F(Drafts, OneThatIsBeingWrittenIsNotAbandoned) {
  for (const auto& draft : Draft::abandoned()) EXPECT_NE(draft.file(), file());
}

TEST_F(Drafts, OverTheLimitIsRefusedAndKept) {
  fs::resize_file(file(), kTextLimit);
  EXPECT_EQ(draft_.read().size(), kTextLimit);
  fs::resize_file(file(), kTextLimit + 1);
  EXPECT_THROW(static_cast<void>(draft_.read()), Failure);
  EXPECT_TRUE(fs::exists(file()));
}

TEST(Text, OneNewlineAtTheEndIsTheEditors) {
  EXPECT_EQ(checked_text("a\nb\n"), "a\nb");
  EXPECT_EQ(checked_text("a\r\n"), "a");
  EXPECT_EQ(checked_text("  a \n\n"), "  a \n");
}

TEST(Text, BlankTextIsNothingToSave) {
  for (const char* blank : {"", "\n", " \t\r\n \n"}) EXPECT_THROW(checked_text(blank), Failure);
}

TEST(Text, TheFaultOfBadUtf8IsNamed) {
  try {
    checked_text("abc\xc3(");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(), testing::HasSubstr("byte 3"));
  }
}

TEST(Text, TheLimitIsTakenAndOneMoreRefused) {
  EXPECT_EQ(checked_text(std::string(kTextLimit, 'a')).size(), kTextLimit);
  EXPECT_THROW(checked_text(std::string(kTextLimit + 1, 'a')), Failure);
}

}  // namespace
}  // namespace duolog::client
