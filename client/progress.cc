// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/progress.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "client/file_name.h"
#include "client/layout.h"
#include "client/output.h"

namespace duolog::client {
namespace {

constexpr std::chrono::milliseconds kBetween{100};
constexpr unsigned kQuarter = 25;
constexpr std::size_t kLongestLine = 78;

}  // namespace

Progress::Progress(std::string what, std::uint64_t total, bool quiet, In in)
    : what_(std::move(what)), total_(total), in_(in), shown_(!quiet && ::isatty(STDERR_FILENO) == 1) {
  const char* terminal = std::getenv("TERM");
  plain_ = terminal == nullptr || std::string_view(terminal) == "dumb";
}

Progress::~Progress() {
  if (width_ > 0) say("\r" + std::string(width_, ' ') + "\r");
}

std::string Progress::line(std::uint64_t done, unsigned percent) const {
  const auto sizes = in_ == In::kBytes ? " · " + size_text(done) + " of " + size_text(total_) : std::string();
  const auto numbers = " · " + std::to_string(percent) + "%" + sizes;
  return one_line(what_, kLongestLine - display_width(numbers)) + numbers;
}

void Progress::at(std::uint64_t done) {
  if (!shown_ || total_ == 0) return;
  const auto percent = static_cast<unsigned>(done * 100 / total_);
  const auto now = std::chrono::steady_clock::now();
  if (plain_) {
    if (percent < told_ + kQuarter) return;
    told_ = percent;
    return say(line(done, percent) + "\n");
  }
  if ((percent == told_ && width_ > 0) || now < next_) return;
  told_ = percent;
  next_ = now + kBetween;
  const auto text = line(done, percent);
  const auto width = display_width(text);
  say("\r" + text + std::string(width_ > width ? width_ - width : 0, ' '));
  width_ = width;
}

}  // namespace duolog::client
