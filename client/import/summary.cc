// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "client/file_name.h"
#include "client/json.h"
#include "client/layout.h"
#include "client/moment.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

std::string tally_text(const char* title, const std::vector<Tally>& tallies, std::size_t width) {
  std::string text;
  for (const auto& tally : tallies) {
    std::string line = fmt::format("{}  {}", tally.count, sanitise_line(tally.what));
    for (std::size_t i = 0; i < tally.samples.size(); ++i)
      line += (i == 0 ? ": " : ", ") + one_line(sanitise_line(tally.samples[i]), 40);
    if (!tally.samples.empty() && tally.count > tally.samples.size()) line += ", …";
    text += paragraph(line, 2, width);
  }
  return text.empty() ? text : std::string(title) + "\n" + text;
}

std::string tallies_json(const std::vector<Tally>& tallies) {
  std::string out;
  for (const auto& tally : tallies) {
    std::string samples;
    for (const auto& sample : tally.samples)
      samples += (samples.empty() ? "" : ",") + json_string(sanitise_line(sample));
    out += (out.empty() ? "" : ",") + fmt::format("{{\"what\":{},\"count\":{},\"samples\":[{}]}}",
                                                  json_string(sanitise_line(tally.what)), tally.count, samples);
  }
  return "[" + out + "]";
}

std::string where_text(const TakenIn& taken) {
  if (taken.visibility == "shared") return "shared with " + sanitise_line(taken.shared_with);
  return taken.journal.empty() ? "" : "private";
}

}  // namespace

void Overview::count(const Found& found) {
  const bool entry = found.practice.empty() && found.to.empty() && found.toml.empty();
  (entry ? entries : others) += 1;
  if (!entry) return;
  media += found.media.size();
  for (const auto& medium : found.media) media_bytes += medium.size;
  const auto civil = found.at.at_ms + found.at.offset_minutes * std::int64_t{60'000};
  first_ms = std::min(first_ms, civil);
  last_ms = std::max(last_ms, civil);
}

std::string Overview::days() const {
  if (entries == 0) return {};
  const auto day = [](std::int64_t ms) { return day_text((ms - (ms < 0 ? 86'399'999 : 0)) / 86'400'000); };
  const auto first = day(first_ms);
  const auto last = day(last_ms);
  return first == last ? first : first + " to " + last;
}

std::string found_text(const Overview& overview) {
  std::string text = "found " + counted(overview.entries, "entry", "entries");
  if (overview.entries > 0) text += ", " + overview.days();
  if (overview.media > 0)
    text +=
        ", with " + counted(overview.media, "attachment", "attachments") + " (" + size_text(overview.media_bytes) + ")";
  if (overview.others > 0)
    text += ", and " + counted(overview.others, "answer, reply or practice", "answers, replies and practices");
  return text;
}

std::string findings_text(const Findings& findings, std::size_t width) {
  return tally_text("kept in another form", findings.bent(), width) +
         tally_text("not kept", findings.dropped(), width) +
         tally_text("not understood, and left out", findings.missed(), width);
}

std::string result_text(const TakenIn& taken, bool dry_run) {
  std::string text = dry_run ? fmt::format("nothing was written; {} would be", taken.written)
                             : fmt::format("imported {}", taken.written);
  if (taken.attached > 0) text += ", with " + counted(taken.attached, "attachment", "attachments");
  if (taken.already_there > 0) text += fmt::format(" · {} there already", taken.already_there);
  if (taken.practices > 0) text += " · " + counted(taken.practices, "practice", "practices");
  if (taken.refused > 0) text += fmt::format(" · {} refused", taken.refused);
  const auto where = where_text(taken);
  return where.empty() ? text : text + " · " + where;
}

std::string result_json(const Overview& overview, const TakenIn& taken, const Findings& findings, bool dry_run) {
  return fmt::format(
      "{{\"dry_run\":{},\"entries\":{},\"others\":{},\"attachments\":{},\"attachment_bytes\":{},\"written\":{},"
      "\"attached\":{},\"already_there\":{},\"refused\":{},\"practices\":{},\"journal\":{},\"visibility\":{},"
      "\"other_form\":{},\"not_kept\":{},\"not_understood\":{}}}",
      dry_run, overview.entries, overview.others, overview.media, overview.media_bytes, taken.written, taken.attached,
      taken.already_there, taken.refused, taken.practices, json_string(taken.journal), json_string(taken.visibility),
      tallies_json(findings.bent()), tallies_json(findings.dropped()), tallies_json(findings.missed()));
}

}  // namespace duolog::client
