// home_test.cc: folders made, folders refused, one daemon at a time, and what a hardened process has given up.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/home/home.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/home/clock.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::home {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::mode_of;
using ::testing::StartsWith;
using testing::TemporaryFolder;
using testing::text_of;
using testing::what_it_says;
using testing::write_text;

class AHome : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path place() const { return folder_ / "ada"; }
  std::string refusal() {
    return what_it_says<std::runtime_error>([&] { const Home home(place()); });
  }

 private:
  TemporaryFolder folder_;
};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true;
#elif defined(__has_feature)
constexpr bool kHasSanitizer = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kHasSanitizer = false;
#endif

// Runs `work` in a child process; what it returned there.
template <class Work>
int in_a_child(Work&& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(AHome, IsMadeForItsOwnerAlone) {
  const Home home(place());
  EXPECT_EQ(mode_of(place()), fs::perms::owner_all);
  EXPECT_EQ(mode_of(home.places().runtime), fs::perms::owner_all);
}

TEST_F(AHome, ClosesTheSocketsFolderToOthers) {
  fs::create_directories(place() / "run");
  fs::permissions(place() / "run", fs::perms{0755});
  const Home home(place());
  EXPECT_EQ(mode_of(place() / "run"), fs::perms::owner_all);
}

TEST_F(AHome, RefusesAFolderOthersCanWrite) {
  fs::create_directories(place());
  for (const unsigned mode : {0777U, 0770U, 0702U}) {
    fs::permissions(place(), fs::perms{mode});
    EXPECT_THAT(refusal(), HasSubstr("can be written by others; nothing was changed\nhint: chmod go-w")) << mode;
  }
}

TEST_F(AHome, RefusesASocketsFolderOthersCanWrite) {
  fs::create_directories(place() / "run");
  fs::permissions(place() / "run", fs::perms{0777});
  EXPECT_THAT(refusal(), HasSubstr("run can be written by others"));
}

TEST_F(AHome, RefusesASymbolicLink) {
  fs::create_directories(place().parent_path() / "elsewhere");
  fs::create_directory_symlink(place().parent_path() / "elsewhere", place());
  EXPECT_THAT(refusal(), HasSubstr("is a symbolic link; nothing was changed\nhint: "));
}

TEST_F(AHome, RefusesASymbolicLinkAsTheSocketsFolder) {
  fs::create_directories(place());
  fs::create_directory_symlink(place(), place() / "run");
  EXPECT_THAT(refusal(), HasSubstr("run is a symbolic link"));
}

TEST_F(AHome, RefusesAnotherUsersFolder) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder to somebody else";
  fs::create_directories(place());
  ASSERT_EQ(::chown(place().c_str(), 12345, 12345), 0);
  EXPECT_THAT(refusal(), HasSubstr("belongs to another user (uid 12345); nothing was changed\nhint: "));
}

TEST_F(AHome, RefusesAFileInItsPlace) {
  write_text(place(), "not a folder");
  EXPECT_THAT(refusal(), HasSubstr("ada"));
  EXPECT_EQ(text_of(place()), "not a folder");
}

TEST_F(AHome, HasOneDaemonAndNamesIt) {
  Home first(place());
  first.lock();
  const pid_t holder = ::getpid();
  EXPECT_EQ(in_a_child([&] {
              Home second(place());
              try {
                second.lock();
              } catch (const AlreadyRunning& other) {
                const std::string said = other.what();
                const bool named = said.find("(pid " + std::to_string(holder) + ")") != std::string::npos;
                return other.pid == holder && named ? 0 : 1;
              }
              return 2;
            }),
            0);
}

// What a killed daemon left in the file may by now be the number of somebody else's process.
TEST_F(AHome, NamesNobodyWhoDoesNotHoldIt) {
  Home home(place());
  write_text(place() / "lock", "1\n");
  const int taken = ::open((place() / "lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(taken, LOCK_EX | LOCK_NB), 0);
  EXPECT_EQ(what_it_says<AlreadyRunning>([&] { home.lock(); }), "duologd is already running here");
  ::close(taken);
}

// Whose database is another, but whose socket is not.
TEST_F(AHome, HasOneDaemonForItsSocketToo) {
  fs::create_directories(place() / "runtime");
  const testing::ForAWhile runtime("XDG_RUNTIME_DIR", (place() / "runtime").c_str());
  const testing::ForAWhile state("XDG_STATE_HOME", (place() / "state").c_str());
  const testing::ForAWhile first_data("XDG_DATA_HOME", (place() / "first").c_str());
  Home first({});
  first.lock();
  const testing::ForAWhile second_data("XDG_DATA_HOME", (place() / "second").c_str());
  Home second({});
  ASSERT_NE(first.database(), second.database());
  ASSERT_EQ(first.places().socket(), second.places().socket());
  EXPECT_THROW(second.lock(), AlreadyRunning);
}

TEST_F(AHome, HoldsNeitherLockWhereItDidNotGetBoth) {
  Home home(place());
  const int taken = ::open((home.places().runtime / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::flock(taken, LOCK_EX | LOCK_NB), 0);
  EXPECT_THROW(home.lock(), AlreadyRunning);
  ::close(taken);
  EXPECT_NO_THROW(home.lock());
}

TEST_F(AHome, IsFreeAgainWhenItsDaemonGoes) {
  {
    Home first(place());
    first.lock();
  }
  Home second(place());
  EXPECT_NO_THROW(second.lock());
}

TEST_F(AHome, IsFreeAgainWhenItsDaemonWasKilled) {
  const pid_t child = ::fork();
  if (child == 0) {
    Home home(place());
    home.lock();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_THAT(text_of(place() / "lock"), StartsWith(std::to_string(child) + "\n"));  // it did hold the lock
  Home home(place());
  EXPECT_NO_THROW(home.lock());
  EXPECT_EQ(text_of(place() / "lock"), std::to_string(::getpid()) + "\n" + home.places().socket().string() + "\n");
}

TEST_F(AHome, IsWonByExactlyOneOfTen) {
  std::array<int, 2> done{};
  ASSERT_EQ(::pipe(done.data()), 0);
  std::array<pid_t, 10> children{};
  for (pid_t& child : children) {
    child = ::fork();
    if (child != 0) continue;
    ::close(done[1]);
    Home home(place());
    int code = 1;
    try {
      home.lock();
      code = 0;
    } catch (const AlreadyRunning&) {
    }
    if (code == 0) {  // holds it until the test has seen all the others
      char end = 0;
      [[maybe_unused]] const auto ended = ::read(done[0], &end, 1);
    }
    ::_exit(code);
  }
  ::close(done[0]);
  int losers = 0;
  for (int i = 0; i < 9; ++i) {
    int status = 0;
    ::waitpid(-1, &status, 0);
    losers += WIFEXITED(status) && WEXITSTATUS(status) == 1 ? 1 : 0;
  }
  ::close(done[1]);
  int status = 0;
  ::waitpid(-1, &status, 0);
  EXPECT_EQ(losers, 9);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST_F(AHome, DoesNotLockThroughALink) {
  Home home(place());
  write_text(place() / "precious", "mine");
  fs::create_symlink(place() / "precious", place() / "lock");
  EXPECT_THROW(home.lock(), std::system_error);
  EXPECT_EQ(text_of(place() / "precious"), "mine");
}

TEST(AHardenedProcess, HasGivenUpCoresPrivilegesAndReaders) {
  const testing::ForAWhile not_asked("DUOLOG_SANITIZER_MAY_TRACE", nullptr);
  EXPECT_EQ(in_a_child([] {
              harden_process();
              rlimit cores{};
              ::getrlimit(RLIMIT_CORE, &cores);
              const bool hard = cores.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0 &&
                                ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && ::umask(0) == 077;
              return hard ? 0 : 1;
            }),
            0);
}

TEST(AHardenedProcess, MayBeTracedOnlyWhereASanitizerIsBuiltIn) {
  const testing::ForAWhile asked("DUOLOG_SANITIZER_MAY_TRACE", "1");
  const int dumpable = in_a_child([] {
    harden_process();
    return ::prctl(PR_GET_DUMPABLE);
  });
  EXPECT_EQ(dumpable, kHasSanitizer ? 1 : 0);
}

TEST(Clock, OfThisMachineGoesForward) {
  const Clock clock = Clock::of_this_machine();
  const SteadyTime before = clock.steady();
  EXPECT_LE(before, clock.steady());
  EXPECT_GT(clock.wall().time_since_epoch(), std::chrono::hours(24 * 365 * 50));  // after 2020
}

}  // namespace
}  // namespace duolog::home
