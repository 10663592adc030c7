// nudges.h: when a person is spoken to, and when not. A state machine: news and moments in, notices out.
//
//   hear() ─► came ─► gathered two seconds ─┬─► quiet hours: held, and kept over a restart ─┐
//                                           └─────────────────────────────────────────────►─┴─► one notice ─► show()
//   tick() ─► a reminder's time ─► does it wait? ─► not paused, not quiet, none today yet ─► show()
//
// At most one notice a minute; what comes meanwhile is summed up in the next one. What was read in the meantime is not
// told any more. What is one's own, or private, never makes a notice.
// Owns no clock, no timer, no file: moments, memory and look-ups come in through Outside.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "daemon/home/clock.h"
#include "daemon/home/notify.h"
#include "daemon/journal/report.h"

namespace duolog::notify {

inline constexpr std::chrono::seconds kGather{2};    // after the first of several
inline constexpr std::chrono::seconds kBetween{60};  // two notices
inline constexpr std::chrono::minutes kLate{60};     // a reminder that was slept through is still given, then dropped
inline constexpr std::chrono::hours kBetweenAlarms{24};
inline constexpr std::size_t kCameLimit = 64;  // told apart; beyond that it is "many"

enum class Kind { kNew, kReminder, kAlarm };
inline constexpr std::size_t kKinds = 3;
std::string_view name(Kind kind);  // "new", "reminder", "alarm"

struct Notice {
  Kind kind = Kind::kNew;
  std::string text;  // one line; made of what others wrote where content is on
};

// Which record, and not what it says: that is looked up when it is told.
struct Came {
  JournalId journal;
  RecordId record;
  auto operator<=>(const Came&) const = default;
};

class Nudges {
 public:
  struct Moment {
    SteadyTime steady;
    std::int64_t wall_ms = 0;   // since 1970 UTC
    std::int64_t civil_ms = 0;  // what the clock on the wall here shows, counted as if it were UTC
  };
  struct Span {
    std::int64_t from_ms = 0;  // as wall_ms
    std::int64_t to_ms = 0;
  };
  struct Outside {
    std::function<bool(const std::string& practice)> waits;  // for this person, now
    std::function<bool()> paused;                            // the two have paused together
    std::function<std::vector<Span>()> phone_free;           // times the two have agreed on
    // nullopt: read in the meantime, or gone.
    std::function<std::optional<journal::Item>(const Came&)> look;
    std::function<void(const Notice&)> show;
    std::function<void(const std::string&)> keep;  // over a restart: what the constructor gets as `kept`
  };
  Nudges(const home::Notify& settings, Outside outside, std::string_view kept);

  // False: so much is waiting to be told that more would change nothing. Nobody need make news then.
  [[nodiscard]] bool hears() const { return came_.size() < kCameLimit; }
  // True: it is to be told, and next_tick() may have changed.
  bool hear(const journal::News& news, SteadyTime now);
  void tick(const Moment& now);
  // When to call tick() next; nullopt: not before something is heard.
  [[nodiscard]] std::optional<std::chrono::milliseconds> next_tick(const Moment& now) const;

 private:
  struct Given {
    std::string practice;
    std::int64_t day = 0;  // since 1970
    bool operator==(const Given&) const = default;
  };
  [[nodiscard]] bool quiet(const Moment& now) const;
  bool tell_what_came(const Moment& now);
  void remind(const Moment& now);
  void show(const Notice& notice, const Moment& now);
  void give(const std::string& practice, std::int64_t day);
  [[nodiscard]] bool was_given(const Given& given) const;
  void recall(std::string_view kept);
  void keep();  // where it differs from what is kept

  const home::Notify& settings_;
  Outside outside_;
  std::vector<Came> came_;  // at most kCameLimit, in the order of coming
  bool alarm_ = false;
  bool unkept_ = false;                 // something was heard since the last keep()
  std::optional<SteadyTime> gathered_;  // from then on what came may be told
  std::optional<SteadyTime> last_shown_;
  std::optional<SteadyTime> last_alarm_;
  std::vector<Given> given_;           // the newest last, bounded
  std::vector<std::int64_t> settled_;  // of each reminder: the time at which it did not wait
  std::string kept_;
};

}  // namespace duolog::notify
