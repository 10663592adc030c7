// duolog_bench_stranger COUNT: what a first message costs that fits none of eight psks, beside one X25519. Both in
// turns, in one process, so that the machine's moods hit both. Prints "refused_us x25519_us" a line.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sodium.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "crypto/noise.h"

namespace {

using namespace duolog;

constexpr int kCandidates = 8;
constexpr int kAtOnce = 100;

template <class Work>
double microseconds(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kAtOnce; ++i) work();
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / kAtOnce;
}

}  // namespace

int main(int argc, char** argv) {
  crypto::initialise();
  const int count = argc > 1 ? std::stoi(argv[1]) : 200;
  const Bytes prologue = crypto::prologue('P', {crypto::random_bytes(32)});
  std::vector<crypto::PreparedPsk> candidates;
  for (int i = 0; i < kCandidates; ++i) candidates.emplace_back(prologue, crypto::HandshakePsk::random());
  const auto self = crypto::NoiseSecret::random();
  const Bytes message = crypto::random_bytes(crypto::kFirstMessageLength);
  const Bytes scalar = crypto::random_bytes(crypto_scalarmult_SCALARBYTES);
  Bytes point(crypto_scalarmult_BYTES);
  if (crypto_scalarmult_base(point.data(), scalar.data()) != 0) return 1;

  int answered = 0;
  Bytes shared(crypto_scalarmult_BYTES);
  for (int i = 0; i < count; ++i) {
    const double refused = microseconds([&] {
      for (const auto& psk : candidates) answered += crypto::Handshake::answer(psk, self, message) ? 1 : 0;
    });
    const double agreed = microseconds([&] {
      if (crypto_scalarmult(shared.data(), scalar.data(), point.data()) != 0) ++answered;
    });
    std::printf("%.3f %.3f\n", refused, agreed);
  }
  return answered == 0 ? 0 : 1;
}
