// quiet.cc: when two people want no nudges: a pause, and a plan without telephones.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/journal.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/standing.h"

namespace duolog::journal {
namespace {

constexpr std::int64_t kWithoutEnd = 3 * 3'600'000;  // a plan that names no end
constexpr std::size_t kDayLength = 10;               // "2026-11-22"

std::string text_in(const Form& form, std::string_view field) {
  for (const FieldValue& value : form)
    if (const auto* text = std::get_if<std::string>(&value.value); text != nullptr && value.id == field) return *text;
  return {};
}

// "2026-11-22 18:00" to "2026-11-22 21:00" or "21:00"; past midnight where that comes before the beginning.
std::optional<PhoneFree> span_of(const Form& plan, const Zone& zone) {
  const std::string start = text_in(plan, "start");
  const auto from = parse_moment(start, 0, zone);
  if (!from || from->day_only) return std::nullopt;
  std::string until = text_in(plan, "until");
  if (until.empty()) return PhoneFree{from->at_ms, from->at_ms + kWithoutEnd};
  if (until.size() < kDayLength) until = start.substr(0, kDayLength) + " " + until;
  const auto to = parse_moment(until, 0, zone);
  if (!to || to->day_only) return PhoneFree{from->at_ms, from->at_ms + kWithoutEnd};
  constexpr std::int64_t kDay = 86'400'000;
  return PhoneFree{from->at_ms, to->at_ms > from->at_ms ? to->at_ms : to->at_ms + kDay};
}

}  // namespace

bool paused(const Shelf& shelf) {
  const std::int64_t now = shelf.parts().clock.wall().time_since_epoch().count();
  const auto journals = shelf.journals();
  return std::any_of(journals.begin(), journals.end(), [&](const Journal* journal) {
    const auto day = practice::parse_day(day_of(shelf.calendar_of(*journal), now));
    return day && journal->agreements().paused_on(*day);
  });
}

std::vector<PhoneFree> phone_free(const Shelf& shelf) {
  std::vector<PhoneFree> times;
  for (const Journal* journal : shelf.journals()) {
    const Calendar calendar = shelf.calendar_of(*journal);
    const Zone zone(calendar.zone, calendar.fallback_offset_minutes);
    for (const Noted* noted : journal->view().ordered()) {
      const auto* answer = std::get_if<Answer>(&noted->what);
      const bool plan =
          answer != nullptr && answer->practice == "plan" && text_in(answer->form, "kind") == "phone-free";
      if (!plan || standing_of(*journal, *noted) != "accept") continue;
      if (const auto span = span_of(answer->form, zone)) times.push_back(*span);
    }
  }
  return times;
}

bool knows_practice(const Shelf& shelf, std::string_view id) {
  return shelf.answering_journal({}).library().find(id) != nullptr;
}

}  // namespace duolog::journal
