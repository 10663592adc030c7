// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/scan.h"

#include <algorithm>
#include <ranges>
#include <set>
#include <span>

#include "daemon/journal/order.h"

namespace duolog::journal {
Scan::Scan(Source source) : source_(std::move(source)) {
  std::map<DeviceId, std::vector<Read>> chains;
  source_.each([&](const Noted& noted, bool mine) {
    Read read{line_of(noted, mine), {}, noted.seen};
    if (const auto* tags = tags_of(noted)) read.tags = *tags;
    note_edit(noted, read.line);
    chains[noted.device].push_back(std::move(read));
  });
  find_by_versions(chains);
  for (const auto& [device, chain] : chains)
    for (const Read& read : chain) counts_.add(read.line.kind);
  arrange(std::move(chains));
}

void Scan::note_edit(const Noted& noted, const Line& line) {
  if (!line.target || (only(line.kind) & kVersions) == 0) return;
  std::vector<Version>& edits = edits_[{*line.target, line.mine, line.device}];
  if (edits.size() == kEditsCounted) return;
  edits.push_back(version_of(noted, line.mine));
  edits.back().content.reset();
}

std::vector<Version> Scan::edits_of(const RecordId& entry, bool mine) const {
  std::vector<Version> all;
  for (auto of = edits_.lower_bound({entry, mine, DeviceId{}}); of != edits_.end(); ++of) {
    if (std::get<0>(of->first) != entry || std::get<1>(of->first) != mine) break;
    all.insert(all.end(), of->second.begin(), of->second.end());
  }
  return all;
}

void Scan::find_by_versions(std::map<DeviceId, std::vector<Read>>& chains) const {
  if (edits_.empty()) return;
  for (Read& read : chains | std::views::values | std::views::join) {
    const bool may = read.line.kind == Kind::kEntry || read.line.kind == Kind::kTakenBack;
    if (!may || edits_of(read.line.id, read.line.mine).empty()) continue;
    const Noted record = read_record(read.line);
    if (!may_have_versions(record)) continue;
    Findable by = found_by(record, read.line.mine, put_together(record, read.line.mine));
    read.line = std::move(by.line);
    read.tags = std::move(by.tags);
  }
}

void Scan::arrange(std::map<DeviceId, std::vector<Read>> chains) {
  Merge merge;
  std::vector<std::pair<std::vector<Read>*, std::size_t>> given;  // of each chain: how many the merge has given back
  for (auto& [device, chain] : chains) {
    given.emplace_back(&chain, 0);
    merge.add_chain(device, kNoTime, [&chain, at = std::size_t{0}]() mutable -> std::optional<Merge::Next> {
      if (at == chain.size()) return std::nullopt;
      Read& read = chain[at++];
      return Merge::Next{read.line.id, read.line.seq, read.line.written_ms, std::move(read.seen)};
    });
  }
  std::int64_t reached = kNoTime;
  while (const auto step = merge.step()) {
    auto& [chain, at] = given[step->chain];
    Read& read = records_.emplace_back(std::move((*chain)[at++]));
    reached = std::max(reached, step->time);
    read.seen = {};
    read.line.at = static_cast<std::int64_t>(records_.size()) - 1;
    read.line.reached = reached;
  }
}

// A place is a number in records_: what lies before `beyond` is not looked at.
void Scan::each_line(const Wanted& wanted, const SeeLine& see) const {
  const auto is_wanted = [&](const Read& read) {
    return wanted.passed_too ||
           (fits(wanted, read.line) &&
            (wanted.tag.empty() || std::find(read.tags.begin(), read.tags.end(), wanted.tag) != read.tags.end()));
  };
  const std::span<const Read> all(records_);
  const auto count = static_cast<std::int64_t>(all.size());
  if (wanted.newest_first) {
    const std::int64_t end = std::clamp<std::int64_t>(wanted.beyond.value_or(count), 0, count);
    for (const Read& read : std::views::reverse(all.first(static_cast<std::size_t>(end))))
      if (is_wanted(read) && !see(read.line)) return;
  } else {
    const std::int64_t begin = wanted.beyond ? std::clamp<std::int64_t>(*wanted.beyond, -1, count - 1) + 1 : 0;
    for (const Read& read : all.subspan(static_cast<std::size_t>(begin)))
      if (is_wanted(read) && !see(read.line)) return;
  }
}

std::int64_t Scan::first_since(std::int64_t time) const {
  const auto first = std::partition_point(records_.begin(), records_.end(),
                                          [&](const Read& read) { return read.line.reached < time; });
  return first - records_.begin();
}

std::vector<RoundKey> Scan::rounds(const std::string& practice, const std::string& from) const {
  std::set<RoundKey> keys;
  for (const Read& read : records_) {
    const Line& line = read.line;
    if (line.is_answer() && (practice.empty() || line.practice == practice) && line.period >= from)
      keys.insert({line.practice, line.period});
  }
  return {keys.begin(), keys.end()};
}

std::optional<std::string> Scan::period_before(const std::string& practice, const std::string& period) const {
  std::optional<std::string> before;
  for (const Read& read : records_) {
    const Line& line = read.line;
    if (!line.is_answer() && line.kind != Kind::kPass) continue;
    if (line.practice == practice && line.period < period && (!before || *before < line.period)) before = line.period;
  }
  return before;
}

void Scan::each_written(std::int64_t from_ms, std::int64_t to_ms, const SeeWritten& see) const {
  for (const Read& read : records_) {
    const auto& written = read.line.written_ms;
    if (is_shown(read.line.kind) && written && *written >= from_ms && *written <= to_ms) see(*written, read.line.mine);
  }
}

std::optional<std::int64_t> Scan::earliest_civil() const {
  std::optional<std::int64_t> earliest;
  for (const Read& read : records_)
    if (is_shown(read.line.kind) && read.line.civil_ms)
      earliest = std::min(earliest.value_or(INT64_MAX), *read.line.civil_ms);
  return earliest;
}

void Scan::each_mood(const SeeMood& see) const {
  for (const Read& read : records_)
    if (read.line.mood > 0)
      see({read.line.written_ms.value_or(0), read.line.offset_minutes, read.line.mine, read.line.mood});
}

}  // namespace duolog::journal
