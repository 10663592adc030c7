// duolog.cc: what `duolog export json` wrote: the document, or a folder (packed or not) with what is attached beside
// it. Only this person's own words can be written again: nobody signs for the other.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <nlohmann/json.hpp>

#include "client/import/formats.h"
#include "client/import/json_items.h"
#include "client/import/media.h"

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

// One document, and what lies beside it.
class Export {
 public:
  Export(const Reading& reading, const Files::File& document) : reading_(reading), beside_(folder_of(document.name)) {
    named_.insert(document.name);
  }

  void read_item(const Json& item);
  void read_agreements(const Json& agreements);
  void tell_what_is_left();

 private:
  void name_attachments(const Json& item, const std::function<void(const std::string&, std::string_view)>& each);
  bool take_attachments(const Json& item, Found& found);
  void tell_attachments_of_the_other(const Json& item);
  void give_entry(const Json& item, const std::string& kind, Found found);
  void give_words(const Json& item, const std::string& kind);

  const Reading& reading_;
  std::string_view beside_;
  Named named_;
};

// What each is called, and where it lies beside the document; empty: nowhere.
void Export::name_attachments(const Json& item, const std::function<void(const std::string&, std::string_view)>& each) {
  const auto attached = item.find("attachments");
  const auto files = item.find("files");
  if (attached == item.end() || !attached->is_array()) return;
  const bool placed = files != item.end() && files->is_array();
  for (std::size_t at = 0; at < attached->size(); ++at) {
    const auto name = (*attached)[at].is_object() ? string_in((*attached)[at], "name") : std::string();
    std::string place;
    if (placed && at < files->size() && (*files)[at].is_string()) place = (*files)[at].get<std::string>();
    each(name, place);
    if (const auto* file = reading_.files.find(std::string(beside_) + place)) named_.insert(file->name);
  }
}

// True: there are some, though not one of them may have come.
bool Export::take_attachments(const Json& item, Found& found) {
  bool some = false;
  name_attachments(item, [&](const std::string& name, std::string_view place) {
    some = true;
    const auto* file = place.empty() ? nullptr : reading_.files.find(std::string(beside_) + std::string(place));
    if (place.empty()) return reading_.findings.drop("attachments, of which this export has the names alone", name);
    if (file == nullptr) return reading_.findings.miss("attachments whose file is not there", place);
    if (!reading_.with_media) return reading_.findings.drop("attachments, left out as --no-media says", name);
    add_medium(found, *file, name, reading_.findings);
  });
  return some;
}

void Export::tell_attachments_of_the_other(const Json& item) {
  name_attachments(item, [&](const std::string& name, std::string_view) {
    reading_.findings.drop("what the other has attached, and only the other can", name);
  });
}

void Export::give_entry(const Json& item, const std::string& kind, Found found) {
  const Reading& reading = reading_;
  const auto when = when_of(item);
  if (!when) return reading.findings.miss("entries without a date", found.key);
  found.at = *when;
  if (kind == "letter")
    reading.findings.bend("letters, kept as entries of the day on which they were written",
                          string_in(item, "opens_at"));
  found.key = string_in(item, "id");
  found.text = whole_text(item, reading);
  if (take_attachments(item, found) && found.text.empty() && found.media.empty()) return;  // nothing of it is left
  found.source = string_in(item, "source");
  found.tags = strings_in(item, "tags");
  if (const auto mood = item.find("mood"); mood != item.end() && mood->is_number_unsigned())
    found.mood = mood->get<std::uint32_t>();
  found.between_us = flag_in(item, "between_us");
  reading.sink(std::move(found));
}

void Export::read_item(const Json& item) {
  const auto kind = string_in(item, "kind");
  if (!flag_in(item, "mine")) {
    reading_.findings.drop("what the other wrote, and only the other can write", string_in(item, "text"));
    tell_attachments_of_the_other(item);
  } else if (string_in(item, "visibility") == "sealed" && !reading_.into_notebook) {
    reading_.findings.drop("what is sealed still, and would be read at once", string_in(item, "practice"));
  } else {
    give_words(item, kind);
  }
  give_reactions(item, reading_);
}

void Export::give_words(const Json& item, const std::string& kind) {
  Found found;
  const auto id = string_in(item, "id");
  found.text = string_in(item, "text");
  if (kind == "entry" || (kind == "letter" && !found.text.empty())) {
    give_entry(item, kind, std::move(found));
  } else if (kind == "answer") {
    found.practice = string_in(item, "practice");
    found.period = string_in(item, "period");
    found.key = id;
    read_fields(item, found);
    if (found.fields.empty()) return reading_.findings.miss("answers that hold nothing", id);
    reading_.sink(std::move(found));
  } else if (kind == "remark") {
    found.key = id;
    found.to = string_in(item, "to");
    found.manner = string_in(item, "manner");
    reading_.sink(std::move(found));
  } else {
    reading_.findings.miss("things that this version cannot write", kind + " " + id);
  }
}

void Export::read_agreements(const Json& agreements) {
  reading_.findings.drop("what the two had agreed on, and only both can", string_in(agreements, "other"));
}

void Export::tell_what_is_left() {
  if (!reading_.with_media) return;
  for (const auto& file : reading_.files.all())
    if (!named_.contains(file.name)) reading_.findings.miss("files that no entry names", file.name);
}

// In a folder the one that lies the least deep.
const Files::File& document_of(const Files& files) {
  if (files.is_single()) return files.all().front();
  const Files::File* found = nullptr;
  const auto depth = [](const Files::File& file) { return std::ranges::count(file.name, '/'); };
  for (const auto& file : files.all())
    if (base_name(file.name) == "journal.json" && (found == nullptr || depth(file) < depth(*found))) found = &file;
  if (found == nullptr)
    refuse_file("this", "has no journal.json in it",
                "nothing was imported; duolog export json FOLDER --folder makes one that has");
  return *found;
}

void give_practice(const Json& practice, const Reading& reading) {
  Found found;
  found.toml = string_in(practice, "toml");
  found.practice = string_in(practice, "id");
  if (!found.toml.empty()) reading.sink(std::move(found));
}

}  // namespace

// Practices stand before what was answered to them.
void read_duolog(const Reading& reading) {
  const auto& file = document_of(reading.files);
  const auto miss = [&](std::size_t at) { reading.findings.miss("entries that are none", std::to_string(at)); };
  Export all(reading, file);
  const auto before = read_json_arrays(*open_json(reading.files, file), file.name,
                                       {{"agreements", [&](Json& one) { all.read_agreements(one); }},
                                        {"practices", [&](Json& one) { give_practice(one, reading); }}},
                                       miss);
  if (!Json::parse(before.top).contains("duolog"))
    refuse_file(file.name, "is no export of Duolog's", "nothing was imported; duolog export json FILE makes one");
  read_json_items(*open_json(reading.files, file), file.name, "items", [&](Json& item) { all.read_item(item); }, miss);
  all.tell_what_is_left();
}

}  // namespace duolog::client
