// jrnl.cc: jrnl's own text, its JSON, and its folders. An entry begins where a line begins with a bracket that holds a
// date; a bracket that holds none is text. jrnl 1 wrote no brackets. It knows no zones: the times are this computer's.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <nlohmann/json.hpp>

#include "client/import/formats.h"
#include "client/import/json_items.h"
#include "client/import/lines.h"
#include "client/unicode.h"

namespace duolog::client {
namespace {

using Json = nlohmann::json;
constexpr const char* kStarred = "starred entries, tagged starred";

bool is_tag_sign(unsigned char c) {
  return std::isalnum(c) != 0 || c == '_' || c >= 0x80 ||
         std::string_view("-+*#/").find(static_cast<char>(c)) != std::string_view::npos;
}

// "@tag" at the beginning of a word; not in kyla@example.org. As jrnl has it: in small letters.
std::vector<std::string> tags_in(std::string_view text) {
  std::vector<std::string> tags;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at > 0 && is_tag_sign(static_cast<unsigned char>(text[at - 1]))) continue;
    if (at > 0 && (text[at - 1] == '.' || text[at - 1] == '@')) continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_tag_sign(static_cast<unsigned char>(text[end]))) ++end;
    if (end > at + 1) tags.push_back(lowered(text.substr(at + 1, end - at - 1)));
  }
  return tags;
}

// A star at the end of the first line, which jrnl puts there, comes off.
bool take_star(std::string& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto last = text.find_last_not_of(" \t", end == 0 ? 0 : end - 1);
  if (end == 0 || last == std::string::npos || last >= end || text[last] != '*') return false;
  if (last > 0 && text[last - 1] != ' ') return false;  // **bold** is no star
  text.erase(last, end - last);
  const auto blank = text.find_last_not_of(" \t", last == 0 ? 0 : last - 1);
  if (last > 0 && blank != std::string::npos && blank < last) text.erase(blank + 1, last - blank - 1);
  return true;
}

void give(const Reading& reading, const When& at, std::string text, const std::string& where) {
  Found found;
  found.at = at;
  text = trimmed(text);
  const bool starred = take_star(text);
  if (trimmed(text).empty()) return reading.findings.miss("entries without a word", where);
  auto tags = tags_in(text);
  if (starred) {
    reading.findings.bend(kStarred, {});
    tags.emplace_back("starred");
  }
  found.text = trimmed(text);
  found.tags = fitting_tags(tags, reading.findings);
  reading.sink(std::move(found));
}

// ---- text ----

// Where a line begins an entry: its date, and where its words begin.
std::optional<std::pair<Civil, std::size_t>> entry_line(std::string_view line, bool brackets, const Reading& reading) {
  if (!brackets) {
    const auto front = date_at_front(line, reading.order);
    return front && front->first.has_time ? front : std::nullopt;
  }
  const auto end = line.starts_with('[') ? line.find(']') : std::string_view::npos;
  if (end == std::string_view::npos || (end + 1 < line.size() && line[end + 1] != ' ')) return std::nullopt;
  const auto date = parse_date(line.substr(1, end - 1), reading.order);
  if (date) return std::pair(*date, end + 1);
  reading.findings.bend("brackets at the beginning of a line that hold no date, left in the text",
                        line.substr(0, end + 1));
  return std::nullopt;
}

bool uses_brackets(const std::string& text, DateOrder order) {
  for (Lines lines(text); lines.next();) {
    if (lines.line().starts_with('[')) return true;
    const auto front = date_at_front(lines.line(), order);
    if (front && front->first.has_time) return false;
  }
  return true;
}

void read_words(const Reading& reading, const Files::File& file, const std::string& text) {
  if (text.starts_with("JRNLv3") || text.starts_with("gAAAA"))
    refuse_file(file.name, "is encrypted, and only jrnl can open it",
                "jrnl --decrypt, or jrnl --format txt > FILE; then import that");
  const bool brackets = uses_brackets(text, reading.order);
  std::optional<Civil> date;
  std::string before, words;
  const auto finish = [&] {
    if (date) give(reading, when_here(*date), std::exchange(words, {}), file.name);
  };
  for (Lines lines(text); lines.next();) {
    if (const auto begins = entry_line(lines.line(), brackets, reading)) {
      finish();
      date = begins->first;
      const auto front = lines.line().find_first_not_of(" \t", begins->second);
      words = front == std::string_view::npos ? std::string_view() : lines.line().substr(front);
    } else {
      (date ? words : before) += lines.whole();
      continue;
    }
    words += '\n';
  }
  finish();
  if (trimmed(before).empty()) return;
  // jrnl would take it for an entry of now; each import would then be another one.
  reading.findings.bend("text that no date stands before, dated as the file", before.substr(0, before.find('\n')));
  auto when = when_here(file.changed_ms);
  when.day_only = true;
  give(reading, when, before, file.name);
}

// ---- JSON ----

void read_item(const Reading& reading, const Json& entry, const std::string& where) {
  const auto string = [&](const char* key) {
    const auto found = entry.find(key);
    return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const auto date = parse_date(string("date") + (string("time").empty() ? "" : " " + string("time")), reading.order);
  if (!date) return reading.findings.miss("entries without a date", where);
  Found found;
  found.at = when_here(*date);
  const auto title = trimmed(string("title"));
  const auto body = trimmed(string("body"));
  found.text = title + (title.empty() || body.empty() ? "" : "\n\n") + body;
  if (found.text.empty()) return reading.findings.miss("entries without a word", where);
  std::vector<std::string> tags;
  if (const auto theirs = entry.find("tags"); theirs != entry.end() && theirs->is_array())
    for (const auto& tag : *theirs)
      if (tag.is_string())
        tags.push_back(tag.get<std::string>().substr(tag.get<std::string>().starts_with('@') ? 1 : 0));
  if (const auto starred = entry.find("starred"); starred != entry.end() && *starred == true) {
    reading.findings.bend(kStarred, {});
    tags.emplace_back("starred");
  }
  found.tags = fitting_tags(tags, reading.findings);
  for (const auto& [key, value] : entry.items())
    if (key != "title" && key != "body" && key != "date" && key != "time" && key != "tags" && key != "starred")
      reading.findings.drop("\"" + key.substr(0, 40) + "\", which this version does not know", {});
  reading.sink(std::move(found));
}

void read_json(const Reading& reading, const Files::File& file) {
  const auto stream = open_json(reading.files, file);
  const auto read = read_json_items(
      *stream, file.name, "entries", [&](Json& entry) { read_item(reading, entry, file.name); },
      [&](std::size_t) { reading.findings.miss("entries that are none", file.name); });
  if (!read.has_array)
    refuse_file(file.name, "holds no entries of jrnl", "nothing was imported; jrnl --format json makes such a file");
}

// YYYY/MM/DD.txt, as jrnl names them.
bool is_day_file(std::string_view name) {
  constexpr std::string_view kShape = "0000/00/00.txt";
  if (name.size() < kShape.size()) return false;
  const auto end = name.substr(name.size() - kShape.size());
  if (name.size() > kShape.size() && name[name.size() - kShape.size() - 1] != '/') return false;
  for (std::size_t i = 0; i < end.size(); ++i)
    if (kShape[i] == '0' ? std::isdigit(static_cast<unsigned char>(end[i])) == 0 : end[i] != kShape[i]) return false;
  return true;
}

}  // namespace

void read_jrnl(const Reading& reading) {
  std::size_t files = 0;
  for (const auto& file : reading.files.all()) {
    if (!reading.files.is_single() && !is_day_file(file.name)) {
      reading.findings.miss("files that are no days of a jrnl folder", file.name);
      continue;
    }
    ++files;
    char first = 0;
    *reading.files.open(file) >> first;
    if (first == '{') {
      read_json(reading, file);
    } else if (const auto text = text_of(reading, file)) {
      read_words(reading, file, *text);
    }
  }
  for (const auto& name : reading.files.left_out()) reading.findings.miss("hidden files and links", name);
  if (files == 0)
    refuse_file("this folder", "holds no days of jrnl (2026/11/22.txt)",
                "nothing was imported; duolog import text takes other folders");
}

}  // namespace duolog::client
