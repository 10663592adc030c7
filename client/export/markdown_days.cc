// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/markdown_days.h"

#include <algorithm>
#include <set>

#include "client/export/attached_folder.h"
#include "client/json.h"
#include "client/manners.h"
#include "client/moment.h"
#include "client/show_item.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

// A foreign name or tag in a line of ours: without line ends, which could begin something.
std::string in_line(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return out;
}

// "## a": not "#lake", which is a tag.
bool is_heading(std::string_view rest) {
  const auto end = std::min(rest.find_first_not_of('#'), rest.size());
  return end > 0 && (end == rest.size() || rest[end] == ' ' || rest[end] == '\t');
}

// "---" makes a heading of the line above it.
bool is_underline(std::string_view rest) {
  const auto length = rest.find_last_not_of(" \t") + 1;
  return length > 0 && (rest[0] == '=' || rest[0] == '-') && rest.find_first_not_of(rest[0]) >= length;
}

bool is_html_heading(std::string_view rest) {
  return rest.size() > 2 && rest[0] == '<' && (rest[1] == 'h' || rest[1] == 'H') && rest[2] >= '1' && rest[2] <= '6';
}

// Of a line, with a backslash before what would make a heading of it or of the line above.
std::string line_without_heading(std::string_view line) {
  const auto in_list = std::min(line.find_first_not_of(" \t>-+*0123456789.)"), line.size());
  const auto in_quote = std::min(line.find_first_not_of(" \t>"), line.size());
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const auto rest = line.substr(at);
    const bool heading = at == in_list && is_heading(rest);
    if (heading || (at == in_quote && is_underline(rest)) || is_html_heading(rest)) out += '\\';
    out += line[at];
  }
  return out;
}

// Somebody's words below a heading of ours: no line of them is a heading, which could pass for one that says who wrote
// what; and no line ends otherwise than by a newline.
std::string words(std::string_view text) {
  std::string out;
  for (bool goes_on = true; goes_on;) {
    const auto end = text.find_first_of("\r\n");
    goes_on = end != std::string_view::npos;
    out += line_without_heading(text.substr(0, end));
    if (!goes_on) break;
    out += '\n';
    text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
  }
  return out;
}

// Of an entry that stands in several versions, all of them, with a rule between.
std::string whole_words(const control::Item& item) {
  if (item.versions_size() < 2) return words(item.text());
  std::string out;
  for (const auto& version : item.versions()) out += (out.empty() ? "" : "\n\n---\n\n") + words(version.text());
  return out;
}

std::string as_quote(std::string_view text) {
  std::string out;
  bool begins = true;
  for (const char c : text) {
    if (begins) out += "> ";
    out += c;
    begins = c == '\n';
  }
  return out + "\n\n";
}

std::string value_of(const control::FieldValue& field) {
  if (field.has_number()) return std::to_string(field.number()) + "\n\n";
  if (field.items_size() == 0) return words(field.text()) + "\n\n";
  std::string out;
  for (const auto& item : field.items()) out += "- " + words(item) + "\n";
  return out + "\n";
}

std::string said(const control::Item& remark) {
  const auto done = manner_text(remark.manner());
  return as_quote("**" + in_line(remark.author()) + (done.empty() ? "" : " " + done) + "** · " +
                  day_of(remark.written_at()) + (remark.text().empty() ? "" : "\n\n" + words(remark.text())));
}

std::string heading(const control::Item& item) {
  std::string line = "## ";
  const bool whole_day = !item.on().empty() && item.day_only();
  if (!whole_day) line += clock_of(item.on().empty() ? item.written_at() : item.on()) + " · ";
  line += in_line(item.author());
  if (item.kind() == "answer") line += " · " + in_line(practice_text(item.practice(), item.title()));
  if (item.kind() == "letter") line += " · a letter";
  if (item.mood() > 0) line += " · mood " + std::to_string(item.mood());
  if (item.between_us()) line += " · between us";
  return line + "\n\n";
}

std::string piece_text(const control::Item& item, Days& days, AttachedFolder& attached) {
  std::string out = heading(item);
  if (item.kind() == "remark") {
    out += said(item);
  } else if (item.fields_size() > 0) {
    const bool labelled = item.labels_size() == item.fields_size();
    for (int i = 0; i < item.fields_size(); ++i)
      out += "*" + in_line(labelled && !item.labels(i).empty() ? item.labels(i) : item.fields(i).id()) + "*\n\n" +
             value_of(item.fields(i));
  } else {
    if (const auto text = whole_words(item); !text.empty()) out += text + "\n\n";
  }
  out += attached.add(item);
  std::string tags;
  for (const auto& tag : item.tags()) tags += (tags.empty() ? "#" : " #") + in_line(tag);
  if (!tags.empty()) out += tags + "\n\n";
  for (const auto& reaction : item.reactions()) out += in_line(reaction.emoji() + " " + reaction.person()) + "\n\n";
  for (const auto& remark : days.said_about(item)) out += said(remark);
  return out;
}

}  // namespace

std::size_t write_markdown(const std::filesystem::path& folder, Days& days, Attachments& attachments,
                           const GoOn& between) {
  std::size_t files = 0;
  const auto& pieces = days.pieces();
  for (std::size_t at = 0; at < pieces.size();) {
    between();
    const auto day = pieces[at].day;
    const auto year = folder / day_name(day).substr(0, 4);
    make_private_folder(year);
    AttachedFolder attached(year, day_name(day), attachments);
    std::set<std::string> tags;
    std::string text;
    for (; at < pieces.size() && pieces[at].day == day; ++at) {
      const auto item = days.read(pieces[at]);
      tags.insert(item.tags().begin(), item.tags().end());
      text += piece_text(item, days, attached);
    }
    std::string front = "---\ndate: " + day_name(day) + "\n";
    if (!tags.empty()) front += "tags:\n";
    for (const auto& tag : tags) front += "  - " + json_string(in_line(tag)) + "\n";
    PrivateFile file(year / (day_name(day) + ".md"));
    file.write(front + "---\n\n" + text);
    file.keep(false);
    ++files;
  }
  return files;
}

}  // namespace duolog::client
