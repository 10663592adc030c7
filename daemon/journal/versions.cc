// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/versions.h"

#include <set>

namespace duolog::journal {

std::vector<const Version*> Versions::shown() const {
  std::vector<const Version*> shown;
  for (const Version& one : all)
    if (one.shown) shown.push_back(&one);
  return shown;
}

const Version* Versions::newest() const {
  const auto found = shown();
  return found.empty() ? nullptr : found.back();
}

Version version_of(const Noted& noted) {
  Version version{noted.id, noted.device, noted.written_ms, noted.offset_minutes, {}, {}, std::nullopt};
  if (const auto* entry = std::get_if<Entry>(&noted.what)) version.content = *entry;
  if (const auto* taken = std::get_if<TakenBack>(&noted.what)) version.gone = *taken;
  if (const auto* edit = std::get_if<Edit>(&noted.what)) {
    version.content = edit->content;
    version.replaces = edit->replaces;
  }
  return version;
}

Versions put_together(Version first, std::vector<Version> edits) {
  std::sort(edits.begin(), edits.end(), [](const Version& a, const Version& b) {
    return std::tuple(a.written_ms.value_or(INT64_MIN), a.id) < std::tuple(b.written_ms.value_or(INT64_MIN), b.id);
  });
  Versions versions;
  versions.all.push_back(std::move(first));
  std::move(edits.begin(), edits.end(), std::back_inserter(versions.all));
  std::set<RecordId> replaced;
  for (const Version& one : versions.all)
    if (!one.gone) replaced.insert(one.replaces.begin(), one.replaces.end());
  for (Version& one : versions.all) one.shown = !one.gone && !replaced.contains(one.id);
  return versions;
}

bool may_have_versions(const Noted& noted) {
  const auto* taken = std::get_if<TakenBack>(&noted.what);
  return noted.is_entry() || (taken != nullptr && taken->what.practice.empty() && !taken->what.entry);
}

Versions versions_of(const Records& records, const Noted& entry, bool mine) {
  Wanted wanted;
  wanted.kinds = kVersions;
  wanted.target = entry.id;
  wanted.mine = mine;
  std::vector<Version> edits;
  records.each(wanted, [&](const Noted& noted) {
    edits.push_back(version_of(noted));
    return true;
  });
  return put_together(version_of(entry), std::move(edits));
}

std::optional<Entry> shown_entry(const Records& records, const Noted& noted, bool mine) {
  if (!may_have_versions(noted)) return std::nullopt;
  const Versions versions = versions_of(records, noted, mine);
  const Version* newest = versions.newest();
  return newest != nullptr ? std::optional(newest->content) : std::nullopt;
}

// An entry of which something was written without knowing that it was taken back is one all the same. It has no time
// any more: it is found on the day of what is left, and its mood is on no chart.
Finding found_by(const Noted& entry, bool mine, const Versions& versions) {
  const Version* newest = versions.newest();
  if (newest == nullptr) return {line_of(entry, mine), {}};
  Noted as_shown = entry;
  as_shown.what = newest->content;
  Finding found{line_of(as_shown, mine), {}};
  if (!entry.written_ms) {
    found.line.mood = 0;
    as_shown.written_ms = newest->written_ms;
    as_shown.offset_minutes = newest->offset_minutes;
    found.line.civil_ms = line_of(as_shown, mine).civil_ms;
  }
  std::set<std::string> tags;
  for (const Version* one : versions.shown()) tags.insert(one->content.tags.begin(), one->content.tags.end());
  found.tags.assign(tags.begin(), tags.end());
  return found;
}

// ---- what was taken back ----

bool can_be_taken_back(const Event& event) {
  const auto& payload = event.payload;
  return std::holds_alternative<Entry>(payload) || std::holds_alternative<Edit>(payload) ||
         std::holds_alternative<Answer>(payload) || std::holds_alternative<Remark>(payload) ||
         std::holds_alternative<Sealed>(payload);
}

Bytes encode_taken_back(const TakenBack& taken) {
  return to_bytes(encode_event({taken.at_ms, taken.offset_minutes, {}, Erase{{taken.what}}}).view());
}

std::optional<TakenBack> taken_back_by(const Event& event) {
  const auto* erase = std::get_if<Erase>(&event.payload);
  if (erase == nullptr || erase->records.size() != 1) return std::nullopt;
  return TakenBack{event.written_ms, event.offset_minutes, erase->records.front()};
}

}  // namespace duolog::journal
