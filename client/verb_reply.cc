// reply, react and share: what is said about something that was written, and letting the other read it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "client/ask.h"
#include "client/draft.h"
#include "client/form_ask.h"
#include "client/form_draft.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/manners.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr const char* kText = "text";  // the one field of a reply that is asked for

control::Item item_of(const Context& context, const std::string& id) {
  control::Request request;
  request.mutable_show()->set_id(id);
  request.mutable_show()->set_journal(context.globals.journal);
  return std::move(*context.daemon.ask_one(request).mutable_item());
}

std::string wanted_manner(const ReplyOptions& options) {
  const int named = static_cast<int>(options.reflect) + static_cast<int>(options.ask) +
                    static_cast<int>(options.validate) + (options.manner.empty() ? 0 : 1);
  if (named > 1)
    throw wrong_usage("two ways to reply at once: which of them?", "one of --reflect, --ask, --validate, --as");
  if (options.reflect) return "reflect";
  if (options.ask) return "ask";
  return options.validate ? "validate" : options.manner;
}

control::Manner plain_reply() {
  control::Manner plain;
  plain.set_label("just write back");
  plain.set_ask("What would you like to say?");
  return plain;
}

// What it offers, and always a plain reply.
std::vector<control::Manner> offered_by(const control::Item& item) {
  std::vector<control::Manner> manners(item.may().begin(), item.may().end());
  if (std::ranges::none_of(manners, [](const auto& manner) { return manner.manner().empty(); })) {
    manners.push_back(plain_reply());
  }
  return manners;
}

control::Manner find_manner(const std::vector<control::Manner>& offered, const std::string& wanted) {
  const auto found = std::ranges::find(offered, wanted, [](const control::Manner& manner) { return manner.manner(); });
  if (found != offered.end()) return *found;
  std::string known;
  for (const auto& manner : offered) {
    const auto option = manner_option(manner.manner());
    if (!option.empty()) known += (known.empty() ? "" : ", ") + option;
  }
  throw wrong_usage("it cannot be answered as " + sanitise_line(wanted) + "; nothing was saved",
                    known.empty() ? "duolog reply ID TEXT answers it" : "it takes: " + known);
}

// nullopt: none of them.
std::optional<control::Manner> choose_manner(const std::vector<control::Manner>& offered, const Output& out) {
  if (offered.size() == 1) return offered.front();
  say("\n");
  for (std::size_t i = 0; i < offered.size(); ++i) {
    say(paragraph(std::to_string(i + 1) + " " + sanitise_line(offered[i].label()), 2, out.width()));
  }
  for (;;) {
    const auto line = ask_line("which? (its number; Enter stops) > ");
    if (!line || line->empty()) return std::nullopt;
    std::size_t number = 0;
    const auto [end, trouble] = std::from_chars(line->data(), line->data() + line->size(), number);
    const bool whole = trouble == std::errc() && end == line->data() + line->size();
    if (whole && number >= 1 && number <= offered.size()) return offered[number - 1];
    for (const auto& manner : offered) {
      if (!manner.manner().empty() && manner.manner() == *line) return manner;
    }
    say("a number from 1 to " + std::to_string(offered.size()) + ", please\n");
  }
}

// The manner's question as a form of one field, so that it is asked, and kept, as every other.
control::RoundReport question_of(const control::Item& item, const control::Manner& manner) {
  control::RoundReport round;
  round.set_practice("reply " + item.id() + " " + manner.manner());
  round.set_journal(item.journal());
  auto& field = *round.add_form();
  field.set_id(kText);
  field.set_kind("text");
  field.set_question(manner.ask().empty() ? plain_reply().ask() : manner.ask());
  field.set_optional(manner.optional());
  return round;
}

std::string kept_hint(const control::Item& item, const control::Manner& manner) {
  const auto option = manner_option(manner.manner());
  return "your words are kept in memory until you log out: duolog reply " + short_id(item.id()) +
         (option.empty() ? "" : " " + option) + " goes on with them";
}

struct Words {
  std::string text;
  FormDraft draft;
};

// nullopt: later.
std::optional<Words> ask_for_words(const Context& context, const control::Item& item, const control::Manner& manner) {
  const auto round = question_of(item, manner);
  control::AnswerForm form;
  form.set_practice(round.practice());
  form.set_journal(round.journal());
  Words words{{}, FormDraft(context.globals.home)};
  if (auto kept = FormDraft::left_behind(context.globals.home, form)) words.draft = std::move(*kept);
  Asking how;
  how.keep = [&words](const control::AnswerForm& so_far, std::size_t next) {
    if (so_far.fields_size() > 0 || words.draft.is_kept()) words.draft.keep(so_far, next);
  };
  say(paragraph(asking_help(round), 0, context.out.width()));
  try {
    if (ask_form(form, round, context.out, how) == Asked::kLater) {
      say_wrapped(words.draft.is_kept() ? kept_hint(item, manner) + "\n" : "nothing was written\n");
      return std::nullopt;
    }
  } catch (const Failure& failure) {
    if (!words.draft.is_kept()) throw;
    throw failure.with_hint(kept_hint(item, manner));
  }
  if (form.fields_size() > 0) words.text = form.fields(0).text();
  return words;
}

std::string given_text(const ReplyOptions& options) {
  if (options.words.size() == 1 && options.words.front() == "-") return checked_text(read_standard_input());
  std::string text;
  for (const auto& word : options.words) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? text : checked_text(text);
}

Exit send(const Context& context, const control::Item& item, const std::string& manner, const std::string& text) {
  control::Request request;
  auto& remark = *request.mutable_remark();
  remark.set_id(item.id());
  remark.set_journal(item.journal());
  remark.set_manner(manner);
  remark.set_text(text);
  control::Reply reply;
  try {
    reply = context.daemon.ask_one(request, kDurable);
  } catch (const Failure& failure) {
    throw perhaps_done(failure, "duolog show " + short_id(item.id()));
  }
  auto& out = context.out;
  if (out.json()) {
    out.line(to_json(reply.saved()));
    return Exit::kDone;
  }
  const auto& saved = reply.saved();
  const auto who = saved.visibility() == "shared" ? "shared with " + sanitise_line(saved.shared_with())
                                                  : sanitise_line(saved.visibility());
  out.line("saved · " + who + " · " + short_id(saved.id()));
  if (!saved.afterwards().empty()) out.print(paragraph(sanitise(saved.afterwards()), 0, out.width()));
  return Exit::kDone;
}

// Nothing was said on the command line: a person at a terminal is asked, a pipe is read.
Exit ask_and_send(const Context& context, const control::Item& item, const control::Manner& manner) {
  if (context.globals.yes && manner.optional()) return send(context, item, manner.manner(), {});
  if (!can_ask()) {
    if (::isatty(STDIN_FILENO) == 1) throw needs_an_answer("reply asks for the words", "duolog reply ID TEXT");
    return send(context, item, manner.manner(),
                manner.optional() ? std::string() : checked_text(read_standard_input()));
  }
  auto words = ask_for_words(context, item, manner);
  if (!words) return Exit::kDone;
  try {
    const auto exit = send(context, item, manner.manner(), words->text);
    words->draft.shred();
    return exit;
  } catch (const Failure& failure) {
    if (!words->draft.is_kept()) throw;
    throw failure.with_hint(kept_hint(item, manner));
  }
}

void check_private(const control::Item& item) {
  if (item.visibility() == "private" && item.mine()) return;
  throw wrong_usage(item.mine() ? "that is shared already; nothing was changed"
                                : "that was written by the other; nothing was changed",
                    "duolog share is for entries of your own notebook");
}

// Who reads what is shared into the journal that was named, or into the only one.
struct Reader {
  std::string journal, name;
};
Reader reader_of(const Context& context) {
  Reader reader;
  int readers = 0;
  const auto status = context.daemon.open_status();
  for (const auto& journal : status.journals()) {
    if (journal.kind() != "shared") continue;
    if (!context.globals.journal.empty() && journal.name() != context.globals.journal) continue;
    reader = {journal.name(), journal.other()};
    ++readers;
  }
  if (readers == 1) return reader;
  if (readers == 0 && context.globals.journal.empty()) throw refusal(control::Error::NO_JOURNAL_YET);
  if (readers == 0) return {context.globals.journal, {}};  // the daemon knows it, or says that it does not
  throw wrong_usage("there are several journals: into which?", "-j NAME; duolog status lists them");
}

}  // namespace

Exit reply(Context& context, const ReplyOptions& options) {
  check_id(options.id);
  const auto wanted = wanted_manner(options);
  const auto text = given_text(options);
  const auto item = item_of(context, options.id);
  if (!text.empty()) return send(context, item, wanted, text);
  const auto offered = offered_by(item);
  if (!wanted.empty()) return ask_and_send(context, item, find_manner(offered, wanted));
  if (!can_ask()) return ask_and_send(context, item, plain_reply());
  say(item_text(item, context.out, {}));
  const auto chosen = choose_manner(offered, context.out);
  return chosen ? ask_and_send(context, item, *chosen) : Exit::kDone;
}

Exit react(Context& context, const ReactOptions& options) {
  check_id(options.id);
  control::Request request;
  auto& react = *request.mutable_react();
  react.set_id(options.id);
  react.set_journal(context.globals.journal);
  react.set_emoji(options.emoji);
  context.daemon.ask_one(request, kDurable);
  if (context.out.json()) {
    context.out.line("{\"emoji\":" + json_string(options.emoji) + "}");
  } else {
    context.out.line(options.none ? "taken back" : "saved · " + sanitise_line(options.emoji));
  }
  return Exit::kDone;
}

Exit share(Context& context, const ShareOptions& options) {
  check_id(options.id);
  const auto item = item_of(context, options.id);
  check_private(item);
  const auto reader = reader_of(context);
  if (!context.globals.yes) {
    if (!can_ask()) throw needs_an_answer("share asks whether the other may read it", "--yes says so");
    const auto who = reader.name.empty() ? std::string("the other person") : sanitise_line(reader.name);
    say(item_text(item, context.out, {}) + "\n");
    if (!ask_yes(who + " will be able to read it, and what was read cannot be made unread. share it?", false)) {
      context.out.line("nothing was shared");
      return Exit::kDone;
    }
  }
  control::Request request;
  request.mutable_share()->set_id(item.id());
  request.mutable_share()->set_journal(reader.journal);
  const auto saved = context.daemon.ask_one(request, kDurable);
  context.out.line(context.out.json() ? to_json(saved.saved())
                                      : "shared with " + sanitise_line(saved.saved().shared_with()) + " · " +
                                            short_id(saved.saved().id()));
  return Exit::kDone;
}

}  // namespace duolog::client
