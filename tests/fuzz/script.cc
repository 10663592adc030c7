// script.cc: chance from a seed, memory counted by the sanitizer's hooks.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/script.h"

#include <sanitizer/allocator_interface.h>
#include <sodium.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "crypto/secret.h"

namespace duolog::fuzz {
namespace {

// splitmix64: good enough to be chance, and the same everywhere.
constexpr std::uint64_t kSeed = 20261122;
std::uint64_t state = kSeed;
std::uint64_t draw() {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}
std::uint32_t draw_word() { return static_cast<std::uint32_t>(draw()); }
void draw_bytes(void* out, std::size_t length) {
  auto* to = static_cast<std::uint8_t*>(out);
  for (std::size_t i = 0; i < length; ++i) to[i] = static_cast<std::uint8_t>(draw());
}
randombytes_implementation chance = {[] { return "seeded"; }, draw_word, nullptr, nullptr, draw_bytes, nullptr};

// What is held, and the most since a Frugal began. Large blocks are counted apart: where a length inside a message
// lies, protobuf reserves up to 50 MB for it (kSafeStringSize) and touches none of it.
constexpr std::size_t kLarge = 64 << 10;
constexpr std::size_t kReserved = 51'000'000;
struct Account {
  std::size_t held = 0;
  std::size_t most = 0;
  std::size_t start = 0;
  void begin() { start = most = held; }
  void add(std::size_t size) { most = std::max(most, held += size); }
  void take(std::size_t size) { held -= std::min(held, size); }
  [[nodiscard]] std::size_t used() const { return most - start; }
};
Account small;
Account large;

void allocated(const volatile void*, std::size_t size) { (size < kLarge ? small : large).add(size); }
void freed(const volatile void* memory) {
  if (memory == nullptr) return;
  const std::size_t size = __sanitizer_get_allocated_size(const_cast<const void*>(memory));
  (size < kLarge ? small : large).take(size);
}

}  // namespace

void must(bool holds, const char* otherwise) {
  if (holds) return;
  (void)std::fprintf(stderr, "fuzzer: %s\n", otherwise);
  std::abort();
}

void same_chance() { state = kSeed; }

Frugal::Frugal(std::size_t length, std::size_t longest)
    : allowed_(kMemoryFloor + (kMemoryLimit - kMemoryFloor) / longest * std::min(length, longest)) {
  small.begin();
  large.begin();
}
Frugal::~Frugal() {
  if (small.used() > allowed_) (void)std::fprintf(stderr, "fuzzer: %zu bytes, of %zu\n", small.used(), allowed_);
  must(small.used() <= allowed_ && large.used() <= kReserved, "more memory is held than the input justifies");
}

bool damage(Script& script, Bytes& bytes) {
  if (bytes.empty()) return false;
  const std::size_t at = script.word() % bytes.size();
  const std::uint8_t how = script.byte();
  switch (script.byte() % 6) {
    case 0:
      bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ 1 << how % 8);
      return true;
    case 1:
      if (bytes[at] == how) return false;
      bytes[at] = how;
      return true;
    case 2:
      bytes.resize(at);
      return true;
    case 3:
      bytes.resize(bytes.size() + 1 + how);
      return true;
    case 4: {
      const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end());
      append(bytes, part);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace duolog::fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  duolog::crypto::initialise();
  randombytes_set_implementation(&duolog::fuzz::chance);
  __sanitizer_install_malloc_and_free_hooks(duolog::fuzz::allocated, duolog::fuzz::freed);
  return 0;
}
