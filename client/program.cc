// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/program.h"

#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaction, sigprocmask
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace duolog::client {
namespace {

constexpr int kCannotRun = 127;
constexpr int kSignalled = 128;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  out.reserve(words.size() + 1);
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

[[noreturn]] void become(char* const* arguments) {
  for (const int signal : {SIGPIPE, SIGINT, SIGQUIT}) static_cast<void>(::signal(signal, SIG_DFL));
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvp(arguments[0], arguments);
  ::_exit(kCannotRun);
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return kCannotRun;
  }
  return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

pid_t checked_fork() {
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  return child;
}

class IgnoredSignal {
 public:
  explicit IgnoredSignal(int signal) : signal_(signal) {
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;  // NOLINT(cppcoreguidelines-pro-type-cstyle-cast)
    ::sigaction(signal, &ignore, &before_);
  }
  ~IgnoredSignal() { ::sigaction(signal_, &before_, nullptr); }
  IgnoredSignal(const IgnoredSignal&) = delete;
  IgnoredSignal& operator=(const IgnoredSignal&) = delete;

 private:
  int signal_;
  struct sigaction before_{};
};

}  // namespace

bool is_installed(std::string_view program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    const auto candidate = std::filesystem::path(rest.substr(0, end)) / program;
    if (::access(candidate.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

int run_in_terminal(const std::vector<std::string>& command) {
  auto words = command;
  const auto arguments = pointers(words);
  const IgnoredSignal interrupt(SIGINT);
  const IgnoredSignal quit(SIGQUIT);
  const pid_t child = checked_fork();
  if (child == 0) become(arguments.data());
  return wait_for(child);
}

Heard run_and_hear(const std::vector<std::string>& command, int input, std::size_t limit) {
  auto words = command;
  const auto arguments = pointers(words);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = checked_fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(input, STDIN_FILENO);
    ::dup2(pipe[1], STDOUT_FILENO);
    if (null >= 0) ::dup2(null, STDERR_FILENO);
    become(arguments.data());
  }
  ::close(pipe[1]);
  Heard heard;
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto got = ::read(pipe[0], bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    const auto room = limit - heard.output.size();
    heard.output.append(bytes.data(), std::min(room, static_cast<std::size_t>(got)));
  }
  ::close(pipe[0]);
  heard.status = wait_for(child);
  return heard;
}

}  // namespace duolog::client
