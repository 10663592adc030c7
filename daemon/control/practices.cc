// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/practices.h"

#include <ranges>

#include "daemon/control/convert.h"
#include "daemon/control/said.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/reading.h"
#include "daemon/practice/care.h"
#include "proto/control.pb.h"

namespace duolog::control {
namespace {

Reply reply_saved(const journal::Saved& saved) {
  Reply reply;
  fill(*reply.mutable_saved(), saved);
  return reply;
}

// ---- practices ----

void practices(const journal::Shelf& shelf, const Practices& asked, const Answering& answers) {
  const auto& library = journal::sound(shelf, [&]() -> const practice::Library& {
    return shelf.answering_journal(asked.journal()).library();
  });
  if (!asked.id().empty() && library.find(asked.id()) == nullptr)
    throw journal::Refusal(journal::Reason::kBadRequest, "practice");
  const auto last = journal::last_answered(shelf, asked.journal());
  for (const practice::Kept& kept : library.all()) {
    if (!asked.id().empty() && kept.practice.id != asked.id()) continue;
    Reply reply;
    Practice& out = *reply.mutable_practice();
    out.set_id(kept.practice.id);
    out.set_title(kept.practice.title);
    out.set_why(kept.practice.why);
    out.set_rhythm(std::string(name(kept.practice.rhythm)));
    out.set_sharing(std::string(name(kept.practice.sharing)));
    out.set_own(kept.own);
    for (const auto& field : kept.practice.fields) fill(*out.add_form(), field);
    for (const auto& manner : kept.practice.replies) fill(*out.add_replies(), manner);
    for (const auto& manner : kept.practice.steps) fill(*out.add_steps(), manner);
    out.set_before(kept.practice.before);
    out.set_afterwards(kept.practice.afterwards);
    if (!asked.id().empty()) out.set_toml(kept.source);
    const auto found = last.find(kept.practice.id);
    if (found != last.end()) out.set_last_answered(found->second);
    answers.send(std::move(reply));
  }
  answers.done();
}

void import_practice(journal::Shelf& shelf, const ImportPractice& asked, ByteView request, const Answering& answers) {
  if (asked.try_only()) {
    shelf.try_practice(asked.toml(), asked.file());
    return answers.done();
  }
  answers.finish(reply_saved(shelf.keep_practice(asked.toml(), asked.file(), asked.journal(), request)));
}

// ---- agreements ----

void fill(CalendarWish& out, const journal::Calendar& in) {
  out.set_zone(in.zone);
  out.set_turn_hour(in.turn_hour);
  out.set_first_weekday(in.first_weekday);
}

std::string unanswered(bool open) { return open ? "open" : "wait"; }

void add_pause(Agreements& out, const journal::Agreements& agreed, practice::Day today, const std::string& other) {
  out.set_paused(agreed.paused_on(today));
  if (!out.paused()) return;
  if (const auto until = agreed.paused_until(today)) out.set_paused_until(practice::day_text(*until));
  out.set_paused_by(paused_by(agreed.paused_by(today, true), agreed.paused_by(today, false), other));
}

Reply describe_agreements(const journal::Shelf& shelf, const std::string& wanted) {
  const journal::Journal& journal = shelf.answering_journal(wanted);
  const journal::Agreements& agreed = journal.agreements();
  const journal::Calendar calendar = shelf.calendar_of(journal);
  Reply reply;
  Agreements& out = *reply.mutable_agreements();
  out.set_journal(journal.secrets().name);
  out.set_other(journal.secrets().other);
  fill(*out.mutable_calendar(), calendar);
  out.set_calendar_version(agreed.calendar_version);
  if (agreed.me.proposal) fill(*out.mutable_my_proposal(), *agreed.me.proposal);
  if (agreed.other.proposal) fill(*out.mutable_their_proposal(), *agreed.other.proposal);
  out.set_depth(agreed.depth);
  out.set_my_depth(agreed.me.depth);
  out.set_their_depth(agreed.other.depth);
  out.set_unanswered(unanswered(agreed.open_unanswered));
  out.set_my_unanswered(unanswered(agreed.me.open_unanswered));
  out.set_their_unanswered(unanswered(agreed.other.open_unanswered));
  add_pause(out, agreed, journal::day_at(calendar, shelf.now()), out.other());
  return reply;
}

Reply agreements(const journal::Shelf& shelf, const std::string& wanted) {
  return journal::sound(shelf, [&] { return describe_agreements(shelf, wanted); });
}

void agree(journal::Shelf& shelf, const Agree& asked, ByteView request, const Answering& answers) {
  journal::Wishes wishes;
  wishes.journal = asked.journal();
  wishes.zone = asked.calendar().zone();
  if (asked.calendar().has_turn_hour()) wishes.turn_hour = asked.calendar().turn_hour();
  if (asked.calendar().has_first_weekday()) wishes.first_weekday = asked.calendar().first_weekday();
  wishes.accept_calendar = asked.accept_calendar();
  wishes.depth = asked.depth();
  wishes.unanswered = asked.unanswered();
  if (asked.has_pause()) wishes.pause = asked.pause();
  shelf.agree(wishes, request);
  answers.finish(agreements(shelf, asked.journal()));
}

// ---- over time, and ways of showing care ----

void trends(const journal::Shelf& shelf, const Trends& asked, const Answering& answers) {
  for (const auto& series : journal::trends(shelf, {asked.journal(), asked.practice(), asked.since(), asked.until()})) {
    Reply reply;
    Series& out = *reply.mutable_series();
    out.set_journal(series.journal);
    out.set_practice(series.practice);
    out.set_field(series.field);
    out.set_label(series.label);
    out.set_person(series.person);
    out.set_mine(series.mine);
    out.set_low(series.low);
    out.set_high(series.high);
    for (const auto& point : series.points) {
      Point& one = *out.add_points();
      one.set_day(point.day);
      one.set_period(point.period);
      one.set_value(point.value);
    }
    answers.send(std::move(reply));
  }
  answers.done();
}

struct Ranked {
  bool found = false;
  std::vector<std::string> receive;
  std::vector<std::string> give;
};

// The newest ranking of each that may be read.
void add_rankings(const journal::Shelf& shelf, const std::string& journal, CareReport& out, Ranked& mine,
                  Ranked& theirs) {
  journal::RoundFilter filter;
  filter.practice = "languages";
  filter.journal = journal;
  for (const auto& round : journal::rounds(shelf, filter)) {
    for (const auto& answer : std::views::reverse(round.answers)) {
      Ranked& ranked = answer.mine ? mine : theirs;
      if (answer.fields.empty() || std::exchange(ranked.found, true)) continue;
      CareReport::Ranking& ranking = *out.add_rankings();
      ranking.set_person(answer.author);
      ranking.set_mine(answer.mine);
      ranking.set_period(answer.period);
      for (const auto& field : answer.fields) {
        const auto* items = std::get_if<std::vector<std::string>>(&field.value);
        if (items == nullptr) continue;
        auto& list = field.id == "receive" ? ranked.receive : ranked.give;
        list = *items;
        for (const auto& item : list) *(field.id == "receive" ? ranking.add_receive() : ranking.add_give()) = item;
      }
    }
  }
}

void care(const journal::Shelf& shelf, const Care& asked, const Answering& answers) {
  const auto& secrets = shelf.answering_journal(asked.journal()).secrets();
  Reply reply;
  CareReport& out = *reply.mutable_care();
  out.set_other(secrets.other);
  for (const practice::Language& language : practice::languages(secrets.relationship)) {
    if (!asked.language().empty() && asked.language() != language.id) continue;
    CareReport::Language& one = *out.add_languages();
    one.set_id(language.id);
    one.set_title(language.title);
    one.set_what(language.what);
    for (const auto& idea : language.ideas) one.add_ideas(idea);
  }
  if (out.languages().empty()) throw journal::Refusal(journal::Reason::kBadRequest, "language");
  Ranked mine;
  Ranked theirs;
  add_rankings(shelf, asked.journal(), out, mine, theirs);
  const practice::Match to_me = practice::match(mine.receive, theirs.give);
  const practice::Match to_them = practice::match(theirs.receive, mine.give);
  if (!mine.receive.empty() && !theirs.give.empty()) {
    for (const auto& one : to_me.meets) out.add_mine_meets(one);
    for (const auto& one : to_me.missed) out.add_mine_missed(one);
    for (const auto& one : to_them.meets) out.add_theirs_meets(one);
    for (const auto& one : to_them.missed) out.add_theirs_missed(one);
  }
  answers.finish(std::move(reply));
}

}  // namespace

bool answer_practices(journal::Shelf& shelf, const Request& request, const Answering& answers) {
  const ByteView id = as_bytes(request.request_id());
  switch (request.body_case()) {
    case Request::kPractices:
      practices(shelf, request.practices(), answers);
      return true;
    case Request::kImportPractice:
      import_practice(shelf, request.import_practice(), id, answers);
      return true;
    case Request::kRemark: {
      const Remark& asked = request.remark();
      const journal::Target about{asked.id(), asked.journal()};
      answers.finish(reply_saved(unless_others(shelf, about, asked.manner(),
                                               [&] { return shelf.remark(about, asked.manner(), asked.text(), id); })));
      return true;
    }
    case Request::kReact: {
      const React& asked = request.react();
      answers.finish(reply_saved(shelf.react({asked.id(), asked.journal()}, asked.emoji(), id)));
      return true;
    }
    case Request::kShare: {
      const journal::Target entry{request.share().id(), {}};
      answers.finish(reply_saved(unless_others(shelf, entry, std::nullopt,
                                               [&] { return shelf.share(entry, request.share().journal(), id); })));
      return true;
    }
    case Request::kPass: {
      const Pass& asked = request.pass();
      answers.finish(reply_saved(shelf.pass({asked.practice(), asked.journal(), asked.period(), {}}, id)));
      return true;
    }
    case Request::kAgree:
      agree(shelf, request.agree(), id, answers);
      return true;
    case Request::kTrends:
      trends(shelf, request.trends(), answers);
      return true;
    case Request::kCare:
      care(shelf, request.care(), answers);
      return true;
    default:
      return false;
  }
}

}  // namespace duolog::control
