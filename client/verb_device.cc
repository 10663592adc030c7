// device: one's own devices. list and remove are questions and answers; add and join are two screens, as with pair:
//
//   add    window ─► (wrong code ─► window) … ─► visitor ─► yes/no ─► arrived
//   join   progress … ─► let in ─► fetching … ─► arrived
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <functional>
#include <utility>

#include "client/ask.h"
#include "client/invitation.h"
#include "client/joining.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/new_home.h"
#include "client/pairing_screen.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::OwnDevice;
using control::PairEvent;

std::string day_of_moment(const std::string& rfc3339) {
  const auto days = days_of(rfc3339);
  return days ? day_text(*days) : std::string();
}

std::string name_of(const OwnDevice& device) {
  const auto name = sanitise_line(device.name());
  return name.empty() ? short_id(device.id()) : name;
}

// ---- list ----

std::string paired_text(const OwnDevice& device) {
  const auto day = day_of_moment(device.added_at());
  if (device.paired_by().empty()) return day.empty() ? std::string() : " · since " + day;
  if (device.paired_by() == "words") return " · with your words" + (day.empty() ? "" : ", " + day);
  return " · paired by " + sanitise_line(device.paired_by()) + (day.empty() ? "" : ", " + day);
}

std::string seen_text(const OwnDevice& device) {
  if (device.self()) return {};
  if (device.connected()) return " · connected";
  return device.last_seen().empty() ? " · not met yet" : " · met " + near(device.last_seen(), today());
}

// Who let it in did so behind the notebook's back, or has not told it yet.
std::string only_text(const OwnDevice& device) {
  std::string names;
  for (const auto& journal : device.only_in()) names += (names.empty() ? "" : ", ") + sanitise_line(journal);
  return names.empty() ? std::string() : " · known in " + names + " alone: is it yours?";
}

std::string device_line(const OwnDevice& device) {
  const auto name = name_of(device);
  const auto id = " · " + short_id(device.id());
  if (device.state() == "removed") {
    const auto day = day_of_moment(device.removed_at());
    return name + (device.self() ? " · this one" : "") + " · removed" + (day.empty() ? "" : " " + day) + id;
  }
  std::string text = name + (device.self() ? " · this one" : "") + paired_text(device) + seen_text(device);
  if (device.state() == "frozen") text += " · a copy of it has written elsewhere: it is frozen";
  text += only_text(device);
  if (device.state() == "over") text += " · one too many: what is new does not reach it";
  return text + id;
}

Exit list(Context& context) {
  context.daemon.open_status();
  control::Request request;
  request.mutable_device_list();
  const auto reply = context.daemon.ask_one(request);
  auto& out = context.out;
  if (out.json()) {
    for (const auto& device : reply.devices().devices()) out.line(to_json(device));
    return Exit::kDone;
  }
  out.line(out.style().strong("your devices"));
  for (const auto& device : reply.devices().devices()) out.print(paragraph(device_line(device), 2, out.width()));
  if (reply.devices().devices_size() == 1) out.line("duolog device add lets another one in");
  return Exit::kDone;
}

// ---- add ----

class Adding : Joining {
 public:
  using Joining::Joining;

  void run() {
    control::Request request;
    request.mutable_device_add()->set_accept_anyone(context_.globals.yes);
    auto reply = begin(request, *request.mutable_device_add()->mutable_passphrase());
    for (;;) {
      const auto& event = reply.pair();
      show(event);
      context_.out.flush();
      if (event.has_arrived()) return;
      if (event.has_visitor()) decide(event.visitor());
      reply = next("stopped; the window is closed and nobody was let in");
    }
  }

 private:
  void show(const PairEvent& event) {
    auto& out = context_.out;
    if (out.json()) return print_json(event);
    switch (event.event_case()) {
      case PairEvent::kWindow:
        print_window(out, visitor_, event.window(),
                     {"duolog device join", "your other computer", "where you cannot type a code"});
        break;
      case PairEvent::kWrong:
        print_wrong(out, event.wrong());
        break;
      case PairEvent::kVisitor:
        print_visitor(event.visitor());
        break;
      case PairEvent::kArrived:
        print_arrived(event.arrived());
        break;
      default:
        break;
    }
  }

  void print_visitor(const PairEvent::Visitor& visitor) {
    auto& out = context_.out;
    visitor_ = sanitise_line(visitor.device_name());
    if (visitor_.empty()) visitor_ = "a device";
    out.print("\na device called " + out.style().strong(visitor_) + " is there\n");
    out.print(paragraph("compare these four words with those on its screen before you say yes:", 0, out.width()));
    out.print("      " + out.style().strong(four_words(visitor.words())) + "\n");
  }

  void print_arrived(const PairEvent::Arrived& arrived) {
    auto& out = context_.out;
    const auto device = sanitise_line(arrived.device());
    out.print("\n" + out.style().strong((device.empty() ? "it" : device) + " is one of your devices now") + "\n");
    out.print(
        paragraph("it fetches your notebook and everything you share; leave both on for a while", 0, out.width()));
  }

  // --yes speaks for the one guess of a code. A link can be passed on: somebody looks, or nobody is let in.
  void decide(const PairEvent::Visitor& visitor) {
    if (visitor.by() != "link" && context_.globals.yes) return;
    const auto accepted = ask_about_visitor(
        "is it yours, and shall it read and write everything you can?",
        "a link for a device of one's own is never let in unasked: answer at a terminal, or use the code\n",
        "stopped; the window is closed and nobody was let in");
    if (!accepted || *accepted || context_.out.json()) return;
    context_.out.line(visitor_ + " was not let in");
    context_.out.flush();
    visitor_.clear();
  }

  std::string visitor_;  // who is there, until it is let in or not; sanitised
};

Exit add(Context& context) {
  if (!context.globals.yes && !can_ask()) {
    throw needs_an_answer("device add asks whether it is your device", "--yes lets in whoever has the code");
  }
  context.daemon.open_status();
  Adding(context).run();
  return Exit::kDone;
}

// ---- join ----

class Arriving : ComingIn {
 public:
  using ComingIn::ComingIn;

  void run(control::Request& request) {
    {
      const Wiped wiped(*request.mutable_device_join()->mutable_passphrase());
      context_.daemon.send(request);
    }
    come_in(
        {"stopped; nothing was kept", "stopped looking on; this device is one of yours, and the rest comes by itself",
         "\nyour other device has let this one in", "your other device"},
        [this](const PairEvent::Arrived& arrived) { print_arrived(arrived); });
  }

 private:
  void print_arrived(const PairEvent::Arrived& arrived) {
    auto& out = context_.out;
    out.print("\n" +
              out.style().strong("this is now a device of " + sanitise_line(arrived.name()) +
                                 "'s: " + sanitise_line(arrived.device())) +
              "\n");
    out.print(paragraph(
        arrived.complete()
            ? fmt::format("all of it is here: {} records. your 24 words are not: they are on paper, or on the device "
                          "you began with",
                          arrived.records())
            : "what is missing comes by itself as soon as this device and another of yours are on: duolog sync",
        0, out.width()));
    out.print(paragraph(arrived.locked_by() == "passphrase"
                            ? "the passphrase that you have just given opens it here"
                            : "a key file opens it: whoever takes this disk reads it (duolog passphrase changes that)",
                        0, out.width()));
  }
};

std::string invitation_of(const DeviceOptions& options) {
  if (!options.picture.empty() && !options.words.empty()) {
    throw wrong_usage("a picture and a code at once: which of them?",
                      "duolog device join --qr PICTURE, or duolog device join CODE");
  }
  auto invitation = options.picture.empty() ? invitation_text(options.words) : link_in_picture(options.picture);
  if (invitation.empty() && can_ask()) {  // and it stays out of the shell's history
    const auto line = ask_line("the code or the link that your other device shows: ");
    if (!line) throw interrupted("stopped; nothing was kept");
    invitation = invitation_text({*line});
  }
  if (invitation.empty()) {
    throw wrong_usage("device join wants the code or the link that your other device shows",
                      "there: duolog device add. here: duolog device join CODE");
  }
  return invitation;
}

Exit join(Context& context, const DeviceOptions& options) {
  control::Request request;
  auto& asked = *request.mutable_device_join();
  asked.set_invitation(invitation_of(options));
  asked.set_at(options.at);
  if (!context.globals.yes && context.globals.passphrase_file.empty() && !can_ask()) {
    throw needs_an_answer("device join asks for a passphrase of this home",
                          "--passphrase-file FILE, or --yes for a key file");
  }
  if (context.daemon.status().initialised()) throw refusal(control::Error::ALREADY_INITIALISED);
  // Asked first: no secret of the other device's waits for somebody to type.
  asked.set_device_name(options.name.empty() ? host_name() : checked_name(options.name));
  asked.set_passphrase(passphrase_of_new_home(context).copy());
  Arriving(context).run(request);
  return Exit::kDone;
}

// ---- remove ----

control::DeviceRemoved remove(Context& context, const std::string& which, const SecretText& passphrase,
                              bool look_only) {
  control::Request request;
  auto& asked = *request.mutable_device_remove();
  const Wiped wiped(*asked.mutable_passphrase());
  asked.set_device(which);
  asked.set_passphrase(passphrase.copy());
  asked.set_look_only(look_only);
  return std::move(*context.daemon.ask_one(request, kSlow).mutable_device_removed());
}

std::string before_text(const control::DeviceRemoved& found, std::size_t width) {
  const auto name = name_of(found.device());
  std::string text = paragraph(
      fmt::format("from now on nothing new reaches {0}, here or at the other's, as soon as each of your devices has "
                  "heard of it. what it holds stays on it: {1} records that it could read.",
                  name, found.records()),
      0, width);
  for (const auto& other : found.let_in()) {
    text +=
        paragraph(name + " had let in: " + name_of(other) + ". is that one yours? it is asked about next", 0, width);
  }
  return text;
}

std::string after_text(const control::DeviceRemoved& removed, std::size_t width) {
  const auto listed = [](const auto& names) {
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : ", ") + sanitise_line(name);
    return text;
  };
  std::string waits;
  if (removed.waits_size() > 0)
    waits = paragraph(
        fmt::format(
            "NOT yet in: {}. that is still to be read on this device, or to meet the others after a restore; {} is "
            "removed there, by itself, as soon as it has: duolog sync, or duolog bundle import. until then what is new "
            "there may reach it",
            listed(removed.waits()), name_of(removed.device())),
        0, width);
  std::string mailboxes;
  if (removed.mailboxes_size() > 0)
    mailboxes = paragraph(
        fmt::format("it still has the link of the mailbox at {}: it reads nothing new there, and can see how much lies "
                    "there and fill it. make a new link there (duolog-mailbox link --new) and add that here and at the "
                    "other's: duolog mailbox add",
                    listed(removed.mailboxes())),
        0, width);
  return paragraph(name_of(removed.device()) + " is removed. new keys for: " + listed(removed.journals()), 0, width) +
         waits + mailboxes +
         paragraph(
             "it still has what it had until now. if it was taken from you, what is on it is as safe as its "
             "passphrase",
             0, width);
}

void remove_one(Context& context, const std::string& id) {
  control::DeviceRemoved removed;
  with_known_passphrase(context,
                        [&](const SecretText& passphrase) { removed = remove(context, id, passphrase, false); });
  context.out.print(context.out.json() ? to_json(removed) + "\n" : after_text(removed, context.out.width()));
  context.out.flush();
}

Exit remove(Context& context, const DeviceOptions& options) {
  if (options.words.empty()) {
    throw wrong_usage("device remove wants the name of a device, or its id", "duolog device list shows them");
  }
  std::string which;
  for (const auto& word : options.words) which += (which.empty() ? "" : " ") + word;
  if (!context.globals.yes && !can_ask()) throw needs_an_answer("device remove asks once more", "--yes removes it");
  context.daemon.open_status();
  const auto found = remove(context, which, SecretText(), true);
  if (found.device().state() == "removed") {
    if (!context.out.json()) context.out.line(name_of(found.device()) + " is removed already");
    return Exit::kDone;
  }
  if (!context.globals.yes) {
    say(before_text(found, context.out.width()));
    if (!ask_yes("remove " + name_of(found.device()) + "?", false)) throw interrupted("stopped; nothing was removed");
  }
  remove_one(context, found.device().id());
  for (const auto& other : found.let_in()) {
    if (context.globals.yes || context.out.json()) {
      say_wrapped(name_of(found.device()) + " had let in " + name_of(other) + ", which stays: duolog device remove " +
                  short_id(other.id()) + "\n");
    } else if (ask_yes(name_of(found.device()) + " had let in " + name_of(other) + ". remove it as well?", false)) {
      remove_one(context, other.id());
    }
  }
  return Exit::kDone;
}

}  // namespace

Exit device(Context& context, const DeviceOptions& options) {
  const bool joins = options.action == "join";
  if (!joins && (!options.picture.empty() || !options.at.empty() || !options.name.empty())) {
    throw wrong_usage("--qr, --at and --name belong to device join", "duolog device --help");
  }
  if ((options.action == "add" || options.action == "list") && !options.words.empty()) {
    throw wrong_usage("device " + options.action + " takes no such word", "duolog device --help");
  }
  if (options.action == "add") return add(context);
  if (joins) return join(context, options);
  if (options.action == "remove") return remove(context, options);
  return list(context);
}

}  // namespace duolog::client
