// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/qr.h"

#include <qrencode.h>

#include <algorithm>
#include <cctype>
#include <memory>

namespace duolog::client {
namespace {

// Of the 256 colours these two are the same in every theme; the first sixteen are not.
constexpr std::string_view kDarkOverDark = "\x1b[38;5;16;48;5;16m";
constexpr std::string_view kDarkOverLight = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view kLightOverDark = "\x1b[38;5;231;48;5;16m";
constexpr std::string_view kLightOverLight = "\x1b[38;5;231;48;5;231m";
constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kUpperHalf = "▀";

std::string_view colours(bool upper_dark, bool lower_dark) {
  if (upper_dark) return lower_dark ? kDarkOverDark : kDarkOverLight;
  return lower_dark ? kLightOverDark : kLightOverLight;
}

}  // namespace

Qr qr_of_link(std::string_view link) {
  std::string capitals(link);
  std::ranges::transform(capitals, capitals.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString(capitals.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1), &QRcode_free);
  if (!code) return {};
  Qr qr;
  qr.side = static_cast<std::size_t>(code->width);
  qr.dark.reserve(qr.side * qr.side);
  for (std::size_t i = 0; i < qr.side * qr.side; ++i) qr.dark.push_back((code->data[i] & 1U) != 0);
  return qr;
}

std::string half_blocks(const Qr& qr) {
  std::string out;
  constexpr auto kEdge = static_cast<std::ptrdiff_t>(kQuietZone);
  const auto end = static_cast<std::ptrdiff_t>(qr.side) + kEdge;
  for (std::ptrdiff_t y = -kEdge; y < end; y += 2) {
    std::string_view current;
    for (std::ptrdiff_t x = -kEdge; x < end; ++x) {
      const auto wanted = colours(qr.at(x, y), qr.at(x, y + 1));
      if (wanted != current) out += wanted;
      current = wanted;
      out += kUpperHalf;
    }
    out.append(kReset).append("\n");
  }
  return out;
}

}  // namespace duolog::client
