// reading.cc: look-ups and summaries over the records of all journals.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/reading.h"

#include <array>
#include <tuple>

#include "daemon/journal/let_back_in.h"
#include "daemon/journal/looking.h"
#include "daemon/journal/parting.h"
#include "daemon/journal/rounds.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kShortestId = 4;  // hex digits

// ---- list ----

Item item_of(const Journal& journal, const Line& line, const Zone& here) {
  const Noted noted = journal.records().read(line);
  Item item = make_item(journal, noted, here);
  add_what_was_said(item, journal, noted, here, false);
  return item;
}

// So many of one end, in order, and how many more there are.
Listed page_of(const Shelf& shelf, const Filter& filter, std::vector<Item>& items) {
  constexpr std::size_t kPageBytes = 16 << 20;
  const Zone here(shelf.parts().zone);
  Listed listed;
  Page page(filter.limit, kPageBytes);
  walk(shelf, filter, !filter.oldest, [&](const Journal& journal, const Line& line) {
    if (listed.more == 0) {
      Item item = item_of(journal, line, here);
      if (page.takes(item)) return items.push_back(std::move(item)), true;
    }
    return ++listed.more < kCountedMore;
  });
  if (!items.empty()) listed.edge = items.back().id;
  if (!filter.oldest) std::reverse(items.begin(), items.end());
  return listed;
}

// Where the view is lost on the way, what was seen already is not shown again.
void each_found(const Shelf& shelf, const Filter& filter, bool newest_first, const SeeFound& see) {
  std::size_t seen = 0;
  sound(shelf, [&] {
    std::size_t skip = seen;
    walk(shelf, filter, newest_first, [&](const Journal& journal, const Line& line) {
      if (skip > 0) return --skip, true;
      const bool goes_on = see(journal, line);
      ++seen;
      return goes_on;
    });
  });
}

// ---- rounds ----

// What is looked for even where nobody has begun: what was asked for, the week's check-in, and their own rhythms.
bool is_standing(const practice::Kept& kept, const RoundFilter& filter) {
  const practice::Practice& practice = kept.practice;
  if (!filter.practice.empty()) return practice.id == filter.practice;
  return practice.id == "checkin" || (kept.own && practice.rhythm != practice::Rhythm::kWhenNeeded);
}

// A thing for when it is needed is no occasion, and where sharing is open nobody is waited for.
bool has_occasions(const practice::Practice& practice) {
  return practice.rhythm != practice::Rhythm::kWhenNeeded && practice.sharing != practice::Sharing::kOpen;
}

std::set<RoundKey> keys_of(const Journal& journal, const Rounds& rounds, const RoundFilter& filter) {
  std::set<RoundKey> wanted;
  const auto add = [&](std::vector<RoundKey> keys) { wanted.insert(keys.begin(), keys.end()); };
  if (!filter.current_only && !filter.may_wait) add(journal.records().rounds(filter.practice, {}));
  for (const practice::Kept& kept : journal.library().all()) {
    const practice::Practice& practice = kept.practice;
    if (!filter.practice.empty() && practice.id != filter.practice) continue;
    const RoundKey current = rounds.current(practice);
    if (is_standing(kept, filter) || (filter.current_only && rounds.is_answered(current))) wanted.insert(current);
    if (filter.may_wait && has_occasions(practice))
      add(journal.records().rounds(practice.id, rounds.period_before(practice.rhythm)));
  }
  return wanted;
}

// A notebook takes part while there is nobody else, and as long as something in it was answered alone.
bool takes_part(const Shelf& shelf, const Journal& journal) {
  if (journal.shared() || living(shelf).size() == 1) return true;
  Wanted wanted;
  wanted.kinds = kAnswers;
  return journal.records().any(wanted);
}

std::vector<const Journal*> taking_part(const Shelf& shelf, const RoundFilter& filter) {
  if (filter.journal.empty() && filter.current_only) return {&shelf.answering_journal({})};
  std::vector<const Journal*> all = chosen(shelf, filter.journal);
  const auto is_out = [&](const Journal* one) {
    return !takes_part(shelf, *one) || (filter.may_wait && one->secrets().parted);
  };
  if (filter.journal.empty()) std::erase_if(all, is_out);
  return all;
}

std::vector<Round> rounds_of(const Shelf& shelf, const RoundFilter& filter) {
  struct Key {
    RoundKey key;
    const Journal* journal;
    const Rounds* rounds;
  };
  std::vector<Key> keys;
  std::deque<Rounds> of_each;
  for (const Journal* journal : taking_part(shelf, filter)) {
    const Rounds& rounds =
        of_each.emplace_back(*journal, shelf.calendar_of(*journal), shelf.now(), Zone(shelf.parts().zone));
    for (const RoundKey& key : keys_of(*journal, rounds, filter)) keys.push_back({key, journal, &rounds});
  }
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    return std::tie(b.key.period, a.key.practice, a.journal->secrets().name) <
           std::tie(a.key.period, b.key.practice, b.journal->secrets().name);
  });
  if (!filter.practice.empty() && keys.empty()) throw Refusal(Reason::kBadRequest, "practice");
  if (filter.limit != 0 && keys.size() > filter.limit) keys.resize(filter.limit);
  std::vector<Round> all;
  all.reserve(keys.size());
  for (const Key& one : keys) all.push_back(one.rounds->make(one.key));
  return all;
}

bool is_damaged(const Shelf& shelf, const Journal& journal) {
  const auto damage = shelf.parts().log.damage();
  return std::any_of(damage.begin(), damage.end(), [&](const auto& one) { return one.journal == journal.id(); });
}

Meant find_last(const Shelf& shelf, const Target& target) {
  Filter filter;
  filter.limit = 1;
  filter.journal = target.journal;
  std::optional<Meant> last;
  walk(shelf, filter, true, [&](const Journal& journal, const Line& line) {
    last = Meant{&journal, journal.records().read(line)};
    return false;
  });
  if (!last) throw Refusal(Reason::kNotFound, target.id);
  return *last;
}

Meant find(const Shelf& shelf, const Target& target) {
  const std::string& id = target.id;
  if (id == "last") return find_last(shelf, target);
  const bool digits =
      std::all_of(id.begin(), id.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (id.size() < kShortestId || !digits) throw Refusal(Reason::kBadRequest, "id");
  Wanted wanted;
  wanted.id_begins = id;
  std::vector<Lines::Hit> found;
  for (const Journal* one : chosen(shelf, target.journal)) {
    std::vector<Line> lines = one->records().lines(wanted);
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.id < b.id; });
    for (Line& line : lines) found.push_back({one, std::move(line)});
  }
  if (found.empty()) throw Refusal(Reason::kNotFound, id);
  if (found.size() == 1) return {found.front().journal, found.front().journal->records().read(found.front().line)};
  std::vector<std::string> ids;
  ids.reserve(found.size());
  for (const Lines::Hit& one : found) ids.push_back(hex(one.line.id.bytes));
  throw Refusal::among(Reason::kAmbiguous, id, std::move(ids));
}

void tell_alarms(const Shelf& shelf, const Journal& journal, const Zone& here, std::vector<std::string>& codes) {
  for (const std::string& alarm : journal.alarms()) {
    const auto since = told_since(shelf.parts().state, journal, alarm, shelf.now());
    auto code = since ? spelled_out(journal, alarm, *since, here) : std::nullopt;
    if (code) codes.push_back(std::move(*code));
  }
}

}  // namespace

Listed list_page(const Shelf& shelf, const Filter& filter, const ShowItem& show) {
  if (filter.limit == 0) {
    const Zone here(shelf.parts().zone);
    each_found(shelf, filter, false, [&](const Journal& journal, const Line& line) {
      show(item_of(journal, line, here));
      return true;
    });
    return {};
  }
  std::vector<Item> items;
  const Listed listed = sound(shelf, [&] {
    items.clear();
    return page_of(shelf, filter, items);
  });
  for (const Item& item : items) show(item);
  return listed;
}

std::vector<Item> list(const Shelf& shelf, const Filter& filter) {
  std::vector<Item> items;
  list_page(shelf, filter, [&](const Item& item) { items.push_back(item); });
  return items;
}

Meant find_one(const Shelf& shelf, const Target& target) {
  return sound(shelf, [&] { return find(shelf, target); });
}

Item read(const Shelf& shelf, const Meant& meant) {
  return sound(shelf, [&] {
    const Zone here(shelf.parts().zone);
    Item item = make_item(*meant.journal, meant.noted, here);
    add_what_was_said(item, *meant.journal, meant.noted, here, false);
    return item;
  });
}

Item show(const Shelf& shelf, const Target& target) {
  return sound(shelf, [&] {
    const Meant found = find(shelf, target);
    const Zone here(shelf.parts().zone);
    Item item = make_item(*found.journal, found.noted, here);
    add_what_was_said(item, *found.journal, found.noted, here, true);
    return item;
  });
}

std::vector<Round> rounds(const Shelf& shelf, const RoundFilter& filter) {
  return sound(shelf, [&] { return rounds_of(shelf, filter); });
}

std::map<std::string, std::string> last_answered(const Shelf& shelf, const std::string& journal) {
  return sound(shelf, [&] {
    std::map<std::string, std::string> last;
    RoundFilter filter;
    filter.journal = journal;
    for (const Journal* one : taking_part(shelf, filter)) {
      for (const RoundKey& key : one->records().rounds({}, {})) {
        std::string& period = last[key.practice];
        period = std::max(period, key.period);
      }
    }
    return last;
  });
}

std::vector<JournalStatus> status(const Shelf& shelf) {
  return sound(shelf, [&] {
    std::vector<JournalStatus> all;
    for (const Journal* journal : shelf.journals()) {
      const JournalSecrets& secrets = journal->secrets();
      const Records::Counts counts = journal->counts();
      const auto& enrolled = journal->membership().enrolled();
      const bool frozen = std::any_of(enrolled.begin(), enrolled.end(),
                                      [&](const auto& one) { return journal->membership().frozen(one.first); });
      all.push_back({journal->id(), secrets.name, journal->shared(), secrets.other, secrets.relationship,
                     secrets.paired_by, counts.entries, static_cast<std::uint32_t>(journal->record_count()),
                     counts.unreadable, counts.newer, frozen, shelf.calendar_of(*journal).zone, secrets.parted});
    }
    return all;
  });
}

std::vector<std::string> warnings(const Shelf& shelf) {
  return sound(shelf, [&] {
    std::vector<std::string> codes;
    if (!shelf.parts().identity.words_confirmed()) codes.emplace_back("words-unconfirmed");
    const Zone here(shelf.parts().zone);
    if (!here.known()) codes.push_back("zone:" + shelf.parts().zone);
    for (const Journal* journal : shelf.journals()) {
      if (!journal->secrets().parted) tell_alarms(shelf, *journal, here, codes);
      if (is_damaged(shelf, *journal)) codes.push_back("damaged:" + journal->secrets().name);
      const Calendar calendar = shelf.calendar_of(*journal);
      if (calendar.zone != shelf.parts().zone && !Zone(calendar.zone).known()) codes.push_back("zone:" + calendar.zone);
    }
    return codes;
  });
}

}  // namespace duolog::journal
