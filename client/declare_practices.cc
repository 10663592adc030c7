// The practices: a verb for each that comes with the house, and what goes with them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/declare.h"
#include "client/practice_verbs.h"

namespace duolog::client {
namespace {

constexpr const char* kAsking =
    "at a terminal it asks, one question after the other: Enter leaves out what\n"
    "may be left out, < goes back, later stops and keeps what was answered. Before\n"
    "it is saved, all of it is shown once more. --set answers without asking; given\n"
    "again for a sealed round, it keeps what it does not name\n\n";

// "mood word line": the words go to the fields in this order, and what is left to the last.
std::string words_help(std::string fields) {
  if (fields.find(' ') == std::string::npos) return "the answer; -: standard input";
  for (auto at = fields.find(' '); at != std::string::npos; at = fields.find(' ', at + 2)) fields.replace(at, 1, ", ");
  return "the answer, in this order: " + fields;
}

void declare_answer(CLI::App& app, DoOptions& options) {
  repeated(app, "--set", options.set, "FIELD=VALUE  answer without asking; may be repeated; -: standard input");
  text(app, "--period", options.period, "PERIOD  an earlier round, as duolog answers names it: 2026-W47");
}

void declare_practice(Declared& d, const PracticeVerb& verb) {
  const auto fields = "its fields:\n" + std::string(verb.fields) + "\n";
  auto& app = d.verb(Verb::kDo, verb.id, kPractices, verb.help, verb.examples, fields + kAsking);
  app.callback([&call = d.call, id = verb.id] {
    call.verb = Verb::kDo;
    call.doing.practice = id;
  });
  const bool languages = std::string(verb.id) == "languages";
  if (*verb.words != '\0') {
    texts(app, "words", d.call.doing.words, words_help(verb.words).c_str());
  } else if (languages) {
    texts(app, "way", d.call.doing.words, "with --ideas: words, time, help, gifts or touch");
  }
  declare_answer(app, d.call.doing);
  if (verb.pass != nullptr) {
    flag(app, verb.pass, d.call.doing.pass,
         std::string(verb.pass) == "--skip" ? "leave this one out" : "give the turn to the other");
  }
  if (languages) flag(app, "--ideas", d.call.doing.ideas, "small things to do, for one of the five or for all");
}

}  // namespace

void declare_house_practices(Declared& d) {
  for (const auto& verb : practice_verbs()) declare_practice(d, verb);
}

void declare_practices(Declared& d) {
  auto& any = d.verb(Verb::kDo, "do", kPractices, "any practice by its id, also your own",
                     "  duolog do checkin\n  duolog do sunday-walk --set where='round the lake'\n", kAsking);
  text(any, "practice", d.call.doing.practice, "its id, as duolog practices names it")->required();
  texts(any, "words", d.call.doing.words, "the answer; -: standard input");
  declare_answer(any, d.call.doing);
  flag(any, "--skip,--pass", d.call.doing.pass, "leave this one out, or give the turn to the other");

  auto& answers = d.verb(Verb::kAnswers, "answers", kPractices, "what both of you answered",
                         "  duolog answers\n  duolog answers checkin -n 4\n");
  text(answers, "practice", d.call.answers.practice, "the practice; none: all");
  number(answers, "-n,--number", d.call.answers.limit, "N  the newest N rounds only");

  auto& practices = d.verb(Verb::kPractices, "practices", kPractices, "what there is to do; show one, or make your own",
                           "  duolog practices\n"
                           "  duolog practices show checkin\n"
                           "  duolog practices show checkin --toml > mine.toml\n"
                           "  duolog practices new                opens the editor on a page with notes\n"
                           "  duolog practices import mine.toml   the other gets it, too\n");
  choice(practices, "action", d.call.practices.action, "list, show, new or import; none: list",
         {"list", "show", "new", "import"});
  text(practices, "what", d.call.practices.what, "a practice's id to show; a file to import, or -");
  flag(practices, "--toml", d.call.practices.toml, "with show: as the file it was read from");

  auto& trends = d.verb(Verb::kTrends, "trends", kPractices, "your numbers over time, both voices",
                        "  duolog trends\n  duolog trends checkin --since 2026-01-01\n  duolog trends --json\n");
  text(trends, "practice", d.call.trends.practice, "the practice; none: all");
  text(trends, "--since", d.call.trends.since, "DATE  from this day on");
  text(trends, "--until", d.call.trends.until, "DATE  up to this day");

  auto& guide = d.verb(Verb::kGuide, "guide", kPractices, "a page about each practice, and about what gets in the way",
                       "  duolog guide                        lists the pages\n  duolog guide listening\n");
  text(guide, "topic", d.call.guide.topic, "which page; none: lists them");
}

}  // namespace duolog::client
