// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/notify/nudges.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "daemon/notify/words.h"

namespace duolog::notify {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kDayMs = kMinuteMs * 60 * 24;
constexpr std::int64_t kGivenDays = 7;    // a clock that was set back by less brings no reminder twice
constexpr std::size_t kGivenLimit = 256;  // more than as many days of the most reminders there can be
constexpr std::int64_t kThursday = 3;     // 1970-01-01, counted from Monday

// Also before 1970.
std::int64_t day_of(std::int64_t civil_ms) { return (civil_ms - (civil_ms % kDayMs + kDayMs) % kDayMs) / kDayMs; }

bool holds(const home::QuietHours& hours, std::int64_t minute) {
  if (hours.from < hours.to) return minute >= hours.from && minute < hours.to;
  return minute >= hours.from || minute < hours.to;
}

bool falls_on(const home::Reminder& reminder, std::int64_t day) {
  const std::int64_t weekday = ((day + kThursday) % 7 + 7) % 7;
  return (reminder.weekdays >> weekday & 1U) != 0;
}

// The newest time of this reminder that has come and is not too long ago.
std::optional<std::int64_t> time_that_came(const home::Reminder& reminder, std::int64_t civil_ms) {
  for (std::int64_t day = day_of(civil_ms); day >= day_of(civil_ms) - 1; --day) {
    const std::int64_t at = day * kDayMs + reminder.at * kMinuteMs;
    if (falls_on(reminder, day) && at <= civil_ms && civil_ms - at < milliseconds(kLate).count()) return at;
  }
  return std::nullopt;
}

std::string_view next_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

template <class Id>
std::optional<Id> id_of(std::string_view digits) {
  const auto bytes = from_hex(digits);
  return bytes ? Id::from(*bytes) : std::nullopt;
}

// What of it is told: the other's words, never one's own, never the notebook's.
std::optional<RecordId> record_told(const journal::News& news) {
  using Is = journal::News::Kind;
  const auto fit = [](const journal::Item& item) {
    return !item.mine && item.visibility != journal::Visibility::kPrivate;
  };
  const bool said = news.kind == Is::kEntry || news.kind == Is::kAnswer || news.kind == Is::kRemark;
  const bool opened = news.kind == Is::kOpened;
  if ((said || opened) && news.item && fit(*news.item)) return news.item->id;  // what opens by itself is a letter
  if (!opened || !news.round) return std::nullopt;
  const auto& answers = news.round->answers;
  const auto newest = std::find_if(answers.rbegin(), answers.rend(), [&](const journal::Item& item) {
    return fit(item) && item.state == journal::AnswerState::kReadable;
  });
  return newest == answers.rend() ? std::nullopt : std::optional(newest->id);
}

}  // namespace

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::kNew:
      return "new";
    case Kind::kReminder:
      return "reminder";
    case Kind::kAlarm:
      return "alarm";
  }
  return "new";
}

Nudges::Nudges(const home::Notify& settings, Outside outside, std::string_view kept)
    : settings_(settings),
      outside_(std::move(outside)),
      settled_(settings.reminders.size(), std::numeric_limits<std::int64_t>::min()) {
  recall(kept);
}

bool Nudges::hear(const journal::News& news, SteadyTime now) {
  const bool alarm =
      news.kind == journal::News::Kind::kAlarm && !alarm_ && (!last_alarm_ || now - *last_alarm_ >= kBetweenAlarms);
  const auto record = record_told(news);
  if (!alarm && (!record || !hears())) return false;
  if (came_.empty() && !alarm_) gathered_ = now + kGather;
  alarm_ = alarm_ || alarm;
  unkept_ = true;
  if (!record) return true;
  const Came came{news.journal_id, *record};
  if (hears() && std::find(came_.begin(), came_.end(), came) == came_.end()) came_.push_back(came);
  return true;
}

bool Nudges::quiet(const Moment& now) const {
  const std::int64_t minute = (now.civil_ms - day_of(now.civil_ms) * kDayMs) / kMinuteMs;
  const auto& own = settings_.quiet;
  if (std::any_of(own.begin(), own.end(), [&](const auto& hours) { return holds(hours, minute); })) return true;
  const std::vector<Span> shared = outside_.phone_free();
  return std::any_of(shared.begin(), shared.end(),
                     [&](const Span& span) { return now.wall_ms >= span.from_ms && now.wall_ms < span.to_ms; });
}

void Nudges::tick(const Moment& now) {
  if (quiet(now)) return keep();
  if (last_shown_ && now.steady - *last_shown_ < kBetween) return;
  if (gathered_ && now.steady < *gathered_) return;
  if (!tell_what_came(now)) remind(now);
  keep();
}

// An alarm goes first and alone; the rest has its minute after it.
bool Nudges::tell_what_came(const Moment& now) {
  if (alarm_) {
    alarm_ = false;
    last_alarm_ = now.steady;
    show({Kind::kAlarm, alarm()}, now);
    return true;
  }
  const bool more = !hears();
  std::vector<journal::Item> items;
  for (const Came& came : came_) {
    auto item = outside_.look(came);
    if (item) items.push_back(std::move(*item));
  }
  came_.clear();
  gathered_.reset();
  if (items.empty()) return false;
  show({Kind::kNew, words_of(items, more, settings_.content)}, now);
  return true;
}

void Nudges::remind(const Moment& now) {
  for (std::size_t i = 0; i < settings_.reminders.size(); ++i) {
    const home::Reminder& reminder = settings_.reminders[i];
    const auto at = time_that_came(reminder, now.civil_ms);
    if (!at || settled_[i] == *at || was_given({reminder.practice, day_of(*at)}) || outside_.paused()) continue;
    if (!outside_.waits(reminder.practice)) {
      settled_[i] = *at;
      continue;
    }
    give(reminder.practice, day_of(*at));
    return show({Kind::kReminder, reminder_of(reminder.practice, settings_.content)}, now);
  }
}

void Nudges::show(const Notice& notice, const Moment& now) {
  last_shown_ = now.steady;
  outside_.show(notice);
}

bool Nudges::was_given(const Given& given) const {
  return std::find(given_.begin(), given_.end(), given) != given_.end();
}

void Nudges::give(const std::string& practice, std::int64_t day) {
  std::erase_if(given_, [day](const Given& each) { return each.day < day - kGivenDays; });
  given_.push_back({practice, day});
  if (given_.size() > kGivenLimit) given_.erase(given_.begin());
}

std::optional<milliseconds> Nudges::next_tick(const Moment& now) const {
  const milliseconds next_minute(kMinuteMs - (now.civil_ms % kMinuteMs + kMinuteMs) % kMinuteMs);
  const bool pending = !came_.empty() || alarm_;
  if (!pending && settings_.reminders.empty()) return std::nullopt;
  if (!pending) return next_minute;
  if (quiet(now)) return unkept_ ? std::min<milliseconds>(kGather, next_minute) : next_minute;
  SteadyTime at = gathered_.value_or(now.steady);
  if (last_shown_) at = std::max<SteadyTime>(at, *last_shown_ + kBetween);
  const milliseconds wait = std::max(milliseconds(0), at - now.steady);
  return settings_.reminders.empty() ? wait : std::min(wait, next_minute);
}

// ---- what is kept over a restart: "came JOURNAL RECORD", "alarm", "given PRACTICE DAY", a line each ----

void Nudges::recall(std::string_view kept) {
  kept_ = kept;
  while (!kept.empty()) {
    const auto end = std::min(kept.find('\n'), kept.size());
    std::string_view line = kept.substr(0, end);
    kept.remove_prefix(std::min(end + 1, kept.size()));
    const std::string_view what = next_word(line);
    const std::string_view first = next_word(line);
    if (what == "alarm") alarm_ = true;
    if (what == "came") {
      const auto journal = id_of<JournalId>(first);
      const auto record = id_of<RecordId>(line);
      if (journal && record && hears()) came_.push_back({*journal, *record});
    }
    std::int64_t day = 0;
    if (what == "given" && std::from_chars(line.data(), line.data() + line.size(), day).ec == std::errc()) {
      give(std::string(first), day);
    }
  }
}

void Nudges::keep() {
  unkept_ = false;
  std::string now;
  for (const Came& came : came_) now += fmt::format("came {} {}\n", hex(came.journal.view()), hex(came.record.view()));
  if (alarm_) now += "alarm\n";
  for (const Given& given : given_) now += fmt::format("given {} {}\n", given.practice, given.day);
  if (now == kept_) return;
  kept_ = now;
  outside_.keep(kept_);
}

}  // namespace duolog::notify
