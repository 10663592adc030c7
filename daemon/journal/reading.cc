// reading.cc: filters, look-ups and summaries over the views.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/reading.h"

#include <array>
#include <deque>
#include <limits>
#include <tuple>

#include "daemon/journal/rounds.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kShortestId = 4;  // hex digits

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::vector<const Journal*> chosen(const Shelf& shelf, std::string_view journal) {
  if (!journal.empty()) return {&shelf.find(journal)};
  return shelf.journals();
}

// ---- list ----

// A filter whose dates and kinds have been understood.
class Sieve {
 public:
  Sieve(const Shelf& shelf, const Filter& filter) : filter_(filter) {
    const Zone zone(shelf.parts().zone);
    if (!filter.since.empty()) since_ = civil_ms(read(filter.since, shelf, zone));
    if (!filter.until.empty()) {
      const Moment until = read(filter.until, shelf, zone);
      until_ = civil_ms(until) + (until.day_only ? kDayMs - 1 : 0);
    }
    if (!filter.kind.empty() && !is_kind(filter.kind)) throw Refusal(Reason::kBadRequest, "kind");
  }

  [[nodiscard]] bool passes(const Journal& journal, const Noted& noted) const {
    return noted.is_visible() && passes_kind(noted) && passes_author(journal, noted) && passes_dates(noted) &&
           passes_tag(noted);
  }

 private:
  static Moment read(const std::string& text, const Shelf& shelf, const Zone& zone) {
    const auto moment = parse_moment(text, shelf.now(), zone);
    if (!moment) throw Refusal(Reason::kBadDate, text);
    return *moment;
  }

  static bool is_kind(std::string_view kind) {
    constexpr std::array kKinds{ItemKind::kEntry,  ItemKind::kAnswer,     ItemKind::kLetter,
                                ItemKind::kRemark, ItemKind::kUnreadable, ItemKind::kNewer};
    return std::any_of(kKinds.begin(), kKinds.end(), [&](ItemKind one) { return kind == name(one); });
  }

  [[nodiscard]] bool passes_kind(const Noted& noted) const {
    if (filter_.kind.empty()) return true;
    if (filter_.kind == name(ItemKind::kEntry)) return noted.is_entry();
    if (filter_.kind == name(ItemKind::kAnswer)) return noted.is_answer();
    if (filter_.kind == name(ItemKind::kLetter)) return noted.is_letter();
    if (filter_.kind == name(ItemKind::kRemark)) return noted.is_remark();
    if (filter_.kind == name(ItemKind::kNewer)) return std::holds_alternative<Newer>(noted.what);
    return std::holds_alternative<Unreadable>(noted.what);
  }

  [[nodiscard]] bool passes_author(const Journal& journal, const Noted& noted) const {
    if (filter_.from.empty()) return true;
    if (filter_.from == "me") return journal.is_mine(noted.device);
    return same_name(author_name(journal, noted.device), filter_.from);
  }

  [[nodiscard]] bool passes_tag(const Noted& noted) const {
    if (filter_.tag.empty()) return true;
    const auto* entry = std::get_if<Entry>(&noted.what);
    const std::string_view wanted = std::string_view(filter_.tag).substr(filter_.tag.starts_with('#') ? 1 : 0);
    return entry != nullptr && std::find(entry->tags.begin(), entry->tags.end(), wanted) != entry->tags.end();
  }

  // By the day it is about, where that was said; on the writer's own calendar.
  [[nodiscard]] bool passes_dates(const Noted& noted) const {
    if (!since_ && !until_) return true;
    if (!noted.written_ms) return false;
    Moment at{*noted.written_ms, noted.offset_minutes};
    if (const auto* entry = std::get_if<Entry>(&noted.what); entry != nullptr && entry->about) at = *entry->about;
    const std::int64_t civil = civil_ms(at);
    return (!since_ || civil >= *since_) && (!until_ || civil <= *until_);
  }

  const Filter& filter_;
  std::optional<std::int64_t> since_;
  std::optional<std::int64_t> until_;
};

struct Hit {
  const Journal* journal;
  const Noted* noted;
  std::int64_t time = 0;
};

// Of one journal, each with the time that places it among those of other journals: never before what precedes it.
std::deque<Hit> sift(const Journal& journal, const Sieve& sieve) {
  std::deque<Hit> found;
  std::int64_t time = std::numeric_limits<std::int64_t>::min();
  for (const Noted* noted : journal.view().ordered()) {
    time = std::max(time, noted->written_ms.value_or(time));
    if (sieve.passes(journal, *noted)) found.push_back({&journal, noted, time});
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

std::vector<Hit> find_all(const Shelf& shelf, const Filter& filter) {
  const Sieve sieve(shelf, filter);
  std::vector<std::deque<Hit>> queues;
  for (const Journal* journal : chosen(shelf, filter.journal)) queues.push_back(sift(*journal, sieve));
  return merge(std::move(queues));
}

std::vector<Item> items_of(const Shelf& shelf, std::span<const Hit> found) {
  std::vector<Item> items;
  items.reserve(found.size());
  for (const Hit& one : found) items.push_back(read(shelf, {one.journal, one.noted}));
  return items;
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

std::vector<Item> list(const Shelf& shelf, const Filter& filter) {
  const std::vector<Hit> found = find_all(shelf, filter);
  const std::size_t wanted = filter.limit == 0 ? found.size() : std::min<std::size_t>(filter.limit, found.size());
  return items_of(shelf, std::span(found).last(wanted));
}

Meant find_one(const Shelf& shelf, const Target& target) {
  const std::string& id = target.id;
  if (id == "last") {
    const std::vector<Hit> all = find_all(shelf, {.journal = target.journal});
    if (all.empty()) throw Refusal(Reason::kNotFound, id);
    return {all.back().journal, all.back().noted};
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
