// noise.h: the one handshake, Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b, and the channel after it.
//
//   initiator                                   responder
//   write() ── psk, e ──────────────────────────► answer(candidates)      silence unless a psk fits
//   read()  ◄────────────── e, ee, s, es ──────── write()
//   write() ── s, se ───────────────────────────► read()
//   split()                                       split()
//
// Bytes in, bytes out: no socket, no clock. A handshake that has failed once answers nothing any more.
// Spec: proto/README.md sections 3.0 and 3.6.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "crypto/hash.h"
#include "crypto/keys.h"

namespace duolog::crypto {

inline constexpr std::size_t kNoiseMessageLimit = 65535;
inline constexpr std::size_t kFirstMessageLength = 32 + 16;  // e + tag: exactly
inline constexpr std::size_t kSecondMessageOverhead = 32 + 48 + 16;
inline constexpr std::size_t kThirdMessageOverhead = 48 + 16;
inline constexpr std::size_t kHandshakePayloadFloor = 1024;

// lv("duolog1:noise", purpose, context…). Purposes: P peers, A pair a partner, D own device, R restore, M mailbox.
Bytes prologue(char purpose, Parts context);

using ChainingKey = Secret<struct ChainingKeyTag, 64>;

// The state after mixing prologue and psk, computed once per candidate so that a stranger costs microseconds.
class PreparedPsk {
 public:
  PreparedPsk(ByteView prologue, const HandshakePsk& psk);
  // True when message 1 was made with this psk. The cheap question, before any key agreement.
  [[nodiscard]] bool fits(ByteView message1) const;

 private:
  friend class Handshake;
  ByteArray<64> hash_{};
  std::optional<ChainingKey> chaining_key_;
  std::optional<ChannelKey> key_;
};

struct ChannelKeys {
  ChannelKey send;
  ChannelKey receive;
};

class Handshake {
 public:
  static Handshake initiate(const PreparedPsk& psk, const NoiseSecret& self);
  // Reads message 1. nullopt: not exactly 48 bytes, not made with this psk, or a point of low order.
  static std::optional<Handshake> answer(const PreparedPsk& psk, const NoiseSecret& self, ByteView message1);

  // The next message of this side. REQUIRES: it is this side's turn.
  Bytes write(ByteView payload);
  // The payload of the other side's next message. nullopt: not authentic or not its turn; the handshake is over.
  std::optional<Bytes> read(ByteView message);

  [[nodiscard]] bool complete() const;
  // REQUIRES: the message that carries `s` of the other side was read.
  [[nodiscard]] const NoisePublic& remote() const { return remote_static_; }
  // The handshake hash: the same on both sides, different for every session. REQUIRES: complete().
  [[nodiscard]] const ByteArray<64>& channel_binding() const { return hash_; }
  // REQUIRES: complete(). Once.
  ChannelKeys split();

 private:
  Handshake(const PreparedPsk& psk, const NoiseSecret& self, bool initiator);
  [[nodiscard]] bool is_my_turn() const;
  std::optional<Bytes> read_tokens(ByteView message);
  bool read_ephemeral(ByteView& message);  // these two take what they read off the front
  bool read_static(ByteView& message);
  void mix_hash(ByteView data);
  void mix_key(ByteView input);
  bool mix_dh(const NoiseSecret& secret, const NoisePublic& public_key);  // false: a point of low order
  Bytes encrypt_and_hash(ByteView plaintext);
  std::optional<Bytes> decrypt_and_hash(ByteView ciphertext);

  bool initiator_;
  bool failed_ = false;
  int step_ = 0;  // messages done
  std::uint64_t nonce_ = 0;
  ByteArray<64> hash_{};
  ChainingKey chaining_key_;
  ChannelKey key_;
  NoiseSecret self_;
  NoiseSecret ephemeral_;
  NoisePublic remote_ephemeral_;
  NoisePublic remote_static_;
};

// ---- the channel ----

inline constexpr std::size_t kTransportPadFloor = 512;
inline constexpr std::size_t kTransportPlaintextLimit = 63'488;                  // after padding
inline constexpr std::size_t kFragmentLimit = kTransportPlaintextLimit - 4 - 1;  // length prefix, last-flag
inline constexpr std::size_t kMessageLimit = 4 << 20;
inline constexpr std::uint64_t kChannelMessageLimit = 1 << 20;  // then shake hands again
inline constexpr std::uint64_t kChannelByteLimit = 4ULL << 30;

// Messages in, Noise transport messages out, and back. Any failure to open ends the channel for good.
class Channel {
 public:
  explicit Channel(ChannelKeys keys);

  // Calls `emit` with each transport message (at most kNoiseMessageLimit bytes) that carries `message`.
  // REQUIRES: message within kMessageLimit. False: the channel is broken or used up, nothing more goes out.
  bool seal(ByteView message, const std::function<void(ByteView)>& emit);

  enum class Opened { kMore, kMessage, kBroken };
  // One transport message. kMessage: `message` holds a whole application message. kBroken: close without a word.
  Opened open(ByteView transport_message, Bytes& message);

  // True when either direction is close to its limit of messages or bytes: part and shake hands again.
  [[nodiscard]] bool worn_out() const;

 private:
  struct Direction {
    ChannelKey key;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    [[nodiscard]] bool has_room_for(std::size_t length) const;
    void count(std::size_t length);
  };
  bool seal_fragment(ByteView fragment, std::uint8_t flag, const std::function<void(ByteView)>& emit);
  Opened open_fragment(ByteView transport_message);
  void break_off();  // for good: keys and half a message are wiped

  Direction send_;
  Direction receive_;
  Bytes partial_;
  bool broken_ = false;
};

}  // namespace duolog::crypto
