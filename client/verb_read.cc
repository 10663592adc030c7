// list, letters and show.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <set>

#include "client/json.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/show_round.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

bool has_items(const std::vector<control::Reply>& replies) {
  return std::ranges::any_of(replies, [](const control::Reply& reply) { return reply.has_item(); });
}

void print_page(Context& context, const std::vector<control::Reply>& replies) {
  const bool several = several_shared(context.daemon.status());
  ItemPage page(context.out, {.journal = several, .full_id = context.globals.verbose});
  for (const auto& reply : replies) {
    if (reply.has_item()) page.add(reply.item());
  }
  context.out.print(page.text());
}

// ---- nothing to list ----

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

bool is_filtered(const control::List& list) {
  return !list.from().empty() || !list.since().empty() || !list.until().empty() || !list.tags().empty() ||
         !list.kind().empty() || !list.journal().empty() || list.mood() != 0 || !list.before().empty();
}

// ---- lists, in pages ----

constexpr std::uint32_t kOnTerminal = 50;
constexpr std::uint32_t kPage = 2000;  // what is asked for at once

using Replies = std::vector<control::Reply>;

void print_json(Context& context, const Replies& replies) {
  for (const auto& reply : replies) {
    if (reply.has_item()) context.out.line(to_json(reply.item()));
  }
}

// Everything, from the oldest on, a page after the other. False: there is nothing.
bool print_all(Context& context, control::Request request) {
  auto& list = *request.mutable_list();
  list.set_oldest(true);
  list.set_limit(kPage);
  const bool several = !context.out.json() && several_shared(context.daemon.status());
  ItemPage page(context.out, {.journal = several, .full_id = context.globals.verbose});
  bool some = false;
  while (true) {
    auto asked = request;
    const auto replies = context.daemon.ask(asked, kDurable);
    some = some || has_items(replies);
    if (context.out.json()) {
      print_json(context, replies);
    } else {
      for (const auto& reply : replies) {
        if (reply.has_item()) page.add(reply.item());
      }
      context.out.print(page.take());
    }
    const auto next = replies.back().page().next();
    if (next.empty()) return some;
    request.mutable_list()->set_after(next);
  }
}

// The newest `limit`. What one reply cannot hold is asked for after it; it comes before it.
bool print_newest(Context& context, control::Request request, const ListOptions& options, std::uint32_t limit) {
  std::vector<Replies> pages;
  std::uint32_t left = limit;
  control::Page last;
  do {
    request.mutable_list()->set_limit(std::min(left, kPage));
    auto asked = request;
    pages.push_back(context.daemon.ask(asked, kDurable));
    last = pages.back().back().page();
    left -= std::min(left, last.shown());
    request.mutable_list()->set_before(last.next());
  } while (left > 0 && !last.next().empty() && last.shown() > 0);
  Replies all;
  for (auto page = pages.rbegin(); page != pages.rend(); ++page) {
    all.insert(all.end(), std::make_move_iterator(page->begin()), std::make_move_iterator(page->end()));
  }
  if (context.out.json()) {
    print_json(context, all);
  } else if (has_items(all)) {
    print_page(context, all);
    if (last.more() > 0) context.out.print(more_text(context, last, "list", options, {}));
  }
  return has_items(all);
}

}  // namespace

void check_person(Context& context, const std::string& wanted) {
  if (wanted.empty() || wanted == "me") return;
  const auto status = context.daemon.status();
  std::set<std::string> names{status.device().person()};
  for (const auto& journal : status.journals()) names.insert(journal.other());
  for (const auto& peer : status.peers()) names.insert(peer.name());
  names.erase("");
  if (std::ranges::any_of(names, [&wanted](const auto& name) { return same_letters(name, wanted); })) return;
  std::string known = "me";
  for (const auto& name : names) known += ", " + sanitise_line(name);
  throw Failure(Exit::kNotFound, "NO_SUCH_PERSON", "there is nobody called " + sanitise_line(wanted) + " here",
                "--from takes one of: " + known);
}

std::string more_text(const Context& context, const control::Page& page, const std::string& verb,
                      const ListOptions& options, const std::string& words) {
  std::string command = "duolog " + verb + " --before " + short_id(page.next());
  const auto add = [&command](const std::string& name, const std::string& value) {
    if (!value.empty()) command += " " + name + " " + typeable(value);
  };
  if (options.limit != kAsFits) command += " -n " + std::to_string(options.limit);
  for (const auto& tag : options.tags) add("-t", tag);
  add("--from", options.from);
  add("--since", options.since);
  add("--until", options.until);
  add("--kind", options.kind);
  if (options.mood > 0) command += " --mood " + std::to_string(options.mood);
  add("-j", context.globals.journal);
  return "\n" + paragraph(std::to_string(page.more()) + " more: " + command + words, 0, context.out.width());
}

Exit list(Context& context, const ListOptions& options) {
  control::Request request;
  auto& list = *request.mutable_list();
  list.set_pages(true);
  list.set_from(options.from);
  list.set_since(options.since);
  list.set_until(options.until);
  for (const auto& tag : options.tags) list.add_tags(tag);
  list.set_mood(options.mood);
  list.set_kind(options.kind);
  list.set_journal(context.globals.journal);
  list.set_before(options.before);
  list.set_seen(!context.out.json());
  const bool for_a_person = context.out.terminal() && !context.out.json();
  const auto limit = options.limit != kAsFits ? options.limit : for_a_person ? kOnTerminal : 0;
  if (limit == 0 ? print_all(context, request) : print_newest(context, request, options, limit)) return Exit::kDone;
  check_person(context, options.from);
  if (!context.out.json()) context.out.line(is_filtered(list) ? "nothing fits" : "nothing here yet");
  return Exit::kDone;
}

void check_id(const std::string& id) {
  constexpr std::size_t kShortestId = 4;
  const auto hexadecimal = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (id == "last" || (id.size() >= kShortestId && std::ranges::all_of(id, hexadecimal))) return;
  throw wrong_usage("\"" + sanitise_line(id) + "\" is not an id",
                    "four or more of the digits that duolog list shows, or last");
}

Exit show(Context& context, const ShowOptions& options) {
  check_id(options.id);
  control::Request request;
  request.mutable_show()->set_id(options.id);
  request.mutable_show()->set_journal(context.globals.journal);
  request.mutable_show()->set_seen(!context.out.json());
  const auto reply = context.daemon.ask_one(request);
  if (context.out.json()) {
    context.out.line(to_json(reply.item()));
    return Exit::kDone;
  }
  ItemPage page(context.out, {.journal = reply.item().visibility() != "private", .full_id = true, .whole = true});
  page.add(reply.item());
  context.out.print(page.text());
  return Exit::kDone;
}

Exit letters(Context& context) {
  control::Request request;
  auto& list = *request.mutable_list();
  list.set_pages(true);
  list.set_kind("letter");
  list.set_journal(context.globals.journal);
  list.set_seen(!context.out.json());
  if (!print_all(context, request) && !context.out.json()) {
    context.out.print(paragraph("no letters yet: duolog write --open-on DATE writes one", 0, context.out.width()));
  }
  return Exit::kDone;
}

}  // namespace duolog::client
