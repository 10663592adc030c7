// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/lines.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kFirstPage = 256;
constexpr std::size_t kFirstOfWords = 1024;

}  // namespace

void Lines::add(const Journal& journal, Wanted wanted) {
  // By words much may be read before the first line: so they are fetched in one go.
  const std::size_t wished = wanted.about_so_many;
  const std::size_t first = wanted.match.empty() ? kFirstPage : kFirstOfWords;
  const std::size_t page = wished != 0 ? std::min(wished, first) : first;
  streams_.push_back({&journal, std::move(wanted), std::min(page, ahead_), ahead_});
}

bool Lines::Stream::fill() {
  if (!hits.empty()) return true;
  if (over) return false;
  wanted.about_so_many = page;
  journal->records().each_line(wanted, [&](const Line& line) {
    hits.push_back({journal, line, !wanted.passed_too || fits(wanted, line)});
    return hits.size() < page;
  });
  over = hits.size() < page;
  page = std::min(4 * page, largest);
  if (!hits.empty()) wanted.beyond = hits.back().line.at;
  return !hits.empty();
}

// Of equal times the journal that was added first is the older one.
bool Lines::Stream::comes_before(const Stream& other) const {
  const Line& own = hits.front().line;
  const Line& others = other.hits.front().line;
  const bool down = wanted.newest_first;
  if (journal == other.journal) return down ? own.at > others.at : own.at < others.at;
  return down ? own.reached >= others.reached : own.reached < others.reached;
}

std::optional<Lines::Hit> Lines::next() {
  Stream* first = nullptr;
  for (Stream& stream : streams_) {
    if (!stream.fill()) continue;
    if (first == nullptr || stream.comes_before(*first)) first = &stream;
  }
  if (first == nullptr) return std::nullopt;
  Hit hit = std::move(first->hits.front());
  first->hits.pop_front();
  return hit;
}

}  // namespace duolog::journal
