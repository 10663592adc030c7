// pairing.h: how two strangers' devices come to share a psk: a spoken code (through CPace) or a link.
//
//   by code   joiner ── na ─────────────► host
//             joiner ◄─ nb, Yh ────────── host
//             joiner ── Yj, noise 1 ────► host     the one guess: a bad tag here burns the code
//             joiner ◄─ noise 2 ───────── host
//             joiner ── noise 3 ────────► host
//   by link   joiner ── noise 1 … 3, as with any peer, under the link's psk
//
// Both end in the same Handshake. The one-guess rule is kept by these classes: they never make a second noise 1.
// Spec: proto/README.md section 3.8.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <variant>

#include "crypto/link_text.h"
#include "crypto/noise.h"

namespace duolog::crypto {

// DO NOT CHANGE: what stands in links and in the CPace context.
enum class PairPurpose : char { kPartner = 'A', kOwnDevice = 'D', kRestore = 'R' };

// ---- the spoken code ----

struct PairCode {
  int nameplate = 0;  // 1 to 99; public, in the announcement
  std::string first;  // two words of the list; the secret
  std::string second;
  static PairCode random();
  [[nodiscard]] std::string text() const;  // "7-guitar-banana"
};

struct MistypedWord {
  std::string word;
  std::vector<std::string> nearest;  // may be empty
};
struct NotACode {};
// Checked before a guess is spent. Case, spaces around and spaces for hyphens are forgiven.
std::variant<PairCode, MistypedWord, NotACode> parse_code(std::string_view text);

inline constexpr std::size_t kPairNonceLength = 16;                        // na: the first frame
inline constexpr std::size_t kPairOfferLength = kPairNonceLength + 32;     // nb || Yh
inline constexpr std::size_t kPairGuessLength = 32 + kFirstMessageLength;  // Yj || noise 1

using CPaceScalar = Secret<struct CPaceScalarTag>;
using CPaceKey = Secret<struct CPaceKeyTag, 64>;

class CodeHost {
 public:
  CodeHost(PairPurpose purpose, const PairCode& code, const NoiseSecret& self);
  // na -> nb || Yh. nullopt: not 16 bytes, or asked for a second time: each connection has its own CodeHost.
  std::optional<Bytes> offer(ByteView na);

  // kWrong burns the code. kUndecodable is not a guess: drop the connection. Every answer ends this offer.
  enum class Guess { kGood, kWrong, kUndecodable };
  Guess judge(ByteView guess);
  // REQUIRES: judge() returned kGood. The handshake's message 1 is read; message 2 is the host's to write.
  Handshake& handshake() { return *handshake_; }

 private:
  PairPurpose purpose_;
  PairCode code_;
  NoiseSecret self_;
  Hash session_id_;
  bool offered_ = false;
  std::optional<CPaceScalar> scalar_;  // between offer() and judge() alone
  ByteArray<32> point_{};              // Yh
  std::optional<Handshake> handshake_;
};

class CodeJoiner {
 public:
  CodeJoiner(PairPurpose purpose, const PairCode& code, const NoiseSecret& self);
  [[nodiscard]] Bytes greeting() const;  // na
  // nb || Yh -> Yj || noise 1: the guess is spent with this, and never made a second time.
  // nullopt: an undecodable offer, nothing spent; or the guess is spent already.
  std::optional<Bytes> guess(ByteView offer);
  // REQUIRES: guess() returned bytes. Message 2 is the joiner's to read.
  Handshake& handshake() { return *handshake_; }

 private:
  PairPurpose purpose_;
  PairCode code_;
  NoiseSecret self_;
  ByteArray<kPairNonceLength> na_{};
  std::optional<Handshake> handshake_;
};

// CPace over ristretto255 and SHA-512 (draft-irtf-cfrg-cpace), the pieces the two classes and the vectors use.
ByteArray<32> cpace_generator(ByteView password, ByteView context, ByteView session_id);
// False: an undecodable point or the identity.
bool cpace_multiply(std::span<std::uint8_t> out32, ByteView scalar, ByteView point);
// Initiator-responder transcript; 64 bytes.
CPaceKey cpace_key(ByteView session_id, ByteView shared, ByteView ya, ByteView ada, ByteView yb, ByteView adb);

// ---- the link ----

struct PairLink {
  PairPurpose purpose = PairPurpose::kPartner;
  LinkSecret secret;
  ByteArray<16> host_fingerprint{};    // H("dev.noise", host noise key)[0..16)
  std::uint64_t expires = 0;           // unix seconds
  std::vector<std::string> addresses;  // "host:port", at most 8 of at most 64 bytes

  [[nodiscard]] SecretBytes text() const;  // "duolog:" + base32, lower case
};
std::optional<PairLink> parse_link(std::string_view text);  // nullopt: not a link of this version
ByteArray<16> fingerprint(const NoisePublic& key);
PreparedPsk prepare_link(PairPurpose purpose, const LinkSecret& secret);

// ---- after the handshake ----

// Four words that both screens can show: the first 44 bits of KDF(h, "pair.sas").
std::vector<std::string> comparison_words(const ByteArray<64>& channel_binding);
// The journal nonce both sides know before anything is sent.
ByteArray<32> genesis_nonce(const ByteArray<64>& channel_binding);

}  // namespace duolog::crypto
