// sync and watch: what passes between the two sides.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/delivery.h"
#include "client/interrupts.h"
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

std::string event_head(const control::WatchEvent& event, const std::string& what) {
  return padded(clock_of(event.at()), 5) + "  " + what + "\n";
}

std::string event_text(const control::WatchEvent& event, const Output& out, bool several) {
  const auto name = out.style().person(sanitise_line(event.name()));
  const auto detail = event.detail().empty() ? "" : ": " + sanitise_line(event.detail());
  const auto& kind = event.event();
  if (kind == "opened") return event_head(event, "both are in") + "\n" + round_text(event.round(), out, several);
  if (kind == "delivered" && event.has_item()) {
    return event_head(
        event, short_id(event.item().id()) + " is " + delivery_text(event.item().delivery(), day_of(event.at())));
  }
  if (kind == "connected") return event_head(event, name + " is connected" + detail);
  if (kind == "disconnected") return event_head(event, name + " is away" + detail);
  if (kind == "paired") return event_head(event, "you and " + name + " share a journal now");
  if (kind == "alarm") return event_head(event, out.style().warning(warning_text(event.detail())));
  if (event.has_item()) return item_text(event.item(), out, {.journal = several});
  return event_head(event, sanitise_line(kind) + " " + name + detail);
}

// False: Ctrl-C.
bool wait_for_event(Daemon& daemon, const Interrupts& interrupts) {
  return daemon.has_reply() || !interrupts.come_before(daemon.socket());
}

}  // namespace

Exit sync(Context& context, const SyncOptions& options) {
  control::Request request;
  request.mutable_sync()->set_wait(options.wait);
  request.mutable_sync()->set_timeout_seconds(options.timeout_seconds);
  const auto patience = kQuick + std::chrono::seconds(options.wait ? options.timeout_seconds : 0);
  const auto reply = context.daemon.ask_one(request, patience);
  const auto& report = reply.sync();
  auto& out = context.out;
  if (out.json()) {
    out.line(to_json(report));
  } else {
    for (const auto& line : peer_lines(report.peers())) out.print(paragraph(line, 0, out.width()));
    if (report.peers().empty()) out.line("there is nobody to meet yet: duolog pair invites the other person");
    if (report.complete() && !report.peers().empty()) out.line("both sides hold the same");
  }
  if (report.complete() || !options.wait) return Exit::kDone;
  out.flush();
  throw Failure(
      Exit::kFailed, "NOT_YET",
      "not everything has met within " + std::to_string(options.timeout_seconds) + " seconds; nothing is lost",
      "it goes on by itself as soon as both are reachable: duolog status");
}

Exit watch(Context& context, const WatchOptions& options) {
  const Interrupts interrupts;
  // Answers at once, or says what is wrong: a watch may be silent for days.
  const bool several = several_shared(context.daemon.status());
  control::Request request;
  request.mutable_watch()->set_backlog(options.backlog);
  context.daemon.send(request);
  while (wait_for_event(context.daemon, interrupts)) {
    const auto reply = context.daemon.receive(std::nullopt);
    if (!reply.has_watch()) continue;
    const auto& event = reply.watch();
    context.out.print(context.out.json() ? to_json(event) + "\n" : event_text(event, context.out, several));
    context.out.flush();
  }
  if (context.out.terminal()) say("\n");  // after the ^C
  return Exit::kDone;
}

}  // namespace duolog::client
