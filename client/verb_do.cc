// do, and the verb of each practice: asks its questions, or takes the answers that were given along, and saves them.
//
//   what is asked now ─► looked at only / passed
//                     └► the words and --set, and at a terminal the questions ─► saved ─► what there is to read
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "client/ask.h"
#include "client/care.h"
#include "client/form.h"
#include "client/form_ask.h"
#include "client/form_text.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/practice_verbs.h"
#include "client/rounds.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/show_round.h"
#include "client/sitting.h"
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
    return true;  // then it is told once more
  }
  return true;
}

bool has_moved(const control::RoundReport& round, bool mine) {
  return mine ? round.mine_in() || round.mine_passed() : round.theirs_in() || round.theirs_passed();
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
  if (round.turn().empty() && round.rhythm() == "when needed")
    return "in turns: you begin; then it is " + other + "'s turn.";
  if (round.turn().empty() && !(has_moved(round, true) && has_moved(round, false)))
    return "in turns: " + other + " reads it as soon as it has arrived.";
  if (round.turn().empty()) return "in turns: each of you has had one; " + other + " reads what you add.";
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

// A round with its answers. Rankings are shown as what they come to: the five in order, and where they meet.
std::string whole_text(const Context& context, const control::RoundReport& round) {
  if (round.practice() != kLanguages) return round_text(round, context.out, false);
  return context.out.style().strong(round_title(round, false)) + "\n" +
         paragraph(round_state(round), 0, context.out.width()) + "\n" +
         care_text(ask_for_care(context, round.journal(), {}), context.out);
}

// ---- saved ----

std::string what_comes_later(const std::string& practice) {
  if (practice == "promise") return "when it is kept, or is not";
  return practice == "plan" ? "when it took place, or is off" : "";
}

// `taken_over`: it holds more than was said this time.
void print_saved(const Context& context, const control::Saved& saved, Sitting& sitting, bool taken_over) {
  auto& out = context.out;
  const auto& round = sitting.round();
  if (out.json()) return out.line(to_json(saved));
  const auto who = saved.visibility() == "shared" ? "shared with " + sanitise_line(saved.shared_with())
                                                  : sanitise_line(saved.visibility());
  out.line("saved · " + who + " · " + short_id(saved.id()));
  if (!saved.afterwards().empty()) out.print(paragraph(sanitise(saved.afterwards()), 0, out.width()));
  const auto later = what_comes_later(round.practice());
  if (!later.empty()) out.print(paragraph(later + ": duolog reply " + short_id(saved.id()), 0, out.width()));
  const bool sealed = round.sharing() != "open" && round.sharing() != "private";
  const auto now = sealed ? round_to_read(context, round) : std::nullopt;
  const bool both = now && now->mine_in() && now->theirs_in();
  if (taken_over && !both) {
    out.print("what you had answered before is in it, too:\n" +
              answers_text(sitting.form(), round, out.width(), false));
  }
  if (now) out.print(both ? "\n" + whole_text(context, *now) : paragraph(round_state(*now), 0, out.width()));
}

// What was typed at a question had its kind word there; what came on the command line has it here.
void say_kind_word(const Context& context, const std::string& harsh, const control::RoundReport& round) {
  if (harsh.empty() || context.out.json()) return;
  context.out.flush();
  say_wrapped("you wrote \"" + harsh + " …\": " + sanitise(round.gentle()) + "\n");
}

// ---- the ways in ----

// What must be answered, as it is typed: " --set connection=7".
std::string example_settings(const control::RoundReport& round) {
  std::string text;
  for (const auto& field : round.form()) {
    const bool wanted = !field.optional() || (round.at_least_one() && text.empty());
    if (!wanted) continue;
    const auto value = field.kind() == "scale"     ? std::to_string((field.low() + field.high() + 1) / 2)
                       : field.choices_size() == 0 ? std::string("'…'")
                       : is_ranking(field)         ? typeable(fmt::format("{}", fmt::join(field.choices(), " ")))
                                                   : typeable(field.choices(0));
    const auto times = field.kind() == "list" && !is_ranking(field) ? std::max(1U, field.at_least()) : 1U;
    for (std::uint32_t i = 0; i < times; ++i) text += " --set " + typeable(field.id()) + "=" + value;
  }
  return text;
}

Exit look(const Context& context, const control::RoundReport& round) {
  auto& out = context.out;
  if (out.json()) {
    out.line(to_json(round));
    return Exit::kDone;
  }
  out.print(whole_text(context, round));
  if (round.practice() == kPrompt && !round.offered().empty()) {
    out.print("\nthis week's question:\n" + paragraph(sanitise(round.offered()), 2, out.width()));
  }
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
  } else if (round.sharing() == "in turns") {
    const auto now = round_to_read(context, round);
    context.out.print(paragraph(now ? round_state(*now) : std::string("you have passed"), 0, context.out.width()));
  } else {
    context.out.line("left out · nothing counts it");
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
  say(whole_text(context, round) + "\n");
  const bool wanted = round.unmet() && round.state() == "waiting for you";
  return ask_yes("you have answered already; both answers will be shown, in order. answer again?", wanted);
}

Exit ask_at_the_terminal(const Context& context, const DoOptions& options, const control::RoundReport& round) {
  if (context.globals.yes && round.practice() == kPrompt && !round.offered().empty()) {
    Sitting sitting(context, round);
    if (takes_the_offer(context, sitting)) print_saved(context, sitting.saved(), sitting, false);
    return Exit::kDone;
  }
  if (!can_ask()) {
    if (context.out.json() || is_one_of(options.practice, {kQuestion, kPrompt, kLanguages}))
      return look(context, round);
    throw needs_an_answer(command_of(round) + " asks one question after the other",
                          command_of(round) + example_settings(round) + " answers without asking; --help says more");
  }
  if (!wants_to_answer(context, round)) return Exit::kDone;
  Sitting sitting(context, round);
  if (round.rhythm() != "when needed") sitting.take_over_earlier();
  sitting.resume();
  introduce(context, sitting.round());
  if (sitting.form().fields_size() == 0 && takes_the_offer(context, sitting)) {
    print_saved(context, sitting.saved(), sitting, false);
  } else if (const auto saved = sitting.ask_and_save(false)) {
    print_saved(context, *saved, sitting, false);
  }
  return Exit::kDone;
}

}  // namespace

Exit do_practice(Context& context, const DoOptions& options) {
  if (options.ideas && options.words.size() > 1) {
    throw wrong_usage("one way of showing care at a time, or all: duolog languages --ideas",
                      "duolog languages --ideas touch");
  }
  if (options.ideas) return show_ideas(context, options.words.empty() ? "" : options.words.front());
  if (options.pass) return pass(context, options);
  const auto round = round_to_answer(context, options.practice, options.period);
  if (options.words.empty() && options.set.empty()) return ask_at_the_terminal(context, options, round);

  Sitting sitting(context, round);
  const auto* verb = find_practice_verb(options.practice);
  auto settings = settings_of_words(round, verb == nullptr ? "" : verb->words, options.words);
  settings.insert(settings.end(), options.set.begin(), options.set.end());
  fill_form(sitting.form(), round, settings);
  const auto harsh = harsh_words(sitting.form(), round);
  const bool taken_over = round.rhythm() != "when needed" && sitting.take_over_earlier();
  if (!options.words.empty() && can_ask() && !missing_field(sitting.form(), round).empty()) {
    const auto saved = sitting.ask_and_save(true);
    if (!saved) return Exit::kDone;
    print_saved(context, *saved, sitting, taken_over);
  } else {
    check_whole(sitting.form(), round);
    print_saved(context, sitting.saved(), sitting, taken_over);
  }
  say_kind_word(context, harsh, round);
  return Exit::kDone;
}

}  // namespace duolog::client
