// answers: what both answered, round by round.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/json.h"
#include "client/rounds.h"
#include "client/show_round.h"
#include "client/verbs.h"
#include "proto/control.pb.h"

namespace duolog::client {

Exit answers(Context& context, const AnswersOptions& options) {
  control::Request request;
  auto& rounds = *request.mutable_rounds();
  rounds.set_practice(options.practice);
  rounds.set_journal(context.globals.journal);
  rounds.set_limit(options.limit);
  rounds.set_seen(!context.out.json());
  const auto replies = ask_for_rounds(context, request);
  if (context.out.json()) {
    for (const auto& reply : replies) {
      if (reply.has_round()) context.out.line(to_json(reply.round()));
    }
    return Exit::kDone;
  }
  const bool several = several_shared(context.daemon.status());
  std::string text;
  for (const auto& reply : replies) {
    if (reply.has_round()) text += (text.empty() ? "" : "\n") + round_text(reply.round(), context.out, several);
  }
  context.out.print(text.empty() ? "nothing answered yet: duolog checkin begins\n" : text);
  return Exit::kDone;
}

}  // namespace duolog::client
