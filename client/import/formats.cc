// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/formats.h"

#include <algorithm>

#include "client/sanitise.h"

namespace duolog::client {
namespace {

constexpr std::uint64_t kTextFileLimit = std::uint64_t{256} << 20;

}  // namespace

std::optional<std::string> text_of(const Reading& reading, const Files::File& file) {
  std::string text = reading.files.read(file, kTextFileLimit);
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  if (const auto fault = utf8_fault(text); fault != std::string::npos) {
    const auto why = "is not UTF-8: the fault is at byte " + std::to_string(fault);
    if (reading.files.is_single())
      refuse_file(file.name, why, "nothing was imported; iconv -f latin1 -t utf-8 often helps; is it encrypted?");
    reading.findings.miss("files that are not UTF-8 text", file.name);
    return std::nullopt;
  }
  if (text.find('\r') == std::string::npos) return text;
  std::string unix_text;
  unix_text.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    unix_text += text[at] == '\r' ? '\n' : text[at];
  }
  return unix_text;
}

std::string trimmed(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    if (line.find_first_not_of(" \t") != std::string_view::npos || end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  const auto last = text.find_last_not_of(" \t\n");
  return std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1));
}

std::string_view base_name(std::string_view name) {
  const auto slash = name.find_last_of('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string_view stem_of(std::string_view name) {
  const auto base = base_name(name);
  const auto point = base.find_last_of('.');
  return point == std::string_view::npos || point == 0 ? base : base.substr(0, point);
}

bool has_ending(std::string_view name, std::string_view ending) {
  if (name.size() < ending.size()) return false;
  return std::ranges::equal(name.substr(name.size() - ending.size()), ending,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::optional<Civil> date_in_name(std::string_view name) {
  const auto stem = stem_of(name);
  for (const std::size_t length : {std::size_t{10}, std::size_t{8}}) {  // 2019-01-31, 20190131
    if (stem.size() < length || (stem.size() > length && stem[length] >= '0' && stem[length] <= '9')) continue;
    const auto date = parse_date(stem.substr(0, length));
    if (date && !date->has_time) return date;
  }
  return std::nullopt;
}

}  // namespace duolog::client
