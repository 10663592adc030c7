// agreements.cc: wishes of two, and what follows from both.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/agreements.h"

#include <algorithm>
#include <utility>

namespace duolog::journal {
namespace {

// Where the world's clocks may differ by an offset, two calendars do not.
bool alike(const Calendar& a, const Calendar& b) {
  return a.zone == b.zone && a.turn_hour == b.turn_hour && a.first_weekday == b.first_weekday;
}

std::optional<std::uint32_t> depth_in(const std::string& value) {
  if (value.size() != 1 || value[0] < '1' || value[0] > '0' + static_cast<char>(practice::kDeepest))
    return std::nullopt;
  return static_cast<std::uint32_t>(value[0] - '0');
}

class Fold {
 public:
  Fold(Agreements& to, bool shared) : to_(to), shared_(shared) {}

  void take(const Noted& noted, bool mine, bool founding) {
    if (const auto* calendar = std::get_if<Calendar>(&noted.what)) {
      if (founding && noted.written_ms) take_founding_day(day_at(*calendar, *noted.written_ms));
      take_calendar(*calendar, mine, founding);
    }
    const auto* wish = std::get_if<Wish>(&noted.what);
    if (wish == nullptr || !noted.written_ms) return;
    // By its writer's clock alone: nobody's wish moves the day of the other's.
    const practice::Day day = day_at(to_.calendar, *noted.written_ms);
    if (wish->about == kAboutDepth) take_depth(wish->value, mine, day);
    if (wish->about == kAboutUnanswered) person(mine).open_unanswered = wish->value == "open";
    if (wish->about == kAboutPause) take_pause(wish->value, mine, day);
    to_.open_unanswered = to_.me.open_unanswered && (to_.other.open_unanswered || !shared_);
  }

 private:
  Agreements::Person& person(bool mine) { return mine ? to_.me : to_.other; }

  // There is one, and whatever else stands where a founding may stand moves no question.
  void take_founding_day(practice::Day day) {
    if (!std::exchange(founded_, true)) to_.depths.founded = day;
  }

  void take_calendar(const Calendar& calendar, bool mine, bool founding) {
    const auto& theirs = person(!mine).proposal;
    if (shared_ && !founding && !(theirs && alike(*theirs, calendar))) {
      person(mine).proposal = alike(calendar, to_.calendar) ? std::nullopt : std::optional(calendar);
      return;
    }
    to_.calendar = calendar;
    ++to_.calendar_version;
    to_.me.proposal.reset();
    to_.other.proposal.reset();
  }

  void take_depth(const std::string& value, bool mine, practice::Day day) {
    const auto wished = depth_in(value);
    if (!wished) return;
    person(mine).depth = *wished;
    const std::uint32_t both = shared_ ? std::min(to_.me.depth, to_.other.depth) : to_.me.depth;
    if (both == to_.depth) return;
    to_.depth = both;
    std::vector<practice::Depth>& changes = to_.depths.changes;
    while (!changes.empty() && changes.back().from > day) changes.pop_back();
    changes.push_back({day + 1, both});
  }

  // A person's new word takes the place of what they said before.
  void take_pause(const std::string& value, bool mine, practice::Day day) {
    const auto until = practice::parse_day(value);
    if (!until && !value.empty() && value != kUntilFurtherNotice) return;
    const auto last =
        std::find_if(to_.pauses.rbegin(), to_.pauses.rend(), [&](const Pause& one) { return one.mine == mine; });
    if (last != to_.pauses.rend() && (!last->until || *last->until >= day)) last->until = day - 1;
    if (!value.empty()) to_.pauses.push_back({mine, day, until});
  }

  Agreements& to_;
  bool shared_;
  bool founded_ = false;
};

bool holds(const Pause& pause, practice::Day day) { return pause.from <= day && (!pause.until || day <= *pause.until); }

}  // namespace

bool Agreements::paused_on(practice::Day day) const {
  return std::any_of(pauses.begin(), pauses.end(), [&](const Pause& pause) { return holds(pause, day); });
}

bool Agreements::paused_by(Day day, bool mine) const {
  return std::any_of(pauses.begin(), pauses.end(),
                     [&](const Pause& pause) { return pause.mine == mine && holds(pause, day); });
}

std::optional<practice::Day> Agreements::paused_until(practice::Day day) const {
  std::optional<practice::Day> last = day;
  for (const Pause& pause : pauses) {
    if (!holds(pause, day)) continue;
    if (!pause.until) return std::nullopt;
    last = std::max(last, pause.until);
  }
  return last;
}

Agreements agree(std::span<const Noted> settings, const std::function<bool(const DeviceId&)>& is_mine,
                 const std::function<bool(const Noted&)>& founds, bool shared) {
  Agreements agreements;
  Fold fold(agreements, shared);
  for (const Noted& noted : settings) fold.take(noted, is_mine(noted.device), founds(noted));
  return agreements;
}

}  // namespace duolog::journal
