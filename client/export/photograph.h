// photograph.h: whether bytes are a picture that a book may show: JPEG, PNG, GIF or WebP, by what they begin with. What
// a file is called, and what its author says it is, says nothing. A drawing (SVG) is none of them: it may hold scripts.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace duolog::client {

struct Photograph {
  std::string_view type;    // "jpeg", "png", "gif" or "webp": behind "image/"
  std::string_view ending;  // of a file's name
  std::uint32_t width = 0;  // as it is shown; 0: its beginning does not say (JPEG alone)
  std::uint32_t height = 0;
};

inline constexpr std::uint64_t kMostPixels = 256 << 20;  // a browser holds four bytes for each

// nullopt: it is none, or one that no browser could show. `beginning`: the first piece of the file (256 KiB), or all of
// it.
std::optional<Photograph> photograph_of(std::string_view beginning);

}  // namespace duolog::client
