// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/searching.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "daemon/journal/items.h"
#include "daemon/journal/sieve.h"
#include "daemon/journal/versions.h"

namespace duolog::journal {
namespace {

// ---- what is searched ----

const Form& keep(Words& words, Form form) {
  words.form = std::make_shared<const Form>(std::move(form));
  return *words.form;
}

void add_form(Words& words, const Form& form) {
  for (const FieldValue& field : form) {
    if (const auto* text = std::get_if<std::string>(&field.value)) words.parts.emplace_back(*text);
    if (const auto* items = std::get_if<std::vector<std::string>>(&field.value))
      words.parts.insert(words.parts.end(), items->begin(), items->end());
  }
}

void add_names(Words& words, const std::vector<Attachment>& files) {
  for (const Attachment& file : files) words.parts.emplace_back(file.name);
  words.names += files.size();
}

void add_tags(Words& words, const std::vector<std::string>& tags) {
  words.parts.insert(words.parts.end(), tags.begin(), tags.end());
  words.tags += tags.size();
}

void add_letter(Words& words, const Form& form) {
  for (const FieldValue& field : form)
    if (const auto* text = std::get_if<std::string>(&field.value)) words.parts.emplace_back(*text);
  for (const FieldValue& field : form)
    if (const auto* tags = std::get_if<std::vector<std::string>>(&field.value); tags != nullptr && field.id == "tags")
      return add_tags(words, *tags);
}

// ---- fields ----

struct Moods {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

// "4" or "4-5".
std::optional<Moods> moods(std::string_view text) {
  const std::size_t hyphen = text.find('-');
  const auto number = [](std::string_view digits) -> std::optional<std::uint32_t> {
    std::uint32_t value = 0;
    const auto [end, trouble] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (trouble != std::errc() || end != digits.data() + digits.size() || value == 0 || value > kBestMood)
      return std::nullopt;
    return value;
  };
  const auto low = number(text.substr(0, hyphen));
  const auto high = hyphen == std::string_view::npos ? low : number(text.substr(hyphen + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return Moods{*low, *high};
}

// The journal of this name; nullptr: none.
const Journal* journal_called(const Shelf& shelf, std::string_view name) {
  try {
    return &shelf.find(name);
  } catch (const Refusal&) {
    return nullptr;
  }
}

bool is_a_person(const Shelf& shelf, std::string_view name) {
  if (name == "me") return true;
  const auto same = [&](std::string_view other) { return fold(other).words.text == fold(name).words.text; };
  const auto journals = shelf.journals();
  return same(shelf.parts().identity.person()) ||
         std::any_of(journals.begin(), journals.end(), [&](const Journal* one) { return same(one->secrets().other); });
}

bool is_in_time(const Shelf& shelf, const Noted& noted, Field field, std::string_view value) {
  const auto at = moment_of(noted);
  const auto span = civil_span(value, shelf.now(), Zone(shelf.parts().zone));
  if (!at || !span) return false;
  return field == Field::kSince ? civil_ms(*at) >= span->first_ms : civil_ms(*at) <= span->last_ms;
}

// ---- snippets ----

// Those of one part, as they stand in it.
std::vector<Hit> hits_of(std::span<const Hit> hits, std::uint32_t begin, std::size_t length) {
  std::vector<Hit> inside;
  for (const Hit& hit : hits)
    if (hit.at.begin >= begin && hit.at.end <= begin + length)
      inside.push_back({{hit.at.begin - begin, hit.at.end - begin}, hit.phrase_no});
  return inside;
}

std::size_t phrases_in(std::span<const Hit> hits) {
  std::set<std::uint32_t> phrases;
  for (const Hit& hit : hits) phrases.insert(hit.phrase_no);
  return phrases.size();
}

// Of the part that has most of what was asked for; of several, the first. Where only a tag has it, the beginning.
Snippet snippet_of(const Words& words, std::span<const Hit> hits) {
  std::string_view best;
  std::vector<Hit> of_best;
  std::uint32_t begin = 0;
  for (const std::string_view part : std::span(words.parts).first(words.parts.size() - words.tags)) {
    std::vector<Hit> inside = hits_of(hits, begin, part.size());
    if (best.empty() || phrases_in(inside) > phrases_in(of_best)) {
      best = part;
      of_best = std::move(inside);
    }
    begin += static_cast<std::uint32_t>(part.size() + 1);
  }
  return cut_snippet(best, of_best);
}

bool narrows(const Filter& filter) {
  return !filter.from.empty() || !filter.since.empty() || !filter.until.empty() || !filter.tag.empty() ||
         !filter.kind.empty() || !filter.tags.empty() || filter.mood != 0;
}

}  // namespace

Words words_of(const Journal& journal, const Noted& noted) {
  Words words;
  const std::vector<const Entry*> entries = shown_of(noted);
  for (const Entry* one : entries) words.parts.emplace_back(one->text);
  for (const Entry* one : entries) add_names(words, one->attachments);
  for (const Entry* one : entries) add_tags(words, one->tags);
  if (const auto* answer = std::get_if<Answer>(&noted.what)) {
    add_form(words, answer->form);
  } else if (const auto* remark = std::get_if<Remark>(&noted.what)) {
    words.parts.emplace_back(remark->text);
  } else if (noted.is_letter()) {
    if (auto form = open_letter(journal, noted)) add_letter(words, keep(words, std::move(*form)));
  } else if (noted.is_answer()) {
    if (auto form = journal.answers().look(noted.id).form) add_form(words, keep(words, std::move(*form)));
  }
  return words;
}

Folded fold(const Words& words) {
  Folded folded;
  std::uint32_t begin = 0;
  for (const std::string_view part : words.parts) {
    fold_into(folded, part, begin);
    begin += static_cast<std::uint32_t>(part.size() + 1);
  }
  return folded;
}

namespace {

FieldTest possible_fields(const Shelf& shelf) {
  return [&shelf](Field field, std::string_view value) {
    switch (field) {
      case Field::kTag:
        return true;
      case Field::kFrom:
        return is_a_person(shelf, value);
      case Field::kKind:
        return is_kind(value);
      case Field::kMood:
        return moods(value).has_value();
      case Field::kSince:
      case Field::kUntil:
        return civil_span(value, shelf.now(), Zone(shelf.parts().zone)).has_value();
      case Field::kIn:
        return journal_called(shelf, value) != nullptr;
    }
    return false;
  };
}

bool field_holds(const Shelf& shelf, const Meant& meant, Field field, std::string_view value) {
  const Journal& journal = *meant.journal;
  const Noted& noted = meant.noted;
  switch (field) {
    case Field::kTag:
      return has_tag(journal, noted, value);
    case Field::kFrom:
      if (value == "me") return journal.is_mine(noted.device);
      return fold(author_name(journal, noted.device)).words.text == fold(value).words.text;
    case Field::kKind:
      return is_of_kind(noted, value);
    case Field::kMood: {
      const auto wanted = moods(value);
      const std::uint32_t mood = mood_of(journal, noted);
      return wanted && mood >= wanted->low && mood <= wanted->high;
    }
    case Field::kSince:
    case Field::kUntil:
      return is_in_time(shelf, noted, field, value);
    case Field::kIn:
      return journal_called(shelf, value) == &journal;
  }
  return false;
}

Finding finding(const Shelf& shelf, const Meant& meant, const Node* query) {
  const Words words = words_of(*meant.journal, meant.noted);
  const std::vector<Hit> hits = query != nullptr ? hits_in(*query, fold(words)) : std::vector<Hit>();
  return {read(shelf, meant), snippet_of(words, hits)};
}

// ---- narrowing down ----

void and_match(Filter& scope, const std::string& match) {
  if (!match.empty()) scope.match += (scope.match.empty() ? "" : " AND ") + match;
}

// What must hold of all that is found, where a line or the index can tell of it: the rest need not be read. What stands
// in the filter already narrows down on its own.
void narrow(Filter& scope, const Node& query) {
  if (query.what == Node::What::kAnd)
    for (const Node& child : query.children) narrow(scope, child);
  if (query.what != Node::What::kField) return;
  const auto set = [&](std::string& in) {
    if (in.empty()) in = query.value;
  };
  if (query.field == Field::kSince) set(scope.since);
  if (query.field == Field::kUntil) set(scope.until);
  if (query.field == Field::kKind) set(scope.kind);
  if (query.field == Field::kFrom && query.value == "me") set(scope.from);
  if (query.field == Field::kTag) and_match(scope, match_tag(query.value));
}

// A mood that all that is found must have: a line tells it, and what has another need not be read. 0: none.
std::uint32_t mood_of_all(const Node& query) {
  if (query.what == Node::What::kAnd)
    for (const Node& child : query.children)
      if (const std::uint32_t mood = mood_of_all(child); mood != 0) return mood;
  if (query.what != Node::What::kField || query.field != Field::kMood) return 0;
  const auto wanted = moods(query.value);
  return wanted && wanted->low == wanted->high ? wanted->low : 0;
}

}  // namespace

Search::Search(const Shelf& shelf, std::string_view query, const Filter& filter, By by, bool by_index)
    : shelf_(shelf),
      query_(parse_query(query, possible_fields(shelf))),
      filter_(filter),
      scope_(filter),
      best_first_(by == By::kRelevance),
      looked_at_(nothing()),
      best_(nothing()) {
  if (best_first_ && !filter.before.empty()) throw Refusal(Reason::kBadRequest, "before");
  scope_.after.clear();
  scope_.tag.clear();  // what asks for words is asked when they are read, once
  scope_.tags.clear();
  scope_.mood = 0;
  if (filter.limit != 0)  // so many lines are looked at, about
    scope_.limit = static_cast<std::uint32_t>(std::min<std::size_t>(filter.limit + kCountedMore, UINT32_MAX));
  if (filter.mood > kBestMood) throw Refusal(Reason::kBadRequest, "mood");
  if (by_index) use_index();
  best_first_ = best_first_ && !scope_.match.empty();
  begin();
}

void Search::use_index() {
  and_match(scope_, match_tag(filter_.tag));
  for (const std::string& tag : filter_.tags) and_match(scope_, match_tag(tag));
  if (!query_) return;
  const WordIndex index(shelf_.parts().view);
  const MatchText match = sound(
      shelf_, [&] { return match_text(*query_, [&](std::string_view prefix) { return index.is_broad(prefix); }); });
  exact_ = match.exact && !needs_words(filter_);
  and_match(scope_, match.text);
  narrow(scope_, *query_);
  if (filter_.mood == 0) filter_.mood = mood_of_all(*query_);
}

void Search::begin() {
  scope_.not_indexed = best_first_;
  slices_.emplace(shelf_, scope_, true);
  ranked_.reset();
  if (best_first_) ranked_.emplace(shelf_, scope_);
  looked_at_ = nothing();
  best_ = nothing();
}

Search::Found Search::nothing() const {
  constexpr std::size_t kPageBytes = 16 << 20;
  return {Page(filter_.limit == 0 ? std::numeric_limits<std::size_t>::max() : filter_.limit, kPageBytes), {}};
}

// False: there is nothing more to look for.
bool Search::see(const Journal& journal, const Line& line, Found& found) const {
  Findings& findings = found.findings;
  if (findings.more > 0 && line.indexed && exact_) return ++findings.more < kCountedMore;
  if (!may_pass(line, filter_)) return true;
  const Meant meant{&journal, journal.records().read(line)};
  const Words words = words_of(journal, meant.noted);
  if (words.parts.empty() || !words_pass(journal, meant.noted, filter_)) return true;
  const auto holds = [&](Field field, std::string_view value) { return field_holds(shelf_, meant, field, value); };
  if (query_ && !matches(*query_, fold(words), holds)) return true;
  if (findings.more == 0) {
    Finding one = finding(shelf_, meant, query_ ? &*query_ : nullptr);
    if (found.page.takes(one.item)) return findings.findings.push_back(std::move(one)), true;
  }
  return ++findings.more < kCountedMore;
}

// What the index does not know is looked at before it is asked: meanwhile it may come to know some of it, and nothing
// is missed. Where it is no more, it is not asked another time: whoever can take it away again and again would keep the
// search from its end.
bool Search::go_on(std::size_t lines) {
  if (!query_ && !narrows(filter_)) return false;
  if (best_first_ && !ranked_->still_there()) {
    best_first_ = false;
    begin();
  }
  if (!slices_) return go_on_with_the_best(lines);
  const auto look = [&](const Journal& journal, const Line& line) { return see(journal, line, looked_at_); };
  if (slices_->go_on(lines, look)) return true;
  slices_.reset();
  return best_first_;
}

bool Search::go_on_with_the_best(std::size_t lines) {
  if (!best_first_) return false;
  bool more = true;
  sound(shelf_, [&] {
    const auto look = [&](const Journal& journal, const Line& line) { return see(journal, line, best_); };
    more = !ranked_->still_there() || ranked_->go_on(lines, look);
  });
  return more;
}

Findings Search::take() {
  Findings found = std::move(best_.findings);
  std::set<RecordId> ids;
  for (const Finding& one : found.findings) ids.insert(one.item.id);
  for (Finding& one : looked_at_.findings.findings) {
    if (ids.contains(one.item.id)) continue;
    if (found.more == 0 && best_.page.takes(one.item)) {
      found.findings.push_back(std::move(one));
    } else {
      ++found.more;
    }
  }
  found.more += looked_at_.findings.more;
  found.sought = query_ || narrows(filter_);
  return found;
}

Findings search(const Shelf& shelf, std::string_view query, const Filter& filter, By by) {
  Search search(shelf, query, filter, by);
  while (search.go_on()) {
  }
  return search.take();
}

Findings look_at_all(const Shelf& shelf, std::string_view query, const Filter& filter) {
  Search search(shelf, query, filter, By::kTime, false);
  while (search.go_on()) {
  }
  return search.take();
}

}  // namespace duolog::journal
