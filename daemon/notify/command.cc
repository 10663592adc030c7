// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notify/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "daemon/home/program.h"

namespace duolog::notify {
namespace {

constexpr int kLastMoment = 200;  // milliseconds for a killed program to be gone, when the daemon leaves
// What was meant for this daemon alone: its service manager's socket, its home, where its passphrase lies.
constexpr std::array<std::string_view, 3> kOursAlone{"NOTIFY_SOCKET=", "DUOLOG_", "LISTEN_"};

std::vector<std::string> environment_for(Kind kind) {
  std::vector<std::string> environment;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry(*at);
    if (std::none_of(kOursAlone.begin(), kOursAlone.end(), [&](auto ours) { return entry.starts_with(ours); })) {
      environment.emplace_back(entry);
    }
  }
  environment.push_back(fmt::format("DUOLOG_NOTICE={}", name(kind)));
  return environment;
}

// Readable from its beginning; the text is a line, so a pipe takes it whole. -1: none.
home::Descriptor text_to_read(const std::string& text) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return home::Descriptor(-1);
  home::Descriptor to_read(ends[0]);
  const home::Descriptor to_write(ends[1]);
  const std::string line = text + "\n";
  if (::write(to_write.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    return home::Descriptor(-1);
  ::fcntl(to_read.get(), F_SETFL, 0);  // the program may expect to wait for its input
  return to_read;
}

}  // namespace

Command::Command(std::vector<std::string> command, std::function<void(const std::string&)> note)
    : command_(std::move(command)), note_(std::move(note)) {}

Command::~Command() {
  if (pid_ == 0) return;
  ::kill(-pid_, SIGKILL);
  pollfd ended{ends_ ? ends_->get() : -1, POLLIN, 0};
  ::poll(&ended, 1, kLastMoment);
  ::waitpid(pid_, nullptr, WNOHANG);
}

void Command::run(const Notice& notice, SteadyTime now) {
  if (pid_ != 0 && !has_ended()) return note_("notify.command still runs: not started once more");
  start(notice, now);
}

void Command::start(const Notice& notice, SteadyTime now) {
  const home::Descriptor text = text_to_read(notice.text);
  if (!text.is_open()) return note_(fmt::format("notify.command cannot be started: {}", std::strerror(errno)));
  const int wrong = home::start(command_.front(), {command_, environment_for(notice.kind), text.get(), -1}, pid_);
  if (wrong != 0) {
    pid_ = 0;
    return note_(fmt::format("notify.command cannot be started: {}: {}", command_.front(), std::strerror(wrong)));
  }
  // Closed on exec by itself; where there is none, the time alone is watched. glibc 2.36 declares pidfd_open for C
  // only.
  ends_.emplace(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  until_ = now + kPatience;
  was_ended_ = false;
}

std::optional<Watch> Command::watch() const {
  if (pid_ == 0) return std::nullopt;
  return Watch{ends_->get(), true, false, until_};
}

bool Command::has_ended() {
  siginfo_t how{};
  const int result = ::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOHANG);
  if (result == 0 && how.si_pid == 0) return false;
  ::kill(-pid_, SIGKILL);  // what it left behind
  pid_ = 0;
  ends_.reset();
  if (result == 0) note_end(how.si_code, how.si_status);
  return true;
}

void Command::note_end(int code, int status) {
  if (was_ended_) return;
  if (code == CLD_EXITED && status != 0) note_(fmt::format("notify.command failed: exit code {}", status));
  if (code != CLD_EXITED) note_(fmt::format("notify.command was ended by signal {}", status));
}

void Command::attend(SteadyTime now) {
  if (pid_ == 0 || has_ended() || now < until_) return;
  if (!was_ended_) note_(fmt::format("notify.command took longer than {} s and was ended", kPatience.count()));
  was_ended_ = true;
  ::kill(-pid_, SIGKILL);
  until_ = now + kPatience;  // it is gone at once, unless the kernel holds it
}

}  // namespace duolog::notify
