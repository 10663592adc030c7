// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/day_one_classic.h"

#include <map>
#include <pugixml.hpp>

namespace duolog::client {
namespace {

constexpr std::uint64_t kEntryFileLimit = 8 << 20;

// The members of the list's outermost dictionary.
std::map<std::string, pugi::xml_node> members(const pugi::xml_document& document) {
  std::map<std::string, pugi::xml_node> found;
  for (auto key = document.child("plist").child("dict").child("key"); key; key = key.next_sibling("key"))
    found.emplace(key.text().get(), key.next_sibling());
  return found;
}

std::string text_in(const std::map<std::string, pugi::xml_node>& entry, const char* key) {
  const auto found = entry.find(key);
  return found != entry.end() ? found->second.text().get() : std::string();
}

void take_picture(const Reading& reading, const Files::File& file, Found& found, Named& named) {
  auto folder = folder_of(file.name);
  if (folder == "entries/" || folder.ends_with("/entries/")) folder.remove_suffix(std::string_view("entries/").size());
  const auto key = found.key.empty() ? std::string(stem_of(file.name)) : found.key;
  const auto* picture = reading.files.find_beginning(std::string(folder) + "photos/" + key + ".");
  if (picture == nullptr) return;
  named.insert(picture->name);
  if (reading.with_media) {
    add_medium(found, *picture, "photo" + std::string(ending_of(picture->name)), reading.findings);
  } else {
    reading.findings.drop("photographs, left out as --no-media says", picture->name);
  }
}

}  // namespace

void read_classic(const Reading& reading, const Files::File& file, Named& named) {
  const std::string xml = reading.files.read(file, kEntryFileLimit);
  pugi::xml_document document;
  // No document type is read, so no entity can grow; pugixml knows none but XML's own.
  if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8))
    return reading.findings.miss("entries that cannot be read", file.name);
  const auto entry = members(document);
  Found found;
  found.key = text_in(entry, "UUID");
  found.text = trimmed(text_in(entry, "Entry Text"));
  const auto civil = parse_date(text_in(entry, "Creation Date"));
  take_picture(reading, file, found, named);
  if (found.text.empty() && found.media.empty()) return reading.findings.miss("entries without a word", file.name);
  if (!civil) return reading.findings.miss("entries without a date", file.name);
  const auto zone = text_in(entry, "Time Zone");
  const auto utc = civil_ms(*civil);
  if (zone.empty()) reading.findings.bend("times without a zone, taken as this computer's", {});
  found.at = when_at(utc, zone).value_or(when_here(utc));
  std::vector<std::string> tags;
  if (const auto theirs = entry.find("Tags"); theirs != entry.end())
    for (const auto& tag : theirs->second.children("string")) tags.emplace_back(tag.text().get());
  if (const auto starred = entry.find("Starred");
      starred != entry.end() && std::string(starred->second.name()) == "true") {
    reading.findings.bend("starred entries, tagged starred", {});
    tags.emplace_back("starred");
  }
  found.tags = fitting_tags(tags, reading.findings);
  for (const auto& [key, value] : entry) {
    if (key == "Location")
      reading.findings.drop(
          "places", value.find_child([](auto one) { return std::string(one.name()) == "string"; }).text().get());
    if (key == "Weather") reading.findings.drop("the weather", {});
    if (key == "Creator") reading.findings.drop("notes about devices, changes and editing times", {});
  }
  reading.sink(std::move(found));
}

}  // namespace duolog::client
