// shown.h: what a terminal must never be sent, by the standard's tables, without the code under test.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "tests/fuzz/script.h"

namespace duolog::fuzz {

enum class Newlines { kAllowed, kNone };

inline void must_be_shown(std::string_view text, Newlines newlines) {
  must(!utf8_fault(as_bytes(text)), "what is shown is no UTF-8");
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const auto third = i + 2 < text.size() ? static_cast<unsigned char>(text[i + 2]) : 0U;
    must(byte >= 0x20 || (byte == '\n' && newlines == Newlines::kAllowed), "a control is shown");
    must(byte != 0x7f, "DEL is shown");
    must(byte != 0xc2 || next < 0x80 || next > 0x9f, "a C1 control is shown");
    must(byte != 0xd8 || next != 0x9c, "the Arabic letter mark is shown");
    const bool e2_80 = byte == 0xe2 && next == 0x80;
    const bool e2_81 = byte == 0xe2 && next == 0x81;
    must(!e2_80 || (third != 0x8e && third != 0x8f && (third < 0xa8 || third > 0xae)), "a direction is turned round");
    must(!e2_81 || third < 0xa6 || third > 0xa9, "a direction is isolated");
  }
}

}  // namespace duolog::fuzz
