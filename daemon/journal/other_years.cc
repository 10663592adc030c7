// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/other_years.h"

#include <date/date.h>

#include <algorithm>

#include "daemon/journal/items.h"
#include "daemon/journal/parting.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/sieve.h"

namespace duolog::journal {
namespace {

using date::sys_days;
using date::year_month_day;

constexpr std::size_t kMostMemories = 2000;
constexpr std::size_t kPageBytes = 16 << 20;

sys_days civil_day_of(const Moment& moment) {
  return date::floor<date::days>(
      date::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{civil_ms(moment)}});
}

// A day of the year as every year has it.
class Anniversary {
 public:
  // REQUIRES: asked.ok().
  Anniversary(year_month_day asked, int around) : month_(asked.month()), day_(asked.day()), around_(around) {
    is_leap_day_ = month_ == date::February && day_ == date::day{29};
    // Of a year without one: what belongs to 29 February is told on the day before.
    leap_day_too_ = month_ == date::February && day_ == date::day{28} && !asked.year().is_leap();
  }

  [[nodiscard]] bool has(sys_days day) const {
    const year_month_day civil{day};
    if (around_ == 0) {
      return (civil.month() == month_ && civil.day() == day_) ||
             (leap_day_too_ && civil.month() == date::February && civil.day() == date::day{29});
    }
    for (const int years : {-1, 0, 1}) {  // around New Year the nearest one is in the year before or after
      const auto apart = (day - in(civil.year() + date::years{years})).count();
      if (apart >= -around_ && apart <= around_) return true;
    }
    return false;
  }

  // All of what belongs to it in a year lies here; so may a day that does not.
  [[nodiscard]] CivilSpan span_in(date::year year) const {
    const auto ms_of = [](sys_days day) { return static_cast<std::int64_t>(day.time_since_epoch().count()) * kDayMs; };
    const auto room = date::days{around_ + 1};
    return {ms_of(in(year)-room), ms_of(in(year) + room + date::days{1}) - 1};
  }

 private:
  [[nodiscard]] sys_days in(date::year year) const {
    return is_leap_day_ && !year.is_leap() ? sys_days{year / date::February / 28} : sys_days{year / month_ / day_};
  }

  date::month month_;
  date::day day_;
  int around_;
  bool is_leap_day_ = false;
  bool leap_day_too_ = false;
};

// "02-29" is of the latest year that has one, and so is every other day of this year.
std::optional<year_month_day> read_day(const std::string& text, date::year this_year, const Shelf& shelf) {
  const Zone zone(shelf.parts().zone);
  const auto moment_in = [&](const std::string& typed) -> std::optional<year_month_day> {
    const auto moment = parse_moment(typed, shelf.now(), zone);
    return moment ? std::optional(year_month_day{civil_day_of(*moment)}) : std::nullopt;
  };
  if (text.empty()) return moment_in("today");
  if (text.size() != std::string_view("02-29").size()) return moment_in(text);
  for (int back = 0; back <= 8; ++back) {  // over a century that is no leap year
    const auto day = moment_in(std::to_string(static_cast<int>(this_year) - back) + "-" + text);
    if (day) return day;
  }
  return std::nullopt;
}

// Without its words: of many a page is shown.
struct Remembered {
  const Journal* journal = nullptr;
  Line line;
  int year = 0;
};

bool is_memory(const Journal& journal, const Noted& noted) {
  return (noted.is_entry() || noted.is_answer() || noted.is_letter()) && !words_of(journal, noted).parts.empty();
}

// The first year that anybody wrote of.
int first_year(const std::vector<const Journal*>& journals, int this_year) {
  int first = this_year;
  for (const Journal* journal : journals) {
    const auto earliest = journal->records().earliest_civil();
    if (!earliest) continue;
    const auto day =
        date::floor<date::days>(date::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{*earliest}});
    first = std::min(first, static_cast<int>(year_month_day{day}.year()));
  }
  return std::max(first, 2);
}

void remember_year(const Journal& journal, const Anniversary& day, sys_days today, int year, const Filter& filter,
                   std::vector<Remembered>& found) {
  Wanted wanted;
  wanted.kinds = kAnswers | only(Kind::kEntry, Kind::kLetter);
  const CivilSpan span = day.span_in(date::year{year});
  wanted.civil_from = span.first_ms;
  wanted.civil_to = span.last_ms;
  if (filter.from == "me") wanted.mine = true;
  journal.records().each_line(wanted, [&](const Line& line) {
    const sys_days on = date::floor<date::days>(
        date::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{line.civil_ms.value_or(0)}});
    if (!line.civil_ms || on >= today || !day.has(on)) return true;
    const bool by_whom = filter.from.empty() || filter.from == "me" ||
                         fold(author_name(journal, line.device)).words.text == fold(filter.from).words.text;
    if (!by_whom) return true;
    const int written_in = static_cast<int>(year_month_day{on}.year());  // around New Year not the year of the day
    if (is_memory(journal, journal.records().read(line))) found.push_back({&journal, line, written_in});
    return true;
  });
}

std::vector<Remembered> remember(const Shelf& shelf, const Filter& filter, const Anniversary& day, sys_days today) {
  std::vector<Remembered> found;
  const std::vector<const Journal*> journals =
      filter.journal.empty() ? living(shelf) : std::vector<const Journal*>{&shelf.find(filter.journal)};
  const int this_year = static_cast<int>(year_month_day{today}.year());
  for (int year = first_year(journals, this_year) - 1; year <= this_year + 1; ++year)
    for (const Journal* journal : journals) remember_year(*journal, day, today, year, filter, found);
  // Journals know nothing of each other, and an entry may be about a day long before it: time says what came first.
  std::stable_sort(found.begin(), found.end(), [](const Remembered& a, const Remembered& b) {
    return std::pair(-a.year, *a.line.civil_ms) < std::pair(-b.year, *b.line.civil_ms);
  });
  return found;
}

sys_days today_of(const Shelf& shelf) {
  const std::int64_t now = shelf.now();
  return civil_day_of({now, Zone(shelf.parts().zone).offset_minutes(now)});
}

}  // namespace

Memories other_years(const Shelf& shelf, const DayOfYear& wanted) {
  if (wanted.days > kMostDaysAround) throw Refusal(Reason::kBadRequest, "days");
  const sys_days today = today_of(shelf);
  const date::year this_year = year_month_day{today}.year();
  const auto day = read_day(wanted.date, this_year, shelf);
  if (!day) throw Refusal(Reason::kBadDate, wanted.date);
  Filter filter;
  filter.from = wanted.from;
  filter.journal = wanted.journal;
  return sound(shelf, [&] {
    const auto found = remember(shelf, filter, Anniversary(*day, static_cast<int>(wanted.days)), today);
    Memories memories;
    Page page(kMostMemories, kPageBytes);
    for (const Remembered& one : found) {
      Memory memory{read(shelf, {one.journal, one.journal->records().read(one.line)}),
                    static_cast<std::uint32_t>(static_cast<int>(this_year) - one.year)};
      if (!page.takes(memory.item)) break;
      memories.memories.push_back(std::move(memory));
    }
    memories.more = found.size() - memories.memories.size();
    return memories;
  });
}

// This year has had no such day before today.
YearsBack years_back(const Shelf& shelf) {
  const sys_days today = today_of(shelf);
  const year_month_day day{today};
  const auto found = sound(shelf, [&] { return remember(shelf, {}, Anniversary(day, 0), today); });
  if (found.empty()) return {};
  return {found.size(), static_cast<std::uint32_t>(static_cast<int>(day.year()) - found.back().year)};
}

}  // namespace duolog::journal
