// search: what was found, the newest or the best first, with the piece of it that shows why.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

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

constexpr std::uint32_t kForAPerson = 20;
constexpr std::uint32_t kPage = 2000;  // what is asked for at once

// As the daemon reads it. In a phrase quotes would end it.
std::string query_of(const SearchOptions& options) {
  std::string query;
  for (const auto& word : options.words) query += (query.empty() ? "" : " ") + word;
  if (!options.phrase) return query;
  std::ranges::replace(query, '"', ' ');
  return "\"" + query + "\"";
}

control::Request request_of(const Context& context, const SearchOptions& options) {
  control::Request request;
  auto& search = *request.mutable_search();
  search.set_query(query_of(options));
  search.set_from(options.which.from);
  search.set_since(options.which.since);
  search.set_until(options.which.until);
  for (const auto& tag : options.which.tags) search.add_tags(tag);
  search.set_kind(options.which.kind);
  search.set_mood(options.which.mood);
  search.set_journal(context.globals.journal);
  search.set_before(options.which.before);
  search.set_relevance(options.relevance);
  return request;
}

void print_nothing(Context& context, const SearchOptions& options, const control::Page& page) {
  if (!page.sought()) return context.out.line("there is no word in that to look for");
  context.out.line("nothing found");
  const bool several = options.words.size() > 1 || query_of(options).find(' ') != std::string::npos;
  context.out.print(
      paragraph(several ? "all of the words must be in it; OR between them takes either, lake* also finds lakes"
                        : "words are found whole; a star finds what begins so, as lake* finds lakes",
                0, context.out.width()));
}

std::string words_again(const SearchOptions& options) {
  std::string words = options.phrase ? " --phrase" : "";
  const bool hyphen = std::ranges::any_of(options.words, [](const auto& word) { return word.starts_with('-'); });
  if (hyphen) words += " --";
  for (const auto& word : options.words) words += " " + typeable(word);
  return words;
}

void print_more(Context& context, const SearchOptions& options, const control::Page& page) {
  if (!options.relevance)
    return context.out.print(more_text(context, page, "search", options.which, words_again(options)));
  context.out.print("\n" +
                    paragraph(fmt::format("{} more; -n shows more of them", page.more()), 0, context.out.width()));
}

}  // namespace

Exit search(Context& context, const SearchOptions& options) {
  auto request = request_of(context, options);
  const bool json = context.out.json();
  std::uint32_t left = options.which.limit != kAsFits ? options.which.limit : json ? 0 : kForAPerson;
  const bool all = left == 0;
  const bool several = !json && several_shared(context.daemon.status());
  ItemPage page(context.out, {.journal = several, .full_id = context.globals.verbose});
  bool some = false;
  control::Page last;
  do {
    const std::uint32_t at_once = all ? kPage : std::min(left, kPage);
    request.mutable_search()->set_limit(options.relevance ? left : at_once);  // the best come in one go
    auto asked = request;
    const auto replies = context.daemon.ask(asked, kDurable);
    for (const auto& reply : replies) {
      if (!reply.has_item()) continue;
      some = true;
      if (json) {
        context.out.line(to_json(reply.item()));
      } else {
        page.add(reply.item());
      }
    }
    if (!json) context.out.print(page.take());
    last = replies.back().page();
    left -= std::min(left, last.shown());
    request.mutable_search()->set_before(last.next());
  } while ((all || left > 0) && !last.next().empty());
  if (!some) check_person(context, options.which.from);
  if (json) return Exit::kDone;
  if (!some) print_nothing(context, options, last);
  if (last.more() > 0) print_more(context, options, last);
  return Exit::kDone;
}

}  // namespace duolog::client
