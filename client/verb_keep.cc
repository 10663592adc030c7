// backup, restore, and doctor --repair: how a journal outlives its disk.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <optional>

#include "client/ask.h"
#include "client/backup_file.h"
#include "client/interrupts.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Reply;
using control::Request;

constexpr int kTries = 3;

// One line on a terminal that is written over; nothing elsewhere.
class Progress {
 public:
  Progress() : shown_(::isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (last_ >= 0) say("\r\x1b[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void tell(const char* what, std::uint64_t done, std::uint64_t total) {
    const int part = total == 0 ? 0 : static_cast<int>(std::min<std::uint64_t>(100, done / (total / 100 + 1)));
    if (!shown_ || (part == last_ && what == what_)) return;
    last_ = part;
    what_ = what;
    say(fmt::format("\r\x1b[K{} {} %", what, part));
  }

 private:
  bool shown_;
  int last_ = -1;
  const char* what_ = nullptr;
};

const char* stage_text(std::string_view stage) {
  if (stage == "copying") return "copying";
  if (stage == "checking" || stage == "reading") return "checking";
  if (stage == "fetching") return "fetching";
  return "writing";
}

Reply tell(Context& context, Request& request, std::chrono::seconds patience = kDurable) {
  context.daemon.send(request);
  return context.daemon.receive(patience);
}

void stop_when_asked(const Interrupts& interrupts, const char* what) {
  pollfd asked{interrupts.fd(), POLLIN, 0};
  if (::poll(&asked, 1, 0) <= 0) return;
  interrupts.take();
  throw interrupted(what);
}

// ---- backup ----

// Empty: the one that opens this journal. A key file never lies beside what it opens.
SecretText passphrase_for_backup(const Context& context, bool has_one) {
  if (!context.globals.passphrase_file.empty()) return read_secret(context.globals.passphrase_file);
  if (has_one && (context.globals.yes || !can_ask())) return {};
  if (!can_ask()) throw needs_an_answer("a backup has a passphrase of its own", "--passphrase-file FILE");
  auto secret = ask_new_secret(has_one ? "passphrase of the backup (Enter alone: the one of this journal): "
                                       : "a passphrase for the backup: ");
  if (secret.empty() && !has_one) {
    throw Failure(Exit::kFailed, "PASSPHRASE_FILE",
                  "a backup without a passphrase would be a journal for whoever finds it; nothing was written",
                  "choose one; it need not be the one of this journal");
  }
  return secret;
}

control::BackupReport begin_backup(Context& context, const SecretText& passphrase, Progress& progress) {
  Request request;
  auto& secret = *request.mutable_backup()->mutable_begin()->mutable_passphrase();
  secret = passphrase.copy();
  const Wiped wiped(secret);
  context.daemon.send(request);
  for (;;) {
    auto reply = context.daemon.receive(kSlow);
    progress.tell(stage_text(reply.backup().stage()), reply.backup().done(), reply.backup().total());
    if (reply.last()) return std::move(*reply.mutable_backup());
  }
}

std::uint64_t write_backup(Context& context, BackupTarget& target, Progress& progress) {
  const Interrupts interrupts;
  std::uint64_t bytes = 0;
  for (;;) {
    stop_when_asked(interrupts, "stopped; no backup was made");
    Request request;
    request.mutable_backup()->mutable_next();
    const auto reply = tell(context, request);
    const auto& report = reply.backup();
    if (report.piece().empty()) return bytes;
    target.write(report.piece());
    bytes += report.piece().size();
    progress.tell("writing", report.done(), report.total());
  }
}

template <class Read>
void send_pieces(Context& context, std::uint64_t total, const char* what, const char* when_stopped, Progress& progress,
                 Read&& read) {
  const Interrupts interrupts;
  std::uint64_t sent = 0;
  for (std::string piece = read(); !piece.empty(); piece = read()) {
    stop_when_asked(interrupts, when_stopped);
    sent += piece.size();
    Request request;
    request.mutable_restore()->set_piece(std::move(piece));
    tell(context, request);
    progress.tell(what, sent, total);
  }
}

// The file as the disk gives it back, read to its end by the daemon.
void check_backup(Context& context, BackupTarget& target, std::uint64_t bytes, Progress& progress) {
  Request begin;
  begin.mutable_restore()->mutable_begin()->set_check_only(true);
  tell(context, begin);
  send_pieces(context, bytes, "reading it again", "stopped; no backup was made", progress,
              [&target] { return target.read(); });
  Request end;
  end.mutable_restore()->mutable_finish();
  tell(context, end);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  return bytes < 10 * kMiB ? fmt::format("{} KiB", (bytes + 1023) / 1024) : fmt::format("{} MiB", bytes / kMiB);
}

std::string backup_text(const control::BackupReport& report, const std::string& file, std::uint64_t bytes,
                        std::size_t width) {
  std::string text = paragraph(fmt::format("saved in {}: {} records, {}, and read again to its end",
                                           sanitise_line(file), report.records(), size_text(bytes)),
                               0, width);
  if (report.missing() > 0) {
    text += paragraph(
        fmt::format("{} of them have no words here, neither in the backup: duolog doctor --repair", report.missing()),
        0, width);
  }
  for (const auto& damage : report.damage())
    text += paragraph("damaged, here as well: " + sanitise_line(damage), 0, width);
  text += paragraph(
      "it opens with its passphrase alone: duolog restore FILE, on a computer without a journal. keep it elsewhere "
      "than on this disk.",
      0, width);
  return text;
}

// ---- restore ----

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

// ---- repair ----

std::string repair_text(const control::RepairReport& report, std::size_t width) {
  std::string text = paragraph(fmt::format("{} records were read", report.records()), 0, width);
  const std::uint64_t back = report.wanted() - std::min(report.wanted(), report.missing());
  if (report.wanted() == 0 && report.damage().empty()) return text + paragraph("all of them are whole", 0, width);
  if (back > 0) text += paragraph(fmt::format("{} were damaged or missing and have come back", back), 0, width);
  if (report.missing() > 0) {
    text += paragraph(fmt::format("{} are still without their words: {}", report.missing(),
                                  report.met() ? "the device that is connected has not got them either, or is still "
                                                 "sending; try again in a while"
                                               : "nobody who has them is connected. they come by themselves as soon as "
                                                 "you meet"),
                      0, width);
    text += paragraph(
        "what only your notebook held is nowhere else: duolog restore FILE brings it from a backup, into "
        "an empty home",
        0, width);
  }
  for (const auto& damage : report.damage()) {
    text += paragraph("damaged: " + sanitise_line(damage), 0, width);
  }
  if (!report.damage().empty()) {
    text += paragraph(
        "a damaged end comes back from the other's device; what stands behind a damaged head does not. a "
        "backup does: duolog restore FILE, into an empty home (--home DIR)",
        0, width);
  }
  return text;
}

}  // namespace

Exit backup(Context& context, const BackupOptions& options) {
  const auto status = context.daemon.open_status();
  BackupTarget target(options.file, context.globals.yes);
  const auto passphrase = passphrase_for_backup(context, status.device().locked_by() == "passphrase");
  std::optional<Progress> progress(std::in_place);
  auto report = begin_backup(context, passphrase, *progress);
  const auto bytes = write_backup(context, target, *progress);
  target.settle();
  const bool to_a_file = target.is_file();
  if (to_a_file) check_backup(context, target, bytes, *progress);
  target.keep();
  progress.reset();
  report.set_stage("done");
  report.set_done(bytes);
  report.set_total(bytes);
  auto& out = context.out;
  if (!to_a_file) return Exit::kDone;  // standard output is the backup itself
  if (out.json()) {
    out.line(to_json(report));
  } else {
    out.print(backup_text(report, options.file, bytes, out.width()));
  }
  return Exit::kDone;
}

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
    Progress progress;
    send_pieces(context, source.size(), "unpacking", "stopped; nothing was restored", progress,
                [&source] { return source.read(); });
  }
  const auto report = open_restored(context, options);
  auto& out = context.out;
  out.print(out.json() ? to_json(report) + "\n" : restored_text(report, out.width()));
  return Exit::kDone;
}

Exit repair(Context& context, const DoctorOptions& options) {
  Request request;
  request.mutable_repair()->set_timeout_seconds(options.timeout_seconds);
  context.daemon.connect();
  context.daemon.send(request);
  control::RepairReport report;
  {
    Progress progress;
    for (bool last = false; !last;) {
      auto reply = context.daemon.receive(kSlow + std::chrono::seconds(options.timeout_seconds));
      last = reply.last();
      report = std::move(*reply.mutable_repair());
      progress.tell(stage_text(report.stage()), report.done(), report.total());
    }
  }
  auto& out = context.out;
  out.print(out.json() ? to_json(report) + "\n" : repair_text(report, out.width()));
  return report.missing() > 0 || !report.damage().empty() ? Exit::kFailed : Exit::kDone;
}

}  // namespace duolog::client
