// items_changed.cc: an entry as it reads now, and as it read before.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/items.h"
#include "daemon/journal/versions.h"

namespace duolog::journal {
namespace {

constexpr std::size_t kVersionsBytes = kBesideAnItem / 2;  // of texts beside each other

}  // namespace

ItemVersion described(const Journal& journal, const Version& version) {
  ItemVersion out;
  out.id = version.line.id;
  out.device = device_name(journal, version.line.device);
  out.shown = version.shown;
  if (version.gone) {
    out.taken_back_at = rfc3339(version.gone->at_ms, version.gone->offset_minutes);
    return out;
  }
  if (version.line.written_ms) out.written_at = rfc3339(*version.line.written_ms, version.line.offset_minutes);
  out.replaces = version.replaces;
  if (!version.content) return out;
  out.text = version.content->text;
  out.tags = version.content->tags;
  out.mood = version.content->mood;
  if (version.content->about) {
    out.on = written_out(*version.content->about);
    out.day_only = version.content->about->day_only;
  }
  return out;
}

std::string written_out(const Moment& moment) {
  return moment.day_only ? civil_day(moment.at_ms, moment.offset_minutes)
                         : rfc3339(moment.at_ms, moment.offset_minutes);
}

void describe_versions(Item& item, const Journal& journal, const Versions& versions) {
  item.version_count = static_cast<std::uint32_t>(versions.all.size());
  const auto shown = versions.shown();
  if (shown.empty()) return;
  const Version& newest = *shown.back();
  if (newest.line.id != item.id && newest.line.written_ms)
    item.edited_at = rfc3339(*newest.line.written_ms, newest.line.offset_minutes);
  if (shown.size() < 2) return;
  std::size_t bytes = 0;
  for (const Version* one : shown) bytes += one->content->text.size();
  for (const Version* one : shown) {
    ItemVersion& version = item.versions.emplace_back(described(journal, *one));
    version.left_out = bytes > kVersionsBytes;
    if (version.left_out) version.text.clear();
  }
}

}  // namespace duolog::journal
