// today: the page that `duolog` alone opens with.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/json.h"
#include "client/show_round.h"
#include "client/today.h"
#include "client/verbs.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::chrono::seconds kLinePatience{2};  // somebody's prompt waits for it

Exit print_line(Context& context, control::Request& request) {
  try {
    const auto line = today_line(context.daemon.ask_one(request, kLinePatience).today());
    context.out.line(line);
  } catch (const Failure& failure) {
    // A prompt is no place for an error: `duolog` alone tells it.
    context.out.line(failure.status() == Exit::kLocked ? "locked" : "");
  }
  return Exit::kDone;
}

}  // namespace

Exit today(Context& context, const TodayOptions& options) {
  control::Request request;
  request.mutable_today()->set_seen(!context.out.json() && !options.line);
  if (options.line && !context.out.json()) return print_line(context, request);
  const auto reply = context.daemon.ask_one(request);
  if (context.out.json()) {
    context.out.line(to_json(reply.today()));
    return Exit::kDone;
  }
  context.out.print(today_text(reply.today(), context.out, several_shared(context.daemon.status())));
  return Exit::kDone;
}

}  // namespace duolog::client
