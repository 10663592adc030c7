// Bytes as a vault file: no key opens them, no limit is passed, no memory is asked for before the limits are checked.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/vault.h"

using namespace duolog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  crypto::initialise();
  static const auto key = *crypto::VaultKeyFile::from(Bytes(32, 7));
  const ByteView file(data, size);
  crypto::vault_mode(file);
  if (const auto lock = crypto::VaultLock::of(file, key)) __builtin_trap();
  return 0;
}
