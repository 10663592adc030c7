// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/ask.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "client/failure.h"
#include "client/interrupts.h"
#include "client/output.h"
#include "client/sanitise.h"
#include "client/words.h"

namespace duolog::client {
namespace {

constexpr std::size_t kTerminalLine = 4096;  // bytes, its end included, that Linux lets one write before Enter

// While it lives, what is typed is not shown; the line's end still is.
class NoEcho {
 public:
  NoEcho() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    changed_ = true;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ICANON | ECHONL;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~NoEcho() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool changed_ = false;
};

// While it lives, Ctrl-C leaves what stands on the line where it is, and rest() brings it.
class KeptLine {
 public:
  KeptLine() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    changed_ = true;
    auto keeping = before_;
    keeping.c_lflag |= ICANON | NOFLSH;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &keeping);
  }
  ~KeptLine() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  KeptLine(const KeptLine&) = delete;
  KeptLine& operator=(const KeptLine&) = delete;

  // A line that has no end yet cannot be read as one: the terminal gives it out by the letter.
  [[nodiscard]] std::string rest() const {
    std::string text;
    auto at_once = before_;
    at_once.c_lflag &= ~static_cast<tcflag_t>(ICANON);
    at_once.c_cc[VMIN] = 0;
    at_once.c_cc[VTIME] = 0;
    if (!changed_ || ::tcsetattr(STDIN_FILENO, TCSANOW, &at_once) != 0) return text;
    std::array<char, kTerminalLine> bytes{};
    const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got > 0) text.assign(bytes.data(), static_cast<std::size_t>(got));
    return text;
  }

 private:
  termios before_{};
  bool changed_ = false;
};

class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  ~OpenFile() {
    if (fd_ > STDERR_FILENO) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// One byte; nullopt at the end or on an error.
std::optional<char> read_byte(int fd) {
  char c = 0;
  for (;;) {
    const auto got = ::read(fd, &c, 1);
    if (got < 0 && errno == EINTR) continue;
    return got == 1 ? std::optional(c) : std::nullopt;
  }
}

// Waits for the first of the descriptors; its place in the list.
template <std::size_t N>
std::size_t first_ready(const std::array<int, N>& fds) {
  std::array<pollfd, N> wanted{};
  for (std::size_t i = 0; i < N; ++i) wanted[i] = {fds[i], POLLIN, 0};
  while (::poll(wanted.data(), N, -1) < 0 && errno == EINTR) {
  }
  for (std::size_t i = 0; i < N; ++i) {
    if (wanted[i].revents != 0) return i;
  }
  return 0;
}

// nullopt: neither.
std::optional<bool> yes_or_no(std::string answer) {
  std::erase_if(answer, [](unsigned char c) { return std::isspace(c) != 0; });
  std::ranges::transform(answer, answer.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (answer == "y" || answer == "yes") return true;
  if (answer == "n" || answer == "no") return false;
  return std::nullopt;
}

constexpr int kPassphraseTries = 3;
constexpr const char* kYesOrNo = "y or n, please\n";

// nullopt: the input ended, or Ctrl-C.
std::optional<std::string> read_line(const Interrupts& interrupts) {
  std::string line;
  for (;;) {
    if (interrupts.come_before(STDIN_FILENO)) return std::nullopt;
    const auto c = read_byte(STDIN_FILENO);
    if (!c && line.empty()) return std::nullopt;
    if (!c || *c == '\n') return line;
    if (*c != '\r') line.push_back(*c);
  }
}

void check_secret(const SecretText& secret) {
  const auto fault = utf8_fault(secret.view());
  if (fault != std::string_view::npos) throw not_utf8("the passphrase", fault);
}

// False: it did not fit.
bool read_secret_line(int fd, SecretText& secret) {
  for (auto c = read_byte(fd); c && *c != '\n'; c = read_byte(fd)) {
    if (!secret.push_back(*c)) return false;
  }
  if (secret.view().ends_with('\r')) secret.pop_back();
  return true;
}

Failure too_long_a_secret() {
  return {Exit::kFailed, "TOO_LONG", "a passphrase has at most " + std::to_string(kPassphraseLimit) + " bytes",
          "choose a shorter one"};
}

}  // namespace

bool can_ask() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1; }

std::optional<std::string> ask_line(const std::string& prompt) {
  const Interrupts interrupts;  // before the prompt: whoever sees it may press Ctrl-C
  say_wrapped(prompt);
  auto line = read_line(interrupts);
  if (!line) say("\n");
  return line;
}

Typed ask_text(const std::string& prompt) {
  const Interrupts interrupts;
  const KeptLine kept;
  say_wrapped(prompt);
  Typed typed;
  for (;;) {
    if (interrupts.come_before(STDIN_FILENO)) {
      typed.text += kept.rest();
      typed.stopped = true;
      break;
    }
    const auto c = read_byte(STDIN_FILENO);
    typed.stopped = !c && typed.text.empty();
    if (!c || *c == '\n') break;
    if (*c != '\r') typed.text.push_back(*c);
  }
  if (typed.stopped) say("\n");
  if (typed.text.size() + 1 >= kTerminalLine)
    say("that line is as long as a terminal takes; what came after is missing\n");
  return typed;
}

bool ask_yes(const std::string& prompt, bool offered) {
  for (;;) {
    const auto line = ask_line(prompt + (offered ? " [Y/n] " : " [y/N] "));
    if (!line) return false;
    if (line->empty()) return offered;
    if (const auto answer = yes_or_no(*line)) return *answer;
    say(kYesOrNo);
  }
}

Decision ask_yes_meanwhile(const std::string& prompt, int news, const Interrupts& interrupts) {
  ::tcflush(STDIN_FILENO, TCIFLUSH);
  for (;;) {
    say_wrapped(prompt + " [y/n] ");
    // What has changed counts before what was typed: the answer may have been meant for somebody who has left.
    switch (first_ready(std::array{interrupts.fd(), news, STDIN_FILENO})) {
      case 0:
        return Decision::kInterrupted;
      case 1:
        say("\n");
        return Decision::kNews;
      default:
        break;
    }
    const auto line = read_line(interrupts);
    if (!line) say("\n");
    const auto answer = line ? yes_or_no(*line) : false;
    if (answer) return *answer ? Decision::kYes : Decision::kNo;
    say(kYesOrNo);
  }
}

SecretText ask_secret(const std::string& prompt) {
  const Interrupts interrupts;
  const NoEcho quiet;
  say_wrapped(prompt);
  SecretText secret;
  for (;;) {
    if (interrupts.come_before(STDIN_FILENO)) {
      say("\n");
      throw interrupted("stopped; nothing was changed");
    }
    const auto c = read_byte(STDIN_FILENO);
    if (!c && secret.empty()) throw interrupted("no passphrase was given; nothing was changed");
    if (!c || *c == '\n') break;
    if (!secret.push_back(*c)) throw too_long_a_secret();
  }
  check_secret(secret);
  return secret;
}

SecretText ask_new_secret(const std::string& prompt) {
  for (;;) {
    auto secret = ask_secret(prompt);
    if (secret.empty()) return secret;
    if (ask_secret("once more: ") == secret) return secret;
    say("those were not the same\n");
  }
}

SecretText read_secret(const std::string& file) {
  const OpenFile opened(file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (opened.fd() < 0) {
    throw Failure(Exit::kFailed, "PASSPHRASE_FILE",
                  "the passphrase file " + sanitise_line(file) + " cannot be read: " + std::strerror(errno),
                  "--passphrase-file FILE or DUOLOG_PASSPHRASE_FILE names it");
  }
  SecretText secret;
  if (!read_secret_line(opened.fd(), secret)) throw too_long_a_secret();
  if (secret.empty()) {
    throw Failure(Exit::kFailed, "PASSPHRASE_FILE", "the first line of " + sanitise_line(file) + " is empty",
                  "put the passphrase there; without one, a key file is used: duolog init --yes");
  }
  check_secret(secret);
  return secret;
}

void with_passphrase(const std::string& file, const std::function<void(const SecretText&)>& use) {
  for (int tries = kPassphraseTries;; --tries) {
    const auto passphrase = known_passphrase(file);
    try {
      return use(passphrase);
    } catch (const Failure& failure) {
      if (failure.code() != "WRONG_PASSPHRASE" || !file.empty() || tries <= 1) throw;
      say_wrapped(std::string(failure.what()) + "\n");
      say_wrapped("hint: " + failure.hint() + "\n");
    }
  }
}

SecretText known_passphrase(const std::string& file) {
  if (!file.empty()) return read_secret(file);
  if (!can_ask()) throw needs_an_answer("this asks for the passphrase", "--passphrase-file FILE");
  return ask_secret("passphrase: ");
}

}  // namespace duolog::client
