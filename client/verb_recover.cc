// recover: every device is lost, and the 24 words and the other person are there. The words are asked for and looked at
// first: no minute of the other's passes while somebody reads them from paper.
//
//   words ─► name, passphrase ─► code ─► progress … ─► let back in ─► fetching … ─► arrived
//                                 ▲  └── a code that was wrong, or nobody there: asked for anew
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <utility>

#include "client/ask.h"
#include "client/invitation.h"
#include "client/joining.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/new_home.h"
#include "client/pairing_screen.h"
#include "client/sanitise.h"
#include "client/typed_words.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::PairEvent;

// ---- the way back ----

class ComingBack : public ComingIn {
 public:
  using ComingIn::ComingIn;

  void run(control::Request& request) {
    context_.daemon.send(request);
    come_in({"stopped; nothing was kept", "stopped looking on; you are back, and the rest comes by itself",
             "\nyou were let back in", "the other person"},
            [this](const PairEvent::Arrived& arrived) { print_arrived(arrived); });
  }

 private:
  void print_arrived(const PairEvent::Arrived& arrived) {
    auto& out = context_.out;
    out.print("\n" +
              out.style().strong("welcome back, " + sanitise_line(arrived.name()) + ". this device is called " +
                                 sanitise_line(arrived.device())) +
              "\n");
    out.print(paragraph(arrived.complete()
                            ? fmt::format("what you share is here: {} records. your notebook begins anew: it was on "
                                          "your own devices alone",
                                          arrived.records())
                            : "what is missing of what you share comes by itself as soon as both of you are on: duolog "
                              "sync. your notebook begins anew: it was on your own devices alone",
                        0, out.width()));
    out.print(others_text(arrived, out.width()));
    out.print(paragraph(arrived.locked_by() == "passphrase"
                            ? "the passphrase that you have just given opens it here. your words stay on your paper"
                            : "a key file opens it: whoever takes this disk reads it (duolog passphrase changes that). "
                              "your words stay on your paper",
                        0, out.width()));
  }
  static std::string others_text(const PairEvent::Arrived& arrived, std::size_t width) {
    std::string names;
    for (const auto& name : arrived.others()) names += (names.empty() ? "" : ", ") + sanitise_line(name);
    if (names.empty()) return {};
    return paragraph("devices that still count as yours: " + names +
                         ". lock out each one that is lost: duolog device remove " +
                         typeable(arrived.others(arrived.others_size() - 1)),
                     0, width);
  }
};

void print_before(const Context& context) {
  say(
      paragraph("your 24 words and the person you share a journal with bring back what the two of you share. your "
                "notebook was on your own devices alone, and begins anew.\n"
                "have you a bundle of your notebook? then leave this (Ctrl-C): duolog recover --from FILE brings that "
                "back, too, and it can be done in an empty home alone.\n"
                "does another device of yours still work? then leave this (Ctrl-C): duolog device add there and duolog "
                "device join here bring everything, the notebook too.",
                0, context.out.width()));
}

std::string given_invitation(const RecoverOptions& options) {
  if (!options.picture.empty() && !options.invitation.empty()) {
    throw wrong_usage("a picture and a code at once: which of them?",
                      "duolog recover --qr PICTURE, or duolog recover CODE");
  }
  return options.picture.empty() ? invitation_text(options.invitation) : link_in_picture(options.picture);
}

std::string asked_invitation(const Context& context) {
  say("\n" + paragraph("now the other person runs, on their computer:", 0, context.out.width()) +
      "\n      duolog pair --restore\n\n" + paragraph("it shows a code and a link.", 0, context.out.width()));
  for (;;) {
    const auto typed = ask_line("the code, or the link: ");
    if (!typed) throw interrupted("stopped; nothing was made");
    auto invitation = invitation_text({*typed});
    if (!invitation.empty()) return invitation;
  }
}

void check_sense(const Context& context, const RecoverOptions& options) {
  if (options.words_file.empty() && !can_ask())
    throw needs_an_answer("recover asks for your 24 words", "--words-file FILE names where they are");
  if (options.invitation.empty() && options.picture.empty() && !can_ask()) {
    throw wrong_usage("recover wants the code or the link that the other's computer shows",
                      "there: duolog pair --restore. here: duolog recover CODE");
  }
  if (!context.globals.yes && context.globals.passphrase_file.empty() && !can_ask()) {
    throw needs_an_answer("recover asks for a passphrase of this home",
                          "--passphrase-file FILE, or --yes for a key file");
  }
}

// With these another code is worth asking for: nothing was kept, and the words need not be typed again.
bool another_code_may_help(const Failure& failure) {
  for (const char* code : {"MISTYPED_WORD", "NOT_A_CODE", "NOT_A_LINK", "LINK_EXPIRED", "CODE_SPENT", "WRONG_CODE",
                           "NOBODY_FOUND", "TWO_WINDOWS", "DECLINED", "TIMED_OUT", "WRONG_PERSON", "CANNOT_CONNECT",
                           "OTHER_SIDE_LEFT", "PARTNERS_CODE", "DEVICE_CODE"}) {
    if (failure.code() == code) return true;
  }
  return false;
}

void come_back(Context& context, control::Request& request, bool code_was_given) {
  auto& asked = *request.mutable_recover();
  for (;;) {
    if (!code_was_given) asked.set_invitation(asked_invitation(context));
    ComingBack coming(context);
    try {
      return coming.run(request);
    } catch (const Failure& failure) {
      const auto more = failure.code() == "OTHER_SIDE_LEFT" ? failure.with_hint("their screen says why") : failure;
      if (coming.let_in() || !can_ask() || context.out.json() || !another_code_may_help(failure)) throw more;
      say_wrapped("\n" + std::string(more.what()) + "\n" + (more.hint().empty() ? "" : "hint: " + more.hint() + "\n"));
      code_was_given = false;
    }
  }
}

}  // namespace

Exit recover(Context& context, const RecoverOptions& options) {
  if (!options.from.empty()) return recover_from(context, options);
  check_sense(context, options);
  control::Request request;
  auto& asked = *request.mutable_recover();
  asked.set_invitation(given_invitation(options));
  asked.set_at(options.at);
  const bool code_was_given = !asked.invitation().empty();
  if (context.daemon.status().initialised()) throw refusal(control::Error::ALREADY_INITIALISED);
  if (options.words_file.empty()) print_before(context);
  const Wiped wiped(*asked.mutable_words(), *asked.mutable_passphrase());
  asked.mutable_words()->reserve(kPassphraseLimit);  // never moved
  const auto words = the_24_words(context, options.words_file);
  asked.mutable_words()->append(words.view());
  asked.set_name(name_of_person(context, options.name, "your name, as the other person knows you"));
  asked.set_device_name(options.device.empty() ? host_name() : checked_name(options.device));
  asked.set_passphrase(passphrase_of_new_home(context).copy());
  come_back(context, request, code_was_given);
  return Exit::kDone;
}

}  // namespace duolog::client
