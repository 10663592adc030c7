// Any text as it meets a terminal: never a control byte but the newline, and as JSON never one at all.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/sanitise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view foreign(reinterpret_cast<const char*>(data), size);
  const std::string shown = duolog::client::sanitise(foreign);
  for (const char letter : shown) {
    const auto byte = static_cast<unsigned char>(letter);
    if ((byte < 0x20 && letter != '\n') || byte == 0x7f) __builtin_trap();
  }
  if (duolog::client::utf8_fault(shown) < shown.size()) __builtin_trap();
  return 0;
}
