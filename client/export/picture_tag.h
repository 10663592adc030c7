// picture_tag.h: how a photograph stands in the page: one tag, and nothing in it that its author has said but its name,
// escaped. Between the halves goes either its bytes or the place beside the page where they lie.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "client/export/photograph.h"

namespace duolog::client {

struct PictureTag {
  std::string before, after;
};
// `name`: the file's, from its author.
PictureTag picture_tag(const Photograph& photograph, std::string_view name);

// "data:image/jpeg;base64,": behind it the bytes, in_base64().
std::string data_address(const Photograph& photograph);
// "pictures/12.jpg"
std::string picture_name(const Photograph& photograph, std::size_t number);

inline constexpr std::size_t kBase64Step = 3;  // of all pieces of one file only the last may have another length
std::string in_base64(std::string_view bytes);

}  // namespace duolog::client
