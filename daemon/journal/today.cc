// today.cc: one page: what is new, what waits, what two people have before them. Nothing on it counts anybody's
// failings.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <tuple>

#include "daemon/journal/reading.h"
#include "daemon/journal/rounds.h"
#include "daemon/journal/standing.h"

namespace duolog::journal {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kWeeks = 12;  // of the rhythm

std::int64_t now_of(const Shelf& shelf) { return shelf.parts().clock.wall().time_since_epoch().count(); }

// ---- what is new ----

// In the order of every journal; between them only time can say what came first.
void add_news(const Shelf& shelf, Today& today) {
  const Zone here(shelf.parts().zone);
  struct New {
    std::int64_t time;
    const Journal* journal;
    const Noted* noted;
    std::size_t place;  // among all: within a journal nothing changes places
  };
  std::vector<New> all;
  for (const Journal* journal : shelf.journals()) {
    std::int64_t time = INT64_MIN;
    for (const Noted* noted : journal->view().ordered()) {
      time = std::max(time, noted->written_ms.value_or(time));
      const bool is_new = noted->is_visible() && !noted->lacks_body() && !journal->is_mine(noted->device) &&
                          journal->unread().is_new(noted->device, noted->seq);
      if (is_new) all.push_back({time, journal, noted, all.size()});
    }
  }
  std::sort(all.begin(), all.end(),
            [](const New& a, const New& b) { return std::tie(a.time, a.place) < std::tie(b.time, b.place); });
  for (const New& one : all) {
    today.news.push_back(make_item(*one.journal, *one.noted, here));
    add_what_was_said(today.news.back(), *one.journal, *one.noted, here, false);
  }
}

// ---- what waits ----

bool waits(const Round& round, bool alone) {
  if (round.over || round.mine_passed || round.practice == kQuestion) return false;
  if (round.about && round.about->rhythm == practice::Rhythm::kWhenNeeded) return false;  // a thing, not an occasion
  if (round.about && round.about->sharing == practice::Sharing::kOpen) return false;      // nobody is waited for
  if (round.state == RoundState::kWaitingForYou) return true;
  return round.current && (round.state == RoundState::kOpenToAnswer || (alone && !round.mine_in));
}

void add_question(const Shelf& shelf, Today& today) {
  RoundFilter filter;
  filter.practice = kQuestion;
  filter.current_only = true;
  for (Round& round : rounds(shelf, filter)) today.question = std::move(round);
}

// ---- what is open between the two ----

struct Place {
  std::vector<Item>* list;
  bool of_other_only;
};

std::optional<Place> place_for(Today& today, const std::string& practice) {
  if (practice == "promise") return Place{&today.promises, false};
  if (practice == "plan") return Place{&today.plans, false};
  if (practice == "talk") return Place{&today.talks, false};
  if (practice == "need" || practice == "repair" || practice == "prompt") return Place{&today.needs, true};
  return std::nullopt;
}

std::string text_in(const Form& form, std::string_view field) {
  for (const FieldValue& value : form)
    if (const auto* text = std::get_if<std::string>(&value.value); text != nullptr && value.id == field) return *text;
  return {};
}

// A plan that was accepted stays until its day has gone by.
bool is_still_open(const Item& item, const std::string& date) {
  if (item.standing == kOpen) return true;
  return item.practice == "plan" && item.standing == "accept" && text_in(item.fields, "start").substr(0, 10) >= date;
}

void add_open_things(const Shelf& shelf, const Journal& journal, Today& today) {
  const Zone here(shelf.parts().zone);
  for (const Noted* noted : journal.view().ordered()) {
    const auto* answer = std::get_if<Answer>(&noted->what);
    const auto place = answer != nullptr ? place_for(today, answer->practice) : std::nullopt;
    if (!place || (place->of_other_only && journal.is_mine(noted->device))) continue;
    Item item = make_item(journal, *noted, here);
    item.standing = standing_of(journal, *noted);
    if (is_still_open(item, today.date)) place->list->push_back(std::move(item));
  }
}

// What is due first comes first; what has no day comes last.
void sort_promises(std::vector<Item>& promises) {
  const auto due = [](const Item& item) {
    std::string day = text_in(item.fields, "by");
    return day.empty() ? std::string("9999") : day;
  };
  std::sort(promises.begin(), promises.end(), [&](const Item& a, const Item& b) {
    return std::tuple(due(a), a.written_at, a.id) < std::tuple(due(b), b.written_at, b.id);
  });
}

void add_letters(const Journal& journal, const Zone& here, std::int64_t now, Today& today) {
  for (const Noted* noted : journal.view().ordered()) {
    const auto* sealed = std::get_if<SealedNote>(&noted->what);
    if (sealed == nullptr || !noted->is_letter() || journal.is_mine(noted->device) || !sealed->rule.after) continue;
    const auto opens = static_cast<std::int64_t>(std::min<std::uint64_t>(*sealed->rule.after, INT64_MAX / 1000)) * 1000;
    if (journal.answers().look(noted->id).published || opens < now) continue;
    today.letters.push_back(civil_day(opens, here.offset_minutes(opens)));
  }
  std::sort(today.letters.begin(), today.letters.end());
}

// ---- the rhythm ----

// A week is kept when both wrote something in it. Nobody counts further than a season back.
void add_weeks(const Journal& journal, const Calendar& calendar, std::int64_t now, Today& today) {
  std::map<std::string, std::pair<bool, bool>> wrote;  // of a week: I, the other
  const std::int64_t from = now - static_cast<std::int64_t>(kWeeks) * 7 * kDayMs;
  for (const Noted* noted : journal.view().ordered()) {
    if (!noted->written_ms || *noted->written_ms < from || *noted->written_ms > now || !noted->is_visible()) continue;
    auto& week = wrote[week_of(calendar, *noted->written_ms)];
    (journal.is_mine(noted->device) ? week.first : week.second) = true;
  }
  const Agreements& agreed = journal.agreements();
  for (std::size_t back = kWeeks; back-- > 0;) {
    const std::int64_t at = now - static_cast<std::int64_t>(back) * 7 * kDayMs;
    Today::Week week{week_of(calendar, at), false, false};
    const auto found = wrote.find(week.period);
    week.kept = found != wrote.end() && found->second.first && found->second.second;
    week.paused = agreed.paused_on(practice::parse_day(day_of(calendar, at)).value_or(0));
    today.weeks.push_back(std::move(week));
  }
}

void add_agreements(const Journal& journal, const Calendar& calendar, std::int64_t now, Today& today) {
  const Agreements& agreed = journal.agreements();
  if (agreed.other.proposal) today.proposal = journal.secrets().other;
  const practice::Day day = practice::parse_day(day_of(calendar, now)).value_or(0);
  today.paused = agreed.paused_on(day);
  if (!today.paused) return;
  if (const auto until = agreed.paused_until(day)) today.paused_until = civil_day(std::int64_t{*until} * kDayMs, 0);
}

}  // namespace

Today today(const Shelf& shelf) {
  const std::vector<const Journal*> journals = shelf.journals();
  const Identity& identity = shelf.parts().identity;
  const std::int64_t now = now_of(shelf);
  const Calendar calendar = shelf.calendar_of(*journals.back());
  Today today;
  today.name = identity.person();
  today.date = day_of(calendar, now);
  today.alone = journals.size() == 1;
  today.words_unconfirmed = !identity.words_confirmed();
  today.warnings = warnings(shelf);
  for (const Journal* journal : journals) today.entries += journal->view().counts().entries;
  add_news(shelf, today);
  for (Round& round : rounds(shelf, {}))
    if (waits(round, today.alone)) today.waiting.push_back(std::move(round));
  add_question(shelf, today);
  for (const Journal* journal : journals) add_open_things(shelf, *journal, today);
  sort_promises(today.promises);
  for (const Journal* journal : journals) add_letters(*journal, Zone(shelf.parts().zone), now, today);
  if (today.alone) return today;
  add_weeks(*journals.back(), calendar, now, today);
  add_agreements(*journals.back(), calendar, now, today);
  return today;
}

}  // namespace duolog::journal
