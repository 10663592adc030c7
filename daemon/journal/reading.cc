// reading.cc: filters, look-ups and summaries over the views.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/reading.h"

#include <deque>
#include <limits>
#include <tuple>

#include "daemon/journal/rounds.h"
#include "daemon/journal/sieve.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kShortestId = 4;  // hex digits

std::vector<const Journal*> chosen(const Shelf& shelf, std::string_view journal) {
  if (!journal.empty()) return {&shelf.find(journal)};
  return shelf.journals();
}

// ---- list ----

// A place in the list of which only one side is wanted.
struct Cursor {
  const Noted* before = nullptr;
  const Noted* after = nullptr;

  [[nodiscard]] bool is(const Noted* noted) const { return noted == before || noted == after; }
};

Cursor cursor_of(const Shelf& shelf, const Filter& filter) {
  Cursor cursor;
  if (!filter.before.empty()) cursor.before = find_one(shelf, {filter.before, filter.journal}).noted;
  if (!filter.after.empty()) cursor.after = find_one(shelf, {filter.after, filter.journal}).noted;
  return cursor;
}

struct Hit {
  Meant what;
  std::int64_t time = 0;
  bool passes = true;  // false: it is only the cursor's place
};

// Of one journal, each with the time that places it among those of other journals: never before what precedes it.
std::deque<Hit> sift(const Journal& journal, const Sieve& sieve, const Cursor& cursor) {
  std::deque<Hit> found;
  std::int64_t time = std::numeric_limits<std::int64_t>::min();
  for (const Noted* noted : journal.view().ordered()) {
    time = std::max(time, noted->written_ms.value_or(time));
    const bool passes = sieve.passes(journal, *noted);
    if (passes || cursor.is(noted)) found.push_back({{&journal, noted}, time, passes});
  }
  return found;
}

// Journals know nothing of each other: between them only time can say what came first.
std::vector<Hit> merge(std::vector<std::deque<Hit>> queues) {
  std::vector<Hit> merged;
  while (true) {
    std::deque<Hit>* earliest = nullptr;
    for (auto& queue : queues)
      if (!queue.empty() && (earliest == nullptr || queue.front().time < earliest->front().time)) earliest = &queue;
    if (earliest == nullptr) return merged;
    merged.push_back(earliest->front());
    earliest->pop_front();
  }
}

// ---- rounds ----

// What is looked for even where nobody has begun: what was asked for, the week's check-in, and their own rhythms.
bool is_standing(const practice::Kept& kept, const RoundFilter& filter) {
  const practice::Practice& practice = kept.practice;
  if (!filter.practice.empty()) return practice.id == filter.practice;
  return practice.id == "checkin" || (kept.own && practice.rhythm != practice::Rhythm::kWhenNeeded);
}

void add_rounds(const Shelf& shelf, const Journal& journal, const RoundFilter& filter, std::vector<Round>& out) {
  const Rounds rounds(journal, shelf.calendar_of(journal), shelf.now(), Zone(shelf.parts().zone));
  std::vector<RoundKey> keys = rounds.answered();
  std::erase_if(keys, [&](const RoundKey& key) { return !filter.practice.empty() && key.practice != filter.practice; });
  std::set<RoundKey> wanted(keys.begin(), keys.end());
  for (const practice::Kept& kept : journal.library().all())
    if (is_standing(kept, filter)) wanted.insert(rounds.current(kept.practice));
  for (const RoundKey& key : wanted) {
    Round round = rounds.make(key);
    if (round.current || !filter.current_only) out.push_back(std::move(round));
  }
}

// A notebook takes part while there is nobody else, and as long as something in it was answered alone.
bool takes_part(const Shelf& shelf, const Journal& journal) {
  if (journal.shared() || shelf.journals().size() == 1) return true;
  const auto& all = journal.view().ordered();
  return std::any_of(all.begin(), all.end(), [](const Noted* noted) { return noted->is_answer(); });
}

bool is_damaged(const Shelf& shelf, const Journal& journal) {
  const auto damage = shelf.parts().log.damage();
  return std::any_of(damage.begin(), damage.end(), [&](const auto& one) { return one.journal == journal.id(); });
}

}  // namespace

std::vector<Meant> find_all(const Shelf& shelf, const Filter& filter) {
  const Sieve sieve(shelf, filter);
  const Cursor cursor = cursor_of(shelf, filter);
  std::vector<std::deque<Hit>> queues;
  for (const Journal* journal : chosen(shelf, filter.journal)) queues.push_back(sift(*journal, sieve, cursor));
  std::vector<Meant> found;
  for (const Hit& hit : merge(std::move(queues))) {
    if (hit.what.noted == cursor.before) break;
    if (hit.what.noted == cursor.after) {
      found.clear();
    } else if (hit.passes) {
      found.push_back(hit.what);
    }
  }
  return found;
}

Listed list_page(const Shelf& shelf, const Filter& filter) {
  constexpr std::size_t kPageBytes = 16 << 20;
  std::vector<Meant> found = find_all(shelf, filter);
  if (!filter.oldest) std::reverse(found.begin(), found.end());
  Listed listed;
  Page page(filter.limit == 0 ? found.size() : filter.limit,
            filter.limit == 0 ? std::numeric_limits<std::size_t>::max() : kPageBytes);
  for (const Meant& one : found) {
    Item item = read(shelf, one);
    if (!page.takes(item)) break;
    listed.items.push_back(std::move(item));
  }
  listed.more = found.size() - listed.items.size();
  if (!filter.oldest) std::reverse(listed.items.begin(), listed.items.end());
  return listed;
}

std::vector<Item> list(const Shelf& shelf, const Filter& filter) { return list_page(shelf, filter).items; }

Meant find_one(const Shelf& shelf, const Target& target) {
  const std::string& id = target.id;
  if (id == "last") {
    const std::vector<Meant> all = find_all(shelf, {.journal = target.journal});
    if (all.empty()) throw Refusal(Reason::kNotFound, id);
    return all.back();
  }
  const bool digits =
      std::all_of(id.begin(), id.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (id.size() < kShortestId || !digits) throw Refusal(Reason::kBadRequest, "id");
  std::vector<Meant> found;
  for (const Journal* one : chosen(shelf, target.journal))
    for (const Noted* noted : one->view().find(id)) found.push_back({one, noted});
  if (found.empty()) throw Refusal(Reason::kNotFound, id);
  if (found.size() == 1) return found.front();
  std::vector<std::string> ids;
  ids.reserve(found.size());
  for (const Meant& one : found) ids.push_back(hex(one.noted->id.bytes));
  throw Refusal::among(Reason::kAmbiguous, id, std::move(ids));
}

Item show(const Shelf& shelf, const Target& target) {
  const Meant found = find_one(shelf, target);
  const Zone here(shelf.parts().zone);
  Item item = make_item(*found.journal, *found.noted, here);
  add_what_was_said(item, *found.journal, *found.noted, here, true);
  return item;
}

std::vector<Round> rounds(const Shelf& shelf, const RoundFilter& filter) {
  std::vector<Round> all;
  if (filter.journal.empty() && filter.current_only) {
    add_rounds(shelf, shelf.answering_journal({}), filter, all);
  } else {
    for (const Journal* journal : chosen(shelf, filter.journal))
      if (!filter.journal.empty() || takes_part(shelf, *journal)) add_rounds(shelf, *journal, filter, all);
  }
  if (!filter.practice.empty() && all.empty()) throw Refusal(Reason::kBadRequest, "practice");
  std::sort(all.begin(), all.end(), [](const Round& a, const Round& b) {
    return std::tie(b.period, a.practice, a.journal) < std::tie(a.period, b.practice, b.journal);
  });
  if (filter.limit != 0 && all.size() > filter.limit) all.resize(filter.limit);
  return all;
}

std::vector<JournalStatus> status(const Shelf& shelf) {
  std::vector<JournalStatus> all;
  for (const Journal* journal : shelf.journals()) {
    const JournalSecrets& secrets = journal->secrets();
    const View::Counts counts = journal->view().counts();
    const auto& enrolled = journal->membership().enrolled();
    const bool frozen = std::any_of(enrolled.begin(), enrolled.end(),
                                    [&](const auto& one) { return journal->membership().frozen(one.first); });
    all.push_back({journal->id(), secrets.name, journal->shared(), secrets.other, secrets.relationship,
                   secrets.paired_by, counts.entries, static_cast<std::uint32_t>(journal->record_count()),
                   counts.unreadable, counts.newer, frozen, shelf.calendar_of(*journal).zone});
  }
  return all;
}

std::vector<std::string> warnings(const Shelf& shelf) {
  std::vector<std::string> codes;
  if (!shelf.parts().identity.words_confirmed()) codes.emplace_back("words-unconfirmed");
  if (!Zone(shelf.parts().zone).known()) codes.push_back("zone:" + shelf.parts().zone);
  for (const Journal* journal : shelf.journals()) {
    codes.insert(codes.end(), journal->alarms().begin(), journal->alarms().end());
    if (is_damaged(shelf, *journal)) codes.push_back("damaged:" + journal->secrets().name);
    const Calendar calendar = shelf.calendar_of(*journal);
    if (calendar.zone != shelf.parts().zone && !Zone(calendar.zone).known()) codes.push_back("zone:" + calendar.zone);
  }
  return codes;
}

}  // namespace duolog::journal
