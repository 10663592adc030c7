// recover: every device is lost, and the 24 words and the other person are there. The words are asked for and looked at
// first: no minute of the other's passes while somebody reads them from paper.
//
//   words ─► name, passphrase ─► code ─► progress … ─► let back in ─► fetching … ─► arrived
//                                 ▲  └── a code that was wrong, or nobody there: asked for anew
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "client/ask.h"
#include "client/invitation.h"
#include "client/joining.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/new_home.h"
#include "client/pairing_screen.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::PairEvent;

constexpr std::size_t kWords = 24;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// ---- the words ----

// Throws Failure: one that is not in the list, or, of all of them, that they are nobody's.
void check_words(Context& context, const std::string& words) {
  control::Request request;
  auto& asked = *request.mutable_recover();
  const Wiped wiped(*asked.mutable_words());
  asked.set_words(words);
  asked.set_check_only(true);
  context.daemon.ask_one(request);
}

class TypedWords {
 public:
  explicit TypedWords(Context& context) : context_(context) { words_.reserve(kWords + 1); }
  ~TypedWords() {
    for (auto& word : words_) wipe(word);
  }
  TypedWords(const TypedWords&) = delete;
  TypedWords& operator=(const TypedWords&) = delete;

  // Until they are somebody's, or the person stops.
  void ask() {
    say("your 24 words, from your paper: one after the other, or all at once\n");
    for (;;) {
      while (words_.size() < kWords) take_line(words_.size() + 1, kWords - words_.size());
      if (hold()) return;
      mend();
    }
  }
  [[nodiscard]] std::string joined() const {
    std::string all;
    all.reserve(kPassphraseLimit);
    for (const auto& word : words_) all.append(all.empty() ? "" : " ").append(word);
    return all;
  }

 private:
  // Words that stand on one line, up to `most`; the first is number `place`.
  void take_line(std::size_t place, std::size_t most) {
    auto line = ask_line(fmt::format("  word {}: ", place));
    if (!line) throw interrupted("stopped; nothing was made");
    const Wiped wiped(*line);
    std::size_t at = 0;
    for (; most > 0; --most, ++place) {
      while (at < line->size() && is_space((*line)[at])) ++at;
      auto end = at;
      while (end < line->size() && !is_space((*line)[end])) ++end;
      if (end == at || !take_word(line->substr(at, end - at), place)) return;
      at = end;
    }
  }
  bool take_word(std::string word, std::size_t place) {
    const Wiped wiped(word);
    try {
      check_words(context_, word);
    } catch (const Failure& failure) {
      if (failure.code() != "MISTYPED_WORD") throw;
      say_wrapped(fmt::format("\"{}\" is none of the 2048 words. {}\n", sanitise_line(word), failure.hint()));
      return false;
    }
    words_.insert(words_.begin() + static_cast<std::ptrdiff_t>(place - 1), word);
    return true;
  }
  bool hold() {
    auto all = joined();
    const Wiped wiped(all);
    try {
      check_words(context_, all);
      return true;
    } catch (const Failure& failure) {
      if (failure.code() != "WRONG_RECOVERY_WORDS") throw;
      say_wrapped(std::string(failure.what()) + "\n");
      return false;
    }
  }
  // One of them is typed once more, or all.
  void mend() {
    const auto number = ask_line("which number was it? Enter alone: all of them once more: ");
    if (!number) throw interrupted("stopped; nothing was made");
    std::size_t place = 0;
    for (const char c : *number)
      place = c >= '0' && c <= '9' && place < kWords ? place * 10 + static_cast<std::size_t>(c - '0') : kWords + 1;
    if (number->empty()) {
      for (auto& word : words_) wipe(word);
      words_.clear();
    } else if (place >= 1 && place <= kWords) {
      wipe(words_[place - 1]);
      words_.erase(words_.begin() + static_cast<std::ptrdiff_t>(place - 1));
      while (words_.size() < kWords) take_line(place, 1);
    }
  }

  Context& context_;
  std::vector<std::string> words_;
};

// A file may have them on one line or on many.
SecretText words_in(const std::string& file) {
  const int fd = file == "-" ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    throw Failure(Exit::kFailed, "WORDS_FILE",
                  "the file " + sanitise_line(file) + " cannot be read: " + std::strerror(errno),
                  "--words-file FILE names where your 24 words are; without it they are asked for");
  }
  SecretText words;
  char c = 0;
  bool fits = true;
  while (fits && ::read(fd, &c, 1) == 1) fits = words.push_back(is_space(c) ? ' ' : c);
  if (fd != STDIN_FILENO) ::close(fd);
  if (utf8_fault(words.view()) == std::string_view::npos && fits) return words;
  throw Failure(Exit::kUsage, "WORDS_FILE", "what is in " + sanitise_line(file) + " is not 24 words; nothing was sent",
                "the words alone, with spaces or line ends between them");
}

SecretText the_words(Context& context, const RecoverOptions& options) {
  SecretText words;
  if (options.words_file.empty()) {
    TypedWords typed(context);
    typed.ask();
    auto all = typed.joined();
    const Wiped wiped(all);
    for (const char c : all) words.push_back(c);
    clear_screen(context.out);
    return words;
  }
  words = words_in(options.words_file);
  auto all = words.copy();
  const Wiped wiped(all);
  try {
    check_words(context, all);
  } catch (const Failure& failure) {
    if (failure.code() != "MISTYPED_WORD") throw;
    throw Failure(Exit::kUsage, failure.code(), "one of them is none of the 2048 words; nothing was sent",
                  failure.hint());
  }
  return words;
}

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
  const auto words = the_words(context, options);
  asked.mutable_words()->append(words.view());
  asked.set_name(name_of_person(context, options.name, "your name, as the other person knows you"));
  asked.set_device_name(options.device.empty() ? host_name() : checked_name(options.device));
  asked.set_passphrase(passphrase_of_new_home(context).copy());
  come_back(context, request, code_was_given);
  return Exit::kDone;
}

}  // namespace duolog::client
