// init and words: a name, a lock, and the 24 words, which are shown until they are confirmed.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "client/ask.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/new_home.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::size_t kProofs = 3;       // words asked for
constexpr std::size_t kWordColumn = 14;  // "24 " and eight letters
constexpr std::size_t kColumns = 4;

using WordList = google::protobuf::RepeatedPtrField<std::string>;

void wipe_words(WordList& words) {
  for (auto& word : words) wipe(word);
}

// ---- the words ----

std::string word_grid(const WordList& words, std::size_t width) {
  const auto columns = std::clamp<std::size_t>((width - 2) / kWordColumn, 1, kColumns);
  std::string grid;
  for (int i = 0; i < words.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (at % columns == 0) grid += "  ";
    const bool last = at % columns == columns - 1 || i + 1 == words.size();
    const auto cell = fmt::format("{:2} {}", i + 1, words[i]);
    grid += last ? cell + "\n" : padded(cell, kWordColumn);
  }
  return grid;
}

void show_words(Output& out, const WordList& words) {
  out.print("\n" + out.style().strong("your 24 words") + "\n\n");
  out.print(word_grid(words, out.width()));
  out.print("\n" + paragraph("they are the one way back if this device is lost, and nobody can make them again. "
                             "write them on paper, in this order, and keep them where a stranger will not look. "
                             "this device forgets them as soon as you have confirmed three of them.",
                             0, out.width()));
  out.flush();
  out.wipe();
}

std::set<std::uint32_t> places_to_prove(std::size_t count) {
  std::set<std::uint32_t> places;
  while (places.size() < std::min(kProofs, count)) {
    std::uint32_t random = 0;
    if (::getrandom(&random, sizeof(random), 0) != sizeof(random)) continue;
    places.insert(random % static_cast<std::uint32_t>(count) + 1);
  }
  return places;
}

std::string tidy_word(std::string word) {
  std::erase_if(word, [](unsigned char c) { return std::isspace(c) != 0; });
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

bool wants_to_confirm(const Context& context) {
  if (!can_ask() || context.globals.yes || context.out.json()) return false;
  say("\n");
  return ask_yes("are they on paper? shall three be checked now? (later: duolog words)", false);
}

void confirm_words(Context& context, const SecretText& passphrase, std::size_t count) {
  say("from your paper, please:\n");
  control::Request request;
  auto& asked = *request.mutable_words();
  asked.set_confirm(true);
  asked.set_passphrase(passphrase.copy());
  for (const auto place : places_to_prove(count)) {
    const auto word = ask_line(fmt::format("  word {}: ", place));
    if (!word) throw interrupted("stopped; your words can still be shown by duolog words");
    (*asked.mutable_proof())[place] = tidy_word(*word);
  }
  context.daemon.ask_one(request, kSlow);
  wipe(*asked.mutable_passphrase());
  context.out.line("right. your words are confirmed, and this device has forgotten them");
}

// ---- init ----

// The journal is made, whatever comes of this: a slip of the pen is no failure of init.
void confirm_after_init(Context& context, const SecretText& passphrase, std::size_t count) {
  if (!wants_to_confirm(context)) return;
  clear_screen(context.out);
  for (int tries = 2; tries > 0; --tries) {
    try {
      return confirm_words(context, passphrase, count);
    } catch (const Failure& failure) {
      const bool again = tries > 1 && failure.code() == "WRONG_WORDS";
      say_wrapped(std::string(failure.what()) + (again ? "; once more, please\n" : "\n"));
      if (!again) break;
    }
  }
  context.out.line("your journal is made; duolog words checks them later");
}

void print_init(Context& context, control::InitReport& report) {
  auto& out = context.out;
  if (out.json()) {
    auto json = to_json(report);
    out.line(json);
    wipe(json);
    out.flush();
    return out.wipe();
  }
  out.line("this is now " + out.style().person(sanitise_line(report.name())) + "'s journal");
  out.print(paragraph(
      report.locked_by() == "passphrase"
          ? "your passphrase opens it whenever the daemon has started anew; nobody can bring a forgotten one back"
          : "a key file opens it: whoever takes this disk reads it (duolog passphrase changes that)",
      0, out.width()));
  show_words(out, report.words());
}

}  // namespace

Exit init(Context& context, const InitOptions& options) {
  if (!context.globals.yes && context.globals.passphrase_file.empty() && !can_ask()) {
    throw needs_an_answer("init asks for a passphrase", "--passphrase-file FILE, or --yes for a key file");
  }
  if (context.daemon.status().initialised()) throw refusal(control::Error::ALREADY_INITIALISED);
  control::Request request;
  auto& asked = *request.mutable_init();
  asked.set_name(name_of_person(context, options.name, "your name, as the other person will see it"));
  asked.set_device_name(options.device.empty() ? host_name() : checked_name(options.device));
  const auto passphrase = passphrase_of_new_home(context);
  asked.set_passphrase(passphrase.copy());
  auto reply = context.daemon.ask_one(request, kSlow);
  wipe(*asked.mutable_passphrase());
  auto& report = *reply.mutable_init();
  const auto count = static_cast<std::size_t>(report.words_size());
  print_init(context, report);
  wipe_words(*report.mutable_words());
  confirm_after_init(context, passphrase, count);
  if (!context.out.json()) {
    context.out.print("\nnext: duolog write begins your notebook, duolog pair invites the other person\n");
  }
  return Exit::kDone;
}

Exit words(Context& context) {
  const auto status = context.daemon.open_status();
  const bool has_passphrase = status.device().locked_by() == "passphrase";
  SecretText passphrase;
  control::Reply reply;
  const auto fetch = [&](const SecretText& typed) {
    control::Request request;
    auto& secret = *request.mutable_words()->mutable_passphrase();
    secret = typed.copy();
    const Wiped wiped(secret);
    reply = context.daemon.ask_one(request, kSlow);
    for (const char c : typed.view()) passphrase.push_back(c);
  };
  if (has_passphrase) {
    with_passphrase(context.globals.passphrase_file, fetch);
  } else {
    fetch(SecretText());
  }
  auto& report = *reply.mutable_words();
  const auto count = static_cast<std::size_t>(report.words_size());
  if (context.out.json()) {
    auto json = to_json(report);
    context.out.line(json);
    wipe(json);
    context.out.flush();
    context.out.wipe();
  } else {
    show_words(context.out, report.words());
  }
  wipe_words(*report.mutable_words());
  if (wants_to_confirm(context)) {
    clear_screen(context.out);
    confirm_words(context, passphrase, count);
  }
  return Exit::kDone;
}

}  // namespace duolog::client
