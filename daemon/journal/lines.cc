// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/lines.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kFirstPage = 256;
constexpr std::size_t kFirstOfWords = 1024;
constexpr std::size_t kLargestPage = 8192;

}  // namespace

void Lines::add(const Journal& journal, Wanted wanted) {
  // By words much may be read before the first line: so they are fetched in one go.
  const std::size_t wished = wanted.about_so_many;
  const std::size_t first = wanted.match.empty() ? kFirstPage : kFirstOfWords;
  streams_.push_back({&journal, std::move(wanted), wished != 0 ? std::min(wished, first) : first});
}

bool Lines::Stream::fill() {
  if (!lines.empty()) return true;
  if (over) return false;
  wanted.about_so_many = page;
  journal->records().each_line(wanted, [&](const Line& line) {
    lines.push_back(line);
    return lines.size() < page;
  });
  over = lines.size() < page;
  page = std::min(4 * page, kLargestPage);
  if (!lines.empty()) wanted.beyond = lines.back().at;
  return !lines.empty();
}

std::optional<Lines::Hit> Lines::next() {
  Stream* first = nullptr;
  for (Stream& stream : streams_) {
    if (!stream.fill()) continue;
    const std::int64_t time = stream.lines.front().reached;
    const bool down = stream.wanted.newest_first;
    if (first == nullptr || (down ? time >= first->lines.front().reached : time < first->lines.front().reached))
      first = &stream;
  }
  if (first == nullptr) return std::nullopt;
  Hit hit{first->journal, std::move(first->lines.front())};
  first->lines.pop_front();
  return hit;
}

}  // namespace duolog::journal
