// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/picture_tag.h"

#include "client/export/html_text.h"
#include "client/sanitise.h"

namespace duolog::client {

PictureTag picture_tag(const Photograph& photograph, std::string_view name) {
  std::string after = "\" alt=\"" + html_escape(sanitise_line(name)) + "\"";
  if (photograph.width != 0) {
    after += " width=\"" + std::to_string(photograph.width) + "\" height=\"" + std::to_string(photograph.height) + "\"";
  }
  return {"<img src=\"", after + ">"};
}

std::string data_address(const Photograph& photograph) {
  return "data:image/" + std::string(photograph.type) + ";base64,";
}

std::string picture_name(const Photograph& photograph, std::size_t number) {
  return "pictures/" + std::to_string(number) + "." + std::string(photograph.ending);
}

std::string in_base64(std::string_view bytes) {
  constexpr std::string_view kSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / kBase64Step * 4);
  for (std::size_t at = 0; at < bytes.size(); at += kBase64Step) {
    const auto three = bytes.substr(at, kBase64Step);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < kBase64Step; ++i)
      bits = bits << 8U | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += i <= three.size() ? kSigns[bits >> (18 - 6 * i) & 63U] : '=';
  }
  return out;
}

}  // namespace duolog::client
