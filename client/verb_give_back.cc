// pair --restore: the other person has lost every device and comes back with their 24 words. Armed by hand, once:
//
//   window ─► (wrong code ─► window) … ─► visitor who has the words ─► yes/no ─► restored
// SPDX-License-Identifier: GPL-3.0-or-later
#include <utility>

#include "client/ask.h"
#include "client/joining.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/pairing_screen.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::PairEvent;

constexpr const char* kStopped = "stopped; the window is closed and nothing was given back";

class GivingBack : Joining {
 public:
  using Joining::Joining;

  void run() {
    if (!context_.out.json()) print_before();
    control::Request request;
    auto& asked = *request.mutable_pair();
    asked.set_restore(true);
    asked.set_accept_anyone(context_.globals.yes);
    // Five minutes at an open device are not enough to let somebody in.
    for (auto reply = begin(request, *asked.mutable_passphrase());; reply = next(kStopped)) {
      show(reply.pair());
      context_.out.flush();
      if (reply.pair().has_restored()) return;
      if (reply.pair().has_visitor()) decide(reply.pair().visitor());
    }
  }

 private:
  void print_before() {
    auto& out = context_.out;
    out.print(
        paragraph("this gives what you two share back to the other person, on a new device. do it only while "
                  "you speak with each other and are sure who it is: whoever comes needs the code and the "
                  "other's 24 words.",
                  0, out.width()));
  }

  void show(const PairEvent& event) {
    auto& out = context_.out;
    if (out.json()) return print_json(event);
    switch (event.event_case()) {
      case PairEvent::kWindow:
        print_window(out, visitor_, event.window(), {"duolog recover", "the new computer", "for when you are apart"});
        break;
      case PairEvent::kWrong:
        print_wrong(out, event.wrong());
        break;
      case PairEvent::kVisitor:
        print_visitor(event.visitor());
        break;
      case PairEvent::kRestored:
        print_restored(event.restored());
        break;
      default:
        break;
    }
  }

  void print_visitor(const PairEvent::Visitor& visitor) {
    auto& out = context_.out;
    visitor_ = sanitise_line(visitor.name());
    out.print("\nsomebody who has the 24 words of " + out.style().person(visitor_) +
              " is there, on a device that it calls \"" + sanitise_line(visitor.device_name()) + "\"\n");
    print_known(visitor);
    out.print(paragraph("let " + visitor_ + " read these four words out to you before you say yes:", 0, out.width()));
    out.print("      " + out.style().strong(four_words(visitor.words())) + "\n");
  }

  // Who still has a device needs nothing of this, and a thief of the words would come while it is in use.
  void print_known(const PairEvent::Visitor& visitor) {
    auto& out = context_.out;
    if (visitor.known().empty()) return;
    out.print(paragraph("what " + visitor_ + " has had until now, and has lost if this is right:", 0, out.width()));
    for (const auto& device : visitor.known()) {
      const std::string seen = device.connected()           ? "connected at this moment"
                               : device.last_seen().empty() ? "never met"
                                                            : "last seen " + near(device.last_seen(), today());
      out.print(paragraph(sanitise_line(device.name()) + " · " + seen, 2, out.width()));
    }
  }

  void print_restored(const PairEvent::Restored& restored) {
    auto& out = context_.out;
    const auto name = sanitise_line(restored.name());
    out.print("\n" + out.style().strong(name + " is back, on " + sanitise_line(restored.device())) + "\n");
    out.print(paragraph("what you two share goes over now: leave both on for a while. every other device of " + name +
                            "'s, and of yours, is told. a lost one is locked out by " + name +
                            " from there: duolog device remove",
                        0, out.width()));
  }

  // --yes speaks for the one guess of a code. A link can be passed on: somebody looks, or nothing is given back.
  void decide(const PairEvent::Visitor& visitor) {
    const auto accepted = ask_about_visitor(
        "is it " + sanitise_line(visitor.name()) + ", and shall that device read and write all that you two share?",
        "a visitor by link is never let back in unasked: answer at a terminal, or use the code\n", kStopped);
    if (!accepted || *accepted || context_.out.json()) return;
    context_.out.line("nothing was given back");
    context_.out.flush();
    visitor_.clear();
  }

  std::string visitor_;  // who is there, until they have what is theirs or not; sanitised
};

}  // namespace

Exit give_back(Context& context, const PairOptions& options) {
  if (!options.invitation.empty() || !options.picture.empty() || !options.at.empty()) {
    throw wrong_usage("pair --restore shows a code and takes none", "on the new computer: duolog recover CODE");
  }
  if (!options.relationship.empty() || !options.name.empty()) {
    throw wrong_usage("pair --restore gives back a journal that has its name already", "leave the rest out");
  }
  if (!context.globals.yes && !can_ask()) {
    throw needs_an_answer("pair --restore asks whether to let the other person back in",
                          "--yes lets in whoever has the code and the words");
  }
  GivingBack(context).run();
  return Exit::kDone;
}

}  // namespace duolog::client
