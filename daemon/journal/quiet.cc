// quiet.cc: when two people want no nudges: a pause, and a plan without telephones.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/journal.h"
#include "daemon/journal/parting.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/standing.h"

namespace duolog::journal {
namespace {

constexpr std::int64_t kWithoutEnd = 3 * kHourMs;  // a plan that names no end

// "2026-11-22 18:00" to "2026-11-22 21:00" or "21:00"; past midnight where that comes before the beginning.
std::optional<PhoneFree> span_of(const Form& plan, const Zone& zone) {
  const std::string_view start = practice::text_in(plan, "start");
  const auto from = parse_moment(start, 0, zone);
  if (!from || from->day_only) return std::nullopt;
  const auto to = parse_ahead(practice::text_in(plan, "until"), 0, from->at_ms, zone);
  if (!to || to->day_only) return PhoneFree{from->at_ms, from->at_ms + kWithoutEnd};
  return PhoneFree{from->at_ms, to->at_ms > from->at_ms ? to->at_ms : to->at_ms + kDayMs};
}

std::vector<PhoneFree> times_without_phones(const Shelf& shelf) {
  std::vector<PhoneFree> times;
  for (const Journal* journal : living(shelf)) {
    const Calendar calendar = shelf.calendar_of(*journal);
    const Zone zone(calendar.zone, calendar.fallback_offset_minutes);
    Wanted plans;
    plans.kinds = only(Kind::kAnswer);
    plans.practice = "plan";
    journal->records().each(plans, [&](const Noted& noted) {
      const auto* plan = std::get_if<Answer>(&noted.what);
      if (plan == nullptr || practice::text_in(plan->form, "kind") != "phone-free") return true;
      if (standing_of(*journal, noted) != "accept") return true;
      if (const auto span = span_of(plan->form, zone)) times.push_back(*span);
      return true;
    });
  }
  return times;
}

}  // namespace

bool paused(const Shelf& shelf) {
  return sound(shelf, [&] {
    const auto journals = living(shelf);
    return std::any_of(journals.begin(), journals.end(), [&](const Journal* journal) {
      return journal->agreements().paused_on(day_at(shelf.calendar_of(*journal), shelf.now()));
    });
  });
}

std::vector<PhoneFree> phone_free(const Shelf& shelf) {
  return sound(shelf, [&] { return times_without_phones(shelf); });
}

bool knows_practice(const Shelf& shelf, std::string_view id) {
  return sound(shelf, [&] { return shelf.answering_journal({}).library().find(id) != nullptr; });
}

}  // namespace duolog::journal
