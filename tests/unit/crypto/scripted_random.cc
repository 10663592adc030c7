// scripted_random.cc: see the header.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "scripted_random.h"

#include <gtest/gtest.h>
#include <sodium.h>

namespace duolog::crypto::testing {
namespace {

constexpr std::string_view kSeed = "duolog kat 1";
constexpr std::size_t kLongestDraw = 64;

ScriptedRandom* in_force = nullptr;

std::uint32_t random_word() {
  ByteArray<4> bytes{};
  in_force->fill(bytes);
  return read_u32(bytes);
}

void random_fill(void* out, std::size_t length) { in_force->fill({static_cast<std::uint8_t*>(out), length}); }

randombytes_implementation source = {
    [] { return "scripted"; }, random_word, nullptr, nullptr, random_fill, nullptr,
};

}  // namespace

Bytes model_draw(std::uint64_t index, std::size_t length) {
  if (length > kLongestDraw) throw std::logic_error("the model's draws have 64 bytes");
  Bytes input = to_bytes(as_bytes(kSeed));
  append_u64(input, index);
  Bytes out(kLongestDraw);
  if (crypto_generichash(out.data(), out.size(), input.data(), input.size(), nullptr, 0) != 0)
    throw std::logic_error("BLAKE2b failed");
  out.resize(length);
  return out;
}

std::vector<std::uint64_t> draws(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> indices;
  for (std::uint64_t i = first; i <= last; ++i) indices.push_back(i);
  return indices;
}

ScriptedRandom::ScriptedRandom(std::deque<Draw> script) : script_(std::move(script)) {
  in_force = this;
  randombytes_set_implementation(&source);
}

ScriptedRandom::ScriptedRandom(const std::vector<std::uint64_t>& model_draws) : ScriptedRandom(std::deque<Draw>()) {
  for (const std::uint64_t index : model_draws) script_.push_back({index, {}});
}

ScriptedRandom ScriptedRandom::giving(const std::vector<Bytes>& draws) {
  std::deque<Draw> script;
  for (const Bytes& bytes : draws) script.push_back({0, bytes});
  return ScriptedRandom(std::move(script));
}

ScriptedRandom::~ScriptedRandom() {
  randombytes_set_implementation(&randombytes_sysrandom_implementation);
  in_force = nullptr;
  EXPECT_TRUE(script_.empty()) << script_.size() << " scripted draws were never made";
}

void ScriptedRandom::fill(std::span<std::uint8_t> out) {
  if (script_.empty()) {
    ADD_FAILURE() << "a draw of " << out.size() << " bytes is not in the script";
    std::fill(out.begin(), out.end(), std::uint8_t{1});
    return;
  }
  const Draw draw = script_.front();
  script_.pop_front();
  const Bytes bytes = draw.given.empty() ? model_draw(draw.index, out.size()) : draw.given;
  EXPECT_EQ(bytes.size(), out.size()) << "a draw of another length was scripted";
  std::copy_n(bytes.begin(), std::min(bytes.size(), out.size()), out.begin());
}

}  // namespace duolog::crypto::testing
