// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/help_page.h"

#include <algorithm>

#include "client/layout.h"

namespace duolog::client {
namespace {

constexpr std::size_t kBelow = 4;  // how far the second column is moved in there

std::string broken(std::string_view line, std::size_t width) {
  const auto lead = std::min(line.find_first_not_of(' '), line.size());
  const auto gap = line.find("  ", lead);
  if (gap != std::string_view::npos) {
    const auto right = std::min(line.find_first_not_of(' ', gap), line.size());
    return std::string(line.substr(0, gap)) + "\n" + paragraph(line.substr(right), lead + kBelow, width);
  }
  if (line.starts_with("  duolog")) return std::string(line) + "\n";
  return paragraph(line.substr(lead), lead, width);
}

}  // namespace

std::string help_page(std::string_view text, std::size_t width) {
  std::string page;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    page += display_width(line) <= width ? std::string(line) + "\n" : broken(line, width);
    at = end + 1;
  }
  return page;
}

}  // namespace duolog::client
