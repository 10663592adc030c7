// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/looking.h"

#include <algorithm>

#include "daemon/journal/sieve.h"

namespace duolog::journal {
namespace {

// ---- what a filter means ----

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

CivilSpan read_span(const std::string& text, const Shelf& shelf, const Zone& zone) {
  const auto span = civil_span(text, shelf.now(), zone);
  if (!span) throw Refusal(Reason::kBadDate, text);
  return *span;
}

Kinds kinds_of(const std::string& kind) {
  if (kind.empty()) return kShown;
  if (kind == name(ItemKind::kEntry)) return only(Kind::kEntry);
  if (kind == name(ItemKind::kAnswer)) return kAnswers;
  if (kind == name(ItemKind::kLetter)) return only(Kind::kLetter);
  if (kind == name(ItemKind::kRemark)) return only(Kind::kRemark);
  if (kind == name(ItemKind::kNewer)) return only(Kind::kNewer);
  if (kind == name(ItemKind::kTakenBack)) return only(Kind::kTakenBack);
  if (kind == name(ItemKind::kUnreadable)) return only(Kind::kUnreadable, Kind::kLacking);
  throw Refusal(Reason::kBadRequest, "kind");
}

// A filter whose dates and kinds have been understood. Days are those a thing is about, where that was said; on the
// writer's own calendar.
Wanted understood(const Shelf& shelf, const Filter& filter) {
  const Zone zone(shelf.parts().zone);
  Wanted wanted;
  if (!filter.since.empty()) wanted.civil_from = read_span(filter.since, shelf, zone).first_ms;
  if (!filter.until.empty()) wanted.civil_to = read_span(filter.until, shelf, zone).last_ms;
  if (filter.mood > kBestMood) throw Refusal(Reason::kBadRequest, "mood");
  wanted.kinds = kinds_of(filter.kind);
  wanted.about_so_many = filter.limit;
  wanted.match = filter.match;
  wanted.not_indexed = filter.not_indexed;
  return wanted;
}

// Whose words `from` means in this journal. False: nobody's.
bool add_voice(const Journal& journal, const std::string& from, Wanted& wanted) {
  if (from.empty()) return true;
  const bool me = from == "me" || same_name(journal.identity().person(), from);
  const bool other = from != "me" && same_name(journal.secrets().other, from);
  if (me != other) wanted.mine = me;
  return me || other;
}

// ---- places ----

// A place in the list: where one page ends and another begins. Journals stand in the order of the shelf.
struct Cursor {
  std::size_t journal = 0;
  Line line;
};

// Which of the two comes first; within a journal by their places, else by time.
bool comes_before(std::size_t journal, const Line& line, std::size_t other_journal, const Line& other) {
  if (journal == other_journal) return line.at < other.at;
  return line.reached != other.reached ? line.reached < other.reached : journal < other_journal;
}

std::optional<Cursor> cursor_at(const Shelf& shelf, const std::string& id, const std::string& journal,
                                const std::vector<const Journal*>& among) {
  if (id.empty()) return std::nullopt;
  const Meant meant = find_one(shelf, {id, journal});
  const auto line = meant.journal->records().line(meant.noted.id);
  const auto at = std::find(among.begin(), among.end(), meant.journal);
  if (!line || at == among.end()) throw Refusal(Reason::kNotFound, id);
  return Cursor{static_cast<std::size_t>(at - among.begin()), *line};
}

// The next moment after this one.
std::int64_t after(std::int64_t time) { return time == INT64_MAX ? time : time + 1; }

// Behind the cursor in its own journal; in the others where its time puts it, and of equal times the order of the
// shelf.
Reached::InEach beginning(const Shelf& shelf, const Filter& filter, bool newest_first) {
  Reached::InEach places;
  const std::vector<const Journal*> journals = chosen(shelf, filter.journal);
  const auto edge = cursor_at(shelf, newest_first ? filter.before : filter.after, filter.journal, journals);
  for (std::size_t i = 0; edge && i < journals.size(); ++i) {
    Reached& place = places[journals[i]->id()];
    place.time = i < edge->journal ? after(edge->line.reached) : edge->line.reached;
    if (i == edge->journal) place.record = edge->line.id;
  }
  return places;
}

bool was_seen(const Reached& place, const Line& line) {
  return !line.written_ms && std::ranges::find(place.beside, line.id) != place.beside.end();
}

// A bounded number of what has no time costs nothing; of more the last is the place after all.
void go_behind(Reached& place, const Line& line, bool newest_first) {
  constexpr std::size_t kBeside = 256;
  if (!line.written_ms && place.beside.size() < kBeside) return place.beside.push_back(line.id);
  place = {line.id, newest_first ? line.reached : after(line.reached), {}};
}

// As Wanted::beyond.
std::optional<std::int64_t> place_of(const Journal& journal, const Reached& reached, bool newest_first) {
  const Records& records = journal.records();
  if (reached.record)
    if (const auto line = records.line(*reached.record)) return line->at;
  if (!reached.time) return std::nullopt;
  return records.first_since(*reached.time) - (newest_first ? 0 : 1);
}

// ---- walking ----

// What lies behind the places that were reached. A hit that does not pass comes where it had to be looked at.
class Walk {
 public:
  struct From {
    const Shelf& shelf;
    const Filter& filter;
    bool newest_first;
    const Reached::InEach& places;
  };
  Walk(const From& from, Lines lines, bool passed_too);
  std::optional<Lines::Hit> next();  // nullopt: there is no more

 private:
  void add(const Journal& journal, Wanted wanted);
  [[nodiscard]] bool passes(const Lines::Hit& hit) const;
  [[nodiscard]] bool is_behind_the_end(const Lines::Hit& hit) const;

  const Filter& filter_;
  bool newest_first_;
  std::vector<const Journal*> journals_;
  std::optional<Cursor> end_;
  bool tag_is_known_ = false;
  Lines lines_;
};

Walk::Walk(const From& from, Lines lines, bool passed_too)
    : filter_(from.filter),
      newest_first_(from.newest_first),
      journals_(chosen(from.shelf, filter_.journal)),
      end_(cursor_at(from.shelf, newest_first_ ? filter_.after : filter_.before, filter_.journal, journals_)),
      lines_(std::move(lines)) {
  Wanted wanted = understood(from.shelf, filter_);
  wanted.newest_first = newest_first_;
  wanted.passed_too = passed_too;
  for (const Journal* journal : journals_) {
    Wanted of_it = wanted;
    if (!add_voice(*journal, filter_.from, of_it)) continue;
    const auto reached = from.places.find(journal->id());
    if (reached != from.places.end()) of_it.beyond = place_of(*journal, reached->second, newest_first_);
    add(*journal, std::move(of_it));
  }
}

// Only entries and letters have tags and moods, and an index knows those of entries.
void Walk::add(const Journal& journal, Wanted wanted) {
  const bool indexed = !filter_.tag.empty() || filter_.mood != 0;
  if (!indexed || wanted.passed_too || !wanted.match.empty()) return lines_.add(journal, std::move(wanted));
  Wanted letters = wanted;
  letters.kinds &= only(Kind::kLetter);
  wanted.kinds &= only(Kind::kEntry);
  wanted.tag = filter_.tag.substr(filter_.tag.starts_with('#') ? 1 : 0);
  wanted.mood = filter_.mood;
  tag_is_known_ = true;
  if (wanted.kinds != 0) lines_.add(journal, std::move(wanted));
  if (letters.kinds != 0) lines_.add(journal, std::move(letters));
}

// A line tells all of an entry that was found by its tag and its mood, and neither of anything else.
bool Walk::passes(const Lines::Hit& hit) const {
  if (!may_pass(hit.line, filter_)) return false;
  const bool told = tag_is_known_ && hit.line.kind == Kind::kEntry && filter_.tags.empty();
  return told || !needs_words(filter_) || words_pass(*hit.journal, hit.journal->records().read(hit.line), filter_);
}

bool Walk::is_behind_the_end(const Lines::Hit& hit) const {
  if (!end_) return false;
  const auto journal = static_cast<std::size_t>(std::ranges::find(journals_, hit.journal) - journals_.begin());
  return newest_first_ ? !comes_before(end_->journal, end_->line, journal, hit.line)
                       : !comes_before(journal, hit.line, end_->journal, end_->line);
}

std::optional<Lines::Hit> Walk::next() {
  auto hit = lines_.next();
  if (!hit || is_behind_the_end(*hit)) return std::nullopt;
  hit->fits = hit->fits && passes(*hit);
  return hit;
}

}  // namespace

std::vector<const Journal*> chosen(const Shelf& shelf, std::string_view journal) {
  if (!journal.empty()) return {&shelf.find(journal)};
  return shelf.journals();
}

void walk(const Shelf& shelf, const Filter& filter, bool newest_first, const SeeFound& see) {
  const Reached::InEach places = beginning(shelf, filter, newest_first);
  Walk walk({shelf, filter, newest_first, places}, Lines(), false);
  while (const auto hit = walk.next())
    if (hit->fits && !see(*hit->journal, hit->line)) return;
}

// ---- in turns ----

bool Slices::go_on(std::size_t lines, const SeeFound& see) {
  constexpr std::size_t kTimesFromTheLog = 8;  // each time it may have to be read anew
  std::size_t left = shelf_.to_fold() > 0 ? lines * kTimesFromTheLog : lines;
  bool more = true;
  sound(shelf_, [&] {
    if (!places_) places_ = beginning(shelf_, filter_, newest_first_);
    Walk walk({shelf_, filter_, newest_first_, *places_}, Lines(left), true);
    while (left > 0) {
      const auto hit = walk.next();
      if (hit && was_seen((*places_)[hit->journal->id()], hit->line)) continue;
      more = hit && (!hit->fits || see(*hit->journal, hit->line));
      if (!more) return;
      go_behind((*places_)[hit->journal->id()], hit->line, newest_first_);
      --left;
    }
  });
  return more;
}

// ---- the best first ----

Best::Best(const Shelf& shelf, Filter filter)
    : shelf_(shelf), filter_(std::move(filter)), begun_(shelf.parts().view.begun()) {
  static_cast<void>(still_there());
}

bool Best::still_there() {
  if (shelf_.parts().view.begun() != begun_) return false;
  for (const Journal* journal : chosen(shelf_, filter_.journal))
    if (journal->ready()) ready_.insert(journal->id());
  return std::ranges::all_of(ready_, [&](const JournalId& id) {
    const Journal* journal = named(id);
    return journal == nullptr || journal->ready();
  });
}

const Journal* Best::named(const JournalId& id) const {
  const auto all = shelf_.journals();
  const auto found = std::ranges::find(all, id, &Journal::id);
  return found != all.end() ? *found : nullptr;
}

void Best::ask() {
  const Wanted wanted = understood(shelf_, filter_);
  std::vector<Source> sources;
  for (const Journal* journal : chosen(shelf_, filter_.journal)) {
    Source one{journal->id(), wanted};
    if (!add_voice(*journal, filter_.from, one.wanted)) continue;
    one.ranked = journal->records().ranked(filter_.match);
    sources.push_back(std::move(one));
  }
  sources_ = std::move(sources);
}

Best::Source* Best::first() {
  Source* best = nullptr;
  for (Source& source : *sources_)
    if (source.at < source.ranked.size() && (best == nullptr || source.score() > best->score())) best = &source;
  return best;
}

bool Best::go_on(std::size_t lines, const SeeFound& see) {
  if (!sources_) ask();
  for (; lines > 0; --lines) {
    Source* source = first();
    if (source == nullptr) return false;
    const Journal* journal = named(source->journal);
    if (journal != nullptr) {
      Line line = journal->records().line_at(source->ranked[source->at].place);
      line.indexed = true;
      if (fits(source->wanted, line) && !see(*journal, line)) return false;
    }
    ++source->at;
  }
  return true;
}

}  // namespace duolog::journal
