// markdown.cc: a folder of notes. A note's day is in its front matter or in its name; a note without either is told and
// left out. Of YAML as much is read as notes use: `key: value`, lists on one line and below.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <map>

#include "client/import/formats.h"
#include "client/import/lines.h"
#include "client/import/markdown_media.h"

namespace duolog::client {
namespace {

using FrontMatter = std::map<std::string, std::vector<std::string>>;
constexpr std::size_t kLongestFrontMatter = 64 << 10;  // bytes

std::string unquoted(std::string_view value) {
  const auto begin = value.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  value = value.substr(begin, value.find_last_not_of(" \t") - begin + 1);
  const bool quoted =
      value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  return std::string(quoted ? value.substr(1, value.size() - 2) : value);
}

std::vector<std::string> values_of(std::string_view value) {
  auto text = unquoted(value);
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') {
    return text.empty() ? std::vector<std::string>() : std::vector{text};
  }
  std::vector<std::string> values;
  std::string_view list = std::string_view(text).substr(1, text.size() - 2);
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (auto one = unquoted(list.substr(0, end)); !one.empty()) values.push_back(std::move(one));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return values;
}

// What stands between two lines of three hyphens at the very beginning; `text` becomes what follows.
FrontMatter take_front_matter(std::string_view& text) {
  FrontMatter found;
  Lines lines(text);
  if (!lines.next() || (lines.line() != "---" && lines.line() != "--- ")) return found;
  std::string key;
  while (lines.next() && text.size() - lines.rest().size() <= kLongestFrontMatter) {
    const auto line = lines.line();
    if (line == "---" || line == "...") {
      text = lines.rest();
      return found;
    }
    const auto begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos || line[begin] == '#') continue;
    if (!key.empty() && line.substr(begin).starts_with("- ")) {
      found[key].push_back(unquoted(line.substr(begin + 2)));
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || begin > 0) continue;
    key = std::string(line.substr(0, colon));
    std::ranges::transform(key, key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    found[key] = values_of(line.substr(colon + 1));
  }
  return {};  // it never ended, or far too late: it was a rule and text
}

bool is_tag_letter(unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80 || c == '_' || c == '-' || c == '/'; }

// "#lake" at the beginning of a word, outside code: not a heading, not "#1".
void add_tags_in(std::string_view text, std::vector<std::string>& tags) {
  bool fenced = false;
  for (Lines lines(text); lines.next();) {
    const auto line = lines.line();
    if (line.starts_with("```") || line.starts_with("~~~")) fenced = !fenced;
    if (fenced) continue;
    for (auto at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
      if (at > 0 && line[at - 1] != ' ' && line[at - 1] != '\t') continue;
      std::size_t end = at + 1;
      while (end < line.size() && is_tag_letter(static_cast<unsigned char>(line[end]))) ++end;
      const auto tag = line.substr(at + 1, end - at - 1);
      const auto letter = [](unsigned char c) { return std::isdigit(c) == 0; };
      if (std::ranges::any_of(tag, letter)) tags.emplace_back(tag);
    }
  }
}

std::optional<Civil> date_of(const FrontMatter& front, const std::string& name, DateOrder order) {
  for (const auto* key : {"date", "created", "day", "creation date", "created_at"}) {
    const auto found = front.find(key);
    if (found == front.end() || found->second.empty()) continue;
    if (const auto date = parse_date(found->second.front(), order)) return date;
  }
  return date_in_name(name);
}

void tell_rest(const FrontMatter& front, Findings& findings) {
  for (const auto& [key, values] : front) {
    const auto used = {"date", "created", "day",   "creation date", "created_at",
                       "tags", "tag",     "title", "mood",          "timezone"};
    if (std::ranges::find(used, key) != used.end() || values.empty()) continue;
    findings.drop("\"" + key.substr(0, 40) + "\" of the front matter", values.front());
  }
}

void read_note(const Reading& reading, const Files::File& file, const NoteFiles& beside, Named& named) {
  const auto whole = text_of(reading, file);
  if (!whole) return;
  std::string_view text = *whole;
  const auto front = take_front_matter(text);
  const auto date = date_of(front, file.name, reading.order);
  Found found;
  found.key = file.name;
  found.text = trimmed(text);
  if (const auto title = front.find("title");
      title != front.end() && !title->second.empty() && !found.text.starts_with("# "))
    found.text = "# " + title->second.front() + (found.text.empty() ? "" : "\n\n") + found.text;
  if (found.text.empty()) return reading.findings.miss("notes without a word", file.name);
  if (!date) return reading.findings.miss("notes with no date in their name or front matter", file.name);
  const auto zone = front.find("timezone");
  const auto when = when_in(*date, zone != front.end() && !zone->second.empty() ? zone->second.front() : std::string());
  found.at = when.value_or(when_here(*date));
  std::vector<std::string> tags;
  for (const auto* key : {"tags", "tag"})
    if (const auto theirs = front.find(key); theirs != front.end()) tags = theirs->second;
  add_tags_in(found.text, tags);
  found.tags = fitting_tags(tags, reading.findings);
  if (const auto mood = front.find("mood"); mood != front.end() && !mood->second.empty()) {
    const auto& said = mood->second.front();
    if (said.size() == 1 && said[0] >= '1' && said[0] <= '5') found.mood = static_cast<std::uint32_t>(said[0] - '0');
    if (found.mood == 0) reading.findings.drop("moods that are no number from 1 to 5", said);
  }
  tell_rest(front, reading.findings);
  take_note_media(found, file.name, beside, reading, named);
  reading.sink(std::move(found));
}

}  // namespace

void read_markdown(const Reading& reading) {
  std::size_t notes = 0;
  const NoteFiles beside(reading.files);
  Named named;
  std::vector<std::string_view> others;
  for (const auto& file : reading.files.all()) {
    if (is_note(file.name) || reading.files.is_single()) {
      ++notes;
      read_note(reading, file, beside, named);
    } else {
      others.emplace_back(file.name);
    }
  }
  for (const auto name : others)
    if (!named.contains(name)) reading.findings.miss("files that are no notes, and that no note names", name);
  for (const auto& name : reading.files.left_out()) reading.findings.miss("hidden files and links", name);
  if (notes == 0) refuse_file("this folder", "holds no notes (*.md)", "nothing was imported");
}

}  // namespace duolog::client
