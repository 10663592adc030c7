// on-this-day and stats: looking back, at a day and at all of it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/show_round.h"
#include "client/stats_text.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::uint32_t kMostDays = 31;

std::string ago(std::uint32_t years) {
  if (years == 0) return "(this year)";
  return years == 1 ? "(1 year ago)" : fmt::format("({} years ago)", years);
}

// Its first line with something on it.
std::string first_line(const control::Item& item) {
  const auto text = item.text().empty() ? headline(item) : sanitise(item.text());
  const auto begin = text.find_first_not_of(" \n");
  if (begin == std::string::npos) return {};
  const auto end = text.find('\n', begin);
  const bool more = end != std::string::npos && text.find_first_not_of(" \n", end) != std::string::npos;
  return text.substr(begin, end - begin) + (more ? " …" : "");
}

std::string memory_text(const control::Item& item, const Output& out, const ItemView& view) {
  const auto day = days_of(item.on().empty() ? item.written_at() : item.on());
  const auto when = (day ? day_text(*day) + " " : std::string()) + ago(item.years_ago());
  if (view.whole) return out.style().strong(when) + "\n" + item_text(item, out, {.journal = view.journal});
  const auto name = sanitise_line(item.author());
  const auto rest = (view.journal ? " · in " + sanitise_line(item.journal()) : "") + " · " + short_id(item.id());
  const auto plain = when + "  " + name + rest;
  const auto head = display_width(plain) <= out.width()
                        ? out.style().strong(when) + "  " + out.style().person(name) + out.style().faint(rest) + "\n"
                        : paragraph(plain, 0, out.width());
  const auto room = out.width() > 3 * kIndent + 8 ? out.width() - kIndent : kIndent + 8;
  return head + std::string(kIndent, ' ') + one_line(first_line(item), room) + "\n";
}

}  // namespace

Exit on_this_day(Context& context, const OnThisDayOptions& options) {
  if (options.days > kMostDays) throw wrong_usage("--days takes 0 to 31", "duolog on-this-day --days 3");
  control::Request request;
  auto& asked = *request.mutable_on_this_day();
  asked.set_date(options.date);
  asked.set_days(options.days);
  asked.set_from(options.from);
  asked.set_journal(context.globals.journal);
  asked.set_seen(!context.out.json() && options.whole);
  const auto replies = context.daemon.ask(request, kDurable);
  const bool several = !context.out.json() && several_shared(context.daemon.status());
  std::string text;
  bool some = false;
  for (const auto& reply : replies) {
    if (!reply.has_item()) continue;
    some = true;
    if (context.out.json()) {
      context.out.line(to_json(reply.item()));
    } else {
      text += (text.empty() ? "" : "\n") +
              memory_text(reply.item(), context.out, {.journal = several, .whole = options.whole});
    }
  }
  if (!some) check_person(context, options.from);
  if (context.out.json()) return Exit::kDone;
  const auto more = replies.back().page().more();
  if (more > 0) text += fmt::format("\nand {} more\n", more);
  context.out.print(some ? text
                         : paragraph(options.days == 0 ? "nothing was written on this day in other years"
                                                       : "nothing was written around this day in other years",
                                     0, context.out.width()));
  return Exit::kDone;
}

Exit stats(Context& context, const StatsOptions& options) {
  control::Request request;
  request.mutable_stats()->set_journal(context.globals.journal);
  request.mutable_stats()->set_since(options.since);
  request.mutable_stats()->set_until(options.until);
  const auto report = context.daemon.ask_one(request, kDurable).stats();
  if (context.out.json()) {
    context.out.line(to_json(report));
  } else {
    context.out.print(stats_text(report, options.by, context.out.width(), context.out.style()));
  }
  return Exit::kDone;
}

}  // namespace duolog::client
