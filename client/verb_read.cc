// list, show, and the page that `duolog` alone opens with.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <set>

#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/show_round.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kShortestId = 4;

bool several_shared(const std::vector<control::Reply>& replies) {
  std::set<std::string> journals;
  for (const auto& reply : replies) {
    if (reply.has_item() && reply.item().visibility() != "private") journals.insert(reply.item().journal());
  }
  return journals.size() > 1;
}

void print_page(Context& context, const std::vector<control::Reply>& replies) {
  ItemPage page(context.out, {.journal = several_shared(replies), .full_id = context.globals.verbose});
  for (const auto& reply : replies) {
    if (reply.has_item()) page.add(reply.item());
  }
  context.out.print(page.text().empty() ? "nothing here yet\n" : page.text());
}

void check_id(const std::string& id) {
  const auto hexadecimal = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (id == "last" || (id.size() >= kShortestId && std::ranges::all_of(id, hexadecimal))) return;
  throw wrong_usage("\"" + sanitise_line(id) + "\" is not an id",
                    "four or more of the digits that duolog list shows, or last");
}

// ---- today ----

std::string today_head(const control::TodayReport& report, const Output& out) {
  return out.style().strong(long_day(report.date())) + " · " + out.style().person(sanitise_line(report.name())) + "\n";
}

std::string waiting_text(const control::TodayReport& report, const Output& out) {
  std::string text;
  for (const auto& round : report.waiting()) {
    text += paragraph(round_title(round) + ": " + round_state(round) + " → duolog checkin", 2, out.width());
  }
  return text.empty() ? text : "\n" + out.style().strong("waiting for you") + "\n" + text;
}

std::string news_text(const control::TodayReport& report, const Output& out) {
  std::string text;
  for (const auto& item : report.news()) {
    if (item.answer_state() == "sealed") continue;  // nothing to read yet: what waits says that it is there
    text += "\n" + item_text(item, out, {});
  }
  if (text.empty()) return text;
  const auto more = report.news_count() -
                    std::min<std::uint32_t>(report.news_count(), static_cast<std::uint32_t>(report.news_size()));
  if (more > 0) text += "\nand " + std::to_string(more) + " more: duolog list\n";
  return "\n" + out.style().strong("new") + "\n" + text;
}

std::string notes_text(const control::TodayReport& report, const Output& out) {
  std::string text;
  if (report.alone()) {
    text += paragraph("you are alone here so far: duolog pair invites the other person", 0, out.width());
  }
  for (const auto& peer : report.peers()) {
    text += paragraph(device_text(peer.name(), peer.device()) + ": " + peer_state(peer), 0, out.width());
  }
  bool words_named = false;
  for (const auto& warning : report.warnings()) {
    words_named = words_named || warning == "words-unconfirmed";
    text += paragraph(warning_text(warning), 0, out.width());
  }
  if (report.words_unconfirmed() && !words_named) text += paragraph(warning_text("words-unconfirmed"), 0, out.width());
  return text.empty() ? text : "\n" + text;
}

}  // namespace

Exit list(Context& context, const ListOptions& options) {
  control::Request request;
  auto& list = *request.mutable_list();
  list.set_limit(options.limit);
  list.set_from(options.from);
  list.set_since(options.since);
  list.set_until(options.until);
  list.set_tag(options.tag.starts_with('#') ? options.tag.substr(1) : options.tag);
  list.set_kind(options.kind);
  list.set_journal(context.globals.journal);
  const auto replies = context.daemon.ask(request);
  if (!context.out.json()) {
    print_page(context, replies);
    return Exit::kDone;
  }
  for (const auto& reply : replies) {
    if (reply.has_item()) context.out.line(to_json(reply.item()));
  }
  return Exit::kDone;
}

Exit show(Context& context, const ShowOptions& options) {
  check_id(options.id);
  control::Request request;
  request.mutable_show()->set_id(options.id);
  request.mutable_show()->set_journal(context.globals.journal);
  const auto reply = context.daemon.ask_one(request);
  if (context.out.json()) {
    context.out.line(to_json(reply.item()));
    return Exit::kDone;
  }
  ItemPage page(context.out, {.journal = reply.item().visibility() != "private", .full_id = true});
  page.add(reply.item());
  context.out.print(page.text());
  return Exit::kDone;
}

Exit today(Context& context) {
  control::Request request;
  request.mutable_today();
  const auto reply = context.daemon.ask_one(request);
  const auto& report = reply.today();
  auto& out = context.out;
  if (out.json()) {
    out.line(to_json(report));
    return Exit::kDone;
  }
  const auto news = news_text(report, out);
  const auto waiting = waiting_text(report, out);
  out.print(today_head(report, out) + news + waiting);
  if (news.empty() && waiting.empty()) {
    out.print(report.entries() == 0 ? "\nan empty page: duolog write\n" : "\nnothing new, and nothing waits\n");
  }
  out.print(notes_text(report, out));
  return Exit::kDone;
}

}  // namespace duolog::client
