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

// Nothing of theirs is here: because there is nobody of that name?
void check_person(Context& context, const std::string& wanted) {
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

bool is_filtered(const control::List& list) {
  return !list.from().empty() || !list.since().empty() || !list.until().empty() || !list.tag().empty() ||
         !list.kind().empty() || !list.journal().empty();
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
  list.set_seen(!context.out.json());
  const auto replies = context.daemon.ask(request);
  if (!has_items(replies)) {
    if (!options.from.empty() && options.from != "me") check_person(context, options.from);
    if (!context.out.json()) context.out.line(is_filtered(list) ? "nothing fits" : "nothing here yet");
    return Exit::kDone;
  }
  if (!context.out.json()) {
    print_page(context, replies);
    return Exit::kDone;
  }
  for (const auto& reply : replies) {
    if (reply.has_item()) context.out.line(to_json(reply.item()));
  }
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
  request.mutable_list()->set_kind("letter");
  request.mutable_list()->set_journal(context.globals.journal);
  request.mutable_list()->set_seen(!context.out.json());
  const auto replies = context.daemon.ask(request);
  if (context.out.json()) {
    for (const auto& reply : replies) {
      if (reply.has_item()) context.out.line(to_json(reply.item()));
    }
  } else if (has_items(replies)) {
    print_page(context, replies);
  } else {
    context.out.print(paragraph("no letters yet: duolog write --open-on DATE writes one", 0, context.out.width()));
  }
  return Exit::kDone;
}

}  // namespace duolog::client
