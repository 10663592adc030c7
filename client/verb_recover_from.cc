// recover --from: every device is lost, and the 24 words and a bundle of the notebook are there. Nobody else is needed;
// bundles of shared journals may follow.
//
//   words ─► name, passphrase ─► the notebook's bundle ─► this home is its person's ─► the other bundles
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <algorithm>

#include "client/ask.h"
#include "client/bundle_file.h"
#include "client/json.h"
#include "client/keeping.h"
#include "client/layout.h"
#include "client/new_home.h"
#include "client/sanitise.h"
#include "client/typed_words.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::BundleReport;
using control::PairEvent;
using control::Request;

void check_sense(const Context& context, const RecoverOptions& options) {
  if (!options.invitation.empty() || !options.picture.empty() || !options.at.empty())
    throw wrong_usage("a bundle and a code at once: which of them?",
                      "duolog recover --from FILE, or duolog recover CODE");
  if (std::ranges::count(options.from, "-") + (options.words_file == "-" ? 1 : 0) > 1)
    throw wrong_usage("standard input is read once", "name the files");
  if (options.words_file.empty() && !can_ask())
    throw needs_an_answer("recover asks for your 24 words", "--words-file FILE names where they are");
  if (!context.globals.yes && context.globals.passphrase_file.empty() && !can_ask())
    throw needs_an_answer("recover asks for a passphrase of this home",
                          "--passphrase-file FILE, or --yes for a key file");
}

// All that a person is asked comes first: with the words over there, nobody is waited for. The passphrase to be.
SecretText begin(Context& context, const RecoverOptions& options) {
  Request request;
  auto& asked = *request.mutable_recover_from()->mutable_begin();
  const auto words = the_24_words(context, options.words_file);
  const Wiped wiped(*asked.mutable_words());
  asked.mutable_words()->reserve(kPassphraseLimit);  // never moved
  asked.mutable_words()->append(words.view());
  asked.set_name(name_of_person(context, options.name, "your name, as the other person knows you"));
  asked.set_device_name(options.device.empty() ? host_name() : checked_name(options.device));
  auto passphrase = passphrase_of_new_home(context);
  tell(context, request);
  return passphrase;
}

// Half a file is no half recovery.
BundleReport read_all(Context& context, const BundleFile& file, const Stoppable& stoppable) {
  try {
    return send_bundle(context, file, "reading", stoppable, [](Request& request, std::string piece) {
      auto& step = *request.mutable_recover_from();
      piece.empty() ? static_cast<void>(step.mutable_end()) : step.set_piece(std::move(piece));
    });
  } catch (const Failure& failure) {
    if (failure.code() != "BUNDLE_FILE") throw;
    throw failure.with_hint("nothing was made; once the file can be read, run duolog recover --from again");
  }
}

PairEvent::Arrived move_in(Context& context, const SecretText& passphrase) {
  Request request;
  auto& asked = *request.mutable_recover_from()->mutable_move_in();
  const Wiped wiped(*asked.mutable_passphrase());
  asked.set_passphrase(passphrase.copy());
  auto reply = tell(context, request, std::chrono::seconds(600));  // a lifetime is opened
  return std::move(*reply.mutable_pair()->mutable_arrived());
}

// What of it is not here, and why.
std::string missing_text(const BundleReport& report, std::size_t width) {
  std::string text = passed_over_text(report, width);
  if (report.gaps_size() > 0)
    text += paragraph("some of the bundle goes on after words that are not in it: " + gaps_text(report) +
                          ". was it made without --everything? an older one may have them: duolog bundle import FILE",
                      0, width);
  return text;
}

std::string welcome_text(const PairEvent::Arrived& arrived, const BundleReport& report, std::size_t width) {
  std::string text =
      paragraph(fmt::format("your notebook is here again: {}", records_text(arrived.records())), 0, width);
  if (report.broken() == "cut")
    text += paragraph(
        "the bundle ends too early, or was damaged on its way. what stood before that place is here and whole; the "
        "rest is not. another bundle of it may have more: duolog bundle import FILE",
        0, width);
  if (report.broken() == "untrue")
    text += paragraph(
        "the bundle was put down at a place that cannot be true. what stood before that is here and was "
        "checked. another bundle of it may have more: duolog bundle import FILE",
        0, width);
  text += missing_text(report, width);
  text += paragraph(
      "what you share comes by a bundle that the other person makes (there: duolog bundle export --everything; here: "
      "duolog bundle import FILE). from then on your computers find each other where both are in one network: "
      "no bundle says where a computer is. be there together once, or let bundles carry what you write",
      0, width);
  std::string names;
  for (const auto& name : arrived.others()) names += (names.empty() ? "" : ", ") + sanitise_line(name);
  if (!names.empty())
    text += paragraph("devices that still count as yours: " + names +
                          ". lock out each one that is lost: duolog device remove " +
                          typeable(arrived.others(arrived.others_size() - 1)),
                      0, width);
  return text + paragraph(arrived.locked_by() == "passphrase"
                              ? "the passphrase that you have just given opens it here. your words stay on your paper"
                              : "a key file opens it: whoever takes this disk reads it (duolog passphrase changes "
                                "that). your words stay on your paper",
                          0, width);
}

void print(Context& context, const PairEvent::Arrived& arrived, const BundleReport& report) {
  auto& out = context.out;
  if (out.json()) {
    PairEvent event;
    *event.mutable_arrived() = arrived;
    return out.print(to_json(event) + "\n" + to_json(report) + "\n");
  }
  out.print("\n" +
            out.style().strong("welcome back, " + sanitise_line(arrived.name()) + ". this device is called " +
                               sanitise_line(arrived.device())) +
            "\n" + welcome_text(arrived, report, out.width()));
}

}  // namespace

Exit recover_from(Context& context, const RecoverOptions& options) {
  check_sense(context, options);
  if (context.daemon.status().initialised()) throw refusal(control::Error::ALREADY_INITIALISED);
  for (const auto& file : options.from)
    if (file != "-") BundleFile{file};  // each can be opened, before anything is asked
  const BundleFile notebook(options.from.front());
  const Stoppable stoppable("stopped; nothing was made");
  const auto passphrase = begin(context, options);
  const auto report = read_all(context, notebook, stoppable);
  print(context, move_in(context, passphrase), report);
  const Exit read = report.broken().empty() ? Exit::kDone : Exit::kFailed;
  BundleOptions others;
  const bool has_files = report.chunks_missing() > 0 && options.from.front() != "-";  // which are wanted is known now
  others.files.assign(options.from.begin() + (has_files ? 0 : 1), options.from.end());
  if (others.files.empty()) return read;
  const Exit taken_in = import_bundles(context, others);
  return read == Exit::kDone ? taken_in : read;
}

}  // namespace duolog::client
