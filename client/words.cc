// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "client/moment.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Error;

struct Text {
  Error::Code code;
  Exit status;
  // {0} the detail, {1} the offset, {2} the limit, {3} the candidates; `bare` where there is no detail.
  const char* what;
  const char* bare;
  const char* hint;
};

constexpr const char* kNewCode = "start again: ask for a new code";
constexpr const char* kNewCodeOfWhich =
    "start again: ask for a new code. one of duolog pair is for duolog pair, one of duolog device add for "
    "duolog device join, one of duolog pair --restore for duolog recover";

// clang-format off
const Text kTexts[] = {
  {Error::UNSPECIFIED, Exit::kFailed, "the daemon could not do that: {0}", "the daemon could not do that", "nothing that was saved is lost; duolog doctor looks for the cause"},
  {Error::FAILED, Exit::kFailed, "the daemon could not do that: {0}", "the daemon could not do that", "nothing that was saved is lost; duolog doctor looks for the cause"},
  {Error::BAD_REQUEST, Exit::kUsage, "the daemon did not take the request: {0}", "the daemon did not understand the request", "if duolog was updated a moment ago, duolog daemon stop lets the new one start; duolog VERB --help shows what a verb takes"},
  {Error::NOT_INITIALISED, Exit::kFailed, "there is no journal on this device yet", nullptr, "duolog init makes one"},
  {Error::ALREADY_INITIALISED, Exit::kFailed, "this device has its journal already; nothing was changed", nullptr, "duolog status shows it; --home DIR keeps a second person apart"},
  {Error::LOCKED, Exit::kLocked, "the journal is locked; nothing was read or written", nullptr, "duolog unlock opens it"},
  {Error::WRONG_PASSPHRASE, Exit::kFailed, "that passphrase does not open the journal; nothing is lost", nullptr, "is caps lock on? try again; a damaged vault would say the same"},
  {Error::NOT_FOUND, Exit::kNotFound, "there is nothing with the id {0}", "there is nothing with that id", "duolog list shows the entries and their ids"},
  {Error::AMBIGUOUS, Exit::kNotFound, "more than one id begins with {0}", "more than one id begins like that", "one digit more tells them apart: {3}"},
  {Error::NO_SUCH_JOURNAL, Exit::kNotFound, "there is no journal called {0}", "there is no journal of that name", "duolog status lists yours"},
  {Error::NO_JOURNAL_YET, Exit::kFailed, "this is for two, and nobody is paired with you yet", nullptr, "duolog pair invites the other person"},
  {Error::BAD_UTF8, Exit::kFailed, "the text is not UTF-8: the fault is at byte {1}; nothing was saved", nullptr, "iconv -f latin1 -t utf-8 FILE | duolog write often helps"},
  {Error::EMPTY, Exit::kFailed, "there is no text in it; nothing was saved", nullptr, "duolog write WORDS, or duolog write alone for the editor"},
  {Error::BAD_DATE, Exit::kUsage, "not a date: {0}", "that is not a date", "a date is 2026-11-22, 2026-11-22T21:14 or yesterday"},
  {Error::BAD_FIELD, Exit::kUsage, "that answer does not fit: {0}", "that answer does not fit", "nothing was saved; the verb's --help names its fields"},
  {Error::NOT_SAVED, Exit::kFailed, "NOT saved: {0}; what was saved before is safe", "NOT saved: the disk refused it; what was saved before is safe", "make room on the disk, then try again; duolog doctor looks for the cause"},
  {Error::FROZEN, Exit::kFailed, "this device writes nothing more: a copy of its journal was used elsewhere; all that is here can be read", nullptr, "duolog status names the device"},
  {Error::NO_PASSPHRASE, Exit::kFailed, "no passphrase is set here: a key file opens this journal", nullptr, "duolog passphrase sets one"},
  {Error::WORDS_GONE, Exit::kFailed, "your 24 words were confirmed and are no longer on this device", nullptr, "they are where you wrote them down"},
  {Error::ALREADY_PAIRED, Exit::kFailed, "you and {0} share a journal already; nothing was changed", "you two share a journal already; nothing was changed", "duolog status shows it; whoever wants to begin anew leaves the old one first, on both sides: duolog part --keep"},
  {Error::OWN_CODE, Exit::kFailed, "that is your own code; no guess was spent", nullptr, "it is meant for the other computer: type it there"},
  {Error::MISTYPED_WORD, Exit::kUsage, "\"{0}\" is not a word of any code; no guess was spent", "one of the words is not a word of any code; no guess was spent", "did you mean {3}?"},
  {Error::NOT_A_CODE, Exit::kUsage, "that is neither a code nor a link; no guess was spent", nullptr, "a code looks like 7-guitar-banana, a link begins with duolog:"},
  {Error::NOT_A_LINK, Exit::kUsage, "that link is not whole; nothing was sent", nullptr, "copy it from the first to the last letter, or use the code beside it"},
  {Error::LINK_EXPIRED, Exit::kFailed, "that link has expired; nothing was sent", nullptr, "ask for a new one: duolog pair on the other computer shows it"},
  {Error::CODE_SPENT, Exit::kFailed, "this device has used its one guess for that code", nullptr, kNewCode},
  {Error::WRONG_CODE, Exit::kFailed, "that code was not the right one, and is burnt now; nothing was told to anybody", nullptr, kNewCodeOfWhich},
  {Error::NOBODY_FOUND, Exit::kFailed, "nobody answers to this code; no guess was spent", nullptr, "in this order:\n  1. is duolog pair still open on the other computer? a code lives ten minutes, then ask for a new one\n  2. are both in the same network? if not, or if it carries no multicast, add --at HOST with an address from their screen\n  3. does a firewall there let port 38650 in?"},
  {Error::TWO_WINDOWS, Exit::kFailed, "two computers announce the number of this code; no guess was spent", nullptr, "somebody else is pairing nearby, or pretends to: ask for a new code, or name the right computer with --at HOST"},
  {Error::DECLINED, Exit::kFailed, "the other person said no; nothing was kept", nullptr, "talk to each other, then ask for a new code"},
  {Error::WINDOW_OPEN, Exit::kFailed, "a home is being made here at this moment, in another terminal; nothing was changed", "this device is pairing already", "finish it there, or end it with Ctrl-C, then try again"},
  {Error::CODES_BURNT, Exit::kFailed, "three wrong codes were tried and the window is closed; nobody was let in", nullptr, "duolog pair opens a new one; were those slips of the tongue, or was somebody guessing? the link cannot be guessed"},
  {Error::TIMED_OUT, Exit::kFailed, "the time is over: {0}", "the time is over and nobody came; nothing was kept", "try again when both of you have a moment"},
  {Error::WRONG_PERSON, Exit::kFailed, "the computer that answered is not the one this link was made on; nothing was told to it", nullptr, "ask for a new link; if this happens again, somebody is in between"},
  {Error::CANNOT_CONNECT, Exit::kFailed, "no answer from {0}; no guess was spent", "the other computer does not answer; no guess was spent", "is duolog pair still open there? is the address right? does a firewall let port 38650 in?"},
  {Error::NEWER_VERSION, Exit::kFailed, "this needs a newer Duolog: {0}; nothing was changed", "this needs a newer Duolog; nothing was changed", "update this one"},
  {Error::OTHER_SIDE_LEFT, Exit::kFailed, "the device {0} went away in the middle; unless it comes by itself within two minutes, it is removed again", "the other computer went away in the middle; nothing was kept", kNewCode},
  {Error::NOT_YET_LET_IN, Exit::kFailed, "NOT saved: this device was let in a moment ago, and the journal has not come yet", nullptr, "leave it on while another of your devices is on; duolog sync --wait waits for it"},
  {Error::NOT_OWN_DEVICE, Exit::kFailed, "that is a device of {0}'s, not one of yours; nothing was changed", "that is none of your devices; nothing was changed", "duolog device list shows yours"},
  {Error::NO_SUCH_DEVICE, Exit::kNotFound, "no one device of yours is meant by {0}; nothing was changed", "no one device of yours is meant; nothing was changed", "yours: {3}; a name, or the beginning of an id"},
  {Error::LAST_DEVICE, Exit::kFailed, "it is the only device you have; nothing was changed", nullptr, "duolog device add lets another one in first"},
  {Error::NOT_REMOVED, Exit::kFailed, "the device {0} is NOT out everywhere yet: its removal does not count, or could not be written everywhere", "the device is NOT out everywhere yet: its removal does not count, or could not be written everywhere", "duolog doctor says what is in the way; then duolog device remove once more"},
  {Error::TOO_MANY_KEYS, Exit::kFailed, "NOT saved: this device has changed the keys of {0} {2} times, and one more would be read by nobody", "NOT saved: this device has changed the keys too often", "somebody's devices came and went without end: duolog doctor; another device of yours can still write"},
  {Error::DEVICES_FULL, Exit::kFailed, "you have {2} devices, and there may be no more; nobody was let in", nullptr, "duolog device list shows them, duolog device remove makes room"},
  {Error::REMOVED, Exit::kFailed, "NOT saved: this device was removed by another of yours; all that is here can be read", nullptr, "to use it again, move its folder away, and duolog device join"},
  {Error::THIS_DEVICE, Exit::kFailed, "this is the device you are on; nothing was changed", nullptr, "remove it from another one of yours: duolog device remove, there"},
  {Error::PARTNERS_CODE, Exit::kUsage, "that link was made for another person; nothing was sent", nullptr, "duolog pair takes it; for a device of your own: duolog device add, on the one you have"},
  {Error::DEVICE_CODE, Exit::kUsage, "that link was made for a device of one's own; nothing was sent", nullptr, "duolog device join takes it, in a home that is empty; for two people: duolog pair, on the other computer"},
  {Error::RESTORE_CODE, Exit::kUsage, "that link was made for somebody who has lost every device; nothing was sent", nullptr, "duolog recover takes it, in a home that is empty, with your 24 words; for two people: duolog pair alone, on the other computer"},
  {Error::WRONG_RECOVERY_WORDS, Exit::kUsage, "each of these is one of the 2048 words, and together they are nobody's; nothing was sent", nullptr, "all 24 in the order of your paper: is one of them another word, or are two of them exchanged?"},
  {Error::NOTHING_TO_RECOVER, Exit::kFailed, "whoever came has not the 24 words of anybody you share a journal with; nothing was given back, and the window is closed", "you share no journal with anybody, so there is nothing to give back", "is it the right person, with the right paper? a device of your own is let in by duolog device add"},
  {Error::TO_BE_CHOSEN, Exit::kFailed, "NOT saved: you have left the journal that this went to; is it for {0}?", "NOT saved: you have left the journal that this went to", "-j NAME says whose it is, this once; duolog config write-to NAME says so for good"},
  {Error::PARTED, Exit::kFailed, "NOT saved: you have parted from {0}, and it is kept to be read", "NOT saved: you have parted from this journal, and it is kept to be read", "duolog write --private writes into your notebook; duolog pair begins a new journal with somebody"},
  {Error::BAD_PRACTICE, Exit::kFailed, "that practice cannot be read: {0}", "that practice cannot be read", "nothing was kept; duolog practices show checkin --toml shows how one looks"},
  {Error::NOT_YOURS, Exit::kFailed, "that is the other's to do; nothing was changed", nullptr, "duolog show ID names what you can do with it"},
  {Error::NOT_ITS_KIND, Exit::kUsage, "that cannot be done with it: {0}", "that cannot be done with it; nothing was changed", "it takes: {3}"},
  {Error::TOO_EARLY, Exit::kUsage, "that day does not lie ahead: {0}; nothing was saved", "that day does not lie ahead; nothing was saved", "a letter opens tomorrow or later: --open-on tomorrow, or 2027-12-01"},
  {Error::NOT_HERE_YET, Exit::kFailed, "the attachment {0} is not here yet", "the attachment is not here yet", "duolog attachment save ID fetches it"},
  {Error::UPLOAD_GONE, Exit::kFailed, "the files did not come with it; nothing was saved", nullptr, "the daemon was started anew in between: try again"},
  {Error::NO_SUCH_ATTACHMENT, Exit::kNotFound, "there is no such attachment", nullptr, "duolog attachment list shows what there is"},
  {Error::GARBLED, Exit::kFailed, "the attachment {0} is not what its author's device said it is; nothing of it can be read", "an attachment is not what its author's device said it is", "ask for it once more: the rest of the entry is as it was written"},
  {Error::STAYS_AS_GIVEN, Exit::kFailed, "that answer was sealed to stay as it was given; nothing was taken back", nullptr, "once both of you have opened, it can be taken back; to answer once more, answer again"},
  {Error::WANTS_CONFIRMING, Exit::kUsage, "that would take back {1} things at once; nothing was taken back", nullptr, "more than {2} want their number: --count {1}"},
  {Error::GONE, Exit::kNotFound, "it was taken back: there are no words any more", nullptr, "duolog history ID shows what is left of an entry"},
  {Error::RESTORED, Exit::kFailed, "NOT saved: this home was restored or copied, and has not met {0}'s device since; all that is here can be read", "NOT saved: this home was restored or copied, and the device it comes from may still write; all that is here can be read", "duolog sync, as soon as both of you are in reach: it brings what is newer, and then this journal is written in again"},
  {Error::NOT_A_BACKUP, Exit::kFailed, "that backup cannot be used: {0}; nothing was restored", "that is no backup; nothing was restored", "is it the whole file, as duolog backup made it? an older one may be sound"},
  {Error::HOME_IN_USE, Exit::kFailed, "there is a home in {0} already, and a backup is never put over one; nothing was changed", "this device has its journal already, and a backup is never put over one; nothing was changed", "--home DIR names an empty place; or, where the journal here is lost, end duologd and move its folder away"},
  {Error::BACKUP_PASSPHRASE, Exit::kFailed, "that passphrase does not open the backup; nothing was restored", nullptr, "it is the one that was given when the backup was made, or the one of the journal then"},
  {Error::NOT_A_MAILBOX_LINK, Exit::kUsage, "that is no whole link of a mailbox; nothing was changed", nullptr, "duolog-mailbox link, on the machine that is the mailbox, prints it: copy it from the first to the last letter"},
  {Error::MAILBOX_LINK, Exit::kUsage, "that is the link of a mailbox, and nobody is met by it; nothing was sent", nullptr, "duolog mailbox add takes it; to meet the other person: duolog pair, on both computers"},
  {Error::NO_MAILBOX, Exit::kFailed, "the journal {0} goes through no mailbox; nothing was changed", "there is no mailbox; nothing was changed", "duolog mailbox lists what there is; -j names another journal"},
  {Error::NOT_A_BUNDLE, Exit::kFailed, "that is no bundle of Duolog's; nothing was taken in", nullptr, "is it the file that duolog bundle export has written, and was it opened or changed on its way? a backup is taken back by duolog restore"},
  {Error::BUNDLE_OF_OTHERS, Exit::kFailed, "your 24 words do not open it; nothing was made", "no key on this device opens it; nothing was taken in, and nothing here was changed", "it is of other people, or was damaged in its first lines; a device that was removed opens only older ones. ask for it once more: duolog bundle export"},
  {Error::NOTHING_TO_CARRY, Exit::kFailed, "there is nothing to carry: no device of {0}'s is known to lack anything; no file was written", "there is nothing to carry: no other device of yours lacks anything; no file was written", "duolog bundle export --everything writes all of it all the same"},
  {Error::TOO_SLOW, Exit::kFailed, "nothing of the bundle came for a minute, and your words are not kept waiting in memory; nothing was made", nullptr, "duolog recover --from once more, with a file that is here whole"},
  {Error::NOT_THE_NOTEBOOK, Exit::kFailed, "the beginning of your notebook is not in it, or is damaged; nothing was made", "your words open it, and it is of what you share; nothing was made", "the notebook's comes first: duolog bundle export -j notebook --everything has made it. without one: duolog recover, and duolog pair --restore at the other's"},
  {Error::BUNDLE_TOO_NEW, Exit::kFailed, "it was written by a newer version of Duolog; nothing was taken in", nullptr, "bring Duolog up to date here, and import it again"},
  {Error::WRONG_WORDS, Exit::kFailed, "those are not the words; nothing was changed", nullptr, "duolog words shows them again"},
};
// clang-format on

Failure too_much_attached(const std::string& detail, std::uint32_t limit) {
  if (detail == "attachment") {
    return {Exit::kFailed, "TOO_LONG", "a file is longer than 1 GiB; nothing was saved", "split it: split -b 1000M"};
  }
  constexpr std::uint32_t kCount = 1 << 16;  // beyond it the limit is one of bytes
  const auto what = limit < kCount ? fmt::format("an entry takes at most {} files; nothing was saved", limit)
                                   : std::string("the files are too many bytes for one entry; nothing was saved");
  return {Exit::kFailed, "TOO_LONG", what, "two entries hold what one does not"};
}

// What is too long, from the detail that names it: "text", "answer", "answers", "versions", "name", "tag", "tags", or a
// field's id.
Failure too_long_a(const std::string& detail, std::uint32_t limit) {
  if (detail.empty() || detail == "text") return too_long(limit);
  if (detail == "attachments" || detail == "attachment") return too_much_attached(detail, limit);
  if (detail == "answers") {
    return {Exit::kFailed, "TOO_LONG",
            fmt::format("you have answered this {} times, and it takes no more answers; nothing was saved", limit),
            "duolog answers shows them"};
  }
  if (detail == "versions") {
    return {Exit::kFailed, "TOO_LONG",
            fmt::format(
                "you have changed this entry {} times on this device, and it takes no more changes; nothing was saved",
                limit),
            "go on in a new entry: duolog write"};
  }
  const auto what = detail == "tags" ? fmt::format("an entry has at most {} tags; nothing was saved", limit)
                    : detail == "name"
                        ? fmt::format("the name is longer than {} bytes; nothing was changed", limit)
                        : fmt::format("the {} is longer than {} bytes; nothing was saved", detail, limit);
  return {Exit::kFailed, "TOO_LONG", what, detail == "tags" ? "leave some out" : "choose a shorter one"};
}

const Text& text_of(Error::Code code) {
  for (const auto& text : kTexts) {
    if (text.code == code) return text;
  }
  return kTexts[0];  // a code from a newer daemon
}

std::string candidates_of(const Error& error) {
  std::string out;
  for (const auto& candidate : error.candidates()) {
    if (!out.empty()) out += ", ";
    out += sanitise_line(candidate);
  }
  return out.empty() ? "…" : out;
}

// The practice room's code for what is wrong with a field.
std::string field_fault(std::string_view code) {
  if (code == "missing") return "has no answer yet";
  if (code == "unknown") return "is none of its fields";
  if (code == "twice") return "is set twice";
  if (code == "range") return "is outside its scale";
  if (code == "day") return "wants a day: friday, tomorrow, 2026-12-24";
  if (code == "time") return "wants a time: friday 18:30, tomorrow 09:00, 2026-12-24 16:00";
  if (code == "choice") return "is none of the choices";
  if (code == "too few") return "needs more of them";
  if (code == "too many") return "holds fewer than that";
  return "does not take that";
}

// What cannot be done with such a thing: a code of the journal's, or the manner of a reply.
std::string kind_fault(const std::string& code) {
  if (code == "sealed") return "it is sealed, and there is nothing to read yet";
  if (code == "nothing to read") return "there is nothing to read in it";
  if (code == "share") return "only an entry of one's own notebook is shared later";
  if (code == "attach") return "a letter takes no attachments";
  if (code == "edit") return "only an entry is edited; a reply or an answer is given once more, or taken back";
  if (code == "history") return "only an entry has a history";
  if (code == "take back") return "that is nothing to take back";
  if (code == "part") return "your notebook is yours alone; only a shared journal is left";
  if (code == "pass") return "nobody waits for an answer to it";
  return code;
}

// A detail may bring a hint of its own, which knows more than ours.
constexpr std::string_view kOwnHint = "\nhint: ";

std::string detail_of(const Error& error) {
  auto detail = sanitise_line(error.detail().substr(0, error.detail().find(kOwnHint)));
  if (error.code() == Error::NOT_ITS_KIND) return kind_fault(detail);
  if (error.code() != Error::BAD_FIELD || error.candidates().empty()) return detail;
  return detail + " " + field_fault(error.candidates(0));
}

std::string hint_of(const Error& error, const Text& text) {
  const bool none = error.candidates().empty();
  const auto own = error.detail().find(kOwnHint);
  if (own != std::string::npos) return sanitise_line(error.detail().substr(own + kOwnHint.size()));
  if (error.code() == Error::RESTORED && error.detail().empty())
    return "duolog restore --old-device-is-gone, once you are sure that it is lost, broken or wiped";
  if (error.code() == Error::BUNDLE_OF_OTHERS && !error.detail().empty())
    return "it is of other people, or of another paper than these words, or was damaged in its first lines: do they "
           "belong together? yours was made by duolog bundle export -j notebook --everything";
  if (error.code() == Error::NOT_ITS_KIND && none) return "duolog show ID names what you can do with it";
  if (error.code() == Error::MISTYPED_WORD && none) return "ask to hear the code once more";
  if (error.code() == Error::NO_SUCH_JOURNAL && !none) return "yours: " + candidates_of(error);
  return fmt::format(fmt::runtime(text.hint), "", error.offset(), error.limit(), candidates_of(error));
}

}  // namespace

Failure failure_of(const Error& error) {
  if (error.code() == Error::TOO_LONG) return too_long_a(sanitise_line(error.detail()), error.limit());
  const auto& text = text_of(error.code());
  const auto* what = error.detail().empty() && text.bare != nullptr ? text.bare : text.what;
  auto name = Error::Code_Name(error.code());
  if (name.empty()) name = "UNSPECIFIED";
  return {text.status, name, fmt::format(fmt::runtime(what), detail_of(error), error.offset(), error.limit(), ""),
          hint_of(error, text)};
}

Failure refusal(Error::Code code) {
  Error error;
  error.set_code(code);
  return failure_of(error);
}

Failure wrong_usage(const std::string& what, const std::string& hint) { return {Exit::kUsage, "USAGE", what, hint}; }

Failure needs_an_answer(const std::string& what, const std::string& hint) {
  return {Exit::kUsage, "NOBODY_TO_ASK", what + ", and there is no terminal to ask at", hint};
}

Failure daemon_not_running(const std::string& hint) {
  return {Exit::kNoDaemon, "DAEMON_NOT_RUNNING", "the daemon is not running; what was saved is safe on the disk", hint};
}

Failure daemon_not_started(const std::string& why, const std::string& its_own_hint) {
  return {Exit::kNoDaemon, "DAEMON_NOT_STARTED", "the daemon did not start: " + why,
          its_own_hint.empty() ? "what was saved is safe on the disk; duologd in a second terminal shows more"
                               : its_own_hint};
}

Failure daemon_out_of_reach(const std::string& what_it_said) {
  return {
      Exit::kNoDaemon, "DAEMON_OUT_OF_REACH",
      (what_it_said.empty() ? std::string("duologd is already running here") : what_it_said) + "; nobody is answered",
      "what was saved is safe; it may be starting still: wait a little, or end that process and try again"};
}

Failure daemon_hangs(long seconds) {
  return {Exit::kNoDaemon, "DAEMON_HANGS", fmt::format("the daemon hangs: no answer for {} seconds", seconds),
          "what was saved is safe; wait a little, or end the duologd process and try again"};
}

Failure daemon_went_away() {
  return {Exit::kNoDaemon, "DAEMON_WENT_AWAY", "the daemon went away in the middle; what was saved is safe",
          "duolog daemon start brings it back"};
}

Failure perhaps_done(const Failure& failure, const std::string& look) {
  if (failure.code() != "DAEMON_HANGS" && failure.code() != "DAEMON_WENT_AWAY") return failure;
  return failure.with_hint("before you write it again: " + look + " shows whether it was saved");
}

Failure program_not_run(const std::string& program, const std::string& why) {
  return {Exit::kFailed, "PROGRAM_NOT_RUN",
          program + ", a part of Duolog, cannot be run: " + why + "; nothing was done",
          "it belongs beside duolog or in " DUOLOG_BIN_TO_LIBEXEC "; installing Duolog anew puts it there"};
}

Failure daemon_unreadable() {
  return {Exit::kFailed, "DAEMON_UNREADABLE", "the daemon's answer cannot be read; what was saved is safe",
          "duolog and duologd may be of different versions: duolog daemon stop lets the new one start"};
}

Failure daemon_refuses(const std::string& place, const std::string& why) {
  return {Exit::kNoDaemon, "DAEMON_REFUSES", fmt::format("the daemon's socket {} cannot be used: {}", place, why),
          "does it belong to you? --home DIR or DUOLOG_HOME says whose journal is meant"};
}

Failure not_utf8(const std::string& what, std::size_t offset) {
  return {Exit::kFailed, "BAD_UTF8",
          fmt::format("{} is not UTF-8: the fault is at byte {}; nothing was saved", what, offset),
          "iconv -f latin1 -t utf-8 FILE | duolog write often helps"};
}

Failure too_long(std::size_t limit) {
  return {Exit::kFailed, "TOO_LONG", fmt::format("the text is longer than {} bytes; nothing was saved", limit),
          "two entries hold what one does not"};
}

Failure no_such_attachment(std::uint32_t count) {
  const auto what =
      count == 1 ? std::string("one file is attached to it") : fmt::format("{} files are attached to it", count);
  return {Exit::kNotFound, "NO_SUCH_ATTACHMENT", what + ", no more", "duolog attachment list shows what there is"};
}

Failure nothing_to_save() {
  return {Exit::kFailed, "EMPTY", "there is no text in it; nothing was saved",
          "duolog write WORDS, or duolog write alone for the editor"};
}

std::string typeable(std::string_view foreign) {
  auto text = sanitise_line(foreign);
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 || std::strchr("-._:/", c) != nullptr;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

Failure interrupted(const std::string& what) { return {Exit::kFailed, "INTERRUPTED", what, ""}; }

Failure stopped_at_a_form(const std::string& goes_on) {
  if (goes_on.empty()) return interrupted("stopped; nothing was answered, so there is nothing to keep");
  return interrupted("stopped; what you answered is kept in memory until you log out: " + goes_on +
                     " goes on where you stopped");
}

namespace {

constexpr const char* kPeerNewer =
    "{0}'s Duolog is newer than this one, and the two cannot talk until this one is updated; nothing is lost, and what "
    "you write is kept for {0}";
constexpr const char* kPeerOlder =
    "{0}'s Duolog is older than this one, and the two cannot talk until it is updated; nothing is lost, and what you "
    "write is kept for {0}";

// Codes of the daemon's examination. {} is the detail.
constexpr std::pair<std::string_view, const char*> kFindings[] = {
    {"daemon", "duologd {} answers"},
    {"locked", "the journal is locked: duolog unlock"},
    {"not-set-up", "there is no journal on this device yet: duolog init"},
    {"log", "journals: {}, and every record of them is whole"},
    {"damaged",
     "a part of the log is damaged, the rest can be read: {}. Make a copy of the home and look at the disk; what your "
     "partner holds of it comes back when the two of you are connected"},
    {"receives-nothing", "nothing new is taken in from the other; what you write is kept: {}"},
    {"cannot-write", "nothing more is saved until this is mended: {}"},
    {"memory-not-locked", "secrets in memory may be swapped to the disk: {} is too low"},
    {"listening", "listens on port {}"},
    {"discovery-off", "devices in the same network are not looked for: discovery is off"},
    {"mapping-off",
     "your router is not asked to let the port in (port_mapping in config.toml): from elsewhere you are found where an "
     "address leads to this computer"},
    {"mapping-not-needed", "your router is asked to let the port in once you share a journal with somebody"},
    {"mapping-tunnel",
     "what goes from here to the internet goes through a tunnel (a VPN), so your router is not asked to let the port "
     "in: "
     "the address that the tunnel hides would be told to the other"},
    {"mapping-no-router", "no router leads from here to the internet, so none is asked to let the port in"},
    {"mapping-asking", "your router is being asked to let the port in"},
    {"mapping-no-answer",
     "no router here maps a port when it is asked (PCP, NAT-PMP, UPnP): turn one of these on in its settings, or let "
     "the port in by hand and name the address in config.toml"},
    {"mapping-refused", "your router refuses to let the port in ({}): its settings say who may ask"},
    {"mapping-double-nat",
     "your router has no address on the internet of its own: it stands behind another one, or the provider shares one "
     "address among many; a port mapped there would lead nowhere"},
    {"mapped", "found from elsewhere at {}: your router lets this port in, and strangers there meet silence"},
    {"tor-missing", "Tor is wanted (tor in config.toml), and there is no tor on this computer: apt install tor"},
    {"tor-waits", "Tor is started once you share a journal with somebody"},
    {"tor-starting", "Tor finds its way into its network: {} %"},
    {"tor-up", "Tor is there; those who may find this device by it are being told where"},
    {"tor-published", "found through Tor at {}, by nobody but those you share a journal with"},
    {"tor-ended", "Tor ends as soon as it is started; it is tried again, later and later. Its last words: {}"},
    {"peer-connected", "connected with {}"},
    {"peer-connected-here", "connected with {} in this network"},
    {"peer-connected-name", "connected with {} by a name"},
    {"peer-connected-across", "connected with {} across the internet"},
    {"peer-connected-came-in", "connected with {}, who came in from across the internet"},
    {"peer-connected-tor", "connected with {} through Tor"},
    {"peer-connected-through-port", "connected with {} through the port that your router maps"},
    {"port-taken", "another program has port {0}, so another one is used; the other side learns it when you next meet"},
    {"multicast-blocked",
     "a firewall on this computer keeps pairing announcements from going through (UDP port {0}); nothing else needs "
     "them: allow them, or pair with --at HOST"},
    {"peer-away", "{} is not connected"},
    {"peer-no-address",
     "no address of {} is known here: you find each other where both are in one network, and know it from then on. "
     "until then bundles carry what you write: duolog bundle export"},
    {"peer-no-name", "{} cannot be looked up: is the name right, and does this computer find names?"},
    {"peer-no-way", "this computer has no way to {}: is it in a network?"},
    {"peer-no-answer",
     "nothing comes back from {}: the computer there is off or asleep, or a firewall or the network swallows what is "
     "sent"},
    {"peer-refuses",
     "{} turns the connection away: duologd does not run there, or a firewall there does not let its port in"},
    {"peer-silent", "{} takes the call and says nothing: duologd there hangs, or another program has its port"},
    {"peer-newer", kPeerNewer},
    {"peer-older", kPeerOlder},
    {"mailbox", "the mailbox at {} answers"},
    {"mailbox-new", "the mailbox at {} was not reached yet; it is being tried"},
    {"mailbox-no name", "the mailbox's name leads nowhere: {}. Is the address in its link still right?"},
    {"mailbox-no way", "no way leads to the mailbox at {} from here; it is tried again"},
    {"mailbox-no answer", "the mailbox at {} does not answer; it is tried again"},
    {"mailbox-refused", "nobody listens where the mailbox should be: {}. Is duolog-mailbox running there?"},
    {"mailbox-silent",
     "at {} nobody answers to this mailbox's link. Was a new one made (duolog-mailbox link --new)? Then add that one: "
     "duolog mailbox add"},
    {"mailbox-stranger",
     "at {} somebody knows the mailbox's link and is not the mailbox: nothing was said to them. Make a new link there"},
    {"mailbox-untrue",
     "the mailbox at {} answers what none does; what came from it before was checked like everything"},
    {"mailbox-full", "the mailbox's disk is full; what lies there is safe, what is new waits here: {}"},
    {"mailbox-crowded",
     "the mailbox at {} holds as much of this device's as its share; the rest waits for a meeting, or until some was "
     "fetched"},
    {"mailbox-too long", "something is longer than the mailbox takes, and goes another way: {}"},
    {"mailbox-disk", "what lies in the mailbox cannot be taken in: {}"},
    {"mailbox-clock",
     "the clock of the mailbox at {} differs from this one by more than five minutes; nothing hangs on it"},
    {"mailbox-nearly-full", "the mailbox at {} is nearly full: what is oldest there gives way, and is left there anew"},
    {"drop-box", "the drop box cannot be used, and is looked at again each minute: {}"},
    {"no-attachments", "no more attachments are taken in from the other; words go on: {}"},
    {"joining-left",
     "a joining that was stopped has left keys behind, and they cannot be cleared away: {}. Delete that folder, or say "
     "why it stays: until then whoever reads this disk may read your journal with them"},
    {"notify-off", "nothing is said on the desktop: desktop is off and there is no command under [notify]"},
    {"notify-desktop", "speaks up on the desktop when there is something new"},
    {"notify-command", "tells {} when there is something new"},
    {"notify-no-bus", "nothing can be said on the desktop: its session cannot be reached ({})"},
    {"notify-no-service", "nothing can be said on the desktop: no program there shows notifications ({})"},
    {"notify-no-practice", "a reminder in config.toml is for {}, and there is no practice of that name"},
    {"restored-alone",
     "this home was restored or copied, and your notebook is read only until duolog restore --old-device-is-gone"},
    {"restored", "this home was restored or copied, and is read only until it has met the device of: {}"},
    {"clock-differs", "{}'s clock and this one differ by more than five minutes; nothing is lost by it"},
};

std::vector<std::string> parts_of(std::string_view code) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= code.size();) {
    const auto end = std::min(code.find(':', at), code.size());
    parts.push_back(sanitise_line(code.substr(at, end - at)));
    at = end + 1;
  }
  return parts;
}

// "3 hours", of which at least two are told.
std::string length_of(std::int64_t minutes) {
  constexpr std::int64_t kHour = 60;
  constexpr std::int64_t kDay = 24 * kHour;
  if (minutes < 2 * kHour) return fmt::format("{} minutes", minutes);
  if (minutes < 2 * kDay) return fmt::format("{} hours", minutes / kHour);
  return fmt::format("{} days", minutes / kDay);
}

// "clock:<name>:<minutes ahead>"; a name may hold a colon.
std::string clock_text(std::string_view code) {
  const auto first = std::min(code.size(), code.find(':'));
  const auto last = code.rfind(':');
  const bool whole = last != std::string_view::npos && last > first;
  const auto minutes_ahead = whole ? code.substr(last + 1) : std::string_view();
  const auto whose = whole ? sanitise_line(code.substr(first + 1, last - first - 1)) : std::string();
  std::int64_t minutes = 0;
  std::from_chars(minutes_ahead.data(), minutes_ahead.data() + minutes_ahead.size(), minutes);
  return fmt::format(
      "{}'s clock differs from this one by {} ({}); nothing is lost by it, but look which of the two is right",
      whose.empty() ? "the other" : whose, length_of(std::abs(minutes)), minutes > 0 ? "it is ahead" : "it is behind");
}

// All that comes after the name.
std::string rest_of(std::string_view code) {
  return sanitise_line(code.substr(std::min(code.find(':'), code.size() - 1) + 1));
}

// "let-back-in:<mine or theirs>:<when>:<id>:<name>"; the moment has its colons where it always has them.
std::string let_back_in_text(std::string_view code) {
  constexpr std::size_t kMoment = std::string_view("2026-11-22T21:14:00+01:00").size();
  constexpr std::size_t kId = 8;
  constexpr std::string_view kMine = "let-back-in:mine:";
  const auto begin = code.starts_with(kMine) ? kMine.size() : std::string_view("let-back-in:theirs:").size();
  if (code.size() < begin + kMoment + 1 + kId + 1) return sanitise_line(code);
  const auto when = near(std::string(code.substr(begin, kMoment)), today());
  const auto id = sanitise_line(code.substr(begin + kMoment + 1, kId));
  const auto name = sanitise_line(code.substr(begin + kMoment + 1 + kId + 1));
  if (code.starts_with(kMine)) {
    return fmt::format(
        "a device called {} was let back in with your 24 words, {}. was it you? if not, somebody else has them: duolog "
        "device remove {}",
        name, when, id);
  }
  return fmt::format(
      "{0} came back on a new device, with the 24 words, {1}. if {0} knows nothing of it, somebody else has those "
      "words",
      name, when);
}

}  // namespace

std::string warning_text(std::string_view code) {
  const auto parts = parts_of(code);
  const auto& name = parts.front();
  auto part = [&parts](std::size_t at) { return at < parts.size() ? parts[at] : std::string("?"); };
  if (name == "clock") return clock_text(code);
  if (name == "fork") {
    constexpr std::size_t kEnough = 8;  // of 64 digits, as wherever an id is shown
    return fmt::format("the device {} writes nothing more: two copies of it were used; all that is here can be read",
                       part(1).substr(0, kEnough));
  }
  if (name == "peer-newer") return fmt::format(kPeerNewer, rest_of(code));
  if (name == "peer-older") return fmt::format(kPeerOlder, rest_of(code));
  if (name == "removed") {
    return "this device was removed by another of yours: nothing new reaches it, and nothing is written here; all that "
           "is here can be read";
  }
  if (name == "let-back-in") return let_back_in_text(code);
  if (name == "parted") {
    return fmt::format(
        "the other has left the journal {}: nothing new comes from there, and what you write does not arrive; all that "
        "is here stays yours to read",
        rest_of(code));
  }
  if (name == "unlisted-device") {
    return fmt::format(
        "a device called {} counts as yours in a shared journal, and none of yours has told your notebook: "
        "duolog device list; where it is not yours, duolog device remove",
        rest_of(code));
  }
  if (name == "words-unconfirmed") return "your 24 words are not confirmed yet: duolog words";
  if (name == "zone") {
    return fmt::format("the time zone {} is not known on this machine (apt install tzdata); days are counted in UTC",
                       part(1));
  }
  if (name == "epoch-without-slot") {
    return fmt::format("the device {} changed the keys and left this one out; what it writes now cannot be read here",
                       part(1));
  }
  if (name == "damaged") {
    return fmt::format("a part of the journal {} is damaged on this disk; the rest can be read: duolog doctor",
                       part(1));
  }
  if (name == "cannot-write") {
    return fmt::format("nothing more is saved until this is mended: {}", rest_of(code));
  }
  if (name == "restored") {
    const auto other = rest_of(code);
    return other.empty() ? std::string(
                               "this home was restored or copied: your notebook is read only until duolog restore "
                               "--old-device-is-gone")
                         : fmt::format(
                               "this home was restored or copied: what you share with {0} is read only until this "
                               "device has met {0}'s (duolog sync)",
                               other);
  }
  if (name == "receives-nothing") {
    return fmt::format("nothing new is taken in from the other; what you write is kept: {}", rest_of(code));
  }
  if (name == "indexing") {
    return fmt::format("words are being indexed: {} records to go; nothing is missing, searches take a little longer",
                       part(1));
  }
  if (name == "folding") {
    return fmt::format("the view is being made anew: {} records to go; everything is here, lists take a little longer",
                       part(1));
  }
  if (name == "too-many-epochs") {
    return fmt::format("the device {} changed the keys too often; what it writes now cannot be read here", part(1));
  }
  return sanitise_line(code);
}

std::string finding_text(std::string_view code, std::string_view foreign_detail) {
  const auto detail = sanitise_line(foreign_detail);
  for (const auto& [known, text] : kFindings) {
    if (code == known) return fmt::format(fmt::runtime(text), detail);
  }
  return warning_text(code) + (detail.empty() ? "" : ": " + detail);
}

}  // namespace duolog::client
