// practices: what there is to do; one of them in full; and practices of the two's own, which the daemon looks through
// before it keeps them. What was written in the editor outlives every failure: draft.h.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "client/ask.h"
#include "client/draft.h"
#include "client/form.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/manners.h"
#include "client/moment.h"
#include "client/practice_page.h"
#include "client/practice_verbs.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

std::vector<control::Practice> ask_for_practices(const Context& context, const std::string& id) {
  control::Request request;
  request.mutable_practices()->set_id(id);
  request.mutable_practices()->set_journal(context.globals.journal);
  std::vector<control::Practice> practices;
  try {
    for (auto& reply : context.daemon.ask(request)) {
      if (reply.has_practice()) practices.push_back(std::move(*reply.mutable_practice()));
    }
  } catch (const Failure& failure) {
    if (id.empty() || (failure.code() != "BAD_REQUEST" && failure.code() != "NOT_FOUND")) throw;
  }
  if (!id.empty() && practices.empty()) {
    throw Failure(Exit::kNotFound, "NO_SUCH_PRACTICE", "there is no practice called " + sanitise_line(id),
                  "duolog practices lists them");
  }
  return practices;
}

std::string command_of(const control::Practice& practice) {
  return (find_practice_verb(practice.id()) == nullptr ? "duolog do " : "duolog ") + typeable(practice.id());
}

Exit list_practices(const Context& context) {
  auto& out = context.out;
  std::string text;
  for (const auto& practice : ask_for_practices(context, {})) {
    if (out.json()) {
      out.line(to_json(practice));
      continue;
    }
    text += out.style().strong(command_of(practice)) + "\n";
    auto line = practice_text(practice.id(), practice.title()) + " · " + sanitise_line(practice.rhythm()) + ", " +
                sanitise_line(practice.sharing());
    if (practice.own()) line += " · your own";
    if (!practice.last_answered().empty()) line += " · last " + period_text(practice.last_answered());
    text += paragraph(line, 2, out.width());
  }
  if (!out.json())
    out.print(text + "\nduolog practices show ID says more; duolog guide has a page about most of them\n");
  return Exit::kDone;
}

std::string field_text(const control::FormField& field) {
  auto text = sanitise_line(field.id()) + ": " + sanitise(field.question());
  if (field.kind() == "scale") text += fmt::format(" ({} to {})", field.low(), field.high());
  std::string choices;
  for (const auto& choice : field.choices()) {
    const auto label = sanitise_line(label_of(field, choice));
    choices += (choices.empty() ? "" : ", ") + sanitise_line(choice) + (label == choice ? "" : ": " + label);
  }
  if (!choices.empty()) text += " (" + choices + ")";
  if (field.kind() == "list" && choices.empty()) text += fmt::format(" (at least {})", field.at_least());
  return text + (field.optional() ? " (may be left out)" : "");
}

template <class Manners>
std::string manners_text(const std::string& title, const Manners& manners, std::size_t width) {
  std::string text;
  for (const auto& manner : manners) {
    text +=
        paragraph("duolog reply ID " + manner_option(manner.manner()) + ": " + sanitise_line(manner.label()), 2, width);
  }
  return text.empty() ? text : "\n" + title + "\n" + text;
}

std::string practice_page(const control::Practice& practice, const Output& out) {
  const auto width = out.width();
  auto text = out.style().strong(practice_text(practice.id(), practice.title())) + "\n" +
              paragraph(sanitise_line(practice.rhythm()) + ", " + sanitise_line(practice.sharing()) + " · " +
                            command_of(practice),
                        0, width) +
              "\n" + paragraph(sanitise(practice.why()), 0, width);
  if (!practice.before().empty()) text += "\n" + paragraph(sanitise(practice.before()), 0, width);
  text += "\nwhat it asks\n";
  for (const auto& field : practice.form()) text += paragraph(field_text(field), 2, width);
  return text + manners_text("how the other may answer", practice.replies(), width) +
         manners_text("how it may be followed up", practice.steps(), width);
}

Exit show_practice(const Context& context, const PracticesOptions& options) {
  const auto practice = ask_for_practices(context, options.what).front();
  auto& out = context.out;
  if (out.json()) {
    out.line(to_json(practice));
  } else if (options.toml) {
    out.print(sanitise(practice.toml()) + (practice.toml().ends_with('\n') ? "" : "\n"));
  } else {
    out.print(practice_page(practice, out));
  }
  return Exit::kDone;
}

// ---- one's own ----

control::Reply import(const Context& context, const std::string& toml, const std::string& file, bool try_only) {
  control::Request request;
  auto& import = *request.mutable_import_practice();
  import.set_toml(toml);
  import.set_file(file);
  import.set_journal(context.globals.journal);
  import.set_try_only(try_only);
  return context.daemon.ask_one(request, kDurable);
}

void print_kept(const Context& context, const control::Reply& reply) {
  auto& out = context.out;
  const auto& saved = reply.saved();
  if (out.json()) return out.line(to_json(saved));
  const auto who = saved.visibility() == "shared" ? "shared with " + sanitise_line(saved.shared_with())
                                                  : sanitise_line(saved.visibility());
  out.line("kept" + (who.empty() ? "" : " · " + who) + " · duolog practices lists it");
}

std::string text_of(const std::string& file) {
  if (file == "-") return checked_text(read_standard_input());
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw Failure(Exit::kFailed, "NO_FILE",
                  "the file " + sanitise_line(file) + " cannot be read: " + std::strerror(errno),
                  "duolog practices import FILE, or - for standard input");
  }
  std::string text;
  std::array<char, 1 << 12> bytes{};
  while (text.size() <= kTextLimit && (in.read(bytes.data(), bytes.size()), in.gcount() > 0)) {
    text.append(bytes.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (text.size() > kTextLimit) throw too_long(kTextLimit);
  return checked_text(std::move(text));
}

Exit import_practice(const Context& context, const PracticesOptions& options) {
  const auto text = text_of(options.what);
  print_kept(context, import(context, text, options.what == "-" ? "standard input" : options.what, false));
  return Exit::kDone;
}

Draft page_to_write(const Context& context) {
  for (const auto& draft : Draft::abandoned(kPracticeDraft)) {
    const auto what = "a page you did not finish is still in memory (" + draft.described() + ")";
    if (!context.globals.yes && ask_yes(what + "; go on with it?", true)) return draft;
  }
  return Draft::make(kPracticePage, kPracticeDraft);
}

// True: it is a practice. False: the person wants to go on another time.
bool looked_through(const Context& context, const Draft& draft) {
  for (;;) {
    draft.edit();
    const auto text = draft.read();
    if (text == kPracticePage) return true;
    try {
      import(context, text, std::string(kPracticeDraft.file), true);
      context.daemon.disconnect();
      return true;
    } catch (const Failure& failure) {
      if (failure.code() != "BAD_PRACTICE" && failure.code() != "BAD_UTF8" && failure.code() != "TOO_LONG") throw;
      say_wrapped(std::string(failure.what()) + "\n");
    }
    context.daemon.disconnect();
    if (!ask_yes("open the editor again?", true)) return false;
  }
}

Exit new_practice(const Context& context) {
  if (!can_ask()) throw needs_an_answer("practices new opens an editor", "duolog practices import FILE");
  context.daemon.open_status();
  context.daemon.disconnect();  // an hour in the editor needs no open line
  const auto draft = page_to_write(context);
  try {
    if (!looked_through(context, draft)) {
      say_wrapped(draft.kept_hint() + "\n");
      return Exit::kDone;
    }
    const auto text = draft.read();
    if (text == kPracticePage) {
      draft.shred();
      context.out.line("nothing was changed, so nothing is kept");
      return Exit::kDone;
    }
    print_kept(context, import(context, text, std::string(kPracticeDraft.file), false));
    draft.shred();
    return Exit::kDone;
  } catch (const Failure& failure) {
    throw failure.with_hint(draft.kept_hint());
  }
}

}  // namespace

Exit practices(Context& context, const PracticesOptions& options) {
  const auto& action = options.action;
  const bool wants_more = action == "show" || action == "import";
  if (wants_more == options.what.empty()) {
    throw wrong_usage(
        wants_more ? action + " takes one more word" : "one word too many: " + sanitise_line(options.what),
        "duolog practices --help shows how");
  }
  if (action == "show") return show_practice(context, options);
  if (action == "import") return import_practice(context, options);
  if (action == "new") return new_practice(context);
  return list_practices(context);
}

}  // namespace duolog::client
