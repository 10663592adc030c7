// reading.h: questions about the shelf and their answers: list, show, rounds, today, status.
//
// Pure reading: nothing here changes what is new; call Shelf::mark_seen() once a reply has gone out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/noted.h"
#include "daemon/journal/shelf.h"
#include "daemon/journal/versions.h"

namespace duolog::journal {

struct Filter {
  std::uint32_t limit = 0;  // the newest so many; 0: all
  std::string from;         // "me" or a person's name
  std::string since;        // dates as moment.h reads them; both ends included
  std::string until;
  std::string tag;
  std::string kind;     // name(ItemKind); empty: entries and answers, and what could not be read
  std::string journal;  // name or id prefix; empty: all

  std::vector<std::string> tags = {};  // all of them, and `tag` as well
  std::uint32_t mood = 0;              // this one; 0: any
  std::string before = {};             // an id as in Target: what comes before it, or after it
  std::string after = {};
  bool oldest = false;  // the oldest `limit`, not the newest

  // For a search: what an index surely does not find may be left out (Wanted::match). It is no filter, but for records
  // whose line says `indexed`.
  std::string match = {};
  bool not_indexed = false;  // only what the index does not know yet
};
// One record that somebody has named. Throws Refusal: kNotFound, kAmbiguous, kNoSuchJournal, kBadRequest.
struct Meant {
  const Journal* journal = nullptr;
  Noted noted;
};
Meant find_one(const Shelf& shelf, const Target& target);

struct Listed {
  std::size_t more = 0;  // that the limit has left out, as far as they were counted
  RecordId edge;         // where the next page goes on
};
inline constexpr std::size_t kCountedMore = 1000;
// In order: causality first, then time, then id; the newest last. Without a limit one at a time: a lifetime of them
// never lies in memory. Throws as walk() of looking.h does, but for store::ViewLost.
using ShowItem = std::function<void(const Item&)>;
Listed list_page(const Shelf& shelf, const Filter& filter, const ShowItem& show);
std::vector<Item> list(const Shelf& shelf, const Filter& filter);  // of a few

// With what was said about it in short.
Item read(const Shelf& shelf, const Meant& meant);
// Whole: with what was said about it. Throws as find_one() does.
Item show(const Shelf& shelf, const Target& target);

struct History {
  Item item;
  std::vector<Version> versions;  // the first first
};
// What it was before: shelf_change.cc. All texts together may be long: with_words() reads one of them. Throws as
// find_one() does, and kNotItsKind where it is no entry.
History history(const Shelf& shelf, const Target& target);
// Throws Refusal: kNotFound (the journal is here no more).
ItemVersion with_words(const Shelf& shelf, const History& history, const Version& version);

struct RoundFilter {
  std::string practice;  // empty: all
  std::string journal;   // empty: every journal that has or could have one; of the current ones, the one that an
                         // answer would go to
  std::uint32_t limit = 0;
  bool current_only = false;
  bool may_wait = false;  // only occasions of a rhythm in which somebody waits for somebody, and that are not over
};
// The newest first; the current one is always among them. Throws Refusal: kNoSuchJournal, kBadRequest (no such
// practice).
std::vector<Round> rounds(const Shelf& shelf, const RoundFilter& filter);

// The period of the last answer to each practice, by its id.
std::map<std::string, std::string> last_answered(const Shelf& shelf, const std::string& journal);

// Of the other, readable, and not seen here yet; in order, until `see` says false. Returns how many there are in all.
using SeeItem = std::function<bool(const Item&)>;  // until it says false
std::size_t each_unseen(const Shelf& shelf, const SeeItem& see);

Today today(const Shelf& shelf);
// In any journal, today.
bool paused(const Shelf& shelf);
// Of a plan without telephones that the other has accepted; in ms since 1970.
struct PhoneFree {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
};
std::vector<PhoneFree> phone_free(const Shelf& shelf);
bool knows_practice(const Shelf& shelf, std::string_view id);
struct Span {
  std::string journal;   // name or id prefix; empty: the one that answers go to
  std::string practice;  // empty: all
  std::string since;     // dates as moment.h reads them; both ends included
  std::string until;
};
// Scales over time, both voices. Throws Refusal: kBadDate, kNoSuchJournal.
std::vector<Series> trends(const Shelf& shelf, const Span& span);
std::vector<JournalStatus> status(const Shelf& shelf);
std::vector<std::string> warnings(const Shelf& shelf);  // codes, as in Today

}  // namespace duolog::journal
