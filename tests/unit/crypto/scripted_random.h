// scripted_random.h: libsodium's random source replaced by a script, so that "random" answers can be known.
//
// The model that made kat.json draws from a numbered sequence: draw i is BLAKE2b-512(seed || LE64(i)), cut to the
// length asked for. A script says which draws the code under test gets, in its own order. More draws than the script
// has, or fewer by the end, fail the test.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "crypto/bytes.h"

namespace duolog::crypto::testing {

// Draw `index` of the model that wrote kat.json.
Bytes model_draw(std::uint64_t index, std::size_t length);
// first, first+1 … last
std::vector<std::uint64_t> draws(std::uint64_t first, std::uint64_t last);

// In force from construction to destruction; one at a time.
class ScriptedRandom {
 public:
  explicit ScriptedRandom(const std::vector<std::uint64_t>& model_draws);
  static ScriptedRandom giving(const std::vector<Bytes>& draws);
  ~ScriptedRandom();
  ScriptedRandom(const ScriptedRandom&) = delete;
  ScriptedRandom& operator=(const ScriptedRandom&) = delete;

  void fill(std::span<std::uint8_t> out);

 private:
  struct Draw {
    std::uint64_t index = 0;
    Bytes given;  // instead, when not empty
  };
  explicit ScriptedRandom(std::deque<Draw> script);
  std::deque<Draw> script_;
};

}  // namespace duolog::crypto::testing
