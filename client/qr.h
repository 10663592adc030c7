// qr.h: a text as a QR, and a QR as half blocks on a terminal.
//
// Always dark on light, whatever the theme: the colours are set for every cell, with a quiet zone of four modules on
// each side (the standard's; scanners fail with less), and reset at each line's end.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace duolog::client {

inline constexpr std::size_t kQuietZone = 4;

struct Qr {
  std::size_t side = 0;    // modules, without the quiet zone
  std::vector<bool> dark;  // row by row
  // Light everywhere around, so that a drawing may simply run over the edge.
  [[nodiscard]] bool at(std::ptrdiff_t x, std::ptrdiff_t y) const {
    const auto end = static_cast<std::ptrdiff_t>(side);
    return x >= 0 && y >= 0 && x < end && y < end && dark[static_cast<std::size_t>(y * end + x)];
  }
  [[nodiscard]] std::size_t columns() const { return side + 2 * kQuietZone; }
  [[nodiscard]] std::size_t rows() const { return (columns() + 1) / 2; }
};

// Of a link. Its letters become capitals, which a QR holds in five and a half bits each: a third fewer modules; who
// reads it makes them small again. Empty (side 0) where it does not fit into any QR.
Qr qr_of_link(std::string_view link);
std::string half_blocks(const Qr& qr);

}  // namespace duolog::client
