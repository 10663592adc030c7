// Writing and reading: the verbs of every day.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/declare.h"

namespace duolog::client {

void declare_days(Declared& d) {
  auto& today =
      d.verb(Verb::kToday, "today", kDays, "what is new and what waits for you",
             "  duolog\n  duolog today --line                 for a prompt or a status bar: \"2 new · question\"\n");
  flag(today, "--line", d.call.today.line, "one short line without content; empty when nothing waits");

  auto& write = d.verb(Verb::kWrite, "write", kDays, "write an entry",
                       "  duolog write we walked to the lake\n"
                       "  duolog write                        opens $VISUAL or $EDITOR; the draft stays in memory\n"
                       "  duolog write < letter.txt           nobody on this machine sees it as an argument\n"
                       "  duolog write --private -t work a long day\n"
                       "  duolog write --on 2026-11-20 I forgot to tell you\n"
                       "  duolog write --open-on 2027-12-01   a letter that nobody else reads before that day\n"
                       "  duolog write --attach lake.jpg --attach song.ogg for you\n");
  texts(write, "text", d.call.write.words, "the words; none: standard input, or the editor; -: standard input");
  repeated(write, "-t,--tag", d.call.write.tags, "TAG  a tag; may be repeated");
  repeated(write, "--attach", d.call.write.files, "FILE  a file that goes with it, up to 1 GiB; may be repeated");
  text(write, "--on", d.call.write.on, "DATE  the day or moment it is about");
  flag(write, "--private", d.call.write.private_entry, "into your notebook, for nobody else");
  text(write, "--open-on", d.call.write.open_on, "DATE  a letter to the other, sealed until then");
  number(write, "--mood", d.call.write.mood, "N  how you are, from 1 (heavy) to 5 (light)");
  flag(write, "--between-us", d.call.write.between_us, "it leaves this device in no export but your own");

  auto& show = d.verb(Verb::kShow, "show", kDays, "one entry in full", "  duolog show 3fa9\n  duolog show last\n");
  text(show, "id", d.call.show.id, "four digits of its id or more, or last")->required();

  d.verb(Verb::kLetters, "letters", kDays, "letters: what waits for its day, and what has opened",
         "  duolog letters\n  duolog write --open-on 2027-12-01   writes one\n", "duolog guide letters says more\n\n");
}

void declare_answering(Declared& d) {
  auto& reply = d.verb(Verb::kReply, "reply", kDays, "answer what the other wrote, or follow up what you wrote",
                       "  duolog reply 3fa9                   shows it, and what you can do with it\n"
                       "  duolog reply 3fa9 tomorrow after the dishes\n"
                       "  duolog reply 3fa9 --reflect 'so it was less the money than hearing it last'\n"
                       "  duolog reply 3fa9 --ask\n"
                       "  duolog reply 3fa9 --as kept         a promise of yours\n",
                       "three ways to listen: --reflect says back what you have heard, --ask asks about it,\n"
                       "--validate says that it makes sense; duolog guide listening says more. A need, a plan,\n"
                       "a promise have ways of their own: duolog show ID names them. Words alone answer what\n"
                       "waits for an answer; --as reply only writes back\n\n");
  auto& options = d.call.reply;
  text(reply, "id", options.id, "four digits of its id or more, or last")->required();
  texts(reply, "text", options.words, "the words; none: asks, or reads standard input; -: the latter");
  flag(reply, "--reflect", options.reflect, "say back what you have heard");
  flag(reply, "--ask", options.ask, "ask about it");
  flag(reply, "--validate", options.validate, "say that it makes sense");
  text(reply, "--as", options.manner, "MANNER  another way that it offers: kept, accept, boundary, reply, …");

  auto& react = d.verb(Verb::kReact, "react", kDays, "put an emoji beside it",
                       "  duolog react 3fa9 🌿\n"
                       "  duolog react 3fa9 heart\n"
                       "  duolog react last --none            takes yours back\n");
  text(react, "id", d.call.react.id, "four digits of its id or more, or last")->required();
  text(react, "emoji", d.call.react.emoji, "one emoji, or its name: heart, thanks, hug, …");
  flag(react, "--none", d.call.react.none, "take yours back");

  auto& share = d.verb(Verb::kShare, "share", kDays, "let the other read an entry of your notebook",
                       "  duolog share 3fa9\n  duolog share 3fa9 -j Bo --yes\n",
                       "it says who will be able to read it, and asks; what was read cannot be made unread\n\n");
  text(share, "id", d.call.share.id, "four digits of its id or more, or last")->required();
}

void declare_changing(Declared& d) {
  auto& edit = d.verb(Verb::kEdit, "edit", kDays, "change an entry of yours; what it was stays in its history",
                      "  duolog edit 3fa9                    opens it in $VISUAL or $EDITOR\n"
                      "  duolog edit 3fa9 we walked to the sea\n"
                      "  duolog edit 3fa9 - < better.txt\n"
                      "  duolog edit 3fa9 -t lake --mood 4   changes these alone\n",
                      "the other sees that it was edited, and what it was: duolog history ID\n\n");
  auto& changed = d.call.edit;
  text(edit, "id", changed.id, "four digits of its id or more, or last")->required();
  texts(edit, "text", changed.words, "the words; none: the editor, or standard input; -: standard input");
  repeated(edit, "-t,--tag", changed.tags, "TAG  in the place of its tags; may be repeated");
  flag(edit, "--no-tags", changed.no_tags, "take its tags off");
  choice(edit, "--mood", changed.mood, "N  from 1 (heavy) to 5 (light), or none", {"1", "2", "3", "4", "5", "none"});
  text(edit, "--on", changed.on, "DATE  the day or moment it is about, or none");

  auto& history = d.verb(Verb::kHistory, "history", kDays, "what an entry was before", "  duolog history 3fa9\n",
                         "what went is [-in these-], what came {+in these+}\n\n");
  text(history, "id", d.call.history.id, "four digits of its id or more, or last")->required();

  auto& erase = d.verb(Verb::kDelete, "delete", kDays, "take back what you wrote, from both your journals",
                       "  duolog delete 3fa9\n"
                       "  duolog delete 3fa9 81c0 --yes\n"
                       "  duolog delete -t work --until 2026-06-30\n",
                       "there is no way back. The words go here at once, and on the other's device as soon as\n"
                       "the two are connected; the other may have read them. A mark stays that something was\n"
                       "taken back. A sealed answer can be taken back once both have opened. Backups and exports\n"
                       "that were made before keep the words, and restoring an older backup brings those of your\n"
                       "notebook back. More than ten at once, or what was found by tag or date, wants their\n"
                       "number: typed, or --count\n\n");
  auto& gone = d.call.erase;
  texts(erase, "id", gone.ids, "four digits of its id or more, or last; as many as you like");
  text(erase, "-t,--tag", gone.tag, "TAG  all of yours with this tag");
  text(erase, "--since", gone.since, "DATE  all of yours from this day on");
  text(erase, "--until", gone.until, "DATE  all of yours up to this day");
  number(erase, "--count", gone.count, "N  with --yes: that it is so many");
}

}  // namespace duolog::client
