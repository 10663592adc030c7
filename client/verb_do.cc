// do, and the verb of each practice: asks its questions, or takes the answers that were given along, and saves them.
//
//   what is asked now ─► looked at only / passed
//                     └► the words and --set, and at a terminal the questions ─► saved ─► what there is to read
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "client/ask.h"
#include "client/care.h"
#include "client/form.h"
#include "client/form_ask.h"
#include "client/form_draft.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/practice_verbs.h"
#include "client/rounds.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/show_round.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr const char* kQuestion = "question";
constexpr const char* kPrompt = "prompt";
constexpr const char* kLanguages = "languages";

bool is_one_of(const std::string& practice, std::initializer_list<const char*> some) {
  return std::ranges::find(some, practice) != some.end();
}

std::string other_of(const control::RoundReport& round) {
  return round.other().empty() ? std::string("the other person") : sanitise_line(round.other());
}

// ---- what is said before ----

bool is_new_here(const Context& context, const control::RoundReport& round) {
  control::Request request;
  request.mutable_practices()->set_id(round.practice());
  request.mutable_practices()->set_journal(round.journal());
  try {
    for (const auto& reply : context.daemon.ask(request)) {
      if (reply.has_practice()) return reply.practice().last_answered().empty();
    }
  } catch (const Failure&) {
    // Then it is told once more.
  }
  return true;
}

std::string who_reads(const control::RoundReport& round) {
  const auto other = other_of(round);
  if (round.sharing() == "private") return "for you alone: nobody else reads it";
  if (round.state() == "alone" || round.other().empty()) return "";
  if (round.sharing() == "sealed until both" || round.sharing().empty()) {
    return "sealed: " + other + " reads yours, and you theirs, when both are in.";
  }
  if (round.sharing() != "in turns") return other + " reads it as soon as it has arrived.";
  if (round.turn() == "theirs") return "in turns: it is " + other + "'s turn now; you may write all the same.";
  return "in turns: it is yours; " + other + " reads it, and comes next.";
}

void introduce(const Context& context, const control::RoundReport& round) {
  const auto& out = context.out;
  const auto block = [&out](const std::string& text) {
    if (!text.empty()) say(paragraph(text, 0, out.width()));
  };
  say(out.style().strong(round_title(round, false)) + "\n");
  if (is_new_here(context, round)) block(sanitise(round.why()));
  say("\n");
  block(who_reads(round));
  block(sanitise(round.before()));
  block(asking_help(round));
}

// ---- saving ----

control::Saved save(const Context& context, control::Request& request) {
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

std::string command_of(const control::RoundReport& round) {
  const auto* verb = find_practice_verb(round.practice());
  return "duolog " + (verb == nullptr ? "do " : std::string()) + typeable(round.practice());
}

std::string what_comes_later(const std::string& practice) {
  if (practice == "promise") return "when it is kept, or is not";
  if (practice == "plan") return "when it took place, or is off";
  return practice == "talk" ? "to take it down" : "";
}

void print_saved(const Context& context, const control::Saved& saved, const control::RoundReport& round) {
  auto& out = context.out;
  if (out.json()) return out.line(to_json(saved));
  const auto who = saved.visibility() == "shared" ? "shared with " + sanitise_line(saved.shared_with())
                                                  : sanitise_line(saved.visibility());
  out.line("saved · " + who + " · " + short_id(saved.id()));
  if (!saved.afterwards().empty()) out.print(paragraph(sanitise(saved.afterwards()), 0, out.width()));
  const auto later = what_comes_later(round.practice());
  if (!later.empty()) out.print(paragraph(later + ": duolog reply " + short_id(saved.id()), 0, out.width()));
  if (round.sharing() == "open" || round.sharing() == "private") return;
  const auto now = round_to_read(context, round);
  if (!now) return;
  const bool both = now->mine_in() && now->theirs_in();
  out.print(both ? "\n" + round_text(*now, out, false) : paragraph(round_state(*now), 0, out.width()));
  if (both && round.practice() == kLanguages)
    out.print("\n" + care_text(ask_for_care(context, now->journal(), {}), out));
}

// ---- asking ----

std::size_t field_named_in(const control::RoundReport& round, const std::string& what) {
  for (int i = 0; i < round.form_size(); ++i) {
    if (what.find(": " + round.form(i).id()) != std::string::npos) return static_cast<std::size_t>(i);
  }
  return 0;
}

// One sitting at the questions, with the draft that outlives it.
class Sitting {
 public:
  Sitting(const Context& context, control::RoundReport round)
      : context_(context), round_(std::move(round)), draft_(context.globals.home) {
    form().set_practice(round_.practice());
    form().set_journal(round_.journal());  // the one whose reader was named, whatever happens meanwhile
    form().set_period(round_.period());
    form().set_sharing(round_.sharing());
  }

  control::AnswerForm& form() { return *request_.mutable_answer_form(); }
  [[nodiscard]] const control::RoundReport& round() const { return round_; }

  // What was begun earlier, if the person wants it.
  void resume() {
    auto begun = form();
    auto draft = FormDraft::left_behind(context_.globals.home, begun);
    if (!draft) return;
    const bool elsewhere = round_.rhythm() != "when needed" && begun.period() != round_.period();
    const auto when = elsewhere ? " for " + period_text(begun.period()) : std::string();
    if (!ask_yes("you began this" + when +
                     ", and what you answered is still here; go on where you stopped? (n throws it away)",
                 true)) {
      return draft->shred();
    }
    if (elsewhere) round_ = round_to_answer(context_, begun.practice(), begun.period());
    if (!elsewhere) begun.set_period(round_.period());
    draft_ = std::move(*draft);
    form() = begun;
    begin_ = draft_.position();
  }

  // nullopt: later.
  std::optional<control::Saved> ask_and_save(bool only_missing) {
    for (;;) {
      if (ask(only_missing) == Asked::kLater) {
        say("\n");
        say_wrapped(draft_.is_kept() ? "kept in memory until you log out: " + kept_hint() + "\n"
                                     : "nothing was answered, so there is nothing to keep\n");
        return std::nullopt;
      }
      say("\n");
      try {
        return saved();
      } catch (const Failure& failure) {
        if (failure.code() != "BAD_FIELD") throw;
        say_wrapped(std::string(failure.what()) + "\n");
        begin_ = field_named_in(round_, failure.what());
        request_.clear_request_id();  // it will be another answer
        only_missing = false;
      }
    }
  }

  control::Saved saved() {
    try {
      auto answer = save(context_, request_);
      draft_.shred();
      return answer;
    } catch (const Failure& failure) {
      if (failure.code() == "BAD_FIELD" || failure.status() == Exit::kUsage) throw;
      if (!draft_.is_kept() && !draft_.keep(form(), static_cast<std::size_t>(round_.form_size()))) throw;
      throw failure.with_hint("your answers are kept in memory until you log out: " + kept_hint());
    }
  }

 private:
  Asked ask(bool only_missing) {
    Asking how{.begin = begin_, .only_missing = only_missing, .keep = {}};
    how.keep = [this](const control::AnswerForm& form, std::size_t next) {
      if (form.fields_size() > 0 || draft_.is_kept()) draft_.keep(form, next);
    };
    try {
      return ask_form(form(), round_, context_.out, how);
    } catch (const Failure& failure) {
      if (!draft_.is_kept()) throw;
      throw failure.with_hint("what you answered is kept: " + kept_hint());
    }
  }
  [[nodiscard]] std::string kept_hint() const { return command_of(round_) + " goes on where you stopped"; }

  const Context& context_;
  control::RoundReport round_;
  control::Request request_;
  FormDraft draft_;
  std::size_t begin_ = 0;
};

// ---- the ways in ----

Exit look(const Context& context, const control::RoundReport& round) {
  auto& out = context.out;
  if (out.json()) {
    out.line(to_json(round));
    return Exit::kDone;
  }
  out.print(round_text(round, out, false));
  if (round.practice() == kPrompt && !round.offered().empty()) {
    out.print("\nthis week's question:\n" + paragraph(sanitise(round.offered()), 2, out.width()));
  }
  if (round.practice() == kLanguages) out.print("\n" + care_text(ask_for_care(context, round.journal(), {}), out));
  return Exit::kDone;
}

Exit pass(const Context& context, const DoOptions& options) {
  if (!options.words.empty() || !options.set.empty()) {
    throw wrong_usage("an answer, and none, at once: which of them?", "nothing was saved");
  }
  const auto round = round_to_answer(context, options.practice, options.period);
  control::Request request;
  auto& passed = *request.mutable_pass();
  passed.set_practice(round.practice());
  passed.set_journal(round.journal());
  passed.set_period(options.period.empty() ? std::string() : round.period());
  context.daemon.ask_one(request, kDurable);
  if (context.out.json()) {
    context.out.line("{\"passed\":" + json_string(round.practice()) + ",\"period\":" + json_string(round.period()) +
                     "}");
  } else {
    context.out.line(round.sharing() == "in turns" ? "passed · it is " + other_of(round) + "'s turn"
                                                   : std::string("left out · nothing counts it"));
  }
  return Exit::kDone;
}

// True: this week's question is the answer now.
bool takes_the_offer(const Context& context, Sitting& sitting) {
  const auto& round = sitting.round();
  if (round.practice() != kPrompt || round.offered().empty() || round.form_size() == 0) return false;
  say("\nthis week's question:\n" + paragraph(sanitise(round.offered()), 2, context.out.width()) + "\n");
  if (!context.globals.yes && !ask_yes("leave it for " + other_of(round) + "? (n: one of your own)", true))
    return false;
  auto& value = *sitting.form().add_fields();
  value.set_id(round.form(0).id());
  value.set_text(round.offered());
  return true;
}

// False: one's answer is there, and it stays that.
bool wants_to_answer(const Context& context, const control::RoundReport& round) {
  const bool again = round.mine_in() && is_one_of(round.sharing(), {"", "sealed until both", "in turns"});
  if (!again || round.rhythm() == "when needed") return true;
  say(round_text(round, context.out, false) + "\n");
  if (round.practice() == kLanguages) say(care_text(ask_for_care(context, round.journal(), {}), context.out) + "\n");
  return ask_yes("you have answered already; both answers will be shown, in order. answer again?", false);
}

Exit ask_at_the_terminal(const Context& context, const DoOptions& options, const control::RoundReport& round) {
  if (context.globals.yes && round.practice() == kPrompt && !round.offered().empty()) {
    Sitting sitting(context, round);
    if (takes_the_offer(context, sitting)) print_saved(context, sitting.saved(), sitting.round());
    return Exit::kDone;
  }
  if (!can_ask()) {
    if (is_one_of(options.practice, {kQuestion, kPrompt, kLanguages})) return look(context, round);
    throw needs_an_answer(practice_text(options.practice) + " asks field by field",
                          "--set FIELD=VALUE answers without asking: " + command_of(round) + " --help");
  }
  if (!wants_to_answer(context, round)) return Exit::kDone;
  Sitting sitting(context, round);
  sitting.resume();
  introduce(context, sitting.round());
  if (sitting.form().fields_size() == 0 && takes_the_offer(context, sitting)) {
    print_saved(context, sitting.saved(), sitting.round());
  } else if (const auto saved = sitting.ask_and_save(false)) {
    print_saved(context, *saved, sitting.round());
  }
  return Exit::kDone;
}

}  // namespace

Exit do_practice(Context& context, const DoOptions& options) {
  if (options.ideas) return show_ideas(context, options.words.empty() ? "" : options.words.front());
  if (options.pass) return pass(context, options);
  const auto round = round_to_answer(context, options.practice, options.period);
  if (options.words.empty() && options.set.empty()) return ask_at_the_terminal(context, options, round);

  Sitting sitting(context, round);
  const auto* verb = find_practice_verb(options.practice);
  auto settings = settings_of_words(round, verb == nullptr ? "" : verb->words, options.words);
  settings.insert(settings.end(), options.set.begin(), options.set.end());
  fill_form(sitting.form(), round, settings);
  if (!options.words.empty() && can_ask() && !missing_field(sitting.form(), round).empty()) {
    if (const auto saved = sitting.ask_and_save(true)) print_saved(context, *saved, round);
    return Exit::kDone;
  }
  check_whole(sitting.form(), round);
  print_saved(context, sitting.saved(), round);
  return Exit::kDone;
}

}  // namespace duolog::client
