// command_test.cc: a program of the person's own, and how little of it the daemon depends on. Real processes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notify/command.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/unit/home/temporary_folder.h"

namespace duolog::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ACommand : public ::testing::Test {
 protected:
  Command& shell(const std::string& script) { return command({"sh", "-c", script, "sh", out().string()}); }
  Command& command(std::vector<std::string> words) {
    return command_.emplace(std::move(words), [this](const std::string& note) { notes_.push_back(note); });
  }
  // As the owner of an event loop does it; true once it has ended.
  bool ends() {
    while (const auto watch = command_->watch()) {
      pollfd file{watch->fd, POLLIN, 0};
      if (::poll(&file, 1, 20'000) <= 0) return false;
      command_->attend(now_);
    }
    return true;
  }
  [[nodiscard]] std::filesystem::path out() const { return folder_ / "out"; }
  [[nodiscard]] std::string written() const {
    std::ostringstream text;
    text << std::ifstream(out()).rdbuf();
    return text.str();
  }

  SteadyTime now_{1h};
  std::vector<std::string> notes_;
  std::optional<Command> command_;

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(ACommand, IsGivenTheTextAndItsKind) {
  shell(R"(cat > "$1"; echo "$DUOLOG_NOTICE" >> "$1")").run({Kind::kReminder, "it's <b>; $(x)"}, now_);
  EXPECT_TRUE(ends());
  EXPECT_EQ(written(), "it's <b>; $(x)\nreminder\n");
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(ACommand, GetsNoFileOfTheDaemonAndNoneOfItsOwnVariables) {
  ::setenv("NOTIFY_SOCKET", "/x", 1), ::setenv("DUOLOG_PASSPHRASE_FILE", "/y", 1), ::setenv("KEPT", "z", 1);
  const home::Descriptor open(::dup2(0, 100));
  shell(R"(echo /proc/self/fd/* > "$1"; env >> "$1")").run({Kind::kNew, "x"}, now_);
  EXPECT_TRUE(ends());
  EXPECT_THAT(written(), ::testing::Not(HasSubstr("/100")));
  EXPECT_THAT(written(), ::testing::Not(HasSubstr("NOTIFY_SOCKET")));
  EXPECT_THAT(written(), ::testing::Not(HasSubstr("DUOLOG_PASSPHRASE_FILE")));
  EXPECT_THAT(written(), HasSubstr("KEPT=z"));
  ::unsetenv("NOTIFY_SOCKET"), ::unsetenv("DUOLOG_PASSPHRASE_FILE"), ::unsetenv("KEPT");
}

TEST_F(ACommand, ThatCannotBeStartedIsNotedAndForgotten) {
  command({"/no/such/program"}).run({Kind::kNew, "x"}, now_);
  EXPECT_EQ(command_->watch(), std::nullopt);
  EXPECT_THAT(notes_, ElementsAre("notify.command cannot be started: /no/such/program: No such file or directory"));
}

TEST_F(ACommand, ThatFailsIsNotedWithItsCode) {
  shell("exit 3").run({Kind::kNew, "x"}, now_);
  EXPECT_TRUE(ends());
  EXPECT_THAT(notes_, ElementsAre("notify.command failed: exit code 3"));
}

TEST_F(ACommand, ThatReadsNothingIsNoTrouble) {
  shell("exec true").run({Kind::kNew, std::string(4000, 'x')}, now_);
  EXPECT_TRUE(ends());
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(ACommand, ThatHangsIsEndedWithItsChildrenWhenItsTimeIsOver) {
  ASSERT_EQ(::mkfifo(out().c_str(), 0600), 0);
  shell(R"(trap '' TERM; sleep 1000 & echo $! > "$1"; wait; sleep 1000)").run({Kind::kNew, "x"}, now_);
  ASSERT_TRUE(command_->watch());
  EXPECT_EQ(*command_->watch()->until, now_ + 10s);
  pid_t child = 0;
  std::ifstream(out()) >> child;
  const home::Descriptor gone(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  ASSERT_TRUE(gone.is_open());
  command_->attend(now_ + 9'999ms);
  EXPECT_TRUE(command_->watch()) << "a moment too early";
  command_->attend(now_ + 10s);
  EXPECT_TRUE(ends());
  EXPECT_THAT(notes_, ElementsAre("notify.command took longer than 10 s and was ended"));
  pollfd file{gone.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&file, 1, 10'000), 1) << "its child lives on";
}

TEST_F(ACommand, IsNotStartedTwiceAtATime) {
  shell("sleep 1000").run({Kind::kNew, "x"}, now_);
  command_->run({Kind::kNew, "y"}, now_ + 1s);
  EXPECT_THAT(notes_, ElementsAre("notify.command still runs: not started once more"));
}

TEST_F(ACommand, ThatRunsEndsWithTheDaemon) {
  shell("exec sleep 1000").run({Kind::kNew, "x"}, now_);
  const home::Descriptor ended(::dup(command_->watch()->fd));
  command_.reset();
  pollfd file{ended.get(), POLLIN, 0};
  EXPECT_EQ(::poll(&file, 1, 10'000), 1);
}

}  // namespace
}  // namespace duolog::notify
