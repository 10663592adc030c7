// pair: two people, two screens, one order: first the one who invites, then the other.
//
//   host    window ─► (wrong code ─► window) … ─► visitor ─► yes/no ─► paired
//   joiner  progress … ─► paired
// The window lives as long as this connection: Ctrl-C, a closed terminal and a kill all close it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <utility>

#include "client/ask.h"
#include "client/interrupts.h"
#include "client/invitation.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/pairing_screen.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::PairEvent;

// ---- one pairing ----

class Pairing {
 public:
  Pairing(Context& context, bool hosting) : context_(context), hosting_(hosting) {}

  PairEvent::Paired run(control::Request& request) {
    auto& daemon = context_.daemon;
    daemon.send(request);
    for (;;) {
      wait_for_news();
      auto reply = daemon.receive(std::nullopt);
      if (!reply.has_pair()) continue;
      auto& event = *reply.mutable_pair();
      show(event);
      context_.out.flush();
      if (event.has_paired()) return std::move(*event.mutable_paired());
      if (event.has_visitor() && !request.pair().accept_anyone()) decide(event.visitor());
    }
  }

 private:
  void wait_for_news() {
    if (!context_.daemon.has_reply() && interrupts_.come_before(context_.daemon.socket())) throw stopped();
  }
  [[nodiscard]] Failure stopped() const {
    if (context_.out.terminal()) say("\n");  // after the ^C
    return interrupted(hosting_ ? "stopped; the window is closed and nothing was kept" : "stopped; nothing was kept");
  }

  void decide(const PairEvent::Visitor& visitor) {
    const auto question = "let " + sanitise_line(visitor.name()) + " in?";
    const auto decision = context_.daemon.has_reply()
                              ? Decision::kNews
                              : ask_yes_meanwhile(question, context_.daemon.socket(), interrupts_);
    if (decision == Decision::kNews) return;  // they left, or the time is over: the next reply says
    if (decision == Decision::kInterrupted) {
      interrupts_.take();
      throw stopped();
    }
    control::Request request;
    request.mutable_pair_decision()->set_accept(decision == Decision::kYes);
    context_.daemon.send(request);
    if (decision == Decision::kYes || context_.out.json()) return;
    context_.out.line(sanitise_line(visitor.name()) + " was not let in");
    context_.out.flush();
    visitor_.clear();
  }

  void show(const PairEvent& event) {
    auto& out = context_.out;
    if (out.json()) {
      // The window is what scripts wait for first: its fields stand alone.
      out.line(event.has_window() ? to_json(event.window()) : to_json(event));
      return;
    }
    switch (event.event_case()) {
      case PairEvent::kWindow:
        print_window(out, visitor_, event.window(), {"duolog pair", "the other computer", "for when you are apart"});
        break;
      case PairEvent::kWrong:
        print_wrong(out, event.wrong());
        break;
      case PairEvent::kVisitor:
        visitor_ = sanitise_line(event.visitor().name());
        print_visitor(event.visitor());
        break;
      case PairEvent::kProgress:
        print_progress(event.progress());
        break;
      case PairEvent::kPaired:
        print_paired(event.paired());
        break;
      case PairEvent::kArrived:  // of duolog device and duolog recover
      case PairEvent::kRestored:
      case PairEvent::EVENT_NOT_SET:
        break;
    }
  }

  void print_visitor(const PairEvent::Visitor& visitor) {
    auto& out = context_.out;
    const auto name = sanitise_line(visitor.name());
    out.print("\n" + out.style().person(name) + " is there, on " + sanitise_line(visitor.device_name()) + "\n");
    if (visitor.words_size() == 0) return;
    out.print(paragraph(visitor.by() == "link"
                            ? "compare these four words with those on " + name + "'s screen before you say yes:"
                            : "the same four words are on " + name + "'s screen:",
                        0, out.width()));
    out.print("      " + out.style().strong(four_words(visitor.words())) + "\n");
  }

  void print_progress(const PairEvent::Progress& progress) {
    steps_.print(context_.out, progress, "the other person", context_.globals.verbose);
  }

  void print_paired(const PairEvent::Paired& paired) {
    auto& out = context_.out;
    out.print("\n" + out.style().strong("you and " + sanitise_line(paired.name()) + " share a journal now") + "\n");
    out.print(paragraph("it is called " + sanitise_line(paired.journal()) +
                            " here. nothing you wrote before is in it; your notebook stays yours",
                        0, out.width()));
  }

  Context& context_;
  bool hosting_;
  std::string visitor_;  // who is there, until they are let in or not; sanitised
  JoinSteps steps_;
  Interrupts interrupts_;
};

// ---- before and after ----

control::Request request_for(const Context& context, const PairOptions& options) {
  control::Request request;
  auto& pair = *request.mutable_pair();
  if (!options.picture.empty()) {
    if (!options.invitation.empty()) {
      throw wrong_usage("a picture and a code at once: which of them?",
                        "duolog pair --qr PICTURE, or duolog pair CODE");
    }
    pair.set_invitation(link_in_picture(options.picture));
  } else {
    pair.set_invitation(invitation_text(options.invitation));
  }
  pair.set_at(options.at);
  pair.set_relationship(pair.invitation().empty() && options.relationship.empty() ? "partner" : options.relationship);
  pair.set_journal_name(options.name);
  pair.set_accept_anyone(context.globals.yes);
  return request;
}

void check_sense(const Context& context, const control::Pair& pair) {
  const bool hosting = pair.invitation().empty();
  if (hosting && !pair.at().empty()) {
    throw wrong_usage("--at says where the other computer is, and belongs beside a code", "duolog pair CODE --at HOST");
  }
  if (!hosting && !pair.relationship().empty()) {
    throw wrong_usage("--relationship is said by the one who invites", "leave it out here");
  }
  if (hosting && !context.globals.yes && !can_ask()) {
    throw needs_an_answer("pair asks whether to let the other person in", "--yes lets in whoever has the code");
  }
}

// Who reads what is written from now on is never left to guessing.
void settle_where_write_goes(Context& context, const PairEvent::Paired& paired) {
  const auto name = sanitise_line(paired.name());
  bool shared = true;
  if (!context.globals.yes && can_ask()) {
    say("\n" + paragraph("from now on duolog write can write to " + name +
                             ", or into your notebook for you alone "
                             "(--private and -j choose each time).",
                         0, context.out.width()));
    shared = ask_yes("share with " + name + " unless you say otherwise?", true);
  }
  control::Request request;
  request.mutable_configure()->set_write_to(shared ? paired.journal() : "notebook");
  context.daemon.ask_one(request);
  if (context.out.json()) return;
  context.out.print(shared ? "duolog write: shared with " + name + " from now on\n"
                           : "duolog write: private from now on; -j " + typeable(paired.journal()) + " shares\n");
  context.out.line("next: duolog write, and duolog checkin together");
}

}  // namespace

Exit pair(Context& context, const PairOptions& options) {
  if (options.restore) return give_back(context, options);
  auto request = request_for(context, options);
  check_sense(context, request.pair());
  const bool hosting = request.pair().invitation().empty();
  context.daemon.open_status();  // whoever waits for a visitor must know that somebody listens
  PairEvent::Paired paired;
  {
    Pairing pairing(context, hosting);
    paired = pairing.run(request);
  }
  settle_where_write_goes(context, paired);
  return Exit::kDone;
}

}  // namespace duolog::client
