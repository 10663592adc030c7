// items_changed.cc: an entry as it reads now, and as it read before.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/items.h"

namespace duolog::journal {
namespace {

std::string written_out(const Moment& moment) {
  return moment.day_only ? civil_day(moment.at_ms, moment.offset_minutes)
                         : rfc3339(moment.at_ms, moment.offset_minutes);
}

ItemVersion described(const Journal& journal, const Version& version) {
  ItemVersion out;
  out.id = version.id;
  out.device = device_name(journal, version.device);
  out.shown = version.shown;
  if (version.gone) {
    out.taken_back_at = rfc3339(version.gone->at_ms, version.gone->offset_minutes);
    return out;
  }
  if (version.written_ms) out.written_at = rfc3339(*version.written_ms, version.offset_minutes);
  out.replaces = version.replaces;
  out.text = version.content.text;
  out.tags = version.content.tags;
  out.mood = version.content.mood;
  if (version.content.about) {
    out.on = written_out(*version.content.about);
    out.day_only = version.content.about->day_only;
  }
  return out;
}

}  // namespace

void describe_entry(Item& item, const Entry& entry) {
  item.kind = ItemKind::kEntry;
  item.text = entry.text;
  item.tags = entry.tags;
  item.mood = entry.mood;
  item.between_us = entry.between_us;
  item.first_written = entry.first_written ? written_out(*entry.first_written) : std::string();
  item.on = entry.about ? written_out(*entry.about) : std::string();
  item.day_only = entry.about && entry.about->day_only;
}

void describe_versions(Item& item, const Journal& journal, const Noted& noted) {
  const Versions versions = versions_of(journal.records(), noted, item.mine);
  const Version* newest = versions.newest();
  if (versions.all.size() == 1 || newest == nullptr) return;
  item.version_count = static_cast<std::uint32_t>(versions.all.size());
  describe_entry(item, newest->content);
  item.taken_back_at.clear();
  if (newest->id != noted.id && newest->written_ms)
    item.edited_at = rfc3339(*newest->written_ms, newest->offset_minutes);
  const auto shown = versions.shown();
  if (shown.size() < 2) return;
  for (const Version* one : shown) item.versions.push_back(described(journal, *one));
}

std::vector<ItemVersion> all_versions(const Journal& journal, const Noted& noted) {
  std::vector<ItemVersion> all;
  if (!may_have_versions(noted)) return all;
  for (const Version& one : versions_of(journal.records(), noted, journal.is_mine(noted.device)).all)
    all.push_back(described(journal, one));
  return all;
}

}  // namespace duolog::journal
