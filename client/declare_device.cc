// This device: its journal, its lock, its settings, and the process behind it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/declare.h"

namespace duolog::client {
namespace {

void declare_config(Declared& d) {
  auto& config = d.verb(Verb::kConfig, "config", kDevice, "where duolog write goes, and what the two of you agreed",
                        "  duolog config                       all of it\n"
                        "  duolog config write-to notebook\n"
                        "  duolog config calendar --zone Europe/Vienna --turn 4 --week monday\n"
                        "  duolog config calendar --agree      takes what the other proposes\n"
                        "  duolog config depth 2\n"
                        "  duolog config unanswered open\n",
                        "write-to     a journal's name, or notebook: where duolog write goes\n"
                        "calendar     time zone, the hour at which a day ends, the first day of the week; it holds\n"
                        "             as soon as both have agreed to the same\n"
                        "depth        1 light, 2, 3 deep: how deep the questions of the day may go; the more\n"
                        "             cautious of you decides, and on any day anew\n"
                        "unanswered   wait: an answer stays sealed until the other has answered, too;\n"
                        "             open: it opens after its period, where both of you wish it\n\n"
                        "duolog guide calendar says more about days and weeks. Notices, reminders and quiet hours\n"
                        "are set in a file: duolog guide nudges\n\n");
  auto& options = d.call.config;
  choice(config, "key", options.key, "write-to, calendar, depth or unanswered; none: all of them",
         {"write-to", "calendar", "depth", "unanswered"});
  text(config, "value", options.value, "what it shall be; none: show it");
  text(config, "--zone", options.zone, "ZONE  of the calendar: Europe/Vienna");
  text(config, "--turn", options.turn, "HOUR  of the calendar: the hour at which a day ends, 0 to 23");
  choice(config, "--week", options.week, "DAY  of the calendar: the first day of the week",
         {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"});
  flag(config, "--agree", options.agree, "to the calendar that the other proposes");
}

void declare_devices(Declared& d) {
  auto& device = d.verb(Verb::kDevice, "device", kDevice, "your devices: who they are, one more, one less",
                        "  duolog device                       names, when last met, how each was paired\n"
                        "  duolog device add                   shows a code, a QR and a link, and waits\n"
                        "  duolog device join 7-guitar-banana  on the other computer, instead of duolog init\n"
                        "  duolog device join                  asks for it, and leaves it out of the shell's history\n"
                        "  duolog device join --qr photo.png --name phone\n"
                        "  duolog device remove phone\n",
                        "a device that is let in reads and writes everything you can, and can let in others. one\n"
                        "that is removed keeps what it has; what is written from then on does not reach it.\n\n");
  auto& options = d.call.device;
  choice(device, "action", options.action, "list, add, join or remove; none: list", {"list", "add", "join", "remove"});
  texts(device, "what", options.words, "join: a code or a link; remove: a name, or the beginning of an id");
  text(device, "--qr", options.picture, "PICTURE  join: read the link from a picture of the QR");
  text(device, "--at", options.at, "HOST[:PORT]  join: where the other computer is, if it is not found");
  text(device, "--name", options.name, "NAME  join: of this device (its host name)");
}

void declare_recovery(Declared& d) {
  auto& recover = d.verb(Verb::kRecover, "recover", kDevice, "come back with your 24 words, when every device is lost",
                         "  duolog recover                      asks for the words, and for the other's code\n"
                         "  duolog recover 7-guitar-banana --at 192.168.1.20\n"
                         "  duolog recover --from notebook.bundle bo.bundle\n",
                         "in a home that is empty, instead of duolog init. the other person runs duolog pair\n"
                         "--restore meanwhile: what you share comes back. your notebook was on your own devices\n"
                         "alone, and begins anew; with a bundle of it (duolog bundle export -j notebook\n"
                         "--everything) it comes back, too, and nobody else need be there. while one of your\n"
                         "devices still works, duolog device join brings all.\n\n");
  auto& options = d.call.recover;
  texts(recover, "code", options.invitation, "the code or link of duolog pair --restore; none: asked for");
  text(recover, "--qr", options.picture, "PICTURE  read the link from a picture of the QR");
  text(recover, "--at", options.at, "HOST[:PORT]  where the other computer is, if it is not found");
  text(recover, "--name", options.name, "NAME  as the other person knows you");
  text(recover, "--device", options.device, "NAME  of this device (its host name)");
  texts(recover, "--from", options.from, "FILE  bundles instead of a code: your notebook's first, then others");
  text(recover, "--words-file", options.words_file, "FILE  your 24 words, instead of asking; - is standard input");
}

void declare_keeping(Declared& d) {
  auto& backup = d.verb(Verb::kBackup, "backup", kDevice, "all of this home in one file, under a passphrase",
                        "  duolog backup journal.backup\n"
                        "  duolog backup - --passphrase-file secret.txt | ssh box 'cat > journal.backup'\n",
                        "it is made while everything goes on, read again to its end, and there whole or not at\n"
                        "all. --passphrase-file names the backup's passphrase; a home with a passphrase may use\n"
                        "its own. config.toml is not in it.\n\n");
  text(backup, "file", d.call.backup.file, "where to; - is standard output")->required();
  auto& restore = d.verb(Verb::kRestore, "restore", kDevice, "a backup becomes the home of this device",
                         "  duolog restore journal.backup\n"
                         "  duolog restore --old-device-is-gone your notebook may be written in again\n",
                         "only where there is no journal yet: --home DIR names another place. until the other's\n"
                         "device was met, which has what is newer than the backup, what you share is read only;\n"
                         "your notebook is, until you say that the old device is gone.\n\n");
  text(restore, "file", d.call.restore.file, "what duolog backup has made; - is standard input");
  text(restore, "--new-passphrase-file", d.call.restore.new_file,
       "FILE  the passphrase of this home, in its first line");
  flag(restore, "--old-device-is-gone", d.call.restore.gone, "lost, broken or wiped: it will never write again");
}

}  // namespace

void declare_device(Declared& d) {
  auto& init = d.verb(Verb::kInit, "init", kDevice, "make your journal: your name, a passphrase, your 24 words",
                      "  duolog init\n  duolog init --name Ada --passphrase-file secret.txt\n"
                      "  duolog init --yes                   asks nothing; a key file instead of a passphrase\n");
  text(init, "--name", d.call.init.name, "NAME  as the other person will see it");
  text(init, "--device", d.call.init.device, "NAME  of this device (its host name)");

  d.verb(Verb::kWords, "words", kDevice, "your 24 words, until they are confirmed", "  duolog words\n");
  d.verb(Verb::kStatus, "status", kDevice, "journals, devices, and what has arrived", "  duolog status\n");
  d.verb(Verb::kLock, "lock", kDevice, "close the journal until the passphrase is given", "  duolog lock\n");
  d.verb(Verb::kUnlock, "unlock", kDevice, "open it",
         "  duolog unlock\n  duolog unlock --passphrase-file secret.txt\n");

  auto& passphrase = d.verb(Verb::kPassphrase, "passphrase", kDevice, "set, change or drop the passphrase",
                            "  duolog passphrase\n"
                            "  duolog passphrase --passphrase-file old.txt --new-passphrase-file new.txt\n"
                            "  duolog passphrase --key-file        no passphrase from now on\n");
  text(passphrase, "--new-passphrase-file", d.call.passphrase.new_file, "FILE  the new one is in its first line");
  flag(passphrase, "--key-file", d.call.passphrase.key_file, "a key file instead of a passphrase");

  declare_config(d);
  declare_devices(d);
  declare_recovery(d);

  auto& doctor = d.verb(Verb::kDoctor, "doctor", kDevice, "look for what is wrong",
                        "  duolog doctor\n"
                        "  duolog doctor --repair              fetches what is damaged from the other's device\n");
  flag(doctor, "--repair", d.call.doctor.repair, "read the whole journal, and fetch what is damaged or missing");
  number(doctor, "--timeout", d.call.doctor.timeout_seconds, "SECONDS  that --repair waits for what it fetches (30)");
  declare_keeping(d);
  auto& daemon = d.verb(Verb::kDaemon, "daemon", kDevice, "the process that keeps and carries your journal",
                        "  duolog daemon start\n  duolog daemon status\n");
  choice(daemon, "action", d.call.daemon.action, "start, stop or status", {"start", "stop", "status"})->required();
}

}  // namespace duolog::client
