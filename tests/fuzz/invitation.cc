// What a person may paste as an invitation: a link or a code.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/pairing.h"

using namespace duolog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  crypto::initialise();
  const std::string_view text = as_text({data, size});
  crypto::parse_code(text);
  if (const auto link = crypto::parse_link(text)) {
    if (!crypto::parse_link(link->text().text())) __builtin_trap();
  }
  return 0;
}
