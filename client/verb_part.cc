// part: a shared journal is left, kept to be read or forgotten. Short, and without a word to anybody: whoever leaves
// may have no more than a moment. It asks once.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "client/ask.h"
#include "client/form_draft.h"
#include "client/joining.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::PartReport;

std::string entries(std::uint32_t count) { return fmt::format("{} {}", count, count == 1 ? "entry" : "entries"); }

std::string journal_of(const PartReport& report) { return sanitise_line(report.journal()); }

std::string other_of(const PartReport& report) {
  const auto name = sanitise_line(report.other());
  return name.empty() ? "the other" : name;
}

PartReport ask_daemon(const Context& context, control::Part part) {
  part.set_journal(context.globals.journal);
  control::Request request;
  *request.mutable_part() = std::move(part);
  return std::move(*context.daemon.ask_one(request, kDurable).mutable_parted());
}

PartReport look(const Context& context) {
  control::Part part;
  part.set_look_only(true);
  try {
    return ask_daemon(context, part);
  } catch (const Failure& failure) {
    if (failure.code() != "AMBIGUOUS") throw;
    throw wrong_usage("there is more than one shared journal: which?", "-j NAME; duolog status lists them");
  }
}

// A line reaches only who is there.
void require_somebody_to_tell(const Context& context, const PartReport& found) {
  const auto status = context.daemon.open_status();
  const auto is_there = [&](const control::Peer& peer) {
    return peer.journal() == found.journal() && peer.connected() && !peer.own();
  };
  if (std::ranges::any_of(status.peers(), is_there)) return;
  throw Failure(Exit::kFailed, "NOBODY_TO_TELL",
                other_of(found) + "'s device is not connected, and nothing can be told now; nothing was changed",
                "without --tell it is done at once; or later, when duolog status shows it connected");
}

// ---- before ----

std::string what_ends(const PartReport& found) {
  std::string text;
  if (found.not_delivered() > 0)
    text += fmt::format("{} of yours not yet on {}'s device, and would not get there any more. ",
                        found.not_delivered() == 1 ? "1 is" : fmt::format("{} are", found.not_delivered()),
                        other_of(found));
  if (found.attachments_lacking() > 0)
    text +=
        fmt::format("{} not here yet, and would not come any more. ",
                    found.attachments_lacking() == 1 ? "1 attachment is"
                                                     : fmt::format("{} attachments are", found.attachments_lacking()));
  return text;
}

std::string what_they_see(const PartOptions& options, const PartReport& found) {
  return options.tell ? other_of(found) + " sees a line about it. "
                      : other_of(found) + " is told nothing, and sees that this device is away. ";
}

bool keeps(const Context& context, const PartOptions& options, const PartReport& found) {
  if (context.globals.yes) return true;
  if (!can_ask()) throw needs_an_answer("part asks once whether it is meant", "--yes says so");
  say(paragraph(what_ends(found) + what_they_see(options, found) +
                    "what is here stays to be read: " + entries(found.entries()) +
                    ". nothing is written there any more, sent or fetched, and this cannot be undone.",
                0, context.out.width()));
  return ask_yes("part from " + journal_of(found) + "?", false);
}

bool forgets(const Context& context, const PartOptions& options, const PartReport& found) {
  if (options.count != 0 && options.count != found.entries()) {
    throw wrong_usage(fmt::format("{} holds {}, not {}; nothing was changed", journal_of(found),
                                  entries(found.entries()), options.count),
                      "duolog list -j " + typeable(found.journal()) + " shows them");
  }
  if (context.globals.yes && options.count == found.entries()) return true;
  if (!can_ask())
    throw needs_an_answer("part --forget asks whether it is meant", fmt::format("--yes --count {}", found.entries()));
  say(paragraph(
      what_ends(found) + what_they_see(options, found) +
          fmt::format("{} and what goes with them leave this device for good: {} yours, the rest {}'s. {}'s own "
                      "copy stays there, and so does every backup and export.",
                      entries(found.entries()), found.entries_of_mine(), other_of(found), other_of(found)),
      0, context.out.width()));
  say(paragraph("a book of it first: duolog export keepsake FILE -j " + typeable(found.journal()), 0,
                context.out.width()));
  return ask_line(fmt::format("{}; their number forgets them: ", entries(found.entries()))) ==
         std::to_string(found.entries());
}

// ---- after ----

std::string done_text(const PartReport& done) {
  if (done.state() == "forgotten") {
    return done.unfinished()
               ? journal_of(done) +
                     " cannot be read here any more, but the disk did not give all of it up yet; that goes "
                     "on by itself"
               : journal_of(done) + " is gone from this device";
  }
  return "you have parted from " + journal_of(done) + "; " + entries(done.entries()) +
         (done.entries() == 1 ? " stays" : " stay") + " to be read: duolog list -j " + typeable(done.journal());
}

std::string after_text(const Context& context, const PartOptions& options, const PartReport& done) {
  const auto width = context.out.width();
  std::string text = paragraph(done_text(done), 0, width);
  if (options.tell) {
    text += paragraph(
        done.told() ? other_of(done) + " was told" : other_of(done) + "'s device went away: perhaps they were not told",
        0, width);
  }
  if (done.write_to() == "notebook") text += paragraph("duolog write: private, into your notebook", 0, width);
  if (done.other_devices() > 0)
    text += paragraph(
        std::string("your other devices leave it when they meet this one, and go on until then") +
            (options.forget ? "; what they have stays there until it is forgotten there, too: duolog part --forget"
                            : ""),
        0, width);
  return text;
}

control::Part wanted(const Context& context, const PartOptions& options, const PartReport& found) {
  control::Part part;
  part.set_journal(context.globals.journal.empty() ? found.journal() : context.globals.journal);
  part.set_forget(options.forget);
  part.set_tell(options.tell);
  part.set_confirmed(options.forget ? found.entries() : 0);
  return part;
}

PartReport leave(Context& context, const PartOptions& options, const PartReport& found) {
  PartReport done;
  try {
    with_known_passphrase(context, [&](const SecretText& passphrase) {
      control::Request request;
      *request.mutable_part() = wanted(context, options, found);
      const Wiped wiped(*request.mutable_part()->mutable_passphrase());
      request.mutable_part()->set_passphrase(passphrase.copy());
      done = std::move(*context.daemon.ask_one(request, kSlow).mutable_parted());
    });
    return done;
  } catch (const Failure& failure) {
    if (failure.code() == "WANTS_CONFIRMING")
      throw Failure(Exit::kFailed, failure.code(), "something new has come into it meanwhile; nothing was changed",
                    "duolog part --forget shows how much is there now");
    const bool unheard = failure.code() == "DAEMON_HANGS" || failure.code() == "DAEMON_WENT_AWAY";
    if (unheard) throw failure.with_hint("duolog status shows whether it is done");
    throw;
  }
}

}  // namespace

Exit part(Context& context, const PartOptions& options) {
  if (options.keep == options.forget)
    throw wrong_usage("part wants to know what becomes of what is here",
                      "--keep to go on reading it, --forget to lose it");
  if (options.keep && options.count != 0) throw wrong_usage("--count belongs to --forget", "duolog part --help");
  context.daemon.open_status();
  const auto found = look(context);
  if (options.keep && found.state() == "kept") {
    context.out.line(context.out.json() ? to_json(found) : "you have parted from " + journal_of(found) + " already");
    return Exit::kDone;
  }
  if (options.tell && found.state() == "whole") require_somebody_to_tell(context, found);
  if (!(options.keep ? keeps(context, options, found) : forgets(context, options, found))) {
    context.out.line("nothing was changed");
    return Exit::kFailed;
  }
  const auto done = leave(context, options, found);
  if (options.forget) FormDraft::sweep(context.globals.home, done.journal());
  context.out.print(context.out.json() ? to_json(done) + "\n" : after_text(context, options, done));
  return Exit::kDone;
}

}  // namespace duolog::client
