// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/tally.h"

#include <algorithm>
#include <map>

#include "daemon/journal/items.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/sieve.h"

namespace duolog::journal {
namespace {

struct Sum {
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

View::CountsAs counts_as(const Noted& noted) {
  if (noted.is_remark()) return View::CountsAs::kRemark;
  return noted.is_answer() ? View::CountsAs::kAnswer : View::CountsAs::kEntry;
}

// The same of words that were folded as one: those between where the names begin and where they end do not count.
std::uint32_t written_in(const Words& words, const Folded& folded) {
  const std::size_t tags = words.parts.size() - words.tags;
  std::size_t names_begin = 0;
  std::size_t names_end = 0;
  for (std::size_t i = 0; i < tags; ++i) {
    names_end += words.parts[i].size() + 1;
    if (i < tags - words.names) names_begin = names_end;
  }
  const auto counts = [&](const Token& token) {
    const bool in_name = names_begin <= token.at.begin && token.at.begin < names_end;
    return token.at.begin != token.at.end && !in_name;
  };
  return static_cast<std::uint32_t>(std::ranges::count_if(folded.words.tokens, counts));
}

std::optional<std::int64_t> day_of(const Noted& noted) {
  const auto at = moment_of(noted);
  if (!at) return std::nullopt;
  const std::int64_t ms = civil_ms(*at);
  return ms / kDayMs - (ms % kDayMs < 0 ? 1 : 0);
}

// Whole days, both included.
struct Days {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;

  [[nodiscard]] bool has(const std::optional<std::int64_t>& day) const {
    if (!from && !to) return true;
    return day && *day >= from.value_or(INT64_MIN) && *day <= to.value_or(INT64_MAX);
  }
};

// nullopt: it cuts through days. Throws Refusal kBadDate.
std::optional<Days> days_between(const Shelf& shelf, const TallySpan& span) {
  const Zone zone(shelf.parts().zone);
  const auto read = [&](const std::string& text) {
    const auto span_of_it = civil_span(text, shelf.now(), zone);
    if (!span_of_it) throw Refusal(Reason::kBadDate, text);
    return *span_of_it;
  };
  Days days;
  if (!span.since.empty()) {
    const std::int64_t first = read(span.since).first_ms;
    if (first % kDayMs != 0) return std::nullopt;
    days.from = first / kDayMs;
  }
  if (!span.until.empty()) {
    const std::int64_t last = read(span.until).last_ms;
    if (last != INT64_MAX && (last + 1) % kDayMs != 0) return std::nullopt;
    days.to = last == INT64_MAX ? last : (last + 1) / kDayMs - 1;
  }
  return days;
}

// From days to months.
class Counting {
 public:
  void take(const Records::OfADay& one) {
    tally_.entries += one.entries;
    tally_.answers += one.answers;
    tally_.remarks += one.remarks;
    tally_.words += one.words;
    if (!one.day) return;
    Sum& day = days_[*one.day];
    day.words += one.words;
    day.written += one.entries + one.answers;
  }

  [[nodiscard]] Tally result(bool mine, const std::string& person) && {
    constexpr std::size_t kMonth = 7;  // "2026-11"
    tally_.mine = mine;
    tally_.person = person;
    for (const auto& [number, of_day] : days_) {
      const std::string day = civil_day(number * kDayMs, 0);
      if (tally_.months.empty() || !day.starts_with(tally_.months.back().month))
        tally_.months.push_back({day.substr(0, kMonth)});
      Tally::Month& month = tally_.months.back();
      month.written += of_day.written;
      month.words += of_day.words;
      ++month.days;
    }
    tally_.days = static_cast<std::uint32_t>(days_.size());
    if (!days_.empty()) {
      tally_.oldest = civil_day(days_.begin()->first * kDayMs, 0);
      tally_.newest = civil_day(days_.rbegin()->first * kDayMs, 0);
    }
    return std::move(tally_);
  }

 private:
  Tally tally_;
  std::map<std::int64_t, Sum> days_;
};

std::string voice(const Journal& journal, bool mine) {
  return mine ? journal.identity().person() : journal.secrets().other;
}

}  // namespace

struct Tallying::People {
  std::map<std::pair<bool, std::string>, Counting> all;  // oneself first

  void take(const Journal& journal, const Records::OfADay& one) {
    all[{!one.mine, voice(journal, one.mine)}].take(one);
  }
};

Tallying::Tallying(const Shelf& shelf, const TallySpan& span, bool by_the_view)
    : shelf_(shelf),
      span_(span),
      by_the_view_(by_the_view),
      slices_(shelf, {.since = span.since, .until = span.until, .journal = span.journal}, false),
      people_(std::make_unique<People>()) {}
Tallying::~Tallying() = default;

// All of it in one turn, or nothing: between two turns a record may come to be counted.
bool Tallying::add_up() {
  const auto days = days_between(shelf_, span_);
  if (!days) return false;
  return sound(shelf_, [&] {
    *people_ = {};
    for (const Journal* journal : chosen(shelf_, span_.journal)) {
      const bool kept = journal->records().each_day([&](const Records::OfADay& one) {
        if (days->has(one.day)) people_->take(*journal, one);
      });
      if (!kept) return *people_ = {}, false;
    }
    return true;
  });
}

bool Tallying::go_on(std::size_t lines) {
  if (std::exchange(by_the_view_, false) && add_up()) return false;
  return slices_.go_on(lines, [&](const Journal& journal, const Line& line) {
    const Noted noted = journal.records().read(line);
    const Words words = words_of(journal, noted);
    if (words.parts.empty()) return true;
    Records::OfADay one{line.mine, day_of(noted)};
    const View::CountsAs as = counts_as(noted);
    ++(as == View::CountsAs::kEntry ? one.entries : as == View::CountsAs::kAnswer ? one.answers : one.remarks);
    one.words = count_written(words);
    people_->take(journal, one);
    return true;
  });
}

std::vector<Tally> Tallying::take() {
  std::vector<Tally> all;
  for (auto& [who, counting] : people_->all) all.push_back(std::move(counting).result(!who.first, who.second));
  return all;
}

namespace {

std::vector<Tally> to_the_end(Tallying tallying) {
  while (tallying.go_on()) {
  }
  return tallying.take();
}

}  // namespace

std::vector<Tally> tally(const Shelf& shelf, const TallySpan& span) { return to_the_end({shelf, span}); }
std::vector<Tally> tally_anew(const Shelf& shelf, const TallySpan& span) { return to_the_end({shelf, span, false}); }

View::Said said_in(const Journal& journal, const Noted& noted) {
  const Words words = words_of(journal, noted);
  View::Said said{fold(words), std::nullopt};
  if (words.parts.empty()) return said;
  said.counted = View::Counted{counts_as(noted), day_of(noted), 0};
  said.counted->words = written_in(words, said.folded);
  return said;
}

}  // namespace duolog::journal
