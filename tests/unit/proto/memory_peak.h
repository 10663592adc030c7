// memory_peak.h: the most memory that was held at once while one lives, beyond what was held before. Counted by the
// sanitizers' hooks, so only where there is one.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming): theirs
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, std::size_t),
                                              void (*)(const volatile void*)) __attribute__((weak));
std::size_t __sanitizer_get_allocated_size(const volatile void*) __attribute__((weak));
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming)
}

namespace duolog::testing {

class MemoryPeak {
 public:
  MemoryPeak() {
    static const bool installed = install();
    counts_ = installed;
    before_ = most() = held();
  }
  [[nodiscard]] bool counts() const { return counts_; }
  [[nodiscard]] std::size_t bytes() const { return most() - before_; }

 private:
  static bool install() {
    if (__sanitizer_install_malloc_and_free_hooks == nullptr) return false;
    return __sanitizer_install_malloc_and_free_hooks(
               [](const volatile void*, std::size_t size) { most() = std::max(most(), held() += size); },
               [](const volatile void* memory) {
                 if (memory != nullptr) held() -= std::min(held(), __sanitizer_get_allocated_size(memory));
               }) != 0;
  }
  static std::size_t& held() {
    static std::size_t bytes = 0;
    return bytes;
  }
  static std::size_t& most() {
    static std::size_t bytes = 0;
    return bytes;
  }
  bool counts_;
  std::size_t before_;
};

}  // namespace duolog::testing
