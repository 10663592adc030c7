// Finding again: lists, searches, this day in other years, how much there is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/declare.h"

namespace duolog::client {
namespace {

void declare_which(CLI::App& app, ListOptions& which) {
  text(app, "--from", which.from, "me|NAME  whose");
  text(app, "--since", which.since, "DATE  from this day, month or year on");
  text(app, "--until", which.until, "DATE  up to and with this day, month or year");
  repeated(app, "-t,--tag", which.tags, "TAG  with this tag; may be repeated: with all of them");
  choice(app, "--kind", which.kind, "KIND  entry, letter, answer, remark, \"taken back\", unreadable or newer",
         {"entry", "letter", "answer", "remark", "taken back", "unreadable", "newer"});
  number(app, "--mood", which.mood, "N  where its writer was at this mood, 1 to 5");
  text(app, "--before", which.before, "ID  what comes before this one");
}

void declare_search(Declared& d) {
  auto& search =
      d.verb(Verb::kSearch, "search", kDays, "find what one of you wrote",
             "  duolog search cold lake             both words, in any order\n"
             "  duolog search --phrase and so to bed\n"
             "  duolog search 'lake OR river' --from me\n"
             "  duolog search 'swim* NOT swans'     swim, swims, swimming; and no swans\n"
             "  duolog search -t us --since 2024 --until 2024-06\n"
             "  duolog search 'tag:us (mood:4-5 OR kind:letter)'\n",
             "the newest first. Large and small letters, accents and kinds of apostrophes are the same; Chinese,\n"
             "Japanese, Korean and Thai are found from one character on. AND, OR and NOT in capitals, \"words\n"
             "in quotes\" side by side, the beginning of a word with a star, parentheses; and in the search\n"
             "tag: from: kind: mood: since: until: in: (a journal). What is still sealed is never found\n\n");
  auto& options = d.call.search;
  texts(search, "words", options.words, "what to look for");
  flag(search, "-p,--phrase", options.phrase, "the words side by side, as they stand");
  flag(search, "--relevance", options.relevance, "what has the words most often, and little else, first");
  number(search, "-n,--number", options.which.limit, "N  the newest N only; 0: all of them");
  declare_which(search, options.which);
}

}  // namespace

void declare_finding(Declared& d) {
  auto& list = d.verb(Verb::kList, "list", kDays, "what both of you wrote",
                      "  duolog list -n 10\n"
                      "  duolog list --from me --since 2026-11-01\n"
                      "  duolog list -t lake -t us --json\n"
                      "  duolog list --before 3fa9 -n 20     goes further back\n",
                      "on a terminal the newest 50, elsewhere all. With --json, delivery stands at what is yours and\n"
                      "shared; it is absent where an entry is private or the other's\n\n");
  number(list, "-n,--number", d.call.list.limit, "N  the newest N only; 0: all of them");
  declare_which(list, d.call.list);

  declare_search(d);

  auto& back = d.verb(Verb::kOnThisDay, "on-this-day", kDays, "what both of you wrote on this day in other years",
                      "  duolog on-this-day\n"
                      "  duolog on-this-day 06-14 --days 3   three days before and after it, too\n"
                      "  duolog on-this-day --whole --from me\n");
  text(back, "date", d.call.on_this_day.date, "the day: 06-14, 2021-06-14 or yesterday; none: today");
  number(back, "--days", d.call.on_this_day.days, "N  also N days before and after it, up to 31");
  text(back, "--from", d.call.on_this_day.from, "me|NAME  whose");
  flag(back, "--whole", d.call.on_this_day.whole, "all of the words, not the first line alone");

  auto& stats = d.verb(Verb::kStats, "stats", kDays, "how much there is, by whom and when",
                       "  duolog stats\n  duolog stats --since 2024 --by month\n");
  text(stats, "--since", d.call.stats.since, "DATE  from this day, month or year on");
  text(stats, "--until", d.call.stats.until, "DATE  up to and with this day, month or year");
  choice(stats, "--by", d.call.stats.by, "SPAN  month or year", {"month", "year"});
}

}  // namespace duolog::client
