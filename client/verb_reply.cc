// reply, react and share: what is said about something that was written, and letting the other read it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "client/ask.h"
#include "client/draft.h"
#include "client/emoji.h"
#include "client/form_ask.h"
#include "client/form_draft.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/reply_manner.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr const char* kText = "text";            // the one field of a reply that is asked for
constexpr std::chrono::seconds kResealing{600};  // a gibibyte is sealed anew piece by piece

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

std::string command_of(const control::Item& item, const control::Manner& manner) {
  const auto option = option_of(manner, item);
  return "duolog reply " + short_id(item.id()) + (option.empty() ? "" : " " + option);
}

std::string kept_hint(const control::Item& item, const control::Manner& manner) {
  return "your words are kept in memory until you log out: " + command_of(item, manner) + " goes on with them";
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
    if (failure.code() == "INTERRUPTED") throw stopped_at_a_form(words.draft.is_kept() ? command_of(item, manner) : "");
    if (!words.draft.is_kept()) throw;
    throw failure.with_hint(kept_hint(item, manner));
  }
  if (form.fields_size() > 0) words.text = form.fields(0).text();
  return words;
}

// A text that holds something, or a refusal that says what is wanted.
std::string checked_words(std::string text, const control::Item& item) {
  try {
    return checked_text(std::move(text));
  } catch (const Failure& failure) {
    if (failure.code() != "EMPTY") throw;
    throw nothing_to_reply(item);
  }
}

// What came along, on the command line or through a pipe; nullopt: nobody has said anything yet.
std::optional<std::string> given_words(const ReplyOptions& options, const control::Item& item) {
  const bool heard = options.words.size() == 1 && options.words.front() == "-";
  if (heard) return checked_words(read_standard_input(), item);
  std::string text;
  for (const auto& word : options.words) text += (text.empty() ? "" : " ") + word;
  if (!options.words.empty()) return checked_words(text, item);
  return std::nullopt;
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

bool can_be_said_later(const Failure& failure) {
  return failure.status() != Exit::kUsage && failure.status() != Exit::kNotFound && failure.code() != "NOT_YOURS" &&
         failure.code() != "NOT_ITS_KIND";
}

// What came along is kept as if it had been asked for: a pipe cannot be read twice.
Exit send_given(const Context& context, const control::Item& item, const control::Manner& manner,
                const std::string& text) {
  try {
    return send(context, item, manner.manner(), text);
  } catch (const Failure& failure) {
    if (text.empty() || !can_be_said_later(failure)) throw;
    const auto round = question_of(item, manner);
    control::AnswerForm form;
    form.set_practice(round.practice());
    form.set_journal(round.journal());
    auto& words = *form.add_fields();
    words.set_id(kText);
    words.set_text(text);
    const bool kept = FormDraft(context.globals.home).keep(form, 1);
    throw failure.with_hint(kept ? kept_hint(item, manner)
                                 : "it could not be kept in memory either: keep it where it came from");
  }
}

// Nothing was said on the command line: a person at a terminal is asked, a pipe is read.
Exit ask_and_send(const Context& context, const control::Item& item, const control::Manner& manner) {
  if (context.globals.yes && manner.optional()) return send(context, item, manner.manner(), {});
  if (!can_ask()) {
    if (::isatty(STDIN_FILENO) == 1)
      throw needs_an_answer("reply asks for the words", command_of(item, manner) + " WORDS");
    if (manner.optional()) return send(context, item, manner.manner(), {});
    return send_given(context, item, manner, checked_words(read_standard_input(), item));
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

// Words alone: an answer where one is waited for, a plain reply where nothing is, and a question where it may be
// several.
std::optional<control::Manner> meant_by_words(const Context& context, const control::Item& item) {
  if (const auto answer = answered_by_words(item)) return answer;
  if (awaited_by(item).empty()) return plain_reply();
  if (!can_ask() || context.globals.yes) throw which_manner(item);
  say(item_text(item, context.out, {}));
  return choose_manner(offered_by(item), context.out);
}

control::Manner named_manner(const Context& context, const control::Item& item, const std::string& wanted) {
  if (wanted == kPlainManner) return plain_reply();
  if (const auto found = find_manner(offered_by(item), wanted)) return *found;
  control::Request request;
  request.mutable_practices()->set_id(item.practice());
  request.mutable_practices()->set_journal(item.journal());
  std::optional<control::Practice> practice;
  if (!item.practice().empty()) {
    for (const auto& reply : context.daemon.ask(request)) {
      if (reply.has_practice()) practice = reply.practice();
    }
  }
  throw not_offered(item, practice ? &*practice : nullptr, wanted);
}

void check_private(const control::Item& item) {
  if (item.visibility() == "private" && item.mine()) return;
  constexpr const char* kWhatFor = "duolog share is for entries of your own notebook";
  if (item.mine()) throw wrong_usage("that is shared already; nothing was changed", kWhatFor);
  throw Failure(Exit::kFailed, "NOT_YOURS",
                "that is " + sanitise_line(item.author()) + "'s, and you share it already; nothing was changed",
                kWhatFor);
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
    if (journal.kind() != "shared" || journal.parted()) continue;
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
  const auto item = item_of(context, options.id);
  check_readable(item);
  auto words = given_words(options, item);
  if (!wanted.empty()) {
    const auto manner = named_manner(context, item, wanted);
    return words ? send_given(context, item, manner, *words) : ask_and_send(context, item, manner);
  }
  if (!words && !can_ask() && ::isatty(STDIN_FILENO) == 0) words = checked_words(read_standard_input(), item);
  if (words) {
    const auto manner = meant_by_words(context, item);
    if (manner) return send_given(context, item, *manner, *words);
    context.out.line("nothing was saved");
    return Exit::kDone;
  }
  if (!can_ask()) return ask_and_send(context, item, plain_reply());
  say(item_text(item, context.out, {}));
  const auto chosen = choose_manner(offered_by(item), context.out);
  return chosen ? ask_and_send(context, item, *chosen) : Exit::kDone;
}

Exit react(Context& context, const ReactOptions& options) {
  check_id(options.id);
  const auto emoji = options.none ? std::string() : emoji_of(options.emoji);
  if (!options.none && emoji.empty()) {
    throw wrong_usage("\"" + sanitise_line(options.emoji) + "\" is not one emoji; nothing was saved",
                      "an emoji such as 🌿, or one of: " + emoji_names() + "; duolog reply takes words");
  }
  control::Request request;
  auto& react = *request.mutable_react();
  react.set_id(options.id);
  react.set_journal(context.globals.journal);
  react.set_emoji(emoji);
  context.daemon.ask_one(request, kDurable);
  if (context.out.json()) {
    context.out.line("{\"emoji\":" + json_string(emoji) + "}");
  } else {
    context.out.line(options.none ? "taken back" : "saved · " + sanitise_line(emoji));
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
  const auto saved = context.daemon.ask_one(request, item.attachments_size() > 0 ? kResealing : kDurable);
  context.out.line(context.out.json() ? to_json(saved.saved())
                                      : "shared with " + sanitise_line(saved.saved().shared_with()) + " · " +
                                            short_id(saved.saved().id()));
  return Exit::kDone;
}

}  // namespace duolog::client
