// mailbox: on which machine the two leave for each other what they have written, when they are never online together.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "client/ask.h"
#include "client/delivery.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::MailboxReport;

// As pasted, or read from where it does not stand in the shell's history. A terminal may have broken it into lines.
std::string link_of(const MailboxOptions& options) {
  std::string link;
  for (const auto& word : options.words) link += word;
  if (link.empty() && !can_ask())
    throw needs_an_answer("mailbox add wants the link that duolog-mailbox link prints", "duolog mailbox add LINK");
  if (link.empty()) link = ask_line("the link that duolog-mailbox link has printed: ").value_or("");
  std::erase_if(link, [](unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
  if (link.empty()) throw wrong_usage("no link was given; nothing was changed", "duolog-mailbox link prints it");
  return link;
}

MailboxReport ask_for(Context& context, control::Request& request) {
  return context.daemon.ask_one(request, kDurable).mailboxes();
}

void print(Context& context, const MailboxReport& report) {
  auto& out = context.out;
  if (out.json()) return out.line(to_json(report));
  if (report.mailboxes().empty())
    return out.print(paragraph("no journal of yours goes through a mailbox", 0, out.width()));
  for (const auto& line : mailbox_lines(report.mailboxes())) out.print(paragraph(line, 0, out.width()));
}

void refuse_words(const MailboxOptions& options) {
  if (!options.words.empty())
    throw wrong_usage("mailbox " + options.action + " takes no link", "-j names a journal where you have several");
}

Exit add(Context& context, const MailboxOptions& options) {
  control::Request request;
  auto& asked = *request.mutable_mailbox_add();
  asked.set_link(link_of(options));
  asked.set_journal(context.globals.journal);
  const MailboxReport report = ask_for(context, request);
  print(context, report);
  if (context.out.json()) return Exit::kDone;
  context.out.print(
      paragraph("what the other lacks is left there from now on, sealed; the mailbox sees sizes and times. "
                "do the same on the other's device, and on each of yours",
                0, context.out.width()));
  return Exit::kDone;
}

Exit remove(Context& context, const MailboxOptions& options) {
  refuse_words(options);
  control::Request request;
  request.mutable_mailbox_remove()->set_journal(context.globals.journal);
  print(context, ask_for(context, request));
  if (context.out.json()) return Exit::kDone;
  context.out.print(paragraph("what lies there stays until its time is over; nobody can open it but the two of you", 0,
                              context.out.width()));
  return Exit::kDone;
}

}  // namespace

Exit mailbox(Context& context, const MailboxOptions& options) {
  if (options.action == "add") return add(context, options);
  if (options.action == "remove") return remove(context, options);
  refuse_words(options);
  control::Request request;
  request.mutable_mailbox_list();
  print(context, ask_for(context, request));
  return Exit::kDone;
}

}  // namespace duolog::client
