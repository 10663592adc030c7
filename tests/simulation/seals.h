// seals.h: every sealing of the process, watched: no key may ever be used twice with one nonce, whatever crashed.
//
// The linker leads libsodium's AEAD functions here (--wrap in tests/CMakeLists.txt).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

namespace duolog::simulation {

// While one lives, it sees all sealings. At most one lives.
class Seals {
 public:
  Seals();
  ~Seals();
  Seals(const Seals&) = delete;
  Seals& operator=(const Seals&) = delete;

  [[nodiscard]] std::size_t seen() const { return used_.size(); }
  [[nodiscard]] std::size_t repeated() const { return repeated_; }  // a key with a nonce that it had been used with

  void sealed(std::string key_and_nonce);

 private:
  std::unordered_set<std::string> used_;
  std::size_t repeated_ = 0;
};

}  // namespace duolog::simulation
