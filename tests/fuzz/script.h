// script.h: an input of libFuzzer read as a script, and what every fuzzer promises beside not crashing.
//
// Chance is the same in every execution (an input always means the same), and nothing may hold more memory than the
// length of its input justifies, so that the longest message there is stays below 64 MB.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/bytes.h"

namespace duolog::fuzz {

// Read from the front. Where the input is over, zeros and nothing follow: each input is a whole script.
class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  [[nodiscard]] bool over() const { return rest_.empty(); }
  std::uint8_t byte() {
    const ByteView one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  std::uint16_t word() {
    const std::uint8_t low = byte();
    return static_cast<std::uint16_t>(low | byte() << 8);
  }
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : (bound <= 256 ? byte() : word()) % bound; }
  ByteView take(std::size_t most) {
    const ByteView taken = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  ByteView chunk() { return take(word()); }  // its length stands before it
  ByteView rest() { return take(rest_.size()); }

 private:
  ByteView rest_;
};

// Stops the fuzzer with a sentence.
void must(bool holds, const char* otherwise);

// From here on chance is what it was the last time this was called. crypto::initialise() was called.
void same_chance();

inline constexpr std::size_t kMemoryLimit = 64 << 20;
inline constexpr std::size_t kMemoryFloor = 1 << 20;  // for the shortest input

// What is allocated while one lives, less what is freed, never exceeds kMemoryFloor and its share of kMemoryLimit
// (blocks over 1 MB apart: see script.cc).
class Frugal {
 public:
  // `longest`: the most bytes that reach the parser in one message.
  Frugal(std::size_t length, std::size_t longest);
  ~Frugal();
  Frugal(const Frugal&) = delete;
  Frugal& operator=(const Frugal&) = delete;

 private:
  std::size_t allowed_;
};

// ---- what becomes of bytes on their way ----

// One damage, as the script says: a bit, a byte, a cut, more bytes, a part doubled; or none. True: something changed.
bool damage(Script& script, Bytes& bytes);

}  // namespace duolog::fuzz
