// What concerns both: pairing, pauses, and what passes between the two sides.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/declare.h"

namespace duolog::client {

namespace {

void declare_bundle(Declared& d) {
  auto& bundle = d.verb(Verb::kBundle, "bundle", kTogether, "carry it by hand: a stick, a mail, a folder you share",
                        "  duolog bundle export                a file of what the other lacks\n"
                        "  duolog bundle export /media/stick --with-attachments\n"
                        "  duolog bundle import duolog-2026-11-22-2114.bundle\n",
                        "for two who are never online together. the file is sealed: it opens on the other's\n"
                        "devices and on yours. importing it twice does no harm, and the order\n"
                        "of several does not matter much. it stays sealed, so that any way will do; whoever finds\n"
                        "it sees its size alone. -j notebook carries your notebook to your other devices. a folder\n"
                        "that two computers share can be watched for such files: drop_box in config.toml\n\n");
  auto& options = d.call.bundle;
  choice(bundle, "action", options.action, "export or import", {"export", "import"})->required();
  texts(bundle, "files", options.files, "export: the file, or a folder for it; import: what was brought");
  flag(bundle, "--with-attachments", options.attachments, "export: pictures and files of what goes along, too");
  flag(bundle, "--everything", options.everything, "export: all there is, also what they have");
}

void declare_mailbox(Declared& d) {
  auto& mailbox = d.verb(Verb::kMailbox, "mailbox", kTogether, "a machine that keeps for each what it cannot read",
                         "  duolog mailbox add                  asks for the link, and leaves it out of the history\n"
                         "  duolog mailbox                      where it is, and when it was last reached\n"
                         "  duolog mailbox remove\n",
                         "for two who are never online together. on a third machine of yours that is, run\n"
                         "duolog-mailbox; its link is added on each of your devices and on each of the other's. what\n"
                         "the other lacks is left there, sealed, and fetched by them. the mailbox sees sizes and\n"
                         "times; whoever has the link can fill it, and read nothing. after you have removed a device,\n"
                         "make a new link: duolog-mailbox link --new. -j notebook: between your own devices\n\n");
  auto& options = d.call.mailbox;
  choice(mailbox, "action", options.action, "list, add or remove; none: list", {"list", "add", "remove"});
  texts(mailbox, "link", options.words, "add: what duolog-mailbox link has printed; none: asked for");
}

}  // namespace

void declare_together(Declared& d) {
  auto& pair =
      d.verb(Verb::kPair, "pair", kTogether, "invite the other person, or accept an invitation",
             "  duolog pair                         shows a code, a QR and a link, and waits\n"
             "  duolog pair 7-guitar-banana         on the other computer\n"
             "  duolog pair --qr photo.png\n"
             "  duolog pair 7-guitar-banana --at 192.168.1.20\n"
             "  duolog pair --restore               the other has lost every device, and has their 24 words\n");
  auto& options = d.call.pair;
  texts(pair, "invitation", options.invitation, "a code or a link; none: invite");
  text(pair, "--qr", options.picture, "PICTURE  read the link from a picture of the QR");
  text(pair, "--at", options.at, "HOST[:PORT]  where the other computer is, if it is not found");
  choice(pair, "--relationship", options.relationship, "partner|friend|family  what you are to each other",
         {"partner", "friend", "family"});
  text(pair, "--name", options.name, "NAME  what you call this journal; only you see it");
  flag(pair, "--restore", options.restore, "give back, once, to who comes with their words");

  auto& pause = d.verb(Verb::kPause, "pause", kTogether, "let the practices rest, for both of you",
                       "  duolog pause\n  duolog pause --until 2026-12-27\n",
                       "nothing is asked and nothing counts meanwhile; writing and reading go on as always\n\n");
  text(pause, "--until", d.call.pause.until, "DATE  the last day of it; none: until duolog resume");
  d.verb(Verb::kResume, "resume", kTogether, "go on after a pause", "  duolog resume\n");

  auto& part = d.verb(Verb::kPart, "part", kTogether, "leave a shared journal: keep a copy to read, or forget it",
                      "  duolog part --keep\n"
                      "  duolog part --forget -j Bo\n"
                      "  duolog part --forget --yes --count 214   asks nothing\n",
                      "nothing is sent or fetched from then on, and the other is told nothing: they see that this\n"
                      "device is away. their copy stays with them. your own other devices follow when they meet\n"
                      "this one. the same two can pair anew, in a new journal. duolog guide leaving says more;\n"
                      "for a while only, duolog pause lets all practices rest.\n\n");
  flag(part, "--keep", d.call.part.keep, "what is here stays to be read, searched and exported");
  flag(part, "--forget", d.call.part.forget, "all of it leaves this device: entries, files, keys");
  flag(part, "--tell", d.call.part.tell, "the other sees a line about it; their device must be connected now");
  number(part, "--count", d.call.part.count, "N  with --forget: so many entries are meant");

  declare_bundle(d);
  declare_mailbox(d);

  auto& watch = d.verb(Verb::kWatch, "watch", kTogether, "what happens, as it happens",
                       "  duolog watch\n  duolog watch --json | while read -r event; do …; done\n");
  flag(watch, "--backlog", d.call.watch.backlog, "begin with what is new already");

  auto& sync = d.verb(Verb::kSync, "sync", kTogether, "look for the other person's devices now",
                      "  duolog sync\n  duolog sync --wait --timeout 120\n");
  flag(sync, "--wait", d.call.sync.wait, "until both sides hold the same");
  number(sync, "--timeout", d.call.sync.timeout_seconds, "SECONDS  how long --wait waits (60)");
}

}  // namespace duolog::client
