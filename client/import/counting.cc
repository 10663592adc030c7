// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/counting.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/file_name.h"
#include "client/output.h"

namespace duolog::client {
namespace {

constexpr std::size_t kWorthIt = 2000;                           // entries
constexpr std::uint64_t kBytesWorthIt = std::uint64_t{8} << 20;  // of files
constexpr std::size_t kBar = 24;

}  // namespace

Counting::Counting(bool shown, std::size_t entries, std::uint64_t bytes)
    : shown_(shown && (entries >= kWorthIt || bytes >= kBytesWorthIt)), all_(entries), all_bytes_(bytes) {}

Counting::~Counting() {
  if (said_) say("\r\x1b[K");
}

void Counting::step() {
  ++done_;
  show();
}

void Counting::sent(std::uint64_t bytes) {
  done_bytes_ = bytes;
  show();
}

// Where there are files, they are what takes its time.
void Counting::show() {
  const auto now = std::chrono::steady_clock::now();
  if (!shown_ || now - last_ < std::chrono::milliseconds(100)) return;
  last_ = now;
  said_ = true;
  const std::uint64_t of = all_bytes_ > 0 ? all_bytes_ : std::max<std::uint64_t>(all_, 1);
  const std::uint64_t so_far = std::min<std::uint64_t>(of, all_bytes_ > 0 ? done_bytes_ : done_);
  const auto full = static_cast<std::size_t>(so_far * kBar / of);
  const auto bytes = all_bytes_ > 0 ? " · " + size_text(done_bytes_) + " of " + size_text(all_bytes_) : std::string();
  say(fmt::format("\rimporting {} of {}{}  [{}{}]\x1b[K", done_, all_, bytes, std::string(full, '#'),
                  std::string(kBar - full, '.')));
}

}  // namespace duolog::client
