// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/sitting.h"

#include <string_view>

#include "client/ask.h"
#include "client/form.h"
#include "client/form_ask.h"
#include "client/form_draft.h"
#include "client/moment.h"
#include "client/practice_verbs.h"
#include "client/rounds.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

std::size_t field_named_in(const control::RoundReport& round, const std::string& what) {
  for (int i = 0; i < round.form_size(); ++i) {
    if (what.find(": " + round.form(i).id()) != std::string::npos) return static_cast<std::size_t>(i);
  }
  return 0;
}

}  // namespace

std::string command_of(const control::RoundReport& round) {
  const auto* verb = find_practice_verb(round.practice());
  return "duolog " + (verb == nullptr ? "do " : std::string()) + typeable(round.practice());
}

struct Sitting::State {
  State(const Context& asked_in, control::RoundReport asked)
      : context(asked_in), round(std::move(asked)), draft(asked_in.globals.home) {
    form().set_practice(round.practice());
    form().set_journal(round.journal());  // the one whose reader was named, whatever happens meanwhile
    form().set_period(round.period());
    form().set_sharing(round.sharing());
  }

  control::AnswerForm& form() { return *request.mutable_answer_form(); }
  [[nodiscard]] std::string kept_hint() const { return command_of(round) + " goes on where you stopped"; }
  control::Saved save();
  Asked ask(bool only_missing);

  const Context& context;
  control::RoundReport round;
  control::Request request;
  FormDraft draft;
  std::size_t begin = 0;
};

Sitting::Sitting(const Context& context, control::RoundReport round)
    : state_(std::make_unique<State>(context, std::move(round))) {}
Sitting::~Sitting() = default;

control::AnswerForm& Sitting::form() { return state_->form(); }
const control::RoundReport& Sitting::round() const { return state_->round; }

void Sitting::resume() {
  auto begun = form();
  auto draft = FormDraft::left_behind(state_->context.globals.home, begun);
  if (!draft) return;
  const bool elsewhere = state_->round.rhythm() != "when needed" && begun.period() != state_->round.period();
  const auto when = elsewhere ? " for " + period_text(begun.period()) : std::string();
  if (!ask_yes("you began this" + when +
                   ", and what you answered is still here; go on where you stopped? (n throws it away)",
               true)) {
    return draft->shred();
  }
  if (elsewhere) state_->round = round_to_answer(state_->context, begun.practice(), begun.period());
  if (!elsewhere) begun.set_period(state_->round.period());
  state_->draft = std::move(*draft);
  form() = begun;
  state_->begin = state_->draft.position();
}

bool Sitting::take_over_earlier() {
  // In turns, or open, each answer is a thing of its own.
  if (!state_->round.sharing().empty() && state_->round.sharing() != "sealed until both") return false;
  return take_over(form(), state_->round);
}

std::optional<control::Saved> Sitting::ask_and_save(bool only_missing) {
  for (;;) {
    if (state_->ask(only_missing) == Asked::kLater) {
      say("\n");
      say_wrapped(state_->draft.is_kept() ? "kept in memory until you log out: " + state_->kept_hint() + "\n"
                                          : "nothing was answered, so there is nothing to keep\n");
      return std::nullopt;
    }
    say("\n");
    try {
      return saved();
    } catch (const Failure& failure) {
      if (failure.code() != "BAD_FIELD") throw;
      say_wrapped(std::string(failure.what()) + "\n");
      state_->begin = field_named_in(state_->round, failure.what());
      state_->request.clear_request_id();  // it will be another answer
      only_missing = false;
    }
  }
}

control::Saved Sitting::saved() {
  try {
    auto answer = state_->save();
    state_->draft.shred();
    return answer;
  } catch (const Failure& failure) {
    if (failure.code() == "BAD_FIELD" || failure.status() == Exit::kUsage) throw;
    if (!state_->draft.is_kept() && !state_->draft.keep(form(), static_cast<std::size_t>(state_->round.form_size())))
      throw;
    throw failure.with_hint("your answers are kept in memory until you log out: " + state_->kept_hint());
  }
}

control::Saved Sitting::State::save() {
  try {
    return std::move(*context.daemon.ask_one(request, kDurable).mutable_saved());
  } catch (const Failure& failure) {
    // Of all that is in the request, this alone may have been made up.
    const auto& period = request.answer_form().period();
    if (failure.code() == "BAD_REQUEST" && std::string_view(failure.what()).ends_with(": period")) {
      throw Failure(Exit::kUsage, "NO_SUCH_ROUND", "there is no round to answer called " + sanitise_line(period),
                    "duolog answers --json names them");
    }
    throw perhaps_done(failure, "duolog answers");
  }
}

Asked Sitting::State::ask(bool only_missing) {
  Asking how{.begin = begin, .only_missing = only_missing, .last_look = !context.globals.yes, .keep = {}};
  // What is saved already is nobody's draft.
  how.keep = [this, before = form().SerializeAsString()](const control::AnswerForm& form, std::size_t next) {
    if (draft.is_kept() || form.SerializeAsString() != before) draft.keep(form, next);
  };
  try {
    return ask_form(form(), round, context.out, how);
  } catch (const Failure& failure) {
    if (failure.code() != "INTERRUPTED" && !draft.is_kept()) throw;
    if (failure.code() != "INTERRUPTED") throw failure.with_hint("what you answered is kept: " + kept_hint());
    throw stopped_at_a_form(draft.is_kept() ? command_of(round) : "");
  }
}

}  // namespace duolog::client
