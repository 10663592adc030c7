// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/journal/everything.h"

#include "daemon/journal/attachments.h"
#include "daemon/journal/other_years.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/tally.h"

namespace duolog::journal {
namespace {

std::string said(const Item& item) {
  std::string all = hex(item.id.view()) + item.author + item.written_at + std::string(name(item.kind)) + item.text;
  for (const std::string& tag : item.tags) all += "#" + tag;
  all += std::string(name(item.state)) + item.standing + (item.is_new ? " new" : "") + item.practice + item.period;
  for (const FieldValue& field : item.fields)
    if (const auto* text = std::get_if<std::string>(&field.value)) all += field.id + *text;
  for (const Reacted& reacted : item.reactions) all += reacted.emoji;
  all += item.on + item.first_written + item.manner + item.opens_at + hex(item.source) + std::to_string(item.mood);
  for (const AttachedFile& file : item.attachments)
    all += " " + file.name + file.media_type + std::to_string(file.held) + "/" + std::to_string(file.size);
  all += item.between_us ? " between us" : "";
  all += item.edited_at + item.taken_back_at + "v" + std::to_string(item.version_count);
  for (const ItemVersion& version : item.versions) all += version.text + version.written_at;
  return all + std::to_string(item.remark_count) + (item.after_reveal ? " after" : "") + "\n";
}

std::string said(const Round& round) {
  std::string all = round.practice + round.period + describe(round.state, round.other) + round.turn + "\n";
  all += std::string(round.mine_passed ? " I passed" : "") + (round.theirs_passed ? " they passed" : "");
  for (const Item& answer : round.answers) all += "  " + said(answer);
  return all;
}

std::string listed(const Shelf& shelf) {
  std::string all;
  for (const Filter& filter : std::vector<Filter>{{},
                                                  {.limit = 3},
                                                  {.from = "me"},
                                                  {.limit = 2, .from = "Bo"},
                                                  {.since = "2026-11-22"},
                                                  {.limit = 1, .until = "2026-11-21"},
                                                  {.tag = "red"},
                                                  {.kind = "answer"},
                                                  {.kind = "remark"},
                                                  {.kind = "letter"},
                                                  {.kind = "taken back"},
                                                  {.journal = "notebook"}}) {
    all += "--\n";
    for (const Item& item : list(shelf, filter)) all += said(item);
  }
  return all;
}

std::string of_today(const Shelf& shelf) {
  std::string all;
  const Today today = journal::today(shelf);
  for (const Item& item : today.news) all += said(item);
  for (const Round& round : today.waiting) all += "waits " + said(round);
  for (const auto* things : {&today.promises, &today.plans, &today.talks, &today.needs})
    for (const Item& item : *things) all += "open " + said(item);
  for (const auto& week : today.weeks) all += week.period + (week.kept ? " kept\n" : "\n");
  for (const std::string& letter : today.letters) all += letter + "\n";
  all += std::string(today.paused ? "paused " : "") + today.paused_until + today.proposal + "\n";
  for (const PhoneFree& free : phone_free(shelf)) all += std::to_string(free.from_ms) + "\n";
  return all;
}

std::string over_time(const Shelf& shelf) {
  std::string all;
  for (const Series& series : trends(shelf, {}))
    for (const auto& point : series.points) all += series.field + point.day + std::to_string(point.value) + "\n";
  for (const Tally& one : tally(shelf, {}))
    all += one.person + one.oldest + one.newest + std::to_string(one.entries) + "/" + std::to_string(one.words) + "\n";
  for (const Memory& memory : other_years(shelf, {.days = kMostDaysAround}).memories)
    all += std::to_string(memory.years_ago) + said(memory.item);
  return all;
}

}  // namespace

std::string everything(Person& who) {
  const Shelf& shelf = who.shelf();
  std::string all = listed(shelf);
  for (const Item& item : list(shelf, {})) all += said(show(shelf, {hex(item.id.view()), {}}));
  for (const Round& round : rounds(shelf, {})) all += said(round);
  all += of_today(shelf) + over_time(shelf);
  for (const char* words : {"the", "red", "day OR better", "tag:blue", "mood:2-5", "regretted"})
    for (const Finding& finding : search(shelf, words, {}).findings) all += words + said(finding.item);
  const std::int64_t now = std::exchange(who.now, who.now + 365 * kDay);
  for (const Memory& memory : other_years(shelf, {.days = 30}).memories) all += "then " + said(memory.item);
  who.now = now;
  for (const MeantFile& file : list_attachments(shelf, {})) all += file.attachment.name + "\n";
  for (const JournalStatus& one : status(shelf))
    all += one.name + std::to_string(one.entries) + "/" + std::to_string(one.unreadable) + "\n";
  return all;
}

}  // namespace duolog::journal
