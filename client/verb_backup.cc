// backup: all of a home in one file, which is there whole and was read again, or not at all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "client/ask.h"
#include "client/backup_file.h"
#include "client/file_name.h"
#include "client/json.h"
#include "client/keeping.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Request;

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

control::BackupReport begin_backup(Context& context, const SecretText& passphrase, const Stoppable& stoppable,
                                   Stages& stages) {
  Request request;
  auto& secret = *request.mutable_backup()->mutable_begin()->mutable_passphrase();
  secret = passphrase.copy();
  const Wiped wiped(secret);
  context.daemon.send(request);
  for (;;) {
    auto reply = stoppable.receive(context, kSlow);
    stages.tell(reply.backup().stage(), reply.backup().done(), reply.backup().total());
    if (reply.last()) return std::move(*reply.mutable_backup());
  }
}

// `report` is what the daemon says with the last piece; its `done` and `total` are bytes then.
void write_backup(Context& context, BackupTarget& target, const Stoppable& stoppable, control::BackupReport& report,
                  Stages& stages) {
  std::uint64_t bytes = 0;
  for (;;) {
    stoppable.stop_when_asked();
    Request request;
    request.mutable_backup()->mutable_next();
    auto reply = tell(context, request);
    report.Swap(reply.mutable_backup());
    if (report.piece().empty()) break;
    target.write(report.piece());
    bytes += report.piece().size();
    stages.tell("writing", report.done(), report.total(), Progress::In::kBytes);
  }
  report.set_done(bytes);
  report.set_total(bytes);
}

// The file as the disk gives it back, read to its end by the daemon.
void check_backup(Context& context, BackupTarget& target, const Stoppable& stoppable, std::uint64_t bytes,
                  Stages& stages) {
  Request begin;
  begin.mutable_restore()->mutable_begin()->set_check_only(true);
  tell(context, begin);
  send_pieces(context, bytes, "reading it again", stoppable, stages, [&target] { return target.read(); });
  Request end;
  end.mutable_restore()->mutable_finish();
  tell(context, end);
}

// "" where all is in it.
std::string not_in_it_text(const control::BackupReport& report, std::size_t width) {
  std::string text;
  if (report.missing() > 0) {
    text += paragraph(
        fmt::format("{} of them have no words here, neither in the backup: duolog doctor --repair", report.missing()),
        0, width);
  }
  if (report.chunks_missing() > 0) {
    text += paragraph(fmt::format("not here, neither in the backup: {}. duolog doctor --repair fetches what the other "
                                  "has",
                                  pieces_text(report.chunks_missing())),
                      0, width);
  }
  for (const auto& damage : report.damage())
    text += paragraph("damaged, here as well: " + sanitise_line(damage), 0, width);
  return text;
}

std::string backup_text(const control::BackupReport& report, const std::string& file, std::size_t width) {
  const std::string pieces = report.chunks() == 0 ? "" : ", " + pieces_text(report.chunks());
  const std::string text =
      paragraph(fmt::format("saved in {}: {} records{}, {}, and read again to its end", sanitise_line(file),
                            report.records(), pieces, size_text(report.done())),
                0, width);
  return text + not_in_it_text(report, width) +
         paragraph(
             "it opens with its passphrase alone: duolog restore FILE, on a computer without a journal. keep it "
             "elsewhere than on this disk.",
             0, width);
}

}  // namespace

Exit backup(Context& context, const BackupOptions& options) {
  const auto status = context.daemon.open_status();
  BackupTarget target(options.file, context.globals.yes);
  const auto passphrase = passphrase_for_backup(context, status.device().locked_by() == "passphrase");
  Stages stages(context.out.json());
  const Stoppable stoppable("stopped; no backup was made");
  auto report = begin_backup(context, passphrase, stoppable, stages);
  write_backup(context, target, stoppable, report, stages);
  target.settle();
  const bool to_a_file = target.is_file();
  if (to_a_file) check_backup(context, target, stoppable, report.done(), stages);
  target.keep();
  stages.over();
  auto& out = context.out;
  if (!to_a_file) {  // standard output is the backup itself
    const auto missing = not_in_it_text(report, out.width());
    if (!missing.empty()) say(fmt::format("{} records are in the backup\n", report.records()) + missing);
    return Exit::kDone;
  }
  if (out.json()) {
    out.line(to_json(report));
  } else {
    out.print(backup_text(report, options.file, out.width()));
  }
  return Exit::kDone;
}

}  // namespace duolog::client
