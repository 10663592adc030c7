// nasty.h: where the hostile samples lie, and what a terminal must never be sent.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace duolog::client {

inline std::filesystem::path nasty_folder() {
  const char* shared = std::getenv("DUOLOG_SHARED");
  const auto beside_the_project = std::filesystem::path(DUOLOG_SOURCE_DIR) / "../shared";
  return (shared != nullptr ? std::filesystem::path(shared) : beside_the_project) / "data" / "nasty";
}

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::filesystem::path> nasty_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(nasty_folder())) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

// Written without the code under test: bytes of the encodings, by the standard's tables.
inline bool has_raw_control(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F) return true;
    if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) return true;  // C1
  }
  return false;
}

inline bool has_bidi_control(const std::string& text) {
  for (const char* control : {"\u061C", "\u200E", "\u200F", "\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066",
                              "\u2067", "\u2068", "\u2069"}) {
    if (text.find(control) != std::string::npos) return true;
  }
  return false;
}

}  // namespace duolog::client
