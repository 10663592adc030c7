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

control::Rounds rounds_of(const std::string& practice, const std::string& journal) {
  control::Rounds rounds;
  rounds.set_practice(practice);
  rounds.set_journal(journal);
  return rounds;
}

// What is asked now, in the journal that an answer goes to. Looking at it is not reading: nothing counts as seen.
control::RoundReport current_round(const Context& context, const std::string& practice) {
  auto rounds = rounds_of(practice, context.globals.journal);
  rounds.set_current_only(true);
  return first_round(context, rounds);
}

bool both_are_in(const control::RoundReport& round) { return round.mine_in() && round.theirs_in(); }

// The newest round, to be read. Where the other's key is on its way, a moment's patience lets it arrive. What is
// still sealed after it does not count as seen.
control::RoundReport round_to_read(const Context& context, const std::string& practice, const std::string& journal) {
  auto rounds = rounds_of(practice, journal);
  rounds.set_limit(1);
  const auto deadline = std::chrono::steady_clock::now() + kKeyPatience;
  for (;;) {
    auto round = first_round(context, rounds);
    if (!waits_for_the_key(round)) break;
    if (std::chrono::steady_clock::now() >= deadline) return round;
    std::this_thread::sleep_for(kKeyLook);
  }
  rounds.set_seen(true);
  return first_round(context, rounds);
}

std::string introduction(const control::RoundReport& round, const Output& out) {
  auto text = out.style().strong(round_title(round, false)) + "\n" + paragraph(sanitise(round.why()), 0, out.width());
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
  out.print(both_are_in(round) ? "\n" + round_text(round, out, false) : paragraph(round_state(round), 0, out.width()));
}

// The one thing in that request that a person may have made up.
Failure no_such_practice(const std::string& practice) {
  return {Exit::kNotFound, "NO_SUCH_PRACTICE", "there is no practice called " + sanitise_line(practice),
          "duolog answers shows those of every practice"};
}

std::vector<control::Reply> ask_for_answers(const Context& context, control::Request& request) {
  const auto& practice = request.rounds().practice();
  try {
    return context.daemon.ask(request);
  } catch (const Failure& failure) {
    if (practice.empty() || failure.code() != "BAD_REQUEST") throw;
    throw no_such_practice(practice);
  }
}

control::Saved save(const Context& context, control::Request& request) {
  try {
    return std::move(*context.daemon.ask_one(request, kDurable).mutable_saved());
  } catch (const Failure& failure) {
    throw perhaps_done(failure, "duolog answers");
  }
}

}  // namespace

Exit checkin(Context& context, const CheckinOptions& options) {
  const auto round = current_round(context, kCheckin);
  control::Request request;
  auto& form = *request.mutable_answer_form();
  form.set_practice(kCheckin);
  form.set_journal(round.journal());  // the one whose reader was named, whatever happens meanwhile
  if (options.set.empty()) {
    ask(context, form, round);
  } else {
    fill_form(form, round, options.set);
  }
  const auto saved = save(context, request);
  if (context.out.json()) {
    context.out.line(to_json(saved));
  } else {
    print_saved(context.out, saved, round_to_read(context, kCheckin, saved.journal()));
  }
  return Exit::kDone;
}

Exit answers(Context& context, const AnswersOptions& options) {
  control::Request request;
  auto& rounds = *request.mutable_rounds();
  rounds = rounds_of(options.practice, context.globals.journal);
  rounds.set_limit(options.limit);
  rounds.set_seen(!context.out.json());
  const auto replies = ask_for_answers(context, request);
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
