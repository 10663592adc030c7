// locked_memory: makes a key as the daemon makes its own, and says whether its memory is locked: as the program asks
// itself (what the doctor then tells), and as the kernel counts it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <cstdio>
#include <fstream>
#include <string>

#include "crypto/secret.h"

using namespace duolog;

int main() {
  crypto::initialise();
  const auto key = crypto::DeviceSeed::random();
  std::printf("%s\n", crypto::secret_memory_is_locked() ? "locked" : "not locked");
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmLck:")) std::puts(line.c_str());
  return key.view().empty() ? 1 : 0;
}
