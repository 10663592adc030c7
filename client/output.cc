// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "client/failure.h"
#include "client/layout.h"
#include "client/secret_text.h"

namespace duolog::client {
namespace {

constexpr std::size_t kNoTerminalWidth = 80;
constexpr std::size_t kLeastWidth = 24;
constexpr std::size_t kReadableWidth = 92;  // longer lines are hard to read
constexpr std::size_t kFlushAt = 1 << 16;

std::size_t width_of_terminal(int fd) {
  winsize size{};
  std::size_t width = kNoTerminalWidth;
  if (::isatty(fd) == 1 && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) width = size.ws_col;
  return std::clamp(width, kLeastWidth, kReadableWidth);
}

bool wants_colours(Colour colour, bool terminal) {
  if (colour != Colour::kAuto) return colour == Colour::kAlways;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::strcmp(term, "dumb") == 0;
  return terminal && !dumb && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace

std::string Style::paint(std::string_view sgr, std::string_view text) const {
  if (!colours_ || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out.append(sgr).append("m").append(text).append("\x1b[0m");
  return out;
}

std::string Style::person(std::string_view name) const {
  // Readable on dark and on light: no yellow, no white, no black.
  constexpr std::array kColours = {"1;36", "1;35", "1;32", "1;34", "1;31"};
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return paint(kColours[hash % kColours.size()], name);
}

Output::Output(Colour colour, bool json)
    : json_(json),
      terminal_(::isatty(STDOUT_FILENO) == 1),
      width_(width_of_terminal(STDOUT_FILENO)),
      style_(!json && wants_colours(colour, terminal_)) {}

Output::~Output() { wipe(); }

void Output::print(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kFlushAt) flush();
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int why = errno;
      buffer_.clear();
      if (why == EPIPE) throw ReaderGone{};
      throw Failure(Exit::kFailed, "OUTPUT", std::string("standard output cannot be written: ") + std::strerror(why),
                    "what was saved is safe; write to another place");
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void Output::wipe() { client::wipe(buffer_); }

void say(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void say_wrapped(std::string_view text) {
  if (::isatty(STDERR_FILENO) != 1) return say(text);
  const auto end = text.find_last_not_of(" \n") + 1;
  auto wrapped = paragraph(text.substr(0, end), 0, width_of_terminal(STDERR_FILENO));
  wrapped.pop_back();
  say(wrapped.append(text.substr(end)));
}

}  // namespace duolog::client
