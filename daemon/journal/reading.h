// reading.h: questions about the shelf and their answers: list, show, rounds, today, status.
//
// Pure reading: nothing here changes what is new; call Shelf::mark_seen() once a reply has gone out.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/noted.h"
#include "daemon/journal/shelf.h"

namespace duolog::journal {

struct Filter {
  std::uint32_t limit = 0;  // the newest so many; 0: all
  std::string from;         // "me" or a person's name
  std::string since;        // dates as moment.h reads them; both ends included
  std::string until;
  std::string tag;
  std::string kind;     // name(ItemKind); empty: entries and answers, and what could not be read
  std::string journal;  // name or id prefix; empty: all
};
// One record that somebody has named. Throws Refusal: kNotFound, kAmbiguous, kNoSuchJournal, kBadRequest.
struct Meant {
  const Journal* journal = nullptr;
  Noted noted;
};
Meant find_one(const Shelf& shelf, const Target& target);

// In order: causality first, then time, then id; the newest last. One at a time: a lifetime of them never lies in
// memory. Until `see` says false. Throws Refusal: kBadDate, kNoSuchJournal, kBadRequest (a kind there is not).
using SeeItem = std::function<bool(const Item&)>;
void each_item(const Shelf& shelf, const Filter& filter, const SeeItem& see);
std::vector<Item> list(const Shelf& shelf, const Filter& filter);  // of a few

// Whole: with what was said about it. Throws as find_one() does.
Item show(const Shelf& shelf, const Target& target);

// What it was before: shelf_change.cc. Throws as find_one() does, and kNotItsKind where it is no entry.
History history(const Shelf& shelf, const Target& target);

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
