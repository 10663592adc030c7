// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/tally.h"

#include <map>

#include "daemon/journal/items.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/sieve.h"

namespace duolog::journal {
namespace {

struct OfADay {
  std::uint32_t written = 0;
  std::uint32_t words = 0;
};

// Tags are words as well; what files are called nobody has written.
std::uint32_t count_written(const Words& words) {
  const std::size_t tags = words.parts.size() - words.tags;
  std::size_t counted = 0;
  for (std::size_t i = 0; i < words.parts.size(); ++i)
    if (i < tags - words.names || i >= tags) counted += count_words(fold(words.parts[i]));
  return static_cast<std::uint32_t>(counted);
}

class Counting {
 public:
  void take(const Journal& journal, const Noted& noted, const Words& words) {
    const std::uint32_t counted = count_written(words);
    const bool remark = noted.is_remark();
    if (remark) {
      ++tally_.remarks;
    } else {
      ++(noted.is_answer() ? tally_.answers : tally_.entries);
    }
    tally_.words += counted;
    tally_.person = author_name(journal, noted.device);
    tally_.mine = journal.is_mine(noted.device);
    const auto at = moment_of(noted);
    if (!at) return;
    OfADay& day = days_[civil_day(at->at_ms, at->offset_minutes)];
    day.words += counted;
    if (!remark) ++day.written;
  }

  [[nodiscard]] Tally result() && {
    constexpr std::size_t kMonth = 7;  // "2026-11"
    for (const auto& [day, of_day] : days_) {
      if (tally_.months.empty() || !day.starts_with(tally_.months.back().month))
        tally_.months.push_back({day.substr(0, kMonth)});
      Tally::Month& month = tally_.months.back();
      month.written += of_day.written;
      month.words += of_day.words;
      ++month.days;
    }
    tally_.days = static_cast<std::uint32_t>(days_.size());
    if (!days_.empty()) {
      tally_.oldest = days_.begin()->first;
      tally_.newest = days_.rbegin()->first;
    }
    return std::move(tally_);
  }

 private:
  Tally tally_;
  std::map<std::string, OfADay> days_;
};

}  // namespace

struct Tallying::People {
  std::map<std::pair<bool, std::string>, Counting> all;  // oneself first
};

Tallying::Tallying(const Shelf& shelf, const TallySpan& span)
    : slices_(shelf, {.since = span.since, .until = span.until, .journal = span.journal}, false),
      people_(std::make_unique<People>()) {}
Tallying::~Tallying() = default;

bool Tallying::go_on(std::size_t lines) {
  return slices_.go_on(lines, [&](const Journal& journal, const Line& line) {
    const Noted noted = journal.records().read(line);
    const Words words = words_of(journal, noted);
    if (!words.parts.empty())
      people_->all[{!line.mine, author_name(journal, noted.device)}].take(journal, noted, words);
    return true;
  });
}

std::vector<Tally> Tallying::take() {
  std::vector<Tally> all;
  for (auto& [who, counting] : people_->all) all.push_back(std::move(counting).result());
  return all;
}

std::vector<Tally> tally(const Shelf& shelf, const TallySpan& span) {
  Tallying tallying(shelf, span);
  while (tallying.go_on()) {
  }
  return tallying.take();
}

}  // namespace duolog::journal
