// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/file_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "client/sanitise.h"
#include "client/unicode.h"

namespace duolog::client {
namespace {

constexpr std::string_view kNameless = "attachment";
constexpr std::size_t kExtensionBytes = 16;

// Bytes of the character that begins here. REQUIRES: valid UTF-8.
std::size_t length_of(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

// What can be seen and means nothing to a shell or a file system stays as it is.
std::string plain(std::string_view name) {
  constexpr std::string_view kMeansSomething = "/\\:*?\"<>|";
  std::string out;
  if (utf8_fault(name) != std::string_view::npos) name = name.substr(0, utf8_fault(name));
  while (!name.empty()) {
    const auto character = name.substr(0, length_of(name.front()));
    name.remove_prefix(character.size());
    const bool shown =
        sanitise_line(character) == character && kMeansSomething.find(character) == std::string_view::npos;
    out += shown ? character : std::string_view("_");
  }
  return out;
}

// Where the extension begins, its dot included; the end where there is none.
std::size_t extension_at(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 || name.size() - dot > kExtensionBytes ? name.size() : dot;
}

bool is_device(std::string_view name) {
  constexpr std::array<std::string_view, 4> kDevices{"con", "prn", "aux", "nul"};
  const auto stem = lowered(name.substr(0, name.find('.')));
  if (std::ranges::find(kDevices, stem) != kDevices.end()) return true;
  const bool port = stem.starts_with("com") || stem.starts_with("lpt");
  return port && stem.size() == 4 && stem.back() >= '0' && stem.back() <= '9';
}

std::string shortened(const std::string& name) {
  if (name.size() <= kFileNameBytes) return name;
  const auto dot = extension_at(name);
  const auto extension = name.substr(dot);
  auto room = kFileNameBytes - extension.size();
  while (room > 0 && (static_cast<unsigned char>(name[room]) & 0xc0U) == 0x80U) --room;
  return name.substr(0, room) + extension;
}

std::string_view extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

}  // namespace

std::string safe_file_name(std::string_view foreign) {
  const auto slash = foreign.find_last_of("/\\");
  if (slash != std::string_view::npos) foreign.remove_prefix(slash + 1);
  auto name = plain(composed(foreign));  // an accent that stands for itself is nothing that can be seen
  name.erase(0, name.find_first_not_of(". "));
  while (!name.empty() && (name.back() == '.' || name.back() == ' ')) name.pop_back();
  if (name.starts_with('-')) name.front() = '_';
  if (name.empty()) return std::string(kNameless);
  if (is_device(name)) name.insert(0, "_");
  return shortened(name);
}

std::string numbered(const std::string& name, unsigned number) {
  const auto dot = extension_at(name);
  return name.substr(0, dot) + " (" + std::to_string(number) + ")" + name.substr(dot);
}

// A drawing may hold scripts. What has no known end is opened by what its bytes look like, which its author chose.
bool may_run(std::string_view name) {
  const auto type = media_type_of(name);
  return type.empty() || type == "image/svg+xml";
}

std::string media_type_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, const char*>, 24> kTypes{{
      {"jpg", "image/jpeg"},      {"jpeg", "image/jpeg"},     {"png", "image/png"},    {"gif", "image/gif"},
      {"webp", "image/webp"},     {"heic", "image/heic"},     {"avif", "image/avif"},  {"tif", "image/tiff"},
      {"tiff", "image/tiff"},     {"svg", "image/svg+xml"},   {"mp3", "audio/mpeg"},   {"m4a", "audio/mp4"},
      {"ogg", "audio/ogg"},       {"opus", "audio/opus"},     {"flac", "audio/flac"},  {"wav", "audio/wav"},
      {"mp4", "video/mp4"},       {"mov", "video/quicktime"}, {"webm", "video/webm"},  {"mkv", "video/x-matroska"},
      {"pdf", "application/pdf"}, {"txt", "text/plain"},      {"md", "text/markdown"}, {"zip", "application/zip"},
  }};
  const auto extension = lowered(extension_of(name));
  for (const auto& [end, type] : kTypes) {
    if (extension == end) return type;
  }
  return {};
}

std::string size_text(std::uint64_t bytes) {
  constexpr double kStep = 1024;
  constexpr std::array<const char*, 3> kUnits{"KiB", "MiB", "GiB"};
  if (bytes < static_cast<std::uint64_t>(kStep)) return bytes == 1 ? "1 byte" : fmt::format("{} bytes", bytes);
  auto value = static_cast<double>(bytes) / kStep;
  std::size_t unit = 0;
  for (; value >= kStep && unit + 1 < kUnits.size(); ++unit) value /= kStep;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace duolog::client
