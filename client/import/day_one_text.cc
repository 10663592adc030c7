// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/day_one_text.h"

#include <array>

namespace duolog::client {
namespace {

constexpr std::string_view kZeroWidthSpace = "\xe2\x80\x8b";
constexpr std::string_view kMoment = "](dayone-moment:";
constexpr std::size_t kLongestMark = 512;  // bytes; looking further from each sign of a long text would never end

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}
bool means_something(char c) { return std::string_view("*_`[]<>\\").find(c) != std::string_view::npos; }

// As far as a picture or a link that begins here may reach.
std::string_view mark_of(std::string_view rest) {
  rest = rest.substr(0, kLongestMark);
  return rest.substr(0, rest.find('\n'));
}

// A picture or the like in the text.
struct Moment {
  std::size_t length = 0;  // bytes that its mark takes; 0: it is none
  std::string sign;        // what stands there from now on
  bool kept = false;
};

// "![](dayone-moment://ID)"
Moment moment_at(std::string_view rest, const Moments& moments) {
  if (!rest.starts_with("![")) return {};
  rest = mark_of(rest);
  const auto name_end = rest.find(']');
  if (name_end == std::string_view::npos || !rest.substr(name_end).starts_with(kMoment)) return {};
  const auto end = rest.find(')', name_end);
  if (end == std::string_view::npos) return {};
  const auto target = rest.substr(name_end + kMoment.size(), end - name_end - kMoment.size());
  const auto known = moments.find(std::string(target.substr(target.rfind('/') + 1)));
  if (known != moments.end()) return {end + 1, "[" + known->second + "]", true};
  std::string sign = "[photo]";
  for (const auto& [kind, name] :
       {std::pair{"/video/", "[video]"}, {"/audio/", "[recording]"}, {"/pdfAttachment/", "[PDF]"}})
    if (target.starts_with(kind)) sign = name;
  return {end + 1, sign, false};
}

}  // namespace

std::string plain_markdown(std::string_view text, Findings& findings, const Moments& moments) {
  std::string out;
  bool fenced = false;
  bool line_begins = true;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = text.substr(at);
    if (line_begins && rest.starts_with("```")) fenced = !fenced;
    if (rest.front() == '\n') {
      line_begins = true;
      out += '\n';
      ++at;
      continue;
    }
    if (!fenced && rest.front() == '\\' && rest.size() > 1 && is_punctuation(rest[1]) && !means_something(rest[1]) &&
        !(line_begins && rest[1] == '#')) {
      out += rest[1];
      at += 2;
    } else if (const auto moment = fenced ? Moment() : moment_at(rest, moments); moment.length > 0) {
      if (!moment.kept)
        findings.bend("media in the text, of which only the place is kept", rest.substr(0, moment.length));
      out += moment.sign;
      at += moment.length;
    } else if (rest.starts_with(kZeroWidthSpace)) {
      at += kZeroWidthSpace.size();
    } else {
      if (rest.starts_with("dayone2://") || rest.starts_with("dayone://")) {
        const auto mark = mark_of(rest);
        findings.bend("links to other entries, left as they stand", mark.substr(0, mark.find_first_of(") ")));
      }
      out += rest.front();
      ++at;
      // An escaped backslash or star takes its sign with it.
      if (!fenced && rest.front() == '\\' && rest.size() > 1 && rest[1] != '\n') out += rest[1], ++at;
    }
    line_begins = false;
  }
  return out;
}

}  // namespace duolog::client
