// checkin and answers: what both answer before either reads.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <chrono>
#include <thread>

#include "client/ask.h"
#include "client/form.h"
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

constexpr const char* kCheckin = "checkin";
constexpr std::chrono::milliseconds kKeyPatience{2000};
constexpr std::chrono::milliseconds kKeyLook{50};

control::RoundReport first_round(const Context& context, const control::Rounds& wanted) {
  control::Request request;
  *request.mutable_rounds() = wanted;
  for (auto& reply : context.daemon.ask(request)) {
    if (reply.has_round()) return std::move(*reply.mutable_round());
  }
  throw daemon_unreadable();
}

control::Rounds rounds_of(const Context& context, const std::string& practice) {
  control::Rounds rounds;
  rounds.set_practice(practice);
  rounds.set_journal(context.globals.journal);
  return rounds;
}

// What is asked now. Looking at it is not reading: nothing counts as seen.
control::RoundReport current_round(const Context& context, const std::string& practice) {
  auto rounds = rounds_of(context, practice);
  rounds.set_current_only(true);
  return first_round(context, rounds);
}

// The newest round, to be read. Where the other's key is on its way, a moment's patience lets it arrive.
control::RoundReport round_to_read(const Context& context, const std::string& practice) {
  auto rounds = rounds_of(context, practice);
  rounds.set_limit(1);
  const auto deadline = std::chrono::steady_clock::now() + kKeyPatience;
  for (;;) {
    auto round = first_round(context, rounds);
    if (!waits_for_the_key(round) || std::chrono::steady_clock::now() >= deadline) return round;
    std::this_thread::sleep_for(kKeyLook);
  }
}

std::string introduction(const control::RoundReport& round, const Output& out) {
  auto text = out.style().strong(round_title(round)) + "\n" + paragraph(sanitise(round.why()), 0, out.width());
  if (!round.other().empty()) {
    text +=
        "\n" + paragraph("sealed: " + sanitise_line(round.other()) + " reads yours, and you theirs, when both are in.",
                         0, out.width());
  }
  return text;
}

void ask(const Context& context, control::AnswerForm& form, const control::RoundReport& round) {
  if (!can_ask()) {
    throw needs_an_answer("checkin asks field by field",
                          "--set FIELD=VALUE answers without asking: duolog checkin --help");
  }
  say(introduction(round, context.out));
  if (round.mine_in() &&
      !ask_yes("you have answered already; both answers will be shown, in order. answer again?", false)) {
    throw interrupted("nothing was changed; duolog answers shows what is there");
  }
  ask_form(form, round, context.out);
  say("\n");
}

void print_saved(Output& out, const control::Saved& saved, const control::RoundReport& round) {
  const auto who = saved.visibility() == "shared" ? "shared with " + sanitise_line(saved.shared_with())
                                                  : sanitise_line(saved.visibility());
  out.line("saved · " + who + " · " + short_id(saved.id()));
  const bool both = round.mine_in() && round.theirs_in();
  out.print(both ? "\n" + round_text(round, out) : round_state(round) + "\n");
}

}  // namespace

Exit checkin(Context& context, const CheckinOptions& options) {
  const auto round = current_round(context, kCheckin);
  control::Request request;
  auto& form = *request.mutable_answer_form();
  form.set_practice(kCheckin);
  form.set_journal(context.globals.journal);
  if (options.set.empty()) {
    ask(context, form, round);
  } else {
    fill_form(form, round, options.set);
  }
  const auto reply = context.daemon.ask_one(request, kDurable);
  if (context.out.json()) {
    context.out.line(to_json(reply.saved()));
  } else {
    print_saved(context.out, reply.saved(), round_to_read(context, kCheckin));
  }
  return Exit::kDone;
}

Exit answers(Context& context, const AnswersOptions& options) {
  control::Request request;
  auto& rounds = *request.mutable_rounds();
  rounds = rounds_of(context, options.practice);
  rounds.set_limit(options.limit);
  std::string text;
  for (const auto& reply : context.daemon.ask(request)) {
    if (!reply.has_round()) continue;
    if (context.out.json()) {
      context.out.line(to_json(reply.round()));
    } else {
      text += (text.empty() ? "" : "\n") + round_text(reply.round(), context.out);
    }
  }
  if (context.out.json()) return Exit::kDone;
  context.out.print(text.empty() ? "nothing answered yet: duolog checkin begins\n" : text);
  return Exit::kDone;
}

}  // namespace duolog::client
