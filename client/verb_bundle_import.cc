// bundle import: what was carried here by hand. All of it, or as much as there is: every run of records was checked for
// itself.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/format.h>

#include "client/bundle_file.h"
#include "client/json.h"
#include "client/keeping.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

using control::BundleReport;
using control::Request;

std::string of_whom(const BundleReport& report) {
  return report.other().empty() ? "your notebook" : "what you share with " + sanitise_line(report.other());
}

BundleReport take_in(Context& context, const std::string& file, const Stoppable& stoppable) {
  const BundleFile source(file);
  Request begin;
  begin.mutable_bundle_import()->mutable_begin();
  tell(context, begin);
  return send_bundle(context, source, "taking in", stoppable, [](Request& request, std::string piece) {
    auto& step = *request.mutable_bundle_import();
    piece.empty() ? static_cast<void>(step.mutable_end()) : step.set_piece(std::move(piece));
  });
}

std::string what_came(const BundleReport& report) {
  const std::string pieces =
      report.chunks() == 0 ? "" : (report.records() > 0 ? ", " : "") + pieces_text(report.chunks());
  if (report.records() == 0 && report.chunks() == 0 && report.bodies() == 0)
    return report.known() > 0
               ? "nothing new: " + (report.known() == 1
                                        ? std::string("its one record is here already")
                                        : fmt::format("all {} records in it are here already", report.known()))
               : "nothing new";
  if (report.records() == 0 && report.chunks() == 0)
    return fmt::format("the words of {} that lacked them", records_text(report.bodies()));
  const std::string latest =
      report.latest().empty() || report.records() == 0 ? "" : ", the latest from " + near(report.latest(), today());
  return (report.records() > 0
              ? fmt::format("{} new {}", report.records(), report.records() == 1 ? "record" : "records")
              : std::string()) +
         pieces + " of " + of_whom(report) + latest;
}

std::string imported_text(const BundleReport& report, const std::string& file, std::size_t width) {
  std::string text = paragraph(sanitise_line(file) + ": " + what_came(report), 0, width);
  const auto other = report.other().empty() ? std::string("your other device") : sanitise_line(report.other());
  if (report.broken() == "cut")
    text += paragraph(
        fmt::format("it ends too early, or was damaged on its way. what stood before that place is here and whole; the "
                    "rest is not. bring it once more, or ask {} for another: duolog bundle export",
                    other),
        0, width);
  if (report.broken() == "untrue")
    text += paragraph(
        "it was put down at a place that cannot be true. what stood before that is here and was checked; nothing else "
        "was touched. duolog doctor, there, says what is wrong on that device",
        0, width);
  if (report.gaps_size() > 0)
    text += paragraph(
        fmt::format("this one goes on after words that are not here yet: {}. import the ones before it as well, then "
                    "this one again; or ask {} for: duolog bundle export --everything",
                    gaps_text(report), other),
        0, width);
  if (report.refused() > 0)
    text +=
        paragraph("no room on this disk for " + pieces_text(report.refused()) + ": duolog doctor says more", 0, width);
  return text + passed_over_text(report, width);
}

Failure named(const Failure& failure, const std::string& file) {
  if (failure.code() == "PARTED")
    return {failure.status(), failure.code(),
            sanitise_line(file) + ": you have parted from this journal, and nothing more comes into it",
            "duolog list -j NAME reads what is here"};
  const bool saved = failure.code() == "NOT_SAVED";
  return {failure.status(), failure.code(), sanitise_line(file) + ": " + failure.what(),
          saved ? "what stood before is here and whole; make room, and import it again" : failure.hint()};
}

// One file after the other; one that goes on after words that are not here waits for the others, which may have them.
class Importing {
 public:
  explicit Importing(Context& context) : context_(context) {}

  void take(const std::string& file, bool is_last_try) {
    const auto report = take_in(context_, file, stoppable_);
    if (report.gaps_size() > 0 && !is_last_try) return again_.push_back(file);
    auto& out = context_.out;
    out.print(out.json() ? to_json(report) + "\n" : imported_text(report, file, out.width()));
    if (!report.broken().empty() || report.gaps_size() > 0) worst_ = Exit::kFailed;
  }
  // Of several a bad one stops no other.
  void take_all(const std::vector<std::string>& files, bool is_last_try) {
    for (const auto& file : files) {
      try {
        take(file, is_last_try);
      } catch (const Failure& failure) {
        if (failure.status() != Exit::kFailed || failure.code() == "INTERRUPTED" || files.size() == 1)
          throw named(failure, file);
        say_wrapped(std::string(named(failure, file).what()) + "\n");
        worst_ = Exit::kFailed;
      }
    }
  }
  [[nodiscard]] const std::vector<std::string>& again() const { return again_; }
  [[nodiscard]] Exit worst() const { return worst_; }

 private:
  Context& context_;
  Stoppable stoppable_{"stopped; what was taken in until now is here and whole"};
  std::vector<std::string> again_;
  Exit worst_ = Exit::kDone;
};

}  // namespace

Exit import_bundles(Context& context, const BundleOptions& options) {
  if (options.files.empty())
    throw wrong_usage("bundle import wants the file that was brought", "duolog bundle import FILE");
  if (options.everything || options.attachments)
    throw wrong_usage("that belongs to bundle export", "duolog bundle import FILE takes in whatever is in it");
  context.daemon.open_status();
  Importing importing(context);
  importing.take_all(options.files, options.files.size() == 1);
  const auto again = importing.again();
  importing.take_all(again, true);
  return importing.worst();
}

}  // namespace duolog::client
