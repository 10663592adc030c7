// agreements.h: what two people have settled between them: the calendar, how deep the questions go, what becomes of an
// answer that nobody meets, pauses. A fold over the settings of a journal, so that both sides agree with no message.
//
// Nobody decides for the other. The founders' calendar holds until both have set another one alike. Questions go as
// deep as both wish to go, from the day after the wish that changed it. Unmet answers open after their period
// where both wish it. A pause needs one alone: whoever has too much on their hands asks nobody. Spec:
// proto/README.md 3.10.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "daemon/journal/noted.h"
#include "daemon/practice/deck.h"

namespace duolog::journal {

inline constexpr std::string_view kAboutDepth = "depth";            // "1" to "3"
inline constexpr std::string_view kAboutUnanswered = "unanswered";  // "wait" or "open"
inline constexpr std::string_view kAboutPause = "pause";            // "on", a day up to which, or "" to go on
inline constexpr std::string_view kUntilFurtherNotice = "on";

// One person's pause, in days of the calendar that held then; both ends included.
struct Pause {
  bool mine = false;
  practice::Day from = 0;
  std::optional<practice::Day> until;  // none: it goes on
};

struct Agreements {
  struct Person {
    std::uint32_t depth = 1;
    bool open_unanswered = false;
    std::optional<Calendar> proposal;  // that the other has not set as well
  };
  Calendar calendar;                   // of UTC where none was ever set
  std::uint32_t calendar_version = 0;  // how often one was agreed
  practice::Depths depths;             // since the day on which the founders' calendar was set, by that calendar
  std::uint32_t depth = 1;             // the least of both, from tomorrow at the latest
  bool open_unanswered = false;
  std::vector<Pause> pauses;  // in the order in which they were begun
  Person me;
  Person other;

  // What both have agreed; until then a calendar of this device's own zone.
  [[nodiscard]] Calendar calendar_or(const std::string& own_zone) const {
    return calendar_version > 0 ? calendar : Calendar{own_zone};
  }
  [[nodiscard]] bool paused_on(practice::Day day) const;
  [[nodiscard]] bool paused_by(Day day, bool mine) const;  // one of the two
  // The last day of the pause that `day` lies in; nullopt: until further notice. REQUIRES: paused_on(day).
  [[nodiscard]] std::optional<practice::Day> paused_until(practice::Day day) const;
};

// `settings`: in order. `founds`: the calendar that the journal was founded with. `shared`: two persons
// decide.
Agreements agree(std::span<const Noted> settings, const std::function<bool(const DeviceId&)>& is_mine,
                 const std::function<bool(const Noted&)>& founds, bool shared);

}  // namespace duolog::journal
