// A partner's bytes as an event: decoded within the limits or refused; what was decoded encodes again.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace duolog;
  crypto::initialise();
  const auto event = journal::decode_event({data, size});
  if (event && !std::holds_alternative<journal::Newer>(event->payload)) {
    if (!journal::decode_event(journal::encode_event(*event).view())) __builtin_trap();
  }
  return 0;
}
