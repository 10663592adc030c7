// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/doors.h"

#include <sstream>

#include "daemon/journal/rounds.h"
#include "daemon/journal/searching.h"

namespace duolog::simulation {
namespace {

using journal::Item;
using journal::ItemKind;
using journal::Round;

// ---- everything ----

void look_at(const Item& item, Shown& shown) {
  for (const std::string* text : {&item.text, &item.title, &item.on, &item.standing, &item.manner, &item.practice})
    find_marks(*text, shown.marks);
  for (const std::string& tag : item.tags) find_marks(tag, shown.marks);
  for (const std::string& label : item.labels) find_marks(label, shown.marks);
  find_marks(item.fields, shown.marks);
  for (const auto& reaction : item.reactions) find_marks(reaction.emoji, shown.marks);
  for (const auto& version : item.versions) find_marks(version.text, shown.marks);
  for (const Item& remark : item.remarks) look_at(remark, shown);
  const bool words = !item.text.empty() || !item.fields.empty() || !item.tags.empty() || item.mood != 0;
  const bool may_be_sealed = item.kind == ItemKind::kAnswer || item.kind == ItemKind::kLetter;
  if (!item.mine && may_be_sealed && words) shown.read.insert(item.id);
}

void look_at(const Round& round, Shown& shown) {
  for (const Item& answer : round.answers) look_at(answer, shown);
  find_marks(round.offered, shown.marks);
  if (!round.about) return;
  find_marks(round.about->title, shown.marks);
  for (const auto& field : round.about->fields) find_marks(field.question, shown.marks);
}

void look_at(const journal::Today& today, Shown& shown) {
  for (const auto* items : {&today.news, &today.promises, &today.plans, &today.talks, &today.needs})
    for (const Item& item : *items) look_at(item, shown);
  for (const Round& round : today.waiting) look_at(round, shown);
  if (today.question) look_at(*today.question, shown);
  for (const std::string& warning : today.warnings) find_marks(warning, shown.marks);
}

void look_whole(Household& house, const std::vector<Item>& items, Shown& shown) {
  for (const Item& item : items) {
    look_at(journal::show(house.shelf(), {hex(item.id.view())}), shown);
    if (item.version_count == 0) continue;
    const auto past = journal::history(house.shelf(), {hex(item.id.view())});
    for (const auto& version : past.versions)
      find_marks(journal::with_words(house.shelf(), past, version).text, shown.past);
  }
  for (const char* kind : {"entry", "answer", "letter", "remark"})
    for (const Item& item : journal::list(house.shelf(), {.kind = kind})) look_at(item, shown);
  for (const auto& found : journal::search(house.shelf(), "NOT nothing", {}).findings) {
    look_at(found.item, shown);
    find_marks(found.snippet.text, shown.marks);
  }
  look_at(journal::today(house.shelf()), shown);
}

}  // namespace

Shown look_through_doors(Household& house, bool whole) {
  Shown shown;
  const std::vector<Item> items = journal::list(house.shelf(), {});
  for (const Item& item : items) look_at(item, shown);
  for (const Round& round : journal::rounds(house.shelf(), {})) look_at(round, shown);
  for (const auto& series : journal::trends(house.shelf(), {}))
    for (const auto& point : series.points)
      if (!series.mine && !series.practice.empty()) shown.drawn.emplace(series.practice, point.period);
  if (whole) look_whole(house, items, shown);
  return shown;
}

void look_at(const journal::News& news, Shown& shown) {
  if (news.item) look_at(*news.item, shown);
  if (news.round) look_at(*news.round, shown);
  find_marks(news.detail, shown.marks);
}

// ---- what is alike ----

namespace {

std::string said(const journal::Form& form) {
  std::ostringstream out;
  for (const auto& field : form) {
    out << ' ' << field.id << '=';
    if (const auto* text = std::get_if<std::string>(&field.value)) out << *text;
    if (const auto* number = std::get_if<std::int32_t>(&field.value)) out << *number;
    if (const auto* list = std::get_if<std::vector<std::string>>(&field.value))
      for (const std::string& item : *list) out << item << ',';
  }
  return out.str();
}

std::string said(const Item& item, const std::set<RecordId>& leaked) {
  std::ostringstream out;
  out << hex(item.id.view()).substr(0, 12) << ' ' << name(item.kind) << " by " << item.author << ' ' << item.written_at
      << ' ' << item.practice << ' ' << item.period << " on=" << item.on << " opens=" << item.opens_at
      << " title=" << item.title << " first=" << item.first_written << " manner=" << item.manner
      << " to=" << (item.to ? hex(item.to->view()).substr(0, 12) : "") << " standing=" << item.standing
      << " remarks=" << item.remark_count << (item.between_us ? " between us" : "")
      << " versions=" << item.version_count << item.edited_at << " gone=" << item.taken_back_at;
  for (const auto& version : item.versions) out << " <" << version.text << '>';
  for (const Item& remark : item.remarks) out << " [" << said(remark, leaked) << ']';
  std::map<std::string, std::string> reactions;
  for (const auto& reaction : item.reactions) reactions[reaction.person] = reaction.emoji;
  for (const auto& [person, emoji] : reactions) out << ' ' << person << ':' << emoji;
  if (leaked.contains(item.id)) return out.str();
  out << ' ' << name(item.visibility);
  if (item.visibility == journal::Visibility::kSealed) return out.str();  // its author reads it, the other does not
  out << ' ' << name(item.state) << (item.after_reveal ? " after the reveal" : "")
      << (item.opened_early ? " early" : "") << " mood=" << item.mood << " text=" << item.text << said(item.fields);
  for (const std::string& tag : item.tags) out << " #" << tag;
  for (const std::string& label : item.labels) out << " label=" << label;
  return out.str();
}

// `me` and `other`: their names, in whose places the two sides stand.
std::string said(const Round& round, const std::string& me, const std::string& other) {
  std::ostringstream out;
  out << "round " << round.practice << ' ' << round.period << " opens=" << round.opens_at
      << " offered=" << round.offered << (round.current ? " current" : "") << (round.over ? " over" : "")
      << " title=" << (round.about ? round.about->title : "?") << (round.unmet ? " unmet" : "");
  if (round.about)
    for (const auto& field : round.about->fields) out << ' ' << field.id << '=' << field.question;
  std::set<std::string> who;
  if (round.mine_in) who.insert(me + " in");
  if (round.theirs_in) who.insert(other + " in");
  if (round.mine_passed) who.insert(me + " passed");
  if (round.theirs_passed) who.insert(other + " passed");
  if (round.state == journal::RoundState::kWaitingForYou) who.insert(me + " is waited for");
  if (round.state == journal::RoundState::kWaitingForOther) who.insert(other + " is waited for");
  if (!round.turn.empty()) who.insert((round.turn == "yours" ? me : other) + "'s turn");
  for (const std::string& one : who) out << ", " << one;
  for (const Item& answer : round.answers) out << ' ' << hex(answer.id.view()).substr(0, 12);
  return out.str();
}

std::string said(const journal::Calendar& calendar) {
  return calendar.zone + " " + std::to_string(calendar.turn_hour) + " " + std::to_string(calendar.first_weekday);
}

void say(const journal::Agreements& agreed, const std::string& me, const std::string& other,
         std::vector<std::string>& lines) {
  lines.push_back("calendar " + said(agreed.calendar) + " version " + std::to_string(agreed.calendar_version));
  std::string depths = "depth " + std::to_string(agreed.depth) + " since " + std::to_string(agreed.depths.founded);
  for (const auto& depth : agreed.depths.changes)
    depths += " " + std::to_string(depth.from) + ":" + std::to_string(depth.depth);
  lines.push_back(depths + (agreed.open_unanswered ? ", the unanswered open" : ""));
  for (const auto& pause : agreed.pauses)
    lines.push_back("pause of " + (pause.mine ? me : other) + " " + std::to_string(pause.from) + " to " +
                    (pause.until ? std::to_string(*pause.until) : "?"));
  std::set<std::string> wishes;
  for (const auto& [name, wish] : {std::pair{me, &agreed.me}, std::pair{other, &agreed.other}})
    wishes.insert(name + " wishes depth " + std::to_string(wish->depth) + (wish->open_unanswered ? " open" : " wait") +
                  " calendar " + (wish->proposal ? said(*wish->proposal) : "as it is"));
  lines.insert(lines.end(), wishes.begin(), wishes.end());
}

void say_today(Household& house, std::vector<std::string>& lines) {
  const journal::Today today = journal::today(house.shelf());
  std::string line = "today " + today.date + (today.paused ? " paused " + today.paused_until : "") + " question";
  for (const Round& round :
       journal::rounds(house.shelf(), {.practice = "question", .journal = {}, .limit = 0, .current_only = true}))
    line += " " + round.period;  // today itself leaves it out for whoever wants a pause
  line += " promises";
  for (const Item& item : today.promises) line += " " + hex(item.id.view()).substr(0, 12);
  line += " plans";
  for (const Item& item : today.plans) line += " " + hex(item.id.view()).substr(0, 12);
  line += " talks";
  for (const Item& item : today.talks) line += " " + hex(item.id.view()).substr(0, 12);
  for (const auto& week : today.weeks) line += " " + week.period + (week.kept ? "+" : "-") + (week.paused ? "p" : "");
  lines.push_back(line);
}

// Without the numbers of rounds in which something is sealed still: its author has them alone.
void say_trends(Household& house, const std::vector<Item>& items, const std::set<RecordId>& leaked,
                std::vector<std::string>& lines) {
  std::set<std::pair<std::string, std::string>> sealed;
  for (const Item& item : items)
    if (item.visibility == journal::Visibility::kSealed || leaked.contains(item.id))
      sealed.emplace(item.practice, item.period);
  std::set<std::string> points;
  for (const auto& series : journal::trends(house.shelf(), {})) {
    std::string line = "trend " + series.practice + " " + series.field + " " + series.label + " of " + series.person;
    for (const auto& point : series.points)
      if (!sealed.contains({series.practice, point.period}))
        points.insert(line += " " + point.day + "/" + point.period + "=" + std::to_string(point.value));
  }
  lines.insert(lines.end(), points.begin(), points.end());
}

}  // namespace

std::vector<std::string> alike(Household& house, const JournalId& id, const std::set<RecordId>& leaked) {
  const journal::Journal& journal = *house.shelf().by_id(id);
  const std::string& me = house.identity().person();
  const std::string& other = journal.secrets().other;
  const std::string name = hex(id.view());
  std::vector<std::string> lines;
  const std::vector<Item> items = journal::list(house.shelf(), {.journal = name});
  for (const Item& item : items)
    lines.push_back(said(journal::show(house.shelf(), {hex(item.id.view()), name}), leaked));
  for (const Round& round : journal::rounds(house.shelf(), {.practice = {}, .journal = name}))
    lines.push_back(said(round, me, other));
  say(journal.agreements(), me, other, lines);
  for (const auto& kept : journal.library().all())
    lines.push_back("practice " + kept.practice.id + (kept.own ? " of their own: " + kept.source : ""));
  say_today(house, lines);
  say_trends(house, items, leaked, lines);
  return lines;
}

}  // namespace duolog::simulation
