// restore: a backup becomes the home of this device, and writes once it is known that nothing newer is elsewhere.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <optional>

#include "client/ask.h"
#include "client/backup_file.h"
#include "client/json.h"
#include "client/keeping.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Request;

constexpr int kTries = 3;

control::RestoreReport finish_restore(Context& context, const SecretText& passphrase, const SecretText& lock,
                                      bool gone) {
  Request request;
  auto& finish = *request.mutable_restore()->mutable_finish();
  const Wiped wiped(*finish.mutable_passphrase(), *finish.mutable_new_passphrase());
  finish.set_passphrase(passphrase.copy());
  finish.set_new_passphrase(lock.copy());
  finish.set_old_device_is_gone(gone);
  context.daemon.send(request);
  return std::move(*context.daemon.receive(std::chrono::seconds(3600)).mutable_restore());
}

SecretText lock_for_restored(const Context& context, const RestoreOptions& options) {
  if (!options.new_file.empty()) return read_secret(options.new_file);
  if (context.globals.yes) return {};
  return ask_new_secret("passphrase of this home from now on (Enter alone: a key file): ");
}

bool is_gone(const Context& context, const RestoreOptions& options) {
  if (options.gone) return true;
  if (context.globals.yes || !can_ask()) return false;
  say("\n" + paragraph("two copies of one home that both write tear its journals apart. what you share with others is "
                       "safe: this device writes there only after it has met theirs. your notebook is nowhere else.",
                       0, context.out.width()));
  return ask_yes("is the device that the backup was made on gone for good (lost, broken, wiped)?", false);
}

std::string waits_text(const control::RestoreReport& report, std::size_t width) {
  std::string text;
  for (const auto& name : report.waits_for()) {
    text += paragraph(
        name.empty()
            ? "your notebook can be read. it is written in again once you are sure that the old device is gone for "
              "good: duolog restore --old-device-is-gone"
            : fmt::format("what you share with {0} can be read. it is written in again as soon as this device has met "
                          "{0}'s, which brings what is newer than the backup: duolog sync",
                          sanitise_line(name)),
        0, width);
  }
  return text;
}

std::string restored_text(const control::RestoreReport& report, std::size_t width) {
  std::string text =
      paragraph(fmt::format("restored: {} on {}, as it was {}, {} records, opened by a {}",
                            sanitise_line(report.name()), sanitise_line(report.device()),
                            near(report.made_at(), today()), report.records(), sanitise_line(report.locked_by())),
                0, width);
  for (const auto& damage : report.damage())
    text += paragraph("damaged since before the backup was made: " + sanitise_line(damage), 0, width);
  if (report.missing() > 0) {
    text += paragraph(
        fmt::format("{} of them have no words in the backup: they come from the other's device", report.missing()), 0,
        width);
  }
  text += waits_text(report, width);
  return text + paragraph(
                    "never let the old copy write again: the other's device would notice that there are two, and "
                    "take nothing more from either.",
                    0, width);
}

Exit release_notebook(Context& context) {
  context.daemon.open_status();
  Request request;
  request.mutable_restore()->mutable_old_device_is_gone();
  const auto reply = tell(context, request);
  auto& out = context.out;
  if (out.json()) return out.line(to_json(reply.restore())), Exit::kDone;
  out.print(paragraph("what nobody else has may be written in here from now on", 0, out.width()));
  out.print(waits_text(reply.restore(), out.width()));
  return Exit::kDone;
}

control::RestoreReport open_restored(Context& context, const RestoreOptions& options) {
  const bool from_file = !context.globals.passphrase_file.empty();
  std::optional<SecretText> lock;
  bool gone = false;
  for (int tries = kTries;; --tries) {
    const auto passphrase = from_file ? read_secret(context.globals.passphrase_file) : ask_secret("its passphrase: ");
    if (!lock) {
      lock = lock_for_restored(context, options);
      gone = is_gone(context, options);
    }
    try {
      return finish_restore(context, passphrase, *lock, gone);
    } catch (const Failure& failure) {
      if (failure.code() != "BACKUP_PASSPHRASE" || from_file || tries <= 1) throw;
      say_wrapped(std::string(failure.what()) + "\n");
    }
  }
}

}  // namespace

Exit restore(Context& context, const RestoreOptions& options) {
  if (options.file.empty()) {
    if (options.gone) return release_notebook(context);
    throw wrong_usage("restore wants the file of a backup", "duolog restore FILE");
  }
  if (context.globals.passphrase_file.empty() && !can_ask())
    throw needs_an_answer("restore asks for the passphrase of the backup", "--passphrase-file FILE");
  if (options.new_file.empty() && !context.globals.yes && !can_ask())
    throw needs_an_answer("restore asks how this home shall be locked",
                          "--new-passphrase-file FILE, or --yes for a key file");
  BackupSource source(options.file);
  if (context.daemon.status().initialised()) throw refusal(control::Error::HOME_IN_USE);
  Request begin;
  begin.mutable_restore()->mutable_begin();
  tell(context, begin);
  {
    Stages stages(context.out.json());
    send_pieces(context, source.size(), "unpacking", Stoppable("stopped; nothing was restored"), stages,
                [&source] { return source.read(); });
  }
  const auto report = open_restored(context, options);
  auto& out = context.out;
  out.print(out.json() ? to_json(report) + "\n" : restored_text(report, out.width()));
  return Exit::kDone;
}

}  // namespace duolog::client
