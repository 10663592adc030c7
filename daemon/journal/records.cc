// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/records.h"

#include "daemon/journal/versions.h"

namespace duolog::journal {
namespace {

bool begins_so(const RecordId& id, std::string_view digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (digits.size() > 2 * RecordId::kLength) return false;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::uint8_t byte = id.bytes[i / 2];
    if (digits[i] != kDigits[i % 2 == 0 ? byte >> 4 : byte & 15]) return false;
  }
  return true;
}

bool fits_time(const Wanted& wanted, const Line& line) {
  if (!wanted.civil_from && !wanted.civil_to) return true;
  return line.civil_ms && *line.civil_ms >= wanted.civil_from.value_or(INT64_MIN) &&
         *line.civil_ms <= wanted.civil_to.value_or(INT64_MAX);
}

bool fits_place(const Wanted& wanted, const Line& line) {
  if (wanted.id && *wanted.id != line.id) return false;
  if (!begins_so(line.id, wanted.id_begins)) return false;
  const auto& stretch = wanted.stretch;
  return !stretch || (stretch->device == line.device && stretch->from <= line.seq && line.seq <= stretch->to);
}

}  // namespace

void Records::Counts::add(Kind kind, std::uint32_t times) {
  constexpr Kinds kEntries = only(Kind::kEntry, Kind::kAnswer, Kind::kSealed, Kind::kLetter);
  constexpr Kinds kUnread = only(Kind::kUnreadable, Kind::kLacking);
  if ((only(kind) & kEntries) != 0) entries += times;
  if ((only(kind) & kUnread) != 0) unreadable += times;
  if (kind == Kind::kNewer) newer += times;
}

bool fits(const Wanted& wanted, const Line& line) {
  if ((wanted.kinds & only(line.kind)) == 0 || (wanted.mine && *wanted.mine != line.mine)) return false;
  if (wanted.practice && (*wanted.practice != line.practice || line.practice.empty())) return false;
  if (wanted.period && *wanted.period != line.period) return false;
  if (wanted.target && wanted.target != line.target) return false;
  if (wanted.mood != 0 && wanted.mood != line.mood) return false;
  if (wanted.with_files && line.files == 0) return false;
  if (!wanted.source.empty() && wanted.source != line.source) return false;
  if (wanted.beyond && (wanted.newest_first ? line.at >= *wanted.beyond : line.at <= *wanted.beyond)) return false;
  return fits_time(wanted, line) && fits_place(wanted, line);
}

Noted Records::read(const Line& line) const {
  Noted record = read_record(line);
  return line.edited ? as_it_reads(std::move(record), line.mine) : record;
}

Noted Records::as_it_reads(Noted record, bool mine) const {
  if (!may_have_versions(record)) return record;
  Versions versions = put_together(record, mine);
  return versions.all.size() == 1 ? record : as_shown(std::move(record), std::move(versions));
}

Versions Records::put_together(const Noted& record, bool mine) const {
  Versions versions = journal::put_together(version_of(record, mine), edits_of(record.id, mine));
  for (Version& one : versions.all)
    if (one.shown && !one.content) one.content = *content_of(read_record(one.line));
  return versions;
}

Wanted said_about(const RecordId& id) {
  Wanted wanted;
  wanted.kinds = only(Kind::kRemark, Kind::kReaction);
  wanted.target = id;
  return wanted;
}

void Records::each(const Wanted& wanted, const See& see) const {
  each_line(wanted, [&](const Line& line) { return see(read(line)); });
}

std::vector<Line> Records::lines(const Wanted& wanted) const {
  std::vector<Line> lines;
  each_line(wanted, [&](const Line& line) {
    lines.push_back(line);
    return true;
  });
  return lines;
}

std::vector<Noted> Records::all(const Wanted& wanted) const {
  std::vector<Noted> all;
  each(wanted, [&](const Noted& noted) {
    all.push_back(noted);
    return true;
  });
  return all;
}

std::optional<Line> Records::line(const RecordId& id) const {
  Wanted wanted;
  wanted.kinds = ~Kinds{0};
  wanted.id = id;
  std::optional<Line> found;
  each_line(wanted, [&](const Line& line) {
    found = line;
    return false;
  });
  return found;
}

std::optional<Noted> Records::by_id(const RecordId& id) const {
  const auto found = line(id);
  return found ? std::optional(read(*found)) : std::nullopt;
}

bool Records::any(Wanted wanted) const {
  wanted.about_so_many = 1;
  bool found = false;
  each_line(wanted, [&](const Line&) { return !(found = true); });
  return found;
}

}  // namespace duolog::journal
