// A stranger's bytes as handshake messages and, once through, as transport messages: refused, never more.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/noise.h"

using namespace duolog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  crypto::initialise();
  static const auto psk = *crypto::HandshakePsk::from(Bytes(32, 1));
  static const auto self = *crypto::NoiseSecret::from(Bytes(32, 2));
  static const crypto::PreparedPsk prepared(crypto::prologue('P', {}), psk);
  const ByteView bytes(data, size);
  if (crypto::Handshake::answer(prepared, self, bytes)) __builtin_trap();  // nobody guesses a psk
  auto initiator = crypto::Handshake::initiate(prepared, self);
  initiator.write({});
  if (initiator.read(bytes)) __builtin_trap();
  crypto::Channel channel({*crypto::ChannelKey::from(Bytes(32, 3)), *crypto::ChannelKey::from(Bytes(32, 4))});
  Bytes message;
  if (channel.open(bytes, message) != crypto::Channel::Opened::kBroken) __builtin_trap();
  return 0;
}
