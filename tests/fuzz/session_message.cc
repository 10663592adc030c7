// A partner's bytes as a message of a session: decoded within the limits, or a ProtocolError and nothing else.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/sync/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    duolog::sync::decode({data, size});
  } catch (const duolog::sync::ProtocolError&) {
  }
  return 0;
}
