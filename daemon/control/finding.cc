// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/finding.h"

#include "daemon/control/convert.h"
#include "daemon/control/said.h"
#include "daemon/journal/other_years.h"
#include "daemon/journal/searching.h"
#include "daemon/journal/tally.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

std::uint32_t count(std::size_t value) {
  return static_cast<std::uint32_t>(std::min<std::size_t>(value, std::numeric_limits<std::uint32_t>::max()));
}

void fill(Snippet& out, const journal::Snippet& in) {
  out.set_text(in.text);
  out.set_text_before(in.text_before);
  out.set_text_after(in.text_after);
  for (const journal::ByteRange& match : in.matches) {
    Snippet::Range& range = *out.add_matches();
    range.set_begin(match.begin);
    range.set_end(match.end);
  }
}

void tell(journal::Shelf& shelf, const journal::Findings& found, journal::By by, const Answering& answers) {
  for (const journal::Finding& finding : found.findings) {
    Reply reply;
    Item& item = *reply.mutable_item();
    control::fill(item, finding.item);
    quote(item, finding.item, shelf);
    fill(*item.mutable_snippet(), finding.snippet);
    answers.send(std::move(reply));
  }
  Reply last;
  Page& page = *last.mutable_page();
  page.set_shown(count(found.findings.size()));
  page.set_more(count(found.more));
  page.set_sought(found.sought);
  if (found.more > 0 && by == journal::By::kTime) page.set_next(hex(found.findings.back().item.id.view()));
  answers.finish(std::move(last));
}

void search(journal::Shelf& shelf, const Search& asked, const Answering& answers) {
  journal::Filter filter;
  filter.limit = asked.limit();
  filter.from = asked.from();
  filter.since = asked.since();
  filter.until = asked.until();
  filter.tags.assign(asked.tags().begin(), asked.tags().end());
  filter.kind = asked.kind();
  filter.mood = asked.mood();
  filter.journal = asked.journal();
  filter.before = asked.before();
  const auto by = asked.relevance() ? journal::By::kRelevance : journal::By::kTime;
  const auto searching = std::make_shared<journal::Search>(shelf, asked.query(), filter, by);
  answers.in_turns([&shelf, searching, by, answers] {
    if (searching->go_on()) return true;
    tell(shelf, searching->take(), by, answers);
    return false;
  });
}

void on_this_day(journal::Shelf& shelf, const OnThisDay& asked, const Answering& answers) {
  const journal::Memories found =
      journal::other_years(shelf, {asked.date(), asked.days(), asked.journal(), asked.from()});
  std::vector<journal::Item> seen;
  for (const journal::Memory& memory : found.memories) {
    Reply reply;
    Item& item = *reply.mutable_item();
    fill(item, memory.item);
    item.set_years_ago(memory.years_ago);
    answers.send(std::move(reply));
    seen.push_back(memory.item);
  }
  Reply last;
  last.mutable_page()->set_shown(count(found.memories.size()));
  last.mutable_page()->set_more(count(found.more));
  answers.finish(std::move(last));
  if (asked.seen()) shelf.mark_seen(seen);
}

void fill(StatsReport& report, const std::vector<journal::Tally>& all) {
  for (const journal::Tally& tally : all) {
    StatsReport::Voice& voice = *report.add_voices();
    voice.set_person(tally.person);
    voice.set_mine(tally.mine);
    voice.set_entries(tally.entries);
    voice.set_answers(tally.answers);
    voice.set_remarks(tally.remarks);
    voice.set_words(tally.words);
    voice.set_days(tally.days);
    voice.set_oldest(tally.oldest);
    voice.set_newest(tally.newest);
    for (const journal::Tally::Month& month : tally.months) {
      StatsReport::Month& one = *voice.add_months();
      one.set_month(month.month);
      one.set_written(month.written);
      one.set_words(month.words);
      one.set_days(month.days);
    }
  }
}

void stats(const journal::Shelf& shelf, const Stats& asked, const Answering& answers) {
  const auto tallying =
      std::make_shared<journal::Tallying>(shelf, journal::TallySpan{asked.journal(), asked.since(), asked.until()});
  answers.in_turns([tallying, answers] {
    if (tallying->go_on()) return true;
    Reply reply;
    fill(*reply.mutable_stats(), tallying->take());
    answers.finish(std::move(reply));
    return false;
  });
}

}  // namespace

bool answer_finding(journal::Shelf& shelf, const Request& request, const Answering& answers) {
  switch (request.body_case()) {
    case Request::kSearch:
      search(shelf, request.search(), answers);
      return true;
    case Request::kOnThisDay:
      on_this_day(shelf, request.on_this_day(), answers);
      return true;
    case Request::kStats:
      stats(shelf, request.stats(), answers);
      return true;
    default:
      return false;
  }
}

}  // namespace duolog::control
