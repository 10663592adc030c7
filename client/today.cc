// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/today.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/delivery.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/practice_verbs.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/show_round.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kTextIndent = 7;  // that of an item's words

std::string head_text(const control::TodayReport& report, const Output& out) {
  return out.style().strong(long_day(report.date())) + " · " + out.style().person(sanitise_line(report.name())) + "\n";
}

std::string section(const std::string& title, const std::string& text, const Output& out) {
  return text.empty() ? text : "\n" + out.style().strong(title) + "\n" + text;
}

std::string command_of(const control::RoundReport& round, bool several) {
  const auto* verb = find_practice_verb(round.practice());
  // An earlier round is named: without that, the command would answer the current one.
  const auto period = round.period().substr(0, round.period().find('.'));
  const bool named = !round.current() && !period.empty();
  return " → duolog " + std::string(verb == nullptr ? "do " : "") + typeable(round.practice()) +
         (named ? " --period " + typeable(period) : "") + (several ? " -j " + typeable(round.journal()) : "");
}

bool is_the_question(const control::TodayReport& report, const control::RoundReport& round) {
  return report.has_question() && round.practice() == report.question().practice() &&
         round.journal() == report.question().journal() && round.period() == report.question().period();
}

// In a pause nothing is asked, unless the other has answered it.
bool rests(const control::TodayReport& report, const control::RoundReport& round) {
  return report.paused() && !round.theirs_in();
}

bool holds(const google::protobuf::RepeatedPtrField<control::Item>& items, const control::Item& item) {
  return !item.id().empty() && std::ranges::any_of(items, [&item](const auto& one) { return one.id() == item.id(); });
}

bool waits_for_an_answer(const control::TodayReport& report, const control::Item& item) {
  if (holds(report.plans(), item)) return item.state() == "open";
  return holds(report.talks(), item) || holds(report.needs(), item);
}

// What stands whole among the news is not named a second time below them.
bool is_among_the_news(const control::TodayReport& report, const control::Item& item) {
  return holds(report.news(), item);
}

std::string news_text(const control::TodayReport& report, const Output& out, bool several) {
  std::string text;
  for (const auto& item : report.news()) {
    if (is_sealed_still(item)) continue;  // nothing to read yet: what waits says that it is there
    text += "\n" + item_text(item, out, {.journal = several});
    if (waits_for_an_answer(report, item)) {
      text += paragraph("waits for your answer: duolog reply " + short_id(item.id()), kTextIndent, out.width());
    }
  }
  if (text.empty()) return text;
  const auto shown = std::min<std::uint32_t>(report.news_count(), static_cast<std::uint32_t>(report.news_size()));
  const auto more = report.news_count() - shown;
  if (more > 0) text += "\nand " + std::to_string(more) + " more: duolog list\n";
  return section("new", text, out);
}

// A command is typed as it stands there, so it is not broken where a line of its own keeps it whole.
std::string with_command(const std::string& text, const std::string& command, const Output& out) {
  if (display_width(text + command) + kIndent <= out.width()) return paragraph(text + command, kIndent, out.width());
  return paragraph(text, kIndent, out.width()) +
         (command.empty() ? "" : paragraph(command.substr(1), kIndent, out.width()));
}

std::string waiting_text(const control::TodayReport& report, const Output& out, bool several) {
  std::string text;
  for (const auto& round : report.waiting()) {
    if (is_the_question(report, round)) continue;
    if (rests(report, round)) continue;
    text += with_command(round_title(round, several) + ": " + round_state(round), command_of(round, several), out) +
            question_text(round, 2 * kIndent, out.width());
  }
  return section("waiting for you", text, out);
}

// Both have answered, and only one more answer of mine opens them.
bool wants_it_again(const control::RoundReport& round) { return round.unmet() && round.state() == "waiting for you"; }

// Once both have answered, or whoever is alone has, or one does not want to, there is nothing left to say about it.
std::string today_question(const control::TodayReport& report, const Output& out, bool several) {
  if (!report.has_question()) return {};
  const auto& round = report.question();
  const bool met = round.mine_in() && round.theirs_in() && !round.unmet();
  const bool alone = round.state() == "alone" && round.mine_in();
  if (round.mine_passed() || met || alone || rests(report, round)) return {};
  const bool asks = !round.mine_in() || wants_it_again(round);
  const auto command = asks ? command_of(round, several) : std::string();
  return section("the question of the day",
                 question_text(round, kIndent, out.width()) + with_command(round_state(round), command, out), out);
}

// ---- what stands open between the two ----

std::string field_text(const control::Item& item, std::string_view id) {
  for (const auto& field : item.fields()) {
    if (field.id() == id) return sanitise_line(field.text());
  }
  return {};
}

std::string item_line(const control::Item& item, const std::string& text, const Output& out, bool several) {
  const auto in = several ? " · in " + sanitise_line(item.journal()) : std::string();
  return paragraph(text + in + " · " + short_id(item.id()), kIndent, out.width());
}

std::string whose(const control::Item& item) { return item.mine() ? "you" : sanitise_line(item.author()); }

std::string promises_text(const control::TodayReport& report, const Output& out, bool several) {
  std::string text;
  for (const auto& item : report.promises()) {
    if (is_among_the_news(report, item)) continue;
    const auto by = field_text(item, "by");
    const auto day = by.empty() ? std::string() : " · by " + (by == report.date() ? "today" : near(by, report.date()));
    text += item_line(item, whose(item) + ": " + headline(item) + day, out, several);
  }
  return section("promises", text, out);
}

// "sat 13 mar 15:00", "today 15:00"; what is no time stays as it was written.
std::string plan_time(const std::string& start, const std::string& date) {
  if (!days_of(start)) return start;
  return (start.starts_with(date) ? "today" : long_day(start).substr(0, 3)) + " " + near(start, date);
}

// Whoever is alone waits for nobody; a suggestion waits for whoever made the plan.
std::string plan_state(const control::Item& item) {
  if (item.state() == "suggest")
    return item.mine() ? " · something else is suggested" : " · you suggest something else";
  if (item.state() != "open" || item.visibility() == "private") return "";
  return item.mine() ? " · not answered yet" : " · waits for your answer";
}

std::string plans_text(const control::TodayReport& report, const Output& out, bool several) {
  std::string text;
  for (const auto& item : report.plans()) {
    if (is_among_the_news(report, item)) continue;
    const auto what = field_text(item, "what");
    auto line = plan_time(field_text(item, "start"), report.date()) + "  " + (what.empty() ? headline(item) : what);
    line += plan_state(item);
    text += item_line(item, line, out, several);
  }
  return section("time together", text, out);
}

std::string talks_text(const control::TodayReport& report, const Output& out, bool several) {
  std::string text;
  bool theirs = false;  // one's own waits for the other
  for (const auto& item : report.talks()) {
    if (is_among_the_news(report, item)) continue;
    const auto about = field_text(item, "about");
    theirs = theirs || !item.mine();
    const auto subject = about.empty() ? std::string() : ": " + about;
    text += item_line(item, whose(item) + " would like to talk" + subject, out, several);
  }
  for (const auto& item : report.needs()) {
    if (is_among_the_news(report, item)) continue;
    theirs = true;
    text += item_line(item, whose(item) + ", " + practice_text(item.practice(), item.title()) + ": " + headline(item),
                      out, several);
  }
  if (theirs) text += paragraph("duolog reply ID answers", kIndent, out.width());
  return section("between you", text, out);
}

// ---- quiet lines ----

// Counted from the first week that was kept; what came before is nobody's gap, and the week that has just begun is
// none.
std::string weeks_text(const control::TodayReport& report) {
  int kept = 0;
  int counted = 0;
  for (const auto& week : report.weeks()) {
    if (week.kept()) ++kept;
    const bool goes_on = &week == &report.weeks(report.weeks_size() - 1);
    if (kept > 0 && (week.kept() || (!week.paused() && !goes_on))) ++counted;
  }
  if (kept == 0) return {};
  const auto was_kept = [&report](int back) {
    return report.weeks_size() > back && report.weeks(report.weeks_size() - 1 - back).kept();
  };
  if (counted == 1) return was_kept(0) ? "together this week" : was_kept(1) ? "together last week" : "";
  return fmt::format("together in {} of the last {} weeks", kept, counted);
}

// One line, and only where there is something to look at.
std::string other_years_text(const control::TodayReport& report) {
  if (!report.has_other_years()) return {};
  const auto& back = report.other_years();
  const auto years = back.years_ago() == 1 ? std::string("a year") : fmt::format("{} years", back.years_ago());
  return "on this day" + std::string(back.count() > 1 && back.years_ago() > 1 ? ", up to " : ", ") + years +
         " ago: duolog on-this-day";
}

std::string quiet_text(const control::TodayReport& report, const Output& out) {
  std::string text;
  const auto add = [&text, &out](const std::string& line) {
    if (!line.empty()) text += paragraph(line, 0, out.width());
  };
  if (report.paused()) {
    const auto until = report.paused_until().empty() ? std::string() : " until " + about(report.paused_until(), true);
    const auto& who = report.paused_by();
    const bool mine = who.empty() || who == "me" || who == "both";
    add("paused" + until + (mine ? "" : " by " + sanitise_line(who)) + ": nothing is asked meanwhile" +
        (mine ? "; duolog resume goes on" : ""));
  }
  std::string letters;
  for (const auto& day : report.letters()) letters += (letters.empty() ? "" : ", ") + about(day, true);
  if (!letters.empty()) add("letters to you open on " + letters);
  if (!report.proposal().empty()) {
    add(sanitise_line(report.proposal()) + " proposes another calendar: duolog config calendar");
  }
  add(weeks_text(report));
  if (!report.paused()) add(other_years_text(report));
  return text.empty() ? text : "\n" + text;
}

std::string notes_text(const control::TodayReport& report, const Output& out) {
  std::string text;
  if (report.alone()) {
    text += paragraph("you are alone here so far: duolog pair invites the other person", 0, out.width());
  }
  for (const auto& line : peer_lines(report.peers())) text += paragraph(line, 0, out.width());
  bool words_named = false;
  for (const auto& warning : report.warnings()) {
    words_named = words_named || warning == "words-unconfirmed";
    text += paragraph(warning_text(warning), 0, out.width());
  }
  if (report.words_unconfirmed() && !words_named) text += paragraph(warning_text("words-unconfirmed"), 0, out.width());
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string today_line(const control::TodayReport& report) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : " · ") + part;
  };
  const auto sealed = static_cast<std::uint32_t>(std::ranges::count_if(report.news(), is_sealed_still));
  if (report.news_count() > sealed) add(fmt::format("{} new", report.news_count() - sealed));
  const auto theirs = [](const control::Item& item) { return !item.mine(); };
  if (std::ranges::any_of(report.talks(), theirs)) add("talk");
  bool earlier_question = false;
  for (const auto& round : report.waiting()) {
    if (is_the_question(report, round) || rests(report, round)) continue;
    if (round.practice() == "question") {
      earlier_question = true;
    } else {
      add(find_practice_verb(round.practice()) == nullptr ? "a practice" : practice_text(round.practice()));
    }
  }
  const auto& question = report.question();
  const bool asks =
      (!question.mine_in() || wants_it_again(question)) && !question.mine_passed() && !rests(report, question);
  if (earlier_question || (report.has_question() && asks)) add("question");
  if (!report.needs().empty())
    add(report.needs_size() == 1 ? "a reply" : fmt::format("{} replies", report.needs_size()));
  const auto is_due = [&report](const control::Item& item) {
    const auto by = field_text(item, "by");
    return item.mine() && !by.empty() && by <= report.date();
  };
  if (std::ranges::any_of(report.promises(), is_due)) add("promise");
  const auto is_today = [&report](const control::Item& item) {
    return field_text(item, "start").starts_with(report.date());
  };
  if (std::ranges::any_of(report.plans(), is_today)) add("plan");
  return text;
}

std::string today_text(const control::TodayReport& report, const Output& out, bool several) {
  const auto text = news_text(report, out, several) + waiting_text(report, out, several) +
                    today_question(report, out, several) + promises_text(report, out, several) +
                    plans_text(report, out, several) + talks_text(report, out, several);
  const auto nothing = report.entries() == 0 ? "\nan empty page: duolog write\n" : "\nnothing new, and nothing waits\n";
  return head_text(report, out) + (text.empty() ? nothing : text) + quiet_text(report, out) + notes_text(report, out);
}

}  // namespace duolog::client
