// bundle export: what the other's computer lacks, in one sealed file that is carried there by hand. bundle import is
// verb_bundle_import.cc.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>

#include "client/file_name.h"
#include "client/json.h"
#include "client/keeping.h"
#include "client/layout.h"
#include "client/new_file.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::BundleReport;
using control::Request;

constexpr int kTries = 3;  // where something is taken back while it is written

// Whose it is, in a sentence.
std::string for_whom(const BundleReport& report) {
  if (report.devices_size() == 0) return "whoever has your 24 words";
  return report.other().empty() ? "your other devices" : sanitise_line(report.other());
}

// "duolog-2026-11-22-2114.bundle", by this device's clock.
std::string usual_name() {
  const std::time_t now = std::time(nullptr);
  std::tm civil{};
  ::localtime_r(&now, &civil);
  char text[40];
  return std::string(text, std::strftime(text, sizeof text, "duolog-%Y-%m-%d-%H%M.bundle", &civil));
}

struct Place {
  std::string folder, name;
  [[nodiscard]] std::string path() const {
    return folder == "." ? name : (std::filesystem::path(folder) / name).string();
  }
};

// A folder, as a stick is, gets a file of the usual name.
Place place_of(const std::string& wanted) {
  if (wanted == "-") throw wrong_usage("a bundle is written into a file", "duolog bundle export FILE, or a folder");
  if (wanted.empty()) return {".", usual_name()};
  std::error_code unknown;
  if (std::filesystem::is_directory(wanted, unknown)) return {wanted, usual_name()};
  const std::filesystem::path path(wanted);
  const auto folder = path.parent_path().string();
  return {folder.empty() ? "." : folder, path.filename().string()};
}

Failure not_written(const Place& place, const std::string& why, const std::string& hint) {
  return {Exit::kFailed, "BUNDLE_FILE", sanitise_line(place.path()) + " " + why, hint};
}

void refuse_what_is_there(const Context& context, const Place& place) {
  struct stat found{};
  if (context.globals.yes || ::lstat(place.path().c_str(), &found) != 0) return;
  throw not_written(place, "is there already; nothing was written",
                    "choose another name, or --yes to put the new one in its place");
}

BundleReport begin_export(Context& context, const BundleOptions& options, const Stoppable& stoppable, Stages& stages) {
  Request request;
  auto& begin = *request.mutable_bundle_export()->mutable_begin();
  begin.set_journal(context.globals.journal);
  begin.set_everything(options.everything);
  begin.set_attachments(options.attachments);
  context.daemon.send(request);
  stages.tell("counting", 0, 1);
  for (;;) {
    auto reply = stoppable.receive(context, kSlow);
    if (reply.last()) return std::move(*reply.mutable_bundle());
  }
}

// False: something was taken back meanwhile, and all of it is to be written anew.
bool write_pieces(Context& context, NewFile& file, const Stoppable& stoppable, BundleReport& report, Stages& stages) {
  for (;;) {
    stoppable.stop_when_asked();
    Request request;
    request.mutable_bundle_export()->mutable_next();
    auto reply = tell(context, request, kSlow);
    report.Swap(reply.mutable_bundle());
    if (report.stage() == "again") return false;
    if (report.piece().empty()) return true;
    file.write(report.piece());
    report.clear_piece();
    stages.tell("writing", report.done(), report.total(), Progress::In::kBytes);
  }
}

BundleReport write_file(Context& context, const BundleOptions& options, const Place& place) {
  const Stoppable stoppable("stopped; no bundle was written");
  for (int tries = kTries;; --tries) {
    Stages stages(context.out.json());
    auto report = begin_export(context, options, stoppable, stages);
    NewFile file(place.folder);
    if (write_pieces(context, file, stoppable, report, stages)) {
      stages.over();
      if (context.globals.yes) {
        file.replace(place.name);
      } else if (!file.appear_as(place.name)) {
        throw not_written(place, "has appeared meanwhile; nothing was written", "choose another name");
      }
      return report;
    }
    if (tries <= 1)
      throw not_written(place, "was not written: things are taken back at this moment", "try again in a minute");
  }
}

std::string exported_text(const Context& context, const BundleReport& report, const Place& place) {
  const auto width = context.out.width();
  const std::string pieces = report.chunks() == 0 ? "" : ", " + pieces_text(report.chunks());
  std::string text =
      paragraph(fmt::format("written: {}, {} for {}{}, {}", sanitise_line(place.path()), records_text(report.records()),
                            for_whom(report), pieces, size_text(report.done())),
                0, width);
  if (report.chunks_missing() > 0)
    text += paragraph("not in it, as not on this device: " + pieces_text(report.chunks_missing()), 0, width);
  if (report.devices_size() == 0)
    return text +
           paragraph(
               "it stays sealed: this computer opens it, and your 24 words do, anywhere. kept where the computer is "
               "not, it brings your notebook back when that is lost: duolog recover --from " +
                   typeable(place.name) + ". make it anew when a device of either of you has come or gone",
               0, width);
  const std::string there =
      report.other().empty() ? "your other computer" : sanitise_line(report.other()) + "'s computer";
  text += paragraph(fmt::format("bring it to {}, on a stick or by mail, and there: duolog bundle import {}", there,
                                typeable(place.name)),
                    0, width);
  return text +
         paragraph(fmt::format("it stays sealed on the way: whoever finds it sees its size and the day. keep it until "
                               "something that {} wrote later has come back, which shows that it arrived; until then "
                               "the next one holds the same once more.",
                               report.other().empty() ? "they" : sanitise_line(report.other())),
                   0, width);
}

Exit export_bundle(Context& context, const BundleOptions& options) {
  if (options.files.size() > 1) throw wrong_usage("one bundle is one file", "duolog bundle export FILE, or a folder");
  context.daemon.open_status();
  const auto place = place_of(options.files.empty() ? "" : options.files.front());
  refuse_what_is_there(context, place);
  BundleReport report;
  try {
    report = write_file(context, options, place);
  } catch (const Failure& failure) {
    if (failure.code() == "CANNOT_SAVE")
      throw Failure(failure.status(), "BUNDLE_FILE", failure.what(), "is there room? name another folder, or a file");
    if (failure.code() == "PARTED")
      throw Failure(failure.status(), failure.code(), "you have parted from this journal: nothing of it is carried",
                    "-j NAME names another one; duolog status lists them");
    if (failure.code() == "AMBIGUOUS")
      throw wrong_usage("there is more than one shared journal: which?", "-j NAME; duolog status lists them");
    throw;
  }
  context.out.print(context.out.json() ? to_json(report) + "\n" : exported_text(context, report, place));
  return Exit::kDone;
}

}  // namespace

Exit bundle(Context& context, const BundleOptions& options) {
  return options.action == "export" ? export_bundle(context, options) : import_bundles(context, options);
}

}  // namespace duolog::client
