// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/invitation.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "client/failure.h"
#include "client/program.h"
#include "client/sanitise.h"

namespace duolog::client {
namespace {

constexpr std::string_view kLinkStart = "duolog:";
constexpr std::size_t kHeardLimit = 64 << 10;

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string small(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Failure no_picture(const std::string& what, const std::string& hint) {
  return {Exit::kFailed, "NO_PICTURE", what, hint};
}

// zbarimg's output has a line for each code that it found.
std::string link_among(const std::string& lines) {
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find('\n', at), lines.size());
    const auto line = invitation_text({lines.substr(at, end - at)});
    if (is_link(line)) return line;
    at = end + 1;
  }
  return {};
}

}  // namespace

bool is_link(std::string_view invitation) { return invitation.starts_with(kLinkStart); }

std::string invitation_text(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(small(word));
  const auto begin = std::ranges::find_if_not(text, is_space);
  text.erase(text.begin(), begin);
  while (!text.empty() && is_space(text.back())) text.pop_back();
  if (is_link(text)) {
    std::erase_if(text, is_space);
  } else {
    std::ranges::replace_if(text, is_space, '-');
  }
  return text;
}

std::string link_in_picture(const std::string& picture) {
  const auto shown = sanitise_line(picture);
  const int fd = ::open(picture.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    throw no_picture("the picture " + shown + " cannot be read: " + std::strerror(errno), "is the name right?");
  }
  if (!is_installed("zbarimg")) {
    ::close(fd);
    throw no_picture("reading a QR from a picture needs the program zbarimg",
                     "apt install zbar-tools, or type the code that stands beside the QR");
  }
  // By descriptor, never by name: a name may mean something else to what reads it.
  const auto heard =
      run_and_hear({"zbarimg", "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-"}, fd, kHeardLimit);
  ::close(fd);
  const auto link = link_among(heard.output);
  if (!link.empty()) return link;
  if (!heard.output.empty()) {
    throw no_picture("the QR in " + shown + " is not an invitation to a journal; nothing was sent",
                     "take a picture of the one that duolog pair shows on the other computer");
  }
  throw no_picture("no QR was found in " + shown,
                   "the whole square with its light edge must be in the picture, sharp; or type the code beside it");
}

}  // namespace duolog::client
