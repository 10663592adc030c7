// duolog.cc: what `duolog export json` wrote. Only this person's own words can be written again: nobody signs for the
// other.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <nlohmann/json.hpp>

#include "client/import/formats.h"
#include "client/import/json_items.h"

namespace duolog::client {
namespace {

using Json = nlohmann::json;

// The moment it is about; a day alone is one of its writer's.
std::optional<When> when_of(const Json& item) {
  const auto written = parse_date(string_in(item, "written_at"));
  const auto on = string_in(item, "on");
  if (on.empty()) return written ? when_in(*written, {}) : std::nullopt;
  auto about = parse_date(on);
  if (!about) return std::nullopt;
  if (!about->offset_minutes) about->offset_minutes = written ? written->offset_minutes : 0;
  auto when = when_in(*about, {});
  when->day_only = flag_in(item, "day_only") || !about->has_time;
  return when;
}

void read_fields(const Json& item, Found& found) {
  const auto fields = item.find("fields");
  if (fields == item.end() || !fields->is_array()) return;
  for (const auto& one : *fields) {
    if (!one.is_object()) continue;
    Found::Field field{string_in(one, "id"), string_in(one, "text"), strings_in(one, "items")};
    if (const auto number = one.find("number"); number != one.end() && number->is_number_integer()) {
      field.number = number->get<std::int32_t>();
      field.is_number = true;
    }
    found.fields.push_back(std::move(field));
  }
}

void give_reactions(const Json& item, const Reading& reading) {
  const auto reactions = item.find("reactions");
  if (reactions == item.end() || !reactions->is_array()) return;
  for (const auto& one : *reactions) {
    if (!one.is_object()) continue;
    if (!flag_in(one, "mine")) {
      reading.findings.drop("reactions of the other, who alone can give them", string_in(one, "emoji"));
      continue;
    }
    Found found;
    found.to = string_in(item, "id");
    found.emoji = string_in(one, "emoji");
    reading.sink(std::move(found));
  }
}

// What stood beside each other when it was exported is one entry from now on.
std::string whole_text(const Json& item, const Reading& reading) {
  const auto versions = item.find("versions");
  if (versions == item.end() || !versions->is_array() || versions->size() < 2) return string_in(item, "text");
  reading.findings.bend("entries that stood in several versions, kept as one with the words of all",
                        string_in(item, "text"));
  std::string text;
  for (const auto& version : *versions)
    if (version.is_object()) text += (text.empty() ? "" : "\n\n---\n\n") + string_in(version, "text");
  return text;
}

// They are named there, and their bytes are in no JSON. True: there are some.
bool tell_attachments(const Json& item, const Reading& reading) {
  const auto files = item.find("attachments");
  if (files == item.end() || !files->is_array() || files->empty()) return false;
  for (const auto& file : *files) {
    reading.findings.drop("attachments, of which an export has the names alone",
                          file.is_object() ? string_in(file, "name") : std::string());
  }
  return true;
}

void give_entry(const Json& item, const std::string& kind, Found found, const Reading& reading) {
  const auto when = when_of(item);
  if (!when) return reading.findings.miss("entries without a date", found.key);
  found.at = *when;
  if (kind == "letter")
    reading.findings.bend("letters, kept as entries of the day on which they were written",
                          string_in(item, "opens_at"));
  found.key = string_in(item, "id");
  found.text = whole_text(item, reading);
  if (tell_attachments(item, reading) && found.text.empty()) return;  // nothing of it is left
  found.source = string_in(item, "source");
  found.tags = strings_in(item, "tags");
  if (const auto mood = item.find("mood"); mood != item.end() && mood->is_number_unsigned())
    found.mood = mood->get<std::uint32_t>();
  found.between_us = flag_in(item, "between_us");
  reading.sink(std::move(found));
}

void read_item(const Json& item, const Reading& reading) {
  Found found;
  const auto kind = string_in(item, "kind");
  const auto id = string_in(item, "id");
  found.text = string_in(item, "text");
  if (!flag_in(item, "mine")) {
    reading.findings.drop("what the other wrote, and only the other can write", found.text);
  } else if (string_in(item, "visibility") == "sealed" && !reading.into_notebook) {
    reading.findings.drop("what is sealed still, and would be read at once", string_in(item, "practice"));
  } else if (kind == "entry" || (kind == "letter" && !found.text.empty())) {
    give_entry(item, kind, std::move(found), reading);
  } else if (kind == "answer") {
    found.practice = string_in(item, "practice");
    found.period = string_in(item, "period");
    found.key = id;
    read_fields(item, found);
    if (found.fields.empty()) return reading.findings.miss("answers that hold nothing", id);
    reading.sink(std::move(found));
  } else if (kind == "remark") {
    found.key = id;
    found.to = string_in(item, "to");
    found.manner = string_in(item, "manner");
    reading.sink(std::move(found));
  } else {
    reading.findings.miss("things that this version cannot write", kind + " " + id);
  }
  give_reactions(item, reading);
}

}  // namespace

void read_duolog(const Reading& reading) {
  const auto& all = reading.files.all();
  if (!reading.files.is_single()) refuse_file("this", "is no single file", "duolog import duolog FILE.json");
  const auto& file = all.front();
  const auto miss = [&](std::size_t at) { reading.findings.miss("entries that are none", std::to_string(at)); };
  const auto practices = read_json_items(
      *open_json(reading.files, file), file.name, "practices",
      [&](Json& practice) {
        Found found;
        found.toml = string_in(practice, "toml");
        found.practice = string_in(practice, "id");
        if (!found.toml.empty()) reading.sink(std::move(found));
      },
      miss);
  if (!Json::parse(practices.top).contains("duolog"))
    refuse_file(file.name, "is no export of Duolog's", "nothing was imported; duolog export json FILE makes one");
  read_json_items(
      *open_json(reading.files, file), file.name, "items", [&](Json& item) { read_item(item, reading); }, miss);
}

}  // namespace duolog::client
