// doctor --repair: everything is read, and what is damaged or missing is fetched from the other's device.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "client/json.h"
#include "client/keeping.h"
#include "client/layout.h"
#include "client/sanitise.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::Request;

std::string read_text(const control::RepairReport& report) {
  std::string text = fmt::format("{} records were read", report.records());
  return report.chunks() == 0 ? text : text + ", and " + pieces_text(report.chunks());
}

// "" where nothing had to come.
std::string came_text(const control::RepairReport& report) {
  const auto came = [](std::uint32_t wanted, std::uint32_t missing) { return wanted - std::min(wanted, missing); };
  const std::uint32_t records = came(report.wanted(), report.missing());
  const std::uint32_t pieces = came(report.chunks_wanted(), report.chunks_missing());
  std::string text;
  if (records > 0) text = fmt::format("{} records were damaged or missing and have come back\n", records);
  if (pieces > 0) text += pieces_text(pieces) + " came, damaged or missing until now\n";
  return text;
}

std::string missing_text(const control::RepairReport& report, std::size_t width) {
  std::string text;
  if (report.missing() > 0) text += fmt::format("{} are still without their words\n", report.missing());
  if (report.chunks_missing() > 0) text += fmt::format("still not here: {}\n", pieces_text(report.chunks_missing()));
  for (const auto& damage : report.damage()) text += paragraph("damaged: " + sanitise_line(damage), 0, width);
  if (text.empty()) return text;
  text += paragraph(report.met() ? "the device that is connected has not got it either, or is still sending: try again "
                                   "in a while"
                                 : "nobody who has it is connected. it comes by itself as soon as you meet",
                    0, width);
  return text + paragraph(
                    "what only this device held is nowhere else, your notebook above all: duolog restore FILE brings "
                    "it from a backup, into an empty home (--home DIR)",
                    0, width);
}

bool is_whole(const control::RepairReport& report) {
  return report.missing() == 0 && report.chunks_missing() == 0 && report.damage().empty();
}

std::string repair_text(const control::RepairReport& report, std::size_t width) {
  const std::string came = came_text(report);
  std::string text = paragraph(read_text(report), 0, width) + came;
  if (is_whole(report)) return text + (came.empty() ? "all of them are whole\n" : "all of them are whole now\n");
  return text + missing_text(report, width);
}

}  // namespace

Exit repair(Context& context, const DoctorOptions& options) {
  Request request;
  request.mutable_repair()->set_timeout_seconds(options.timeout_seconds);
  context.daemon.open_status();
  context.daemon.send(request);
  control::RepairReport report;
  {
    Stages stages(context.out.json());
    for (bool last = false; !last;) {
      auto reply = context.daemon.receive(kSlow + std::chrono::seconds(options.timeout_seconds));
      last = reply.last();
      report = std::move(*reply.mutable_repair());
      if (!last) stages.tell(report.stage(), report.done(), report.total());
    }
  }
  auto& out = context.out;
  out.print(out.json() ? to_json(report) + "\n" : repair_text(report, out.width()));
  return is_whole(report) ? Exit::kDone : Exit::kFailed;
}

}  // namespace duolog::client
