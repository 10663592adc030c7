// The child's standard error is a file in memory: a pipe would break under the daemon when this program ends, and
// /dev/null would swallow why it did not come up. Sealed against growth once it is up, it is as good as /dev/null.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/start.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigprocmask
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <vector>

#include "client/sanitise.h"
#include "client/sibling.h"
#include "client/words.h"

namespace duolog::client {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 10s;
constexpr auto kPatienceAfterEnd = 2s;  // it may have failed for a reason that passes, while another came up
constexpr auto kAnotherTry = 300ms;     // where another one runs and answers nobody
constexpr auto kFirstWait = 2ms;
constexpr auto kLongestWait = 100ms;
constexpr std::size_t kLastWords = 4096;
constexpr int kAnotherOneRuns =
    75;  // duologd's exit code for it: then that one will answer, however long its start takes

std::string daemon_program() {
  for (const auto& place : places_of("duologd")) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  return "duologd";
}

class LastWords {
 public:
  LastWords() : fd_(::memfd_create("duologd stderr", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {}
  ~LastWords() {
    if (fd_ >= 0) ::close(fd_);
  }
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  void close_the_book() const { ::fcntl(fd_, F_ADD_SEALS, F_SEAL_GROW); }
  // The last line, or the one before it where the last is its hint.
  struct Said {
    std::string what, hint;
  };
  [[nodiscard]] Said said() const {
    auto text = tail();
    Said said{take_last_line(text), {}};
    constexpr std::string_view kHint = "hint: ";
    if (!said.what.starts_with(kHint)) return said;
    said.hint = said.what.substr(kHint.size());
    said.what = take_last_line(text);
    return said;
  }

 private:
  [[nodiscard]] std::string tail() const {
    struct stat file{};
    if (fd_ < 0 || ::fstat(fd_, &file) != 0) return {};
    std::string text(kLastWords, '\0');
    const auto from = std::max<off_t>(0, file.st_size - static_cast<off_t>(text.size()));
    const auto got = ::pread(fd_, text.data(), text.size(), from);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  static std::string take_last_line(std::string& text) {
    while (text.ends_with('\n')) text.pop_back();
    const auto begin = text.rfind('\n') + 1;
    auto line = sanitise_line(std::string_view(text).substr(begin));
    text.resize(begin);
    constexpr std::string_view kName = "duologd: ";
    return line.starts_with(kName) ? line.substr(kName.size()) : line;
  }

  int fd_;
};

// Where the daemon says that it is ready, as it would to a service manager.
class Readiness {
 public:
  Readiness() : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;  // and no name: the kernel chooses one that is no file
    socklen_t length = sizeof(name);
    if (fd_ < 0 || ::bind(fd_, reinterpret_cast<const sockaddr*>(&name), sizeof(name.sun_family)) != 0) return;
    if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &length) != 0) return;
    const std::size_t before = offsetof(sockaddr_un, sun_path) + 1;
    if (length > before) variable_ += "@" + std::string(name.sun_path + 1, length - before);
  }
  ~Readiness() {
    if (fd_ >= 0) ::close(fd_);
  }
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  // This program's environment, in which the daemon finds the place. Valid as long as this is, and the environment.
  [[nodiscard]] std::vector<char*> environment() {
    std::vector<char*> out{variable_.data()};
    for (char** one = environ; *one != nullptr; ++one) {
      if (!std::string_view(*one).starts_with(kVariable)) out.push_back(*one);
    }
    out.push_back(nullptr);
    return out;
  }
  // Until something was said there, or for so long: somebody else's daemon says nothing to us.
  void wait(std::chrono::milliseconds time) const {
    pollfd wanted{fd_, POLLIN, 0};
    if (::poll(&wanted, 1, static_cast<int>(time.count())) <= 0) return;
    std::array<char, 256> said{};
    static_cast<void>(::recv(fd_, said.data(), said.size(), 0) < 0);
  }

 private:
  static constexpr std::string_view kVariable = "NOTIFY_SOCKET=";
  int fd_;
  std::string variable_{kVariable};
};

// Between fork and exec: system calls only.
[[noreturn]] void become_daemon(const char* program, char* const* arguments, char* const* environment, int errors) {
  ::setsid();
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) ::_exit(126);
  ::dup2(null, STDIN_FILENO);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(errors >= 0 ? errors : null, STDERR_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  static_cast<void>(::signal(SIGPIPE, SIG_DFL));
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::umask(077);
  if (::chdir("/") != 0) ::_exit(126);
  ::execvpe(program, arguments, environment);
  constexpr std::string_view kNotThere = "duologd cannot be run: is it installed beside duolog or in PATH?\n";
  static_cast<void>(::write(STDERR_FILENO, kNotThere.data(), kNotThere.size()) < 0);
  ::_exit(127);
}

pid_t launch(const std::string& home, Readiness& readiness, int errors) {
  std::string program = daemon_program();
  std::string option = "--home";
  std::string folder = home;
  std::vector<char*> arguments = {program.data()};
  if (!home.empty()) arguments.insert(arguments.end(), {option.data(), folder.data()});
  arguments.push_back(nullptr);
  const std::vector<char*> environment = readiness.environment();
  const pid_t child = ::fork();
  if (child == 0) become_daemon(program.c_str(), arguments.data(), environment.data(), errors);
  if (child < 0) throw daemon_not_started(std::strerror(errno), {});
  return child;
}

bool another_one_runs(int status) { return WIFEXITED(status) && WEXITSTATUS(status) == kAnotherOneRuns; }

}  // namespace

void start_daemon(const std::string& home, const std::function<bool()>& answers) {
  const LastWords last_words;
  Readiness readiness;
  pid_t child = launch(home, readiness, last_words.fd());
  auto deadline = std::chrono::steady_clock::now() + kPatience;
  auto another_since = std::chrono::steady_clock::now();
  bool ended = false;
  int status = 0;
  for (std::chrono::milliseconds wait = kFirstWait;;
       wait = std::min<std::chrono::milliseconds>(wait * 2, kLongestWait)) {
    if (answers()) return last_words.close_the_book();
    const auto now = std::chrono::steady_clock::now();
    if (!ended && ::waitpid(child, &status, WNOHANG) == child) {
      ended = true;
      if (!another_one_runs(status)) deadline = std::min(deadline, now + kPatienceAfterEnd);
      another_since = now;
    }
    if (now >= deadline) break;
    if (ended && another_one_runs(status) && now - another_since >= kAnotherTry) {  // it may have been ending
      child = launch(home, readiness, last_words.fd());
      ended = false;
    }
    readiness.wait(wait);
  }
  const auto said = last_words.said();
  if (ended && another_one_runs(status)) throw daemon_out_of_reach(said.what);
  if (ended) throw daemon_not_started(said.what.empty() ? "it ended at once and said nothing" : said.what, said.hint);
  throw daemon_not_started("it does not answer after 10 seconds" + (said.what.empty() ? "" : "; it said: " + said.what),
                           said.hint);
}

}  // namespace duolog::client
