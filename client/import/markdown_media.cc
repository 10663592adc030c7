// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/markdown_media.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "client/draft.h"
#include "client/import/lines.h"

namespace duolog::client {
namespace {

constexpr std::size_t kLongestTarget = 1024;  // bytes; looking further from each sign of a long text would never end

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// What stands in "(…)" from here on, without a title; `rest` begins behind the bracket. nullopt: it never ends.
std::optional<std::string_view> target_in(std::string_view rest) {
  rest = rest.substr(0, kLongestTarget);
  if (rest.starts_with('<')) {
    const auto end = rest.find('>');
    return end == std::string_view::npos ? std::nullopt : std::optional(rest.substr(1, end - 1));
  }
  int open = 0;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '(') ++open;
    if (rest[at] != ')' || open-- > 0) continue;
    auto target = rest.substr(0, at);
    target = target.substr(0, std::min(target.find(" \""), target.find(" '")));
    return trim(target);
  }
  return std::nullopt;
}

// [[name|shown as]], [[name#part]]
std::string_view wiki_target(std::string_view inside) { return trim(inside.substr(0, inside.find_first_of("|#"))); }

void each_link_of_line(std::string_view line, const std::function<void(NoteLink)>& take) {
  std::vector<std::size_t> open;  // brackets that have not ended yet
  const auto shown = [&](std::size_t at) { return at > 0 && line[at - 1] == '!'; };
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line.substr(at).starts_with("[[")) {
      const auto inside = line.substr(at + 2, kLongestTarget);
      const auto end = inside.find("]]");
      if (end == std::string_view::npos) {
        open.push_back(at);
        continue;
      }
      take({std::string(wiki_target(inside.substr(0, end))), shown(at)});
      at += end + 3;
    } else if (line[at] == '[') {
      open.push_back(at);
    } else if (line[at] == ']' && !open.empty()) {
      const auto begin = open.back();
      open.pop_back();
      if (!line.substr(at + 1).starts_with('(')) continue;
      if (const auto target = target_in(line.substr(at + 2))) take({std::string(*target), shown(begin)});
    }
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// "a%20walk.png"
std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const int high = text[at] == '%' && at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
    out += low >= 0 ? static_cast<char>(high * 16 + low) : text[at];
    if (low >= 0) at += 2;
  }
  return out;
}

// "https:", "mailto:", "data:"; one letter is a drive.
bool leads_to_the_network(std::string_view target) {
  const auto colon = target.find(':');
  if (target.starts_with("//")) return true;
  if (colon == std::string_view::npos || colon < 2) return false;
  return std::ranges::all_of(target.substr(0, colon), [](unsigned char c) { return std::isalnum(c) != 0 || c == '+'; });
}

// The name that this means, seen from `folder`, by its words alone. nullopt: it leads out, or nowhere.
std::optional<std::string> joined(std::string_view folder, std::string_view target) {
  std::string whole = std::string(folder) + std::string(target);
  std::vector<std::string_view> parts;
  for (std::string_view rest = whole; !rest.empty();) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (parts.empty()) {
      return std::nullopt;
    } else {
      parts.pop_back();
    }
  }
  std::string name;
  for (const auto part : parts) name += (name.empty() ? "" : "/") + std::string(part);
  return name;
}

void tell_missing(const NoteLink& link, std::string_view note, const Reading& reading) {
  Findings& findings = reading.findings;
  const bool other_note = is_note(link.target) || ending_of(link.target).empty();
  if (leads_to_the_network(link.target)) {
    findings.bend("pictures elsewhere on the network, of which the address is kept", link.target);
  } else if (other_note) {
    findings.bend("embedded notes, of which only the name is kept", note);
  } else if (reading.files.is_single()) {
    findings.drop("pictures and files beside a note that is imported alone", link.target);
  } else {
    findings.drop("pictures and files that are not in the folder", link.target);
  }
}

}  // namespace

bool is_note(std::string_view name) { return has_ending(name, ".md") || has_ending(name, ".markdown"); }

void each_link(std::string_view text, const std::function<void(NoteLink)>& take) {
  bool fenced = false;
  for (Lines lines(text); lines.next();) {
    const auto line = lines.line();
    if (line.starts_with("```") || line.starts_with("~~~")) fenced = !fenced;
    if (!fenced) each_link_of_line(line, take);
  }
}

NoteFiles::NoteFiles(const Files& files) : files_(files) {
  for (const auto& file : files.all()) {
    const auto [known, fresh] = by_name_.emplace(base_name(file.name), &file);
    if (!fresh && file.name.size() < known->second->name.size()) known->second = &file;
  }
}

const Files::File* NoteFiles::at(std::string_view folder, std::string_view target) const {
  const auto name = joined(folder, target);
  return name ? files_.find(*name) : nullptr;
}

const Files::File* NoteFiles::meant_by(const std::string& target, std::string_view note) const {
  if (target.empty() || target.front() == '/' || leads_to_the_network(target)) return nullptr;
  for (const auto& way : {target, decoded(target), decoded(target.substr(0, target.find('#')))}) {
    if (way.empty() || way.front() == '/') continue;
    if (const auto* beside = at(folder_of(note), way)) return beside;
    if (const auto* below = at({}, way)) return below;
    const auto named = way.find('/') == std::string::npos ? by_name_.find(way) : by_name_.end();
    if (named != by_name_.end()) return named->second;
  }
  return nullptr;
}

void take_note_media(Found& found, std::string_view note, const NoteFiles& files, const Reading& reading,
                     Named& named) {
  if (found.text.size() > kTextLimit) return;  // no entry holds it: told where it is weighed
  each_link(found.text, [&](const NoteLink& link) {
    const auto* file = reading.files.is_single() ? nullptr : files.meant_by(link.target, note);
    if (file == nullptr || is_note(file->name)) {
      if (link.shown) tell_missing(link, note, reading);
      return;
    }
    named.insert(file->name);
    if (reading.with_media) {
      add_medium(found, *file, base_name(file->name), reading.findings);
    } else {
      reading.findings.drop("pictures and files, left out as --no-media says", file->name);
    }
  });
}

}  // namespace duolog::client
