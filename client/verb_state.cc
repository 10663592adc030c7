// status and doctor: what is here, what has arrived, what is wrong.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include <array>

#include "client/delivery.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/show_item.h"
#include "client/verbs.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr std::uint32_t kArrivals = 5;  // of one's own newest entries, with where each is

std::string device_head(const control::StatusReport& report, const Output& out) {
  const auto& device = report.device();
  if (report.locked()) return "locked: nothing is read, written or carried until duolog unlock\n";
  std::string text = out.style().person(sanitise_line(device.person())) + " on " + sanitise_line(device.name()) +
                     ", opened by a " + sanitise_line(device.locked_by()) + "\n";
  std::string addresses;
  for (const auto& address : device.addresses()) addresses += " " + sanitise_line(address);
  return addresses.empty() ? text : text + paragraph("listens at" + addresses, 0, out.width());
}

std::string count(std::uint32_t number, const char* one, const char* many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string journal_line(const control::StatusReport::Journal& journal) {
  std::string text = sanitise_line(journal.name()) + ": " + count(journal.entries(), "entry", "entries");
  if (journal.kind() == "shared") {
    text += ", with " + sanitise_line(journal.other());
    if (!journal.relationship().empty()) text += " (" + sanitise_line(journal.relationship()) + ")";
    if (!journal.paired_by().empty()) text += ", paired by " + sanitise_line(journal.paired_by());
  } else {
    text += ", for you alone";
  }
  if (journal.unreadable() > 0) text += fmt::format(", {} cannot be read", journal.unreadable());
  if (journal.newer() > 0) text += fmt::format(", {} from a newer Duolog", journal.newer());
  if (journal.frozen()) text += ", frozen";
  if (journal.parted()) text += ", kept to be read: you have parted";
  return text;
}

// Where it is, and when something last went that way.
std::string drop_box_text(const control::StatusReport::DropBox& box, std::size_t width) {
  if (box.folder().empty()) return {};
  std::string text = "drop box " + sanitise_line(box.folder());
  text += box.written().empty() ? ": nothing was put there yet" : ": last put there " + near(box.written(), today());
  text += box.read().empty() ? ", nothing came from there yet" : ", last came from there " + near(box.read(), today());
  if (!box.trouble().empty()) text += "; now it cannot be used: " + sanitise_line(box.trouble());
  return paragraph(text, 2, width);
}

// The delivery lines: where one's newest shared entries are by now. By their ids, not their words: status is what
// people show to somebody else when they ask for help.
std::string arrivals(Context& context) {
  control::Request request;
  request.mutable_list()->set_from("me");
  request.mutable_list()->set_limit(kArrivals);
  std::string text;
  for (const auto& reply : context.daemon.ask(request)) {
    if (!reply.has_item() || !reply.item().has_delivery()) continue;
    const auto& item = reply.item();
    const auto words = item.kind() == "answer" ? practice_text(item.practice())
                                               : sanitise_line(item.kind()) + " " + short_id(item.id());
    text += paragraph(near(item.written_at(), today()) + "  " + words + " · " +
                          delivery_text(item.delivery(), day_of(item.written_at())),
                      2, context.out.width());
  }
  return text;
}

std::string section(const Output& out, const char* title, const std::string& text) {
  return text.empty() ? text : "\n" + out.style().strong(title) + "\n" + text;
}

std::string open_sections(Context& context, const control::StatusReport& report) {
  const auto& out = context.out;
  std::string journals;
  for (const auto& journal : report.journals()) journals += paragraph(journal_line(journal), 2, out.width());
  if (!report.write_to().empty()) {
    journals += paragraph("duolog write goes to " + sanitise_line(report.write_to()), 2, out.width());
  }
  std::string peers;
  for (const auto& line : peer_lines(report.peers())) peers += paragraph(line, 2, out.width());
  peers += drop_box_text(report.drop_box(), out.width());
  for (const auto& line : mailbox_lines(report.mailboxes())) peers += paragraph(line, 2, out.width());
  return section(out, "journals", journals) + section(out, "devices", peers) +
         section(out, "arrived", arrivals(context));
}

// Worst first, as the eye reads.
constexpr std::array kSeverities = {"problem", "warning", "note", "ok"};

}  // namespace

Exit status(Context& context) {
  const auto report = context.daemon.status();
  auto& out = context.out;
  if (out.json()) {
    out.line(to_json(report));
    return Exit::kDone;
  }
  if (!report.initialised()) {
    out.print("there is no journal on this device yet: duolog init makes one\n");
    return Exit::kDone;
  }
  out.print(device_head(report, out));
  if (!report.locked()) out.print(open_sections(context, report));
  std::string warnings;
  for (const auto& warning : report.warnings()) warnings += paragraph(warning_text(warning), 2, out.width());
  out.print(section(out, "to know", warnings));
  if (context.globals.verbose) {
    out.print(fmt::format("\nduologd {}, process {}, home {}\n", sanitise_line(report.version()), report.pid(),
                          sanitise_line(report.home())));
  }
  return Exit::kDone;
}

Exit doctor(Context& context) {
  control::Request request;
  request.mutable_doctor();
  const auto reply = context.daemon.ask_one(request, kDurable);
  auto& out = context.out;
  bool problem = false;
  std::string text;
  for (const auto* severity : kSeverities) {
    for (const auto& finding : reply.doctor().findings()) {
      if (finding.severity() != severity) continue;
      problem = problem || finding.severity() == "problem";
      text += paragraph(padded(severity, 9) + finding_text(finding.code(), finding.detail()), 0, out.width());
    }
  }
  out.print(out.json() ? to_json(reply.doctor()) + "\n" : text.empty() ? "nothing to report\n" : text);
  return problem ? Exit::kFailed : Exit::kDone;
}

}  // namespace duolog::client
