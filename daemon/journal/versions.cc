// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/versions.h"

#include <ranges>
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

Version version_of(const Noted& record, bool mine) {
  Version version{line_of(record, mine), std::nullopt, {}, std::nullopt};
  if (const Entry* content = content_of(record)) version.content = *content;
  if (const auto* edit = std::get_if<Edit>(&record.what)) version.replaces = edit->replaces;
  if (const auto* taken = std::get_if<TakenBack>(&record.what)) version.gone = *taken;
  return version;
}

Versions put_together(Version first, std::vector<Version> edits) {
  std::sort(edits.begin(), edits.end(), [](const Version& a, const Version& b) {
    return std::tuple(a.line.written_ms.value_or(INT64_MIN), a.line.id) <
           std::tuple(b.line.written_ms.value_or(INT64_MIN), b.line.id);
  });
  Versions versions;
  versions.all.push_back(std::move(first));
  std::move(edits.begin(), edits.end(), std::back_inserter(versions.all));
  std::set<RecordId> replaced;
  for (const Version& one : versions.all)
    if (!one.gone) replaced.insert(one.replaces.begin(), one.replaces.end());
  std::size_t shown = 0;
  for (Version& one : std::views::reverse(versions.all))
    one.shown = !one.gone && !replaced.contains(one.line.id) && shown++ < kShownBeside;
  return versions;
}

bool may_have_versions(const Noted& noted) {
  const auto* taken = std::get_if<TakenBack>(&noted.what);
  return noted.is_entry() || (taken != nullptr && taken->what.practice.empty() && !taken->what.entry);
}

Noted as_shown(Noted record, Versions versions) {
  if (const Version* newest = versions.newest()) {
    record.what = newest->content.value();
    if (!record.written_ms) {
      record.written_ms = newest->line.written_ms;
      record.offset_minutes = newest->line.offset_minutes;
    }
  }
  record.versions = std::make_shared<const Versions>(std::move(versions));
  return record;
}

Versions versions_of(const Noted& noted, bool mine) {
  return noted.versions ? *noted.versions : put_together(version_of(noted, mine), {});
}

std::vector<const Entry*> shown_of(const Noted& noted) {
  std::vector<const Entry*> shown;
  if (noted.versions)
    for (const Version* one : noted.versions->shown()) shown.push_back(&one->content.value());
  const auto* entry = std::get_if<Entry>(&noted.what);
  if (shown.empty() && entry != nullptr) shown.push_back(entry);
  return shown;
}

// Its place in the order is that of its own record, which may have no time any more: then its mood is on no chart.
Findable found_by(const Noted& record, bool mine, Versions versions) {
  const Line own = line_of(record, mine);
  const Noted shown = as_shown(record, std::move(versions));
  Findable found{line_of(shown, mine), {}};
  found.line.edited = shown.versions->all.size() > 1;
  found.line.written_ms = own.written_ms;
  found.line.offset_minutes = own.offset_minutes;
  if (!own.written_ms) found.line.mood = 0;
  found.line.files = std::max(found.line.files, own.files);
  found.line.source = own.source;
  std::set<std::string> tags;
  for (const Version* one : shown.versions->shown()) tags.insert(one->content->tags.begin(), one->content->tags.end());
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
