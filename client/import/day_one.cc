// day_one.cc: Day One's JSON. Its day is that of `timeZone`, not of UTC; its text is Markdown with more backslashes
// than it needs; its media are in day_one_media.h; what it says of places and weather has no place here and is told.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "client/import/day_one_classic.h"
#include "client/import/day_one_media.h"
#include "client/import/formats.h"
#include "client/import/json_items.h"

namespace duolog::client {
namespace {

using Json = nlohmann::json;

// What an entry may hold besides, and what it is called where it is told.
struct Left {
  const char* key;
  const char* what;
};
constexpr std::array kLeft = {
    Left{"location", "places"},    Left{"weather", "the weather"},
    Left{"music", "the music"},    Left{"userActivity", "activities and steps"},
    Left{"template", "templates"}, Left{"richText", "formatting beside the text (colours, checkboxes)"},
};
constexpr std::array kUsed = {"uuid",     "text",   "creationDate", "timeZone", "starred",
                              "isPinned", "pinned", "isAllDay",     "tags"};
constexpr std::array kTechnical = {
    "modifiedDate",       "editingTime",         "duration",       "sourceString",     "v", "creationDevice",
    "creationDeviceType", "creationDeviceModel", "creationOSName", "creationOSVersion"};

std::string sample_of(const Json& value) {
  const Json& one = value.is_array() && !value.empty() ? value.front() : value;
  for (const auto* name :
       {"userLabel", "placeName", "localityName", "conditionsDescription", "track", "activityName", "title"}) {
    if (one.is_object() && !string_in(one, name).empty()) return string_in(one, name);
  }
  return one.is_string() ? one.get<std::string>() : std::string();
}

bool is_empty(const Json& value) {
  return value.is_null() || ((value.is_array() || value.is_object()) && value.empty());
}

void tell_rest(const Json& entry, Findings& findings) {
  bool technical = false;
  for (const auto& [key, value] : entry.items()) {
    if (std::ranges::find(kUsed, key) != kUsed.end() || is_empty(value)) continue;
    if (is_day_one_media(key) && value.is_array()) continue;  // take_day_one_media() has told of it
    const auto left = std::ranges::find_if(kLeft, [&](const Left& one) { return key == one.key; });
    if (left != kLeft.end()) {
      const std::size_t many = value.is_array() ? value.size() : 1;
      for (std::size_t i = 0; i < many; ++i)
        findings.drop(left->what, key == "richText" ? std::string() : sample_of(value.is_array() ? value[i] : value));
    } else if (std::ranges::find(kTechnical, key) != kTechnical.end()) {
      technical = true;
    } else {
      findings.drop("\"" + key.substr(0, 40) + "\", which this version does not know", sample_of(value));
    }
  }
  if (technical) findings.drop("notes about devices, changes and editing times", {});
}

constexpr std::size_t kRichText = 2 << 20;  // bytes that are read as JSON once more, of an entry of one MiB at most

// Of richText, where the text itself is missing.
std::string words_in_rich_text(const std::string& rich) {
  std::string text;
  const auto read = Json::parse(rich, nullptr, false);
  if (!read.is_object() || !read.contains("contents") || !read["contents"].is_array()) return text;
  for (const auto& piece : read["contents"])
    if (piece.is_object()) text += string_in(piece, "text");
  return text;
}

std::optional<When> when_of(const Json& entry, Findings& findings) {
  const auto written = string_in(entry, "creationDate");
  const auto civil = parse_date(written);
  if (!civil) return std::nullopt;
  const auto zone = string_in(entry, "timeZone");
  auto when = when_in(*civil, zone);
  if (!when) {
    findings.bend("times of a zone that this computer does not know, taken as its own", zone);
    when = civil->offset_minutes ? when_here(civil_ms(*civil) - *civil->offset_minutes * std::int64_t{60'000})
                                 : when_here(*civil);
  }
  when->day_only = flag_in(entry, "isAllDay") || !civil->has_time;
  return when;
}

std::vector<std::string> tags_of(const Json& entry, Findings& findings) {
  auto tags = strings_in(entry, "tags");
  if (flag_in(entry, "starred")) findings.bend("starred entries, tagged starred", {}), tags.emplace_back("starred");
  if (flag_in(entry, "isPinned") || flag_in(entry, "pinned"))
    findings.bend("pinned entries, tagged pinned", {}), tags.emplace_back("pinned");
  return fitting_tags(tags, findings);
}

void read_entry(const Json& entry, const std::string& where, const Reading& reading, Named& named) {
  Findings& findings = reading.findings;
  Found found;
  found.key = string_in(entry, "uuid");
  const auto place = where + (found.key.empty() ? "" : " " + found.key);
  const auto text = entry.find("text");
  if (text != entry.end() && !text->is_string() && !text->is_null())
    return findings.miss("entries whose text is none", place);
  const auto moments = take_day_one_media(entry, where, found, reading, named);
  found.text = plain_markdown(string_in(entry, "text"), findings, moments);
  if (trimmed(found.text).empty()) {
    const auto rich = string_in(entry, "richText");
    if (rich.size() > kRichText) return findings.miss("entries without text whose formatting is over 2 MiB", place);
    found.text = words_in_rich_text(rich);
  }
  found.text = trimmed(found.text);
  if (found.text.empty() && found.media.empty()) return findings.miss("entries without a word", place);
  const auto when = when_of(entry, findings);
  if (!when) return findings.miss("entries without a date", place);
  found.at = *when;
  found.tags = tags_of(entry, findings);
  tell_rest(entry, findings);
  reading.sink(std::move(found));
}

bool read_file(const Reading& reading, const Files::File& file, Named& named) {
  const auto stream = open_json(reading.files, file);
  const auto read = read_json_items(
      *stream, file.name, "entries", [&](Json& entry) { read_entry(entry, file.name, reading, named); },
      [&](std::size_t) { reading.findings.miss("entries that are none", file.name); });
  return read.has_array;
}

constexpr const char* kHint = "nothing was imported; in Day One: File, Export, JSON, and import the ZIP it makes";

}  // namespace

void read_day_one(const Reading& reading) {
  std::size_t journals = 0;
  Named named;
  std::vector<std::string_view> beside;  // what may be media
  for (const auto& file : reading.files.all()) {
    if (has_ending(file.name, ".doentry")) {
      read_classic(reading, file, named);
      ++journals;
    } else if (has_ending(file.name, ".json") || reading.files.is_single()) {
      const bool is_journal = read_file(reading, file, named);
      if (!is_journal) reading.findings.miss("files that hold no entries", file.name);
      journals += is_journal ? 1 : 0;
    } else if (file.name.find('/') == std::string::npos) {
      reading.findings.miss("other files", file.name);
    } else {
      beside.emplace_back(file.name);
    }
  }
  for (const auto name : beside)
    if (reading.with_media && !named.contains(name)) reading.findings.miss("files that no entry names", name);
  for (const auto& name : reading.files.left_out()) reading.findings.miss("hidden files and links", name);
  if (journals == 0)
    refuse_file(reading.files.is_single() ? reading.files.all().front().name : "this", "holds no Day One journal",
                kHint);
}

}  // namespace duolog::client
