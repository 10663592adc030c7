// today.cc: one page: what is new, what waits, what two people have before them. Nothing on it counts anybody's
// failings.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <ranges>
#include <tuple>

#include "daemon/journal/parting.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/rounds.h"
#include "daemon/journal/standing.h"

namespace duolog::journal {
namespace {

// What a page holds at most: all of it is one reply.
constexpr std::size_t kNewsShown = 500;
constexpr std::size_t kNewsBytes = 1 << 20;
constexpr std::size_t kThingsShown = 100;  // of a kind: promises, plans, …
constexpr std::size_t kThingsBytes = 64 << 10;
constexpr std::size_t kRoundsShown = 50;
constexpr Day kWeeks = 12;  // of the rhythm

// ---- what is new ----

// What can be read of the other, and was not yet. What is sealed waits elsewhere on the page.
bool is_news(const Journal& journal, const Line& line) {
  const bool sealed = (line.kind == Kind::kSealed || line.kind == Kind::kLetter) &&
                      journal.answers().look(line.id).state == AnswerState::kSealed;
  return !sealed && line.kind != Kind::kLacking && line.kind != Kind::kTakenBack &&
         journal.unread().is_new(line.device, line.seq);
}

// Where it stands among all; what it is must be looked up.
struct New {
  std::int64_t reached = 0;
  std::size_t journal = 0;
  std::int64_t at = 0;
  RecordId id;
};

std::vector<New> find_new(const std::vector<const Journal*>& journals) {
  std::vector<New> all;
  for (std::size_t i = 0; i < journals.size(); ++i) {
    for (const auto& [device, folded] : journals[i]->folded()) {
      if (journals[i]->is_mine(device)) continue;
      Wanted wanted;
      wanted.stretch = Stretch{device, journals[i]->unread().seen_up_to(device) + 1, folded};
      journals[i]->records().each_line(wanted, [&](const Line& line) {
        if (is_news(*journals[i], line)) all.push_back({line.reached, i, line.at, line.id});
        return true;
      });
    }
  }
  std::sort(all.begin(), all.end(), [](const New& a, const New& b) {
    return std::tie(a.reached, a.journal, a.at) < std::tie(b.reached, b.journal, b.at);
  });
  return all;
}

std::size_t see_new(const Shelf& shelf, const SeeItem& see) {
  const std::vector<const Journal*> journals = living(shelf);
  const Zone here(shelf.parts().zone);
  const std::vector<New> all = find_new(journals);
  for (const New& one : all) {
    const Journal& journal = *journals[one.journal];
    const auto noted = journal.records().by_id(one.id);
    check(noted.has_value(), "what was new a moment ago is not here");
    Item item = make_item(journal, *noted, here);
    add_what_was_said(item, journal, *noted, here, false);
    if (!see(item)) break;
  }
  return all.size();
}

void add_news(const Shelf& shelf, Today& today) {
  Page page(kNewsShown, kNewsBytes);
  today.news_count = see_new(shelf, [&](const Item& item) {
    if (!page.takes(item)) return false;  // the rest is new tomorrow, or a moment later
    today.news.push_back(item);
    return true;
  });
}

// ---- what waits ----

bool waits(const Round& round, bool alone) {
  if (!round.about) return false;  // this version does not know it: nobody could answer
  if (round.over || round.mine_passed) return false;
  if (round.practice == kQuestion && (round.current || alone)) return false;  // it has a place of its own
  if (round.about->rhythm == practice::Rhythm::kWhenNeeded) return false;     // a thing, not an occasion
  if (round.about->sharing == practice::Sharing::kOpen) return false;         // nobody is waited for
  if (round.state == RoundState::kWaitingForYou) return true;
  return round.current && (round.state == RoundState::kOpenToAnswer || (alone && !round.mine_in));
}

// Who may have written both, a practice and its form, does not crowd out what comes with the house; nor does somebody
// who answers a thousand occasions of it what is asked now.
void add_waiting(const Shelf& shelf, Today& today) {
  RoundFilter filter;
  filter.may_wait = true;
  std::vector<Round> all = rounds(shelf, filter);  // the newest first
  std::erase_if(all, [&](const Round& round) { return !waits(round, today.alone); });
  const auto sort_by = [&](bool current_first) {
    const auto place = [=](const Round& round) {
      return std::tuple(round.practice != "checkin", current_first && !round.current);
    };
    std::sort(all.begin(), all.end(), [&](const Round& a, const Round& b) {
      return std::tuple_cat(place(a), std::tie(b.period, a.practice, a.journal)) <
             std::tuple_cat(place(b), std::tie(a.period, b.practice, b.journal));
    });
  };
  if (all.size() > kRoundsShown) {
    sort_by(true);
    all.resize(kRoundsShown);
  }
  sort_by(false);
  for (Round& round : all) {  // who answers asks for the form
    round.answers.clear();
    if (round.practice != kQuestion) round.about->fields.clear();
    round.about->why.clear();
    round.about->before.clear();
    round.about->gentle.clear();
  }
  today.waiting = std::move(all);
}

void add_question(const Shelf& shelf, Today& today) {
  RoundFilter filter;
  filter.practice = kQuestion;
  filter.current_only = true;
  for (Round& round : rounds(shelf, filter)) today.question = std::move(round);
}

// ---- what is open between the two ----

constexpr std::array<std::string_view, 6> kThings{"promise", "plan", "talk", "need", "repair", "prompt"};

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

bool is_settled(const Item& item) { return item.standing != kOpen && item.standing != kSuggested; }

// A plan stays, accepted or not, until its day has gone by; one that was written without a day, until it is settled.
bool is_still_open(const Item& item, const std::string& date) {
  if (item.practice != "plan") return item.standing == kOpen;
  const std::string_view start = practice::text_in(item.fields, "start");
  const bool has_day = practice::is_time_text(start);
  if (!is_settled(item)) return !has_day || start.substr(0, date.size()) >= date;
  return item.standing == "accept" && has_day && start.substr(0, date.size()) >= date;
}

void add_open_things(const Shelf& shelf, const Journal& journal, Today& today) {
  const Zone here(shelf.parts().zone);
  std::vector<Line> lines;
  for (const std::string_view practice : kThings) {
    Wanted wanted;
    wanted.kinds = only(Kind::kAnswer);
    wanted.practice = std::string(practice);
    for (Line& line : journal.records().lines(wanted)) lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
  for (const Line& line : lines) {
    const auto place = place_for(today, line.practice);
    if (!place || (place->of_other_only && line.mine)) continue;
    const Noted noted = journal.records().read(line);
    Item item = make_item(journal, noted, here);
    item.standing = standing_of(journal, noted);
    if (is_still_open(item, today.date)) place->list->push_back(std::move(item));
  }
}

// The newest of each person stay: somebody who writes down a thousand promises hides nothing but their own.
void shorten(std::vector<Item>& things) {
  std::map<std::pair<JournalId, bool>, Page> pages;
  std::vector<Item> kept;
  for (Item& thing : std::views::reverse(things)) {
    const auto page = pages.try_emplace({thing.journal_id, thing.mine}, kThingsShown, kThingsBytes).first;
    if (page->second.takes(thing)) kept.push_back(std::move(thing));
  }
  std::reverse(kept.begin(), kept.end());
  things = std::move(kept);
}

// A pause asks nothing of anybody. What one of the two has said to the other, or answered, still stands there.
void rest(Today& today, const JournalId& in) {
  const auto asks = [&](const Round& round) { return round.journal_id == in && !round.theirs_in; };
  std::erase_if(today.waiting, asks);
  if (today.question && asks(*today.question)) today.question.reset();
  std::erase_if(today.promises, [&](const Item& promise) { return promise.journal_id == in; });
  std::erase_if(today.plans, [&](const Item& plan) { return plan.journal_id == in && !is_settled(plan); });
  std::erase_if(today.needs, [&](const Item& need) { return need.journal_id == in && need.practice == "prompt"; });
}

// What is due first comes first; what has no day comes last.
void sort_promises(std::vector<Item>& promises) {
  const auto due = [](const Item& item) {
    const std::string_view day = practice::text_in(item.fields, "by");
    return practice::parse_day(day) ? std::string(day) : std::string("9999");
  };
  std::sort(promises.begin(), promises.end(), [&](const Item& a, const Item& b) {
    return std::tuple(due(a), a.written_at, a.id) < std::tuple(due(b), b.written_at, b.id);
  });
}

void add_letters(const Journal& journal, const Zone& here, std::int64_t now, Today& today) {
  const std::int64_t second = now > 0 ? (now + 999) / 1000 : 0;
  for (const std::int64_t one : journal.answers().letters_from(second, kThingsShown)) {
    const std::int64_t opens = std::min<std::int64_t>(one, INT64_MAX / 1000) * 1000;
    today.letters.push_back(civil_day(opens, here.offset_minutes(opens)));
  }
  std::sort(today.letters.begin(), today.letters.end());
  if (today.letters.size() > kThingsShown) today.letters.resize(kThingsShown);
}

// ---- the rhythm ----

// A week is kept when both wrote something in it. Nobody counts further than a season back.
void add_weeks(const Journal& journal, const Calendar& calendar, std::int64_t now, Today& today) {
  std::map<std::string, std::pair<bool, bool>> wrote;  // of a week: I, the other
  const Day day = day_at(calendar, now);
  const std::int64_t from = beginning_of(calendar, day - kWeeks * 7);
  journal.records().each_written(from, now, [&](std::int64_t written_ms, bool mine) {
    auto& week = wrote[week_of(calendar, written_ms)];
    (mine ? week.first : week.second) = true;
  });
  const Agreements& agreed = journal.agreements();
  for (Day back = kWeeks; back-- > 0;) {
    Today::Week week{week_text(calendar, day - back * 7), false, false};
    const auto found = wrote.find(week.period);
    week.kept = found != wrote.end() && found->second.first && found->second.second;
    week.paused = agreed.paused_on(day - back * 7);
    today.weeks.push_back(std::move(week));
  }
}

void add_agreements(const Journal& journal, const Calendar& calendar, std::int64_t now, Today& today) {
  const Agreements& agreed = journal.agreements();
  if (agreed.other.proposal) today.proposal = journal.secrets().other;
  const Day day = day_at(calendar, now);
  today.paused = agreed.paused_on(day);
  if (!today.paused) return;
  if (const auto until = agreed.paused_until(day)) today.paused_until = practice::day_text(*until);
  today.other = journal.secrets().other;
  today.paused_by_me = agreed.paused_by(day, true);
  today.paused_by_other = agreed.paused_by(day, false);
}

Today look_at_today(const Shelf& shelf) {
  const std::vector<const Journal*> journals = living(shelf);
  const Identity& identity = shelf.parts().identity;
  const std::int64_t now = shelf.now();
  const Calendar calendar = shelf.calendar_of(*journals.back());
  Today today;
  today.name = identity.person();
  today.date = day_of(calendar, now);
  today.alone = journals.size() == 1;
  today.words_unconfirmed = !identity.words_confirmed();
  today.warnings = warnings(shelf);
  for (const Journal* journal : journals) today.entries += journal->counts().entries;
  add_news(shelf, today);
  add_waiting(shelf, today);
  add_question(shelf, today);
  for (const Journal* journal : journals) add_open_things(shelf, *journal, today);
  for (std::vector<Item>* things : {&today.promises, &today.plans, &today.talks, &today.needs}) shorten(*things);
  sort_promises(today.promises);
  for (const Journal* journal : journals) add_letters(*journal, Zone(shelf.parts().zone), now, today);
  for (const Journal* journal : journals)
    if (journal->agreements().paused_on(day_at(shelf.calendar_of(*journal), now))) rest(today, journal->id());
  if (today.alone) return today;
  add_weeks(*journals.back(), calendar, now, today);
  add_agreements(*journals.back(), calendar, now, today);
  return today;
}

}  // namespace

// Where the view is lost on the way, what was seen already is not shown again.
std::size_t each_unseen(const Shelf& shelf, const SeeItem& see) {
  std::size_t seen = 0;
  return sound(shelf, [&] {
    std::size_t skip = seen;
    return see_new(shelf, [&](const Item& item) {
      if (skip > 0) return --skip, true;
      ++seen;
      return see(item);
    });
  });
}

Today today(const Shelf& shelf) {
  return sound(shelf, [&] { return look_at_today(shelf); });
}

}  // namespace duolog::journal
