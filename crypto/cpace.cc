// cpace.cc: the balanced PAKE behind a spoken code, and the two sides that keep its one-guess rule.
// SPDX-License-Identifier: GPL-3.0-or-later
#include <sodium.h>

#include "crypto/check.h"
#include "crypto/pairing.h"

namespace duolog::crypto {
namespace {

constexpr std::string_view kGeneratorLabel = "CPaceRistretto255";
constexpr std::string_view kKeyLabel = "CPaceRistretto255_ISK";
constexpr std::size_t kHashBlock = 128;  // of SHA-512: the password alone fills the first one
constexpr std::size_t kPoint = crypto_core_ristretto255_BYTES;
static_assert(kPairOfferLength == kPairNonceLength + kPoint);
static_assert(kPairGuessLength == kPoint + kFirstMessageLength);

void sha512(std::span<std::uint8_t> out, ByteView input) {
  check(crypto_hash_sha512(out.data(), input.data(), input.size()) == 0, "SHA-512 failed");
}

// "word-word" of the code, wiped after use.
SecretBytes password_of(const PairCode& code) { return SecretBytes(as_bytes(code.first + "-" + code.second)); }

ByteArray<32> generator_of(PairPurpose purpose, const PairCode& code, const Hash& session_id) {
  const char which = static_cast<char>(purpose);
  const std::string nameplate = std::to_string(code.nameplate);
  const Bytes context =
      lv({as_bytes("duolog1:pair"), as_bytes({&which, 1}), as_bytes(nameplate), as_bytes("host"), as_bytes("joiner")});
  return cpace_generator(password_of(code).view(), context, session_id.bytes);
}

// From what both know once the points are exchanged to the handshake they continue in.
PreparedPsk prepare_code(PairPurpose purpose, const Hash& session_id, ByteView host_point, ByteView joiner_point,
                         ByteView shared) {
  const CPaceKey key = cpace_key(session_id.bytes, shared, host_point, {}, joiner_point, {});
  return {prologue(static_cast<char>(purpose), {as_bytes("code"), session_id.bytes, host_point, joiner_point}),
          kdf<HandshakePsk>(key.view(), "pair.psk")};
}

Hash session_id_of(ByteView na, ByteView nb) { return hash("pair.sid", {na, nb}); }

// A fresh scalar and its point on this generator.
CPaceScalar fresh_scalar(ByteArray<32>& point, ByteView generator) {
  Wiped<crypto_core_ristretto255_NONREDUCEDSCALARBYTES> wide;
  fill_random(wide.bytes);
  CPaceScalar scalar = CPaceScalar::filled(
      [&](std::span<std::uint8_t> out) { crypto_core_ristretto255_scalar_reduce(out.data(), wide.bytes.data()); });
  check(cpace_multiply(point, scalar.view(), generator), "a fresh CPace scalar is zero");
  return scalar;
}

}  // namespace

ByteArray<32> cpace_generator(ByteView password, ByteView context, ByteView session_id) {
  constexpr std::size_t kMostLengthBytes = std::size_t{5} * 10;
  Bytes input;
  // Reserved whole: growing would leave copies of the password behind.
  input.reserve(kGeneratorLabel.size() + password.size() + kHashBlock + context.size() + session_id.size() +
                kMostLengthBytes);
  append_lv(input, as_bytes(kGeneratorLabel));
  append_lv(input, password);
  const std::size_t used = input.size() + 1;
  append_lv(input, Bytes(used < kHashBlock ? kHashBlock - used : 0));
  append_lv(input, context);
  append_lv(input, session_id);
  Wiped<crypto_core_ristretto255_HASHBYTES> digest;
  sha512(digest.bytes, input);
  wipe(input);
  ByteArray<32> generator{};
  check(crypto_core_ristretto255_from_hash(generator.data(), digest.bytes.data()) == 0, "ristretto255 made no point");
  return generator;
}

bool cpace_multiply(std::span<std::uint8_t> out32, ByteView scalar, ByteView point) {
  check(out32.size() == kPoint && scalar.size() == crypto_core_ristretto255_SCALARBYTES, "CPace with a wrong length");
  return point.size() == kPoint && crypto_scalarmult_ristretto255(out32.data(), scalar.data(), point.data()) == 0;
}

CPaceKey cpace_key(ByteView session_id, ByteView shared, ByteView ya, ByteView ada, ByteView yb, ByteView adb) {
  Bytes input = lv({as_bytes(kKeyLabel), session_id, shared, ya, ada, yb, adb});
  CPaceKey key = CPaceKey::filled([&](std::span<std::uint8_t> out) { sha512(out, input); });
  wipe(input);
  return key;
}

CodeHost::CodeHost(PairPurpose purpose, const PairCode& code, const NoiseSecret& self)
    : purpose_(purpose), code_(code), self_(self.clone()) {}

std::optional<Bytes> CodeHost::offer(ByteView na) {
  if (na.size() != kPairNonceLength || offered_) return std::nullopt;
  offered_ = true;
  Bytes offer = random_bytes(kPairNonceLength);
  session_id_ = session_id_of(na, offer);
  scalar_ = fresh_scalar(point_, generator_of(purpose_, code_, session_id_));
  append(offer, point_);
  return offer;
}

CodeHost::Guess CodeHost::judge(ByteView guess) {
  const std::optional<CPaceScalar> scalar = std::exchange(scalar_, std::nullopt);  // one guess an offer
  if (!scalar || guess.size() != kPairGuessLength) return Guess::kUndecodable;
  const ByteView joiner_point = guess.first(kPoint);
  Wiped<kPoint> shared;
  if (!cpace_multiply(shared.bytes, scalar->view(), joiner_point)) return Guess::kUndecodable;
  const PreparedPsk psk = prepare_code(purpose_, session_id_, point_, joiner_point, shared.view());
  handshake_ = Handshake::answer(psk, self_, guess.subspan(kPoint));
  return handshake_ ? Guess::kGood : Guess::kWrong;
}

CodeJoiner::CodeJoiner(PairPurpose purpose, const PairCode& code, const NoiseSecret& self)
    : purpose_(purpose), code_(code), self_(self.clone()) {
  fill_random(na_);
}

Bytes CodeJoiner::greeting() const { return to_bytes(na_); }

std::optional<Bytes> CodeJoiner::guess(ByteView offer) {
  if (offer.size() != kPairOfferLength || handshake_) return std::nullopt;
  const ByteView host_point = offer.subspan(kPairNonceLength);
  const Hash session_id = session_id_of(na_, offer.first(kPairNonceLength));
  ByteArray<32> point{};
  const CPaceScalar scalar = fresh_scalar(point, generator_of(purpose_, code_, session_id));
  Wiped<kPoint> shared;
  if (!cpace_multiply(shared.bytes, scalar.view(), host_point)) return std::nullopt;
  handshake_ = Handshake::initiate(prepare_code(purpose_, session_id, host_point, point, shared.view()), self_);
  Bytes guess = to_bytes(point);
  append(guess, handshake_->write({}));
  return guess;
}

}  // namespace duolog::crypto
